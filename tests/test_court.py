"""The court: rules applied as written, verdicts the same for other seeds, clear refusals."""

import json

import numpy as np
import pytest

from course_lib import court, statistics, trials
from course_lib.trials import Outcome
from course_lib.trials.chapter_01 import linear
from course_lib.trials.chapter_02 import sigmoid_and_tanh

EXPECTED = {
    "C01": "holds", "C02": "false", "C03": "false", "C04": "false", "C05": "false", "C06": "false",
    "C07": "holds if", "C08": "false", "C09": "holds if", "C10": "holds if", "C11": "holds if",
    "C12": "holds if", "C13": "holds if", "C14": "holds if", "C15": "holds if", "C16": "holds",
    "C17": "false", "C18": "holds if", "C19": "holds", "C20": "holds if", "C21": "holds if",
    "C22": "holds", "C23": "holds if", "C24": "false", "C25": "holds if", "C26": "holds if",
    "C27": "holds if", "C28": "holds if", "C29": "false", "C30": "false", "C31": "false",
    "C32": "holds if", "C33": "untestable", "C34": "holds if", "C35": "holds if",
    "C36": "holds if", "C37": "holds if", "C38": "false", "C39": "false", "C40": "false",
    "C41": "holds", "C42": "holds if", "C43": "holds if", "C44": "holds if", "C45": "holds",
    "C46": "holds if", "C47": "holds if", "C48": "holds if", "C49": "holds if", "C50": "holds if",
    "C51": "false", "C52": "holds if", "C53": "holds", "C54": "holds", "C55": "holds if",
    "C56": "holds if", "C57": "holds if", "C58": "holds", "C59": "untestable", "C60": "false",
    "C61": "false", "C62": "holds if", "C63": "false", "C64": "holds", "C65": "holds if",
}
KINDS = {"C33": "untestable", "C59": "untestable", "C65": "cited"}  # all others are measured


@pytest.fixture(scope="module")
def tried():
    return {case.id: outcome for case, outcome, _ in court.try_all(seed=0)}


def test_every_trial_has_its_words_and_verdict(tried):
    assert {id: outcome.verdict for id, outcome in tried.items()} == EXPECTED
    for id, case in trials.trials().items():
        for words in (case.claim, case.reading, case.rule, case.correct, case.literature):
            assert len(words) > 10, id
        assert case.kind == KINDS.get(id, "measured") and tried[id].measured, id
        assert tried[id].seeds == 0 or tried[id].seeds >= 10, id


def test_figures_of_the_exact_trials(tried):
    """Against closed forms, independent of the catalogue."""
    slopes = tried["C17"].measured
    assert slopes["slopes cross at"] == pytest.approx(1.6628858910586211, abs=1e-12)
    for at in (3, 5, 10):
        exact = np.cosh(at) ** 2 / (4 * np.cosh(at / 2) ** 2)
        assert slopes[f"sigmoid' / tanh' at {at}"] == pytest.approx(exact, rel=1e-12)
    assert tried["C16"].measured["largest difference of values"] < 1e-15


@pytest.mark.parametrize("gap, verdict", [(12, "holds"), (1, "false"), (10, "undecided")])
def test_the_rule_of_c03(monkeypatch, gap, verdict):
    """Accuracies planted on either side of the margin of 10 points."""
    noise = np.random.default_rng(0).normal(0, 0.005, 10)

    class Planted:
        class test_score:
            @staticmethod
            def sel(activation):
                values = 0.8 + noise if activation == "identity" else np.full(10, 0.8 + gap / 100)
                return type("Values", (), {"values": values})

    monkeypatch.setattr(linear.training, "train", lambda *_, **__: Planted)
    assert trials.trials()["C03"].run().verdict == verdict


@pytest.mark.parametrize("shallow, deep, verdict", [
    (5, 50, "holds"), (0, 50, "holds if"), (-3, 50, "holds if"), (50, 0, "holds if"),
    (0, 0, "false"), (1, 50, "undecided"), (0, 1, "undecided")])
