"""The court: tries claims, prints verdicts.

    python -m course_lib.court [--seed N] [--only C17,C38] [--json]

In a notebook `court.trial("C17")` shows one trial: claim, charitable reading, rule, figures,
verdict, and the statement that stands.
"""

import argparse
import difflib
import html
import json
import sys
import time

from . import trials as trials_room
from .statistics import Estimate


def find(id):
    """The trial of claim `id`; an unknown one is an error that names the nearest."""
    known = trials_room.trials()
    if id not in known:
        near = difflib.get_close_matches(str(id), known, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ValueError(f"no trial '{id}'{hint} (there are {', '.join(known)})")
    return known[id]


def trial(id, seed=0):
    """Tries one claim and shows the case: words as a table, then the figure where there is one."""
    case = find(id)
    outcome = case.run(seed)
    rows = list(case_rows(case, outcome))
    from IPython.display import display
    display({"text/plain": as_text(rows), "text/html": as_html(rows)}, raw=True)
    if outcome.draw:
        outcome.draw()


def case_rows(case, outcome):
    """What a reader sees of a trial: (heading, words)."""
    yield f"Claim {case.id}", case.claim
    yield "Charitable reading", case.reading
    yield "Rule, set beforehand", case.rule
    chance = f"{outcome.seeds} seeds; tuned: {outcome.tuned}"
    yield "Experiment", chance if outcome.seeds else "exact, no chance"
    yield "Seen", outcome.sentence
    yield "Verdict", f"{outcome.verdict.upper()} {outcome.condition}".strip()
    yield "What stands", case.correct
    yield "Literature", case.literature


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


def try_all(only=None, seed=0):
    """Tries claims one after the other: (case, outcome, seconds) as each is done."""
    for case in ([find(id) for id in only] if only else trials_room.trials().values()):
        start = time.perf_counter()
        outcome = case.run(seed)
        yield case, outcome, time.perf_counter() - start


def plain(value):
    """A measured figure as JSON can hold it."""
    if isinstance(value, Estimate):
        return {"mean": value.mean, "low": value.low, "high": value.high, "n": value.n}
    return value if isinstance(value, str) else float(value)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m course_lib.court",
                                     description="Tries the course's claims and prints verdicts.")
    parser.add_argument("--seed", type=int, default=0, metavar="N",
                        help="base seed; each trial derives its own from it (default 0)")
    parser.add_argument("--only", metavar="C17,C38", help="these claims alone")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(arguments)
    if options.seed < 0:
        parser.error(f"--seed is a whole number, 0 or more; got {options.seed}")
    only = [id.strip() for id in options.only.split(",")] if options.only else None
    undecided = 0
    try:
        for case, outcome, seconds in try_all(only, options.seed):
            undecided += outcome.verdict == "undecided"
            if options.json:
                print(json.dumps({
                    "id": case.id, "kind": case.kind, "verdict": outcome.verdict,
                    "measured": {name: plain(v) for name, v in outcome.measured.items()},
                    "seconds": round(seconds, 2)}), flush=True)
            else:
                print(f"{case.id}  {outcome.verdict:10} {seconds:5.1f} s  {outcome.sentence}",
                      flush=True)
    except ValueError as error:
        parser.error(str(error))
    return 1 if undecided else 0


if __name__ == "__main__":
    sys.exit(main())
