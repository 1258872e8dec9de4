"""Three evaluators, one answer: runs the twin programme.

The product's compiled program, a naive evaluator written from the Cedar specification and the
Cedar engine judge generated cases; then the seeded bugs are hunted. Exit code 1 on any
disagreement and on any seeded bug not found.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.twin.examine import Tally
from tests.twin.programme import examine_all, hunt
from tests.twin.shrink import shrunk, told

SHOWN = 3


Hunt = Callable[[int], dict[str, int | None]]


def main(argv: list[str] | None = None, hunt_bugs: Hunt = hunt) -> int:
    """Run, report, and say by the exit code whether all agreed."""
    parser = argparse.ArgumentParser(description="compare three Cedar evaluators")
    parser.add_argument("--cases", type=int, default=20_000, help="at least this many cases")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other cases")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--processes", type=int, help="default: one per core")
    options = parser.parse_args(argv)
    started = perf_counter()
    tally = examine_all(options.cases, options.seed, _progress(options.cases), options.processes)
    found = hunt_bugs(options.seed)
    survived = [name for name, at in found.items() if at is None]
    reports = [told(shrunk(each)) for each in tally.disagreements[:SHOWN]]
    seconds = round(perf_counter() - started, 1)
    if options.json:
        print(json.dumps(_summary(tally, found, options.seed, seconds, reports)))
    else:
        print(_line(tally, found, seconds))
        for number, report in enumerate(reports, 1):
            print(f"\ndisagreement {number} of {tally.parted}\n{report}")
        for name in survived:
            print(f"seeded bug not found: {name}")
    return 1 if tally.parted or survived or tally.cases < options.cases else 0


def _progress(wanted: int) -> Callable[[int], None]:
    shown = 0

    def show(cases: int) -> None:
        nonlocal shown
        if cases - shown >= wanted // 10 and sys.stderr.isatty():
            shown = cases
            print(f"twin: {cases:,} of {wanted:,} cases", file=sys.stderr)

    return show


def _line(tally: Tally, found: dict[str, int | None], seconds: float) -> str:
    caught = sum(at is not None for at in found.values())
    kinds = ", ".join(
        f"{100 * tally.seen[kind] // max(1, tally.cases)} % {kind}"
        for kind in ("allow", "forbid", "nothing", "erring")
    )
    return (
        f"twin: {tally.cases:,} cases, {tally.parted:,} disagreements; "
        f"{caught} of {len(found)} seeded bugs found; {kinds}; {seconds} s"
    )


def _summary(
    tally: Tally, found: dict[str, int | None], seed: int, seconds: float, reports: list[str]
) -> dict[str, object]:
    return {
        "cases": tally.cases,
        "disagreements": tally.parted,
        "reports": reports,
        "seeded_bugs": len(found),
        "seeded_bugs_found": sum(at is not None for at in found.values()),
        "survived": [name for name, at in found.items() if at is None],
        "kinds": dict(tally.seen),
        "seed": seed,
        "seconds": seconds,
    }


if __name__ == "__main__":
    sys.exit(main())
