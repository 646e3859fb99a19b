"""The quiz of chapter 00 in a real browser: every answer of every question, by keyboard alone.

Tab and Space, which is all a reader needs. (Enter and the arrows up and down belong to JupyterLab,
which goes from cell to cell with them.)
"""

import json

import pytest

from course_lib import start

DATA = json.loads((start.ROOT / "course_lib/study_data/quiz_00.json").read_text(encoding="utf8"))
QUESTIONS = DATA["questions"]


@pytest.fixture(scope="module")
def quiz(page):
    page.open_notebook("00_start_here.ipynb").run_all()
    assert page.errors() == []
    return page.output_below('study.quiz("00")')


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_every_answer_has_its_reason(quiz, number):
    card = quiz.locator(".widget-vbox:has(> .widget-hbox > button)").nth(number)
    buttons = card.locator("button")
    options = QUESTIONS[number]["options"]
    assert buttons.count() == len(options)
    keyboard = card.page.keyboard
    buttons.first.focus()
    for index, option in enumerate(options):
        if index:
            keyboard.press("Tab")
        keyboard.press("Space")
        verdict = "Right." if option.get("right") else "Not this one."
        told = f"{'ABCDEF'[index]}. {verdict} {option['reason'].replace('`', '')}"
        card.locator("[role=status]", has_text=told).wait_for(timeout=10_000)


def test_the_score_counts_first_tries(quiz):
    """Every question's first press was A (the test above), so the right ones are those with A."""
    total, right = len(QUESTIONS), sum(one["options"][0].get("right", False) for one in QUESTIONS)
    quiz.locator("[role=status]", has_text="Right at the first try: "
                 f"{right} of {total} answered ({total} in all).").wait_for(timeout=10_000)
