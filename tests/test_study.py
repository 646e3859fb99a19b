"""Quizzes: one right answer each, a reason for every answer, and facts that compute."""

import math
import re
from pathlib import Path

import ipywidgets as widgets
import numpy as np
import pytest
from scipy import stats

from course_lib import study

TEXTS = Path(__file__).resolve().parents[1] / "notebooks" / "text"
NAMES = sorted(path.stem.removeprefix("quiz_") for path in study.DATA.glob("quiz_*.json"))


@pytest.fixture
def quiz():
    return study.load("00")


@pytest.mark.parametrize("name", NAMES)
def test_each_question_has_one_right_answer_and_a_reason_for_all(name):
    quiz = study.load(name)
    for question in quiz.questions:
        assert sum(option.right for option in question.options) == 1
        reasons = [option.reason for option in question.options]
        assert all(len(reason) > 30 for reason in reasons) and len(set(reasons)) == len(reasons)
        assert question.see.startswith("Chapter 0")
    assert {question.right for question in quiz.questions} >= {0, 1, 2, 3}


@pytest.mark.parametrize("name", NAMES)
def test_the_sections_that_a_question_names_are_there(name):
    for question in study.load(name).questions:
        chapter, _, named = question.see.partition(", section")
        if named:
            text, = (TEXTS.glob(f"{chapter.split()[-1]}_*.md"))
            headings = re.findall(r"^## (.*)$", text.read_text(encoding="utf8"), re.MULTILINE)
            named = re.sub(r" \(.*\)|^s", "", named).strip().rstrip(".")
            for section in [named] if named in headings else named.split(" and "):
                assert section in headings, question.see


def test_the_diagnostic_has_ten_questions(quiz):
    assert len(quiz.questions) == 10


def right(quiz, words):
    """The right option of the question that contains the words."""
    question, = (one for one in quiz.questions if words in one.question)
    return question.options[question.right].text


def test_the_facts_hold(quiz):
    h = 1e-6
    assert ((3 + h) ** 2 - 9) / h == pytest.approx(6, rel=1e-5)
    assert "changes f by about 6h" in right(quiz, "f(x) = x²")
    slope = ((3 * (1 + h) + 1) ** 2 - (3 * (1 - h) + 1) ** 2) / (2 * h)
    assert right(quiz, "(3x + 1)²") == f"{slope:.0f}" == "24"
    assert f"{math.exp(-10):.0e}" == "5e-05" and "from 1 to about 0.00005" in right(quiz, "e⁻ˣ")
    assert right(quiz, "shape of `X @ W`") == str((np.ones((32, 64)) @ np.ones((64, 10))).shape)
    Z, b = np.zeros((32, 10)), np.arange(10.0)
    assert (Z + b == [b] * 32).all() and "each of the 32 rows" in right(quiz, "`Z + b`")
    assert right(quiz, "log axis") == f"at {math.sqrt(0.01 * 0.0001):g}"
    # The two methods: means 91.0 and 91.3, half-widths 0.8 and 0.9, ten runs each.
    t = stats.t.ppf(0.975, 9)
    error = math.hypot(0.8 / t, 0.9 / t)
    assert 0.3 / error < 1 and "leave open" in right(quiz, "method A")
    assert t * math.sqrt(10) / t == pytest.approx(3, rel=0.06)  # single runs: three times as far


def test_numbers_in_the_reasons(quiz):
    text = quiz.text()
    assert f"e⁻¹⁰ = {math.exp(-10):.7f}" in text and f"e⁻⁵ = {math.exp(-5):.4f}" in text
    assert 4**2 - 3**2 == 7 and "f(4) − f(3) = 16 − 9 = 7" in text
    assert "at 0.00505" in text and (0.01 + 0.0001) / 2 == pytest.approx(0.00505)
    assert "at 0.000001" in text and 0.01 * 0.0001 == pytest.approx(0.000001)


def test_the_first_try_counts(quiz):
    first = quiz.questions[0]
    wrong = next(i for i, option in enumerate(first.options) if not option.right)
    assert quiz.answer(0, wrong) == f"Not this one. {first.options[wrong].reason}"
    assert quiz.answer(0, first.right) == f"Right. {first.options[first.right].reason}"
    assert quiz.score == 0
    quiz.answer(1, quiz.questions[1].right)
    quiz.answer(1, 0)
    assert quiz.score == 1
    assert quiz.result() == "Right at the first try: 1 of 2 answered (10 in all)."


