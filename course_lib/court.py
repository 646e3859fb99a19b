"""The court: tries claims, prints verdicts.

    python -m course_lib.court [--papers] [--seed N] [--only C17,C38] [--json]

In a notebook `court.trial("C17")` shows one trial: claim, charitable reading, rule, figures,
verdict, and the statement that stands; `court.paper("R06")` a paper's result, measured again;
`court.verdicts("chapter_01")` a table of what came of a chapter's claims, `court.replicas` one of
what came of its papers.
"""

import argparse
import difflib
import functools
import html
import json
import sys
import time

from . import trials as trials_room
from .statistics import Estimate
from .threads import one_blas_thread
from .trials import papers


def find(id, known=None):
    """The trial of claim `id`, or the paper; an unknown one is an error that names the nearest."""
    known = trials_room.trials() if known is None else known
    if id not in known:
        near = difflib.get_close_matches(str(id), known, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ValueError(f"no trial or paper '{id}'{hint} (there are {', '.join(known)})")
    return known[id]


@functools.cache
def tried(case, seed):
    """A case's outcome; a notebook that shows it twice measures once."""
    return run(case, seed)


def run(case, seed):
    """Measures a case, on one BLAS thread."""
    with one_blas_thread():
        return case.run(seed)


def trial(id, seed=0):
    """Tries one claim and shows the case: words as a table, then the figure where there is one."""
    case = find(id)
    outcome = tried(case, seed)
    show(case_rows(case, outcome))
    if outcome.draw:
        outcome.draw()


def paper(id, seed=0):
    """Measures a paper's result again and shows it as `trial` shows a claim."""
    case = find(id, papers.replications())
    replica = tried(case, seed)
    show(replication_rows(case, replica))
    if replica.draw:
        replica.draw()


def verdicts(chapter, seed=0):
    """Tries every claim of a chapter and shows claim, verdict and what stands, a row each."""
    cases = [case for case in trials_room.trials().values() if case.chapter == chapter]
    if not cases:
        raise ValueError(f"no chapter '{chapter}' (there are {', '.join(trials_room.CHAPTERS)})")
    from .figures import table
    table(["Claim", "What pages say", "Verdict", "What stands"],
          [[case.id, case.claim, verdict_words(tried(case, seed)), case.correct]
           for case in cases])


def replicas(chapter, seed=0):
    """Measures every paper's result of a chapter again: paper, what was seen, agreement, a row."""
    cases = [case for case in papers.replications().values() if case.chapter == chapter]
    if not cases:
        there = sorted({case.chapter for case in papers.replications().values()})
        raise ValueError(f"no paper's result in '{chapter}' (there are some in {', '.join(there)})")
    from .figures import table
    rows = []
    for case in cases:
        replica = tried(case, seed)
        rows.append([case.id, case.paper, replica.sentence, replica_words(replica)])
    table(["Replication", "Paper", "Seen", "Verdict"], rows)


def case_rows(case, outcome):
    """What a reader sees of a trial: (heading, words)."""
    yield f"Claim {case.id}", case.claim
    yield "Charitable reading", case.reading
    yield "Rule, set beforehand", case.rule
    seeds = f"{outcome.seeds} seeds; tuned: {outcome.tuned}"
    chance = seeds if outcome.seeds else "exact, no chance"
    if case.kind == "measured":
        yield "Experiment", outcome.experiment or chance
        yield "Seen", outcome.sentence
    else:
        yield {"cited": "On record", "untestable": "Why untestable"}[case.kind], outcome.sentence
    yield "Verdict", verdict_words(outcome)
    yield "What stands", case.correct
    yield "Literature", case.literature


def verdict_words(outcome):
    """The verdict in capitals, with its condition."""
    return f"{outcome.verdict.upper()} {outcome.condition}".strip()


def replication_rows(case, replica):
    """What a reader sees of a replication: (heading, words)."""
    yield f"Replication {case.id}", case.paper
    yield "Quantity", case.quantity
    yield "Agreement, set beforehand", case.tolerance
    yield "Experiment", f"{replica.seeds} seeds" if replica.seeds else "exact, no chance"
    yield "Seen", replica.sentence
    yield "Verdict", replica_words(replica)


def replica_words(replica):
    """Whether a replica agrees, in capitals."""
    return "AGREES" if replica.agrees else "DOES NOT AGREE"


def show(rows):
    """Shows (heading, words) as a table, with its text for readers without pictures."""
    rows = list(rows)
    from IPython.display import display
    display({"text/plain": as_text(rows), "text/html": as_html(rows)}, raw=True)


def as_text(rows):
    width = max(len(heading) for heading, _ in rows)
    return "\n".join(f"{heading:{width}}  {words}" for heading, words in rows)


def as_html(rows):
    cells = "".join(
        f'<tr><th scope="row" style="text-align:left; vertical-align:top; white-space:nowrap">'
        f'{html.escape(heading)}</th><td style="text-align:left">'
        f"{'<strong>' * (heading == 'Verdict')}{html.escape(words)}"
        f"{'</strong>' * (heading == 'Verdict')}</td></tr>" for heading, words in rows)
    return f"<table>{cells}</table>"


def try_all(only=None, seed=0, known=None):
    """Tries claims one after the other: (case, outcome, seconds) as each is done."""
    known = trials_room.trials() if known is None else known
    for case in ([find(id, known) for id in only] if only else known.values()):
        start = time.perf_counter()
        outcome = run(case, seed)
        yield case, outcome, time.perf_counter() - start


def plain(value):
    """A measured figure as JSON can hold it."""
    if isinstance(value, Estimate):
        return {"mean": value.mean, "low": value.low, "high": value.high, "n": value.n}
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value if isinstance(value, str) else float(value)


def trial_line(case, outcome, seconds, as_json):
    """One line of the court's report on a claim, and whether it failed: undecided."""
    if as_json:
        line = json.dumps({"id": case.id, "kind": case.kind, "verdict": outcome.verdict,
                           "measured": plain(outcome.measured), "seconds": round(seconds, 2)})
    else:
        line = f"{case.id}  {outcome.verdict:10} {seconds:5.1f} s  {outcome.sentence}"
    return line, outcome.verdict == "undecided"


def paper_line(case, replica, seconds, as_json):
    """One line of the court's report on a paper, and whether it failed: no agreement."""
    if as_json:
        line = json.dumps({"id": case.id, "target": plain(replica.target),
                           "measured": plain(replica.measured), "tolerance": case.tolerance,
                           "agrees": bool(replica.agrees), "seconds": round(seconds, 2)})
    else:
        verdict = "agrees" if replica.agrees else "DOES NOT AGREE"
        line = f"{case.id}  {verdict:10} {seconds:5.1f} s  {replica.sentence}"
    return line, not replica.agrees


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m course_lib.court",
                                     description="Tries the course's claims and prints verdicts.")
    parser.add_argument("--papers", action="store_true",
                        help="measure papers' results again instead of trying claims")
    parser.add_argument("--seed", type=int, default=0, metavar="N",
                        help="base seed; each trial derives its own from it (default 0)")
    parser.add_argument("--only", metavar="C17,C38", help="these claims (or papers) alone")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(arguments)
    if options.seed < 0:
        parser.error(f"--seed is a whole number, 0 or more; got {options.seed}")
    only = [id.strip() for id in options.only.split(",")] if options.only else None
    known, line = ((papers.replications(), paper_line) if options.papers
                   else (trials_room.trials(), trial_line))
    failures = 0
    try:
        for case, outcome, seconds in try_all(only, options.seed, known):
            words, failed = line(case, outcome, seconds, options.json)
            failures += failed
            print(words, flush=True)
    except ValueError as error:
        parser.error(str(error))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
