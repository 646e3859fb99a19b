"""The chapters' quizzes in a real browser: every answer of every question, by keyboard alone.

Tab and Space, which is all a reader needs. (Enter and the arrows up and down belong to JupyterLab,
which goes from cell to cell with them.)
"""

import json

import pytest

from course_lib import start

CHAPTERS = {"00": "00_start_here", "01": "01_why_nonlinearity", "02": "02_classic_functions",
            "03": "03_gradient_problems", "04": "04_choosing_activations"}


def questions(chapter):
    file = start.ROOT / f"course_lib/study_data/quiz_{chapter}.json"
    return json.loads(file.read_text(encoding="utf8"))["questions"]


@pytest.fixture(scope="module", params=CHAPTERS)
def quiz(request, page):
    """A chapter, and its quiz on the page."""
    page.open_notebook(f"{CHAPTERS[request.param]}.ipynb").run_all()
    assert page.errors() == []
    return request.param, page.output_below(f'study.quiz("{request.param}")')


def test_every_answer_has_its_reason_and_first_tries_count(quiz):
    chapter, output = quiz
    every = questions(chapter)
    cards = output.locator(".widget-vbox:has(> .widget-hbox > button)")
    assert cards.count() == len(every)
    for number, question in enumerate(every):
        answer_all(cards.nth(number), question["options"])
    # every question's first press was A, so the right ones are those with A
    total, right = len(every), sum(one["options"][0].get("right", False) for one in every)
    output.locator("[role=status]", has_text="Right at the first try: "
                   f"{right} of {total} answered ({total} in all).").wait_for(timeout=10_000)


def answer_all(card, options):
    """Press every answer of a question, and read its reason."""
    buttons = card.locator("button")
    assert buttons.count() == len(options)
    buttons.first.focus()
    for index, option in enumerate(options):
        if index:
            card.page.keyboard.press("Tab")
        card.page.keyboard.press("Space")
        verdict = "Right." if option.get("right") else "Not this one."
        told = f"{'ABCDEF'[index]}. {verdict} {option['reason'].replace('`', '')}"
        card.locator("[role=status]", has_text=told).wait_for(timeout=10_000)