@pytest.mark.parametrize("score, start", [
    (0, "Begin with a refresher"), (2, "Begin with a refresher"), (3, "Take the chapters in order"),
    (5, "Take the chapters in order"), (6, "You are ready"), (8, "You are ready"),
    (9, "Nothing is missing"), (10, "Nothing is missing"),
])
def test_the_advice_follows_the_score(quiz, score, start):
    for index, question in enumerate(quiz.questions):
        quiz.answer(index, question.right if index < score else (question.right + 1) % 4)
    assert quiz.score == score
    assert quiz.result().startswith(f"Right at the first try: {score} of 10 answered (10 in all). ")
    assert start in quiz.result()


@pytest.mark.parametrize("question, option, message", [
    (10, 0, "question must be a whole number from 0 to 9, got 10"),
    (0, 4, "answer must be a whole number from 0 to 3, got 4"), (0, "A", "got 'A'"),
    (-1, 0, "got -1"),
])
def test_answers_that_are_none_are_refused(quiz, question, option, message):
    with pytest.raises(ValueError, match=message):
        quiz.answer(question, option)
    assert not quiz.first


OPTIONS = (study.Option("a", "because"), study.Option("b", "because", right=True),
           study.Option("c", "because"))


@pytest.mark.parametrize("options, message", [
    ((study.Option("a", "r", right=True), *OPTIONS[1:]), "exactly one right answer, has 2"),
    ((OPTIONS[0], study.Option("b", "r"), OPTIONS[2]), "exactly one right answer, has 0"),
    (OPTIONS[:2], "needs 3 to 6 answers, has 2"),
    ((*OPTIONS, OPTIONS[0]), "the same answer twice"),
    ((*OPTIONS, study.Option("d", " ")), "the answer 'd' needs a text and a reason"),
])
def test_bad_questions_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        study.Question("Why?", "Chapter 01", options)


def test_bad_quizzes_are_refused():
    question = study.Question("Why?", "Chapter 01", OPTIONS)
    with pytest.raises(ValueError, match="has no questions"):
        study.Quiz("T", "i", [], [{"from": 0, "text": "go"}])
    with pytest.raises(ValueError, match="starts from score 0"):
        study.Quiz("T", "i", [question], [{"from": 1, "text": "go"}])
    with pytest.raises(ValueError, match="no quiz '0': there is 00.*did you mean '0"):
        study.load("0")


def test_each_button_gives_its_reason_at_once(quiz):
    view = quiz.view()
    score = view.children[-1]
    assert "10 questions, none answered yet." in score.value
    for question, card in zip(quiz.questions, view.children[1:-1], strict=True):
        head, row, feedback = card.children
        assert study._html(question.question) in head.value and not feedback.value
        for button, option, letter in zip(row.children, question.options, "ABCD", strict=True):
            assert isinstance(button, widgets.Button) and button.description == letter
            assert button.tooltip == option.text.replace("`", "")
            assert study._html(option.text) in head.value
            button.click()
            verdict = "Right." if option.right else "Not this one."
            assert study._html(f"{letter}. {verdict} {option.reason}") in feedback.value
            assert (study._html(question.see) in feedback.value) == option.right
            assert "role='status'" in feedback.value
            assert button.icon == ("check" if option.right else "times")
    first = sum(question.right == 0 for question in quiz.questions)
    assert f"Right at the first try: {first} of 10 answered" in score.value


def test_one_display_with_widget_list_and_text(monkeypatch, quiz):
    seen = []
    monkeypatch.setattr(study, "publish", lambda data: seen.append(data))
    assert study.quiz("00") is None
    (data,) = seen
    live = "application/vnd.jupyter.widget-view+json"
    assert set(data) == {live, "text/html", "text/plain"}
    assert data["text/html"] == quiz.html() and data["text/plain"] == quiz.text()
    assert data["text/html"].count("<details>") == 11
    for question in quiz.questions:
        assert question.question in data["text/plain"]
        for option in question.options:
            assert study._html(option.reason) in data["text/html"]
            assert option.reason in data["text/plain"]


def test_no_answer_stands_outside_the_folds(quiz):
    open_part = re.sub(r"<details>.*?</details>", "", quiz.html())
    assert "right" not in open_part.split("<ol>", 1)[1].lower()
    for question in quiz.questions:
        assert study._html(question.options[question.right].reason) not in open_part


def test_texts_are_escaped_and_code_is_marked():
    assert study._html("a < b & `x @ W`") == "a &lt; b &amp; <code>x @ W</code>"