def test_the_rule_of_c18(monkeypatch, shallow, deep, verdict):
    rng = np.random.default_rng(0)

    def planted(seeds, depth):
        gap = {1: shallow, 5: deep}[depth]
        return {form: 40 + gap * (form == "tanh") + rng.normal(0, 0.3, 10)
                for form in sigmoid_and_tanh.four_sigmoids.FORMS}

    monkeypatch.setattr(sigmoid_and_tanh.four_sigmoids, "accuracies", planted)
    outcome = trials.trials()["C18"].run()
    assert outcome.verdict == verdict
    if verdict == "holds if":
        assert outcome.condition.endswith("five hidden layers" if deep == 50 else "one")
    assert ("with five: none" in outcome.sentence) == (deep == 50)


def test_the_rules_of_the_exact_trials_can_fail(monkeypatch):
    from course_lib import activations
    monkeypatch.setattr(sigmoid_and_tanh, "tanh", activations.get("lecun_tanh"))
    assert trials.trials()["C16"].run().verdict == "false"
    monkeypatch.setattr(sigmoid_and_tanh, "tanh", activations.get("softsign"))
    assert trials.trials()["C17"].run().verdict == "holds"


def test_seeds_derive_from_the_base(monkeypatch):
    seen = []
    case = trials.Trial("X", "c", "", "", "", "", "", measure=lambda seeds: seen.append(seeds))
    case.run(0), case.run(7)
    assert all(len(set(seeds)) >= 10 for seeds in seen) and not set(seen[0]) & set(seen[1])


def test_json_lines(capsys):
    assert court.main(["--only", "C16,C17", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == ["C16", "C17"]
    assert set(lines[0]) == {"id", "kind", "verdict", "measured", "seconds"}


def test_undecided_is_a_failing_exit(capsys, monkeypatch):
    undecided = Outcome("undecided", {"gap": statistics.interval([1, 2, 3])}, "too close to call")
    monkeypatch.setitem(trials._TRIALS, "C99", trials.Trial(
        "C99", "chapter_01", "", "", "", "", "", measure=lambda seeds: undecided))
    assert court.main(["--only", "C99"]) == 1
    assert "undecided" in capsys.readouterr().out


@pytest.mark.parametrize("arguments, words", [
    (["--only", "C1"], "no trial or paper 'C1'; did you mean"), (["--seed", "x"], "invalid int"),
    (["--seed", "-1"], "whole number, 0 or more")])
def test_bad_arguments_are_named(arguments, words, capsys):
    with pytest.raises(SystemExit) as stop:
        court.main(arguments)
    assert stop.value.code == 2 and words in capsys.readouterr().err


def test_a_trial_in_a_notebook_shows_words_and_table(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    court.trial("C17")
    text, table = shown[0]["text/plain"], shown[0]["text/html"]
    assert "Verdict" in text and "FALSE" in text and "1.663" in text
    assert '<th scope="row"' in table and "Tanh keeps a stronger gradient" in table
    assert "&#x27;" in table  # escaped


def test_a_condition_goes_with_holds_if_alone():
    with pytest.raises(ValueError, match="needs its condition"):
        Outcome("holds if", {}, "")
    with pytest.raises(ValueError, match="no other verdict has one"):
        Outcome("holds", {}, "", condition="it rains")


def test_an_outcome_needs_a_known_verdict():
    with pytest.raises(ValueError, match="a verdict is one of holds, holds if"):
        Outcome("maybe", {}, "")


def test_papers_as_json_lines(capsys):
    assert court.main(["--papers", "--only", "R06,R16", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == ["R06", "R16"]
    for line in lines:
        assert {"id", "target", "measured", "agrees"} <= set(line) and line["agrees"] is True
        assert set(line["target"]) == set(line["measured"])


def test_a_table_of_verdicts_has_a_row_for_each_claim_of_the_chapter(monkeypatch):
    shown = []
    monkeypatch.setattr("course_lib.figures.table", lambda *table: shown.append(table))
    monkeypatch.setattr(court, "tried", lambda case, seed: Outcome("false", {"x": 1}, "seen"))
    court.verdicts("chapter_01")
    (_, rows), = shown
    assert [row[0] for row in rows] == [id for id in EXPECTED if id <= "C14"]
    assert {row[2] for row in rows} == {"FALSE"}
    with pytest.raises(ValueError, match="no chapter 'chapter_1' .there are chapter_01"):
        court.verdicts("chapter_1")
