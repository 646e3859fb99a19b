"""`python -m benchmarks [NAME ...] [--json] [--quick]`: prints ratios and whether they meet goals.

Nothing here fails because it was slow: a ratio below its goal is printed as such.
"""

import argparse
import difflib
import importlib
import json

MODULES = {"training": "training", "activations": "activations", "figures": "figures",
           "import": "importing", "recurrent": "recurrent"}


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Times as ratios against what one would pick "
        "instead: both sides in turn, medians of processor time, equal accuracy checked.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(MODULES)} (all)")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--quick", action="store_true",
                        help="smallest sizes: shows that it runs; its ratios mean nothing")
    args = parser.parse_args(argv)
    for name in args.names:
        if name not in MODULES:
            near = difflib.get_close_matches(name, MODULES, 1, cutoff=0.4)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            parser.error(f"no benchmark '{name}'{hint} (one of {', '.join(MODULES)})")
    if not args.json:
        print(f"{'':42}{'ratio':>9}{'goal':>15}  {'':8}rounds")
    for name in args.names or MODULES:
        for found in outcomes(name, args.quick):
            print(json.dumps(found) if args.json else line(found), flush=True)


def outcomes(name, quick):
    """What a benchmark found, one dict after the other (`rounds.outcome` says what they hold)."""
    module = importlib.import_module(f"benchmarks.{MODULES[name]}")
    found = module.run() if name == "figures" else module.run(quick)
    return [found] if isinstance(found, dict) else found


def line(found):
    """One outcome as a line of the table."""
    goal = "" if found["goal"] is None else f"{found['goal_is']} {found['goal']:g}"
    if found["ratio"] is None:
        return f"{found['name']:42}{'-':>9}{goal:>15}  {found['why']}"
    met = {True: "met", False: "not met", None: ""}[found["met"]]
    spread = f"{min(found['rounds']):.3g} to {max(found['rounds']):.3g}"
    more = "".join(f"  {key} {value:.2f}x" for key, value in found.get("peers", {}).items())
    for key in ("why", "note"):
        more += f"  {found[key]}" if key in found else ""
    return (f"{found['name']:42}{found['ratio']:>8.3g}{found.get('unit', 'x'):2}{goal:>14}  "
            f"{met:8}{spread}{more}")


if __name__ == "__main__":
    main()
