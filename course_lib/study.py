"""Quizzes for self-study: a reason for every answer, right or wrong, and nothing graded.

The questions are data (`study_data/quiz_NN.json`). A stored notebook shows them as a list with the
answers folded away; where there is a kernel each answer has a button, worked by mouse or keyboard.
"""

import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from pathlib import Path

import ipywidgets as widgets

from course_lib.figures.picture import publish

DATA = Path(__file__).with_name("study_data")
LETTERS = "ABCDEF"


@dataclass(frozen=True)
class Option:
    """One answer, and the reason why it is right or wrong."""

    text: str
    reason: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with exactly one right option, and the chapter that needs the answer."""

    question: str
    see: str
    options: tuple

    def __post_init__(self):
        rights = sum(option.right for option in self.options)
        if rights != 1:
            raise ValueError(f"'{self.question}' needs exactly one right answer, has {rights}")
        if not 3 <= len(self.options) <= len(LETTERS):
            raise ValueError(f"'{self.question}' needs 3 to {len(LETTERS)} answers, "
                             f"has {len(self.options)}")
        if len({option.text for option in self.options}) < len(self.options):
            raise ValueError(f"'{self.question}' has the same answer twice")
        for option in self.options:
            if not option.text.strip() or not option.reason.strip():
                raise ValueError(f"'{self.question}': the answer '{option.text}' needs a text and "
                                 "a reason")

    @property
    def right(self):
        """Index of the right option."""
        return next(i for i, option in enumerate(self.options) if option.right)


class Quiz:
    """Questions, the answers given so far, and the score of first tries."""

    def __init__(self, title, intro, questions, advice):
        self.title, self.intro = title, intro
        self.questions = tuple(questions)
        self.advice = sorted((one["from"], one["text"]) for one in advice)
        if not self.questions:
            raise ValueError(f"the quiz '{title}' has no questions")
        if not self.advice or self.advice[0][0] != 0:
            raise ValueError(f"the quiz '{title}' needs advice that starts from score 0")
        self.first = {}  # index of a question -> whether its first answer was right

    def answer(self, question, option):
        """Take one answer (indices from 0) and return the feedback, a sentence or two."""
        chosen = _pick(_pick(self.questions, question, "question").options, option, "answer")
        self.first.setdefault(question, chosen.right)
        if chosen.right:
            return f"Right. {chosen.reason}"
        return f"Not this one. {chosen.reason}"

    @property
    def score(self):
        """Number of questions whose first answer was right."""
        return sum(self.first.values())

    def result(self):
        """Return the score in words, with the advice once every question has been answered."""
        total, done = len(self.questions), len(self.first)
        if not done:
            return f"{total} questions, none answered yet."
        text = f"Right at the first try: {self.score} of {done} answered ({total} in all)."
        if done == total:
            text += f" {self.advice_for(self.score)}"
        return text

    def advice_for(self, score):
        """Return the advice for a final score."""
        return [text for lowest, text in self.advice if lowest <= score][-1]

    def text(self):
        """Return the quiz as plain text, the answers behind the questions."""
        lines = [f"Quiz: {self.title}", self.intro]
        for number, one in enumerate(self.questions, 1):
            lines += ["", f"{number}. {one.question}"]
            lines += [f"   {letter}. {option.text}"
                      for letter, option in zip(LETTERS, one.options, strict=False)]
        lines += ["", "Answers"]
        for number, one in enumerate(self.questions, 1):
            for letter, option in zip(LETTERS, one.options, strict=False):
                verdict = "right" if option.right else "wrong"
                lines.append(f"{number}{letter} {verdict}: {option.reason}")
            lines.append(f"   {one.see}")
        lines += ["", "Where to start", *(f"From {lowest} right: {text}"
                                          for lowest, text in self.advice)]
        return "\n".join(lines)

    def html(self):
        """Return the quiz as a list with folded answers, for pages without a kernel."""
        parts = [f"<h4>{_html(self.title)}</h4><p>{_html(self.intro)}</p><ol>"]
        for one in self.questions:
            options = "".join(f"<li>{_html(option.text)}</li>" for option in one.options)
            reasons = "".join(
                f"<li><strong>{letter}, {'right' if option.right else 'wrong'}.</strong> "
                f"{_html(option.reason)}</li>"
                for letter, option in zip(LETTERS, one.options, strict=False))
            parts.append(f"<li><p>{_html(one.question)}</p><ol type='A'>{options}</ol>"
                         f"<details><summary>Answer and reasons</summary><ul>{reasons}</ul>"
                         f"<p>{_html(one.see)}</p></details></li>")
        advice = "".join(f"<li>From {lowest} right: {_html(text)}</li>"
                         for lowest, text in self.advice)
        parts.append(f"</ol><details><summary>Where to start</summary><ul>{advice}</ul></details>")
        return "".join(parts)

    def view(self):
        """Return the live quiz: for each question its options, a button each, and the feedback."""
        score = widgets.HTML(_status(self.result()))
        cards = [self._card(index, score) for index in range(len(self.questions))]
        head = widgets.HTML(f"<h4>{_html(self.title)}</h4><p>{_html(self.intro)}</p>")
        return widgets.VBox([head, *cards, score])

    def _card(self, index, score):
        one = self.questions[index]
        options = "".join(f"<li>{_html(option.text)}</li>" for option in one.options)
        head = widgets.HTML(f"<p><strong>{index + 1}. {_html(one.question)}</strong></p>"
                            f"<ol type='A'>{options}</ol>")
        feedback = widgets.HTML()
        # Buttons, not radio buttons: JupyterLab takes arrow keys away from what a cell shows.
        buttons = [widgets.Button(description=letter, tooltip=option.text.replace("`", ""),
                                  layout={"width": "5em"})
                   for letter, option in zip(LETTERS, one.options, strict=False)]

        def choose(number):
            right = one.options[number].right
            told = f"{LETTERS[number]}. {self.answer(index, number)}"
            feedback.value = _status(f"{told} {one.see}" if right else told)
            buttons[number].icon = "check" if right else "times"
            score.value = _status(self.result())

        for number, button in enumerate(buttons):
            button.on_click(lambda _, number=number: choose(number))
        return widgets.VBox([head, widgets.HBox(buttons), feedback])

    def bundle(self):
        """Return the data of one display: live widget, folded list, plain text."""
        live = "application/vnd.jupyter.widget-view+json"
        return {live: self.view()._repr_mimebundle_()[live], "text/html": self.html(),
                "text/plain": self.text()}


def load(name):
    """Return the quiz of a chapter, such as `load("00")`; ValueError if there is none."""
    known = sorted(path.stem.removeprefix("quiz_") for path in DATA.glob("quiz_*.json"))
    if name not in known:
        near = get_close_matches(str(name), known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ValueError(f"no quiz {name!r}: there is {', '.join(known)}{hint}")
    data = json.loads((DATA / f"quiz_{name}.json").read_text(encoding="utf8"))
    questions = [Question(one["question"], one["see"],
                          tuple(Option(**option) for option in one["options"]))
                 for one in data["questions"]]
    return Quiz(data["title"], data["intro"], questions, data["advice"])


def quiz(name):
    """Show the quiz of a chapter, such as `quiz("00")`; returns nothing."""
    publish(load(name).bundle())


def _pick(these, index, what):
    if not isinstance(index, int) or not 0 <= index < len(these):
        raise ValueError(f"{what} must be a whole number from 0 to {len(these) - 1}, got {index!r}")
    return these[index]


def _html(text):
    """Escape a text for a page; what stands in backticks becomes code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _status(text):
    return f"<p role='status' aria-live='polite' style='font-size: 1.1em'>{_html(text)}</p>"
