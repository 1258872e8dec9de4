"""Hold branch coverage to its two gates: all of the policy core, nearly all of the rest.

Rule of this file: the gates are per room, not an average. A well-tested room must not pay for
an untested one, and a line of the policy core that no fast test reaches fails the build by name.
"""

from __future__ import annotations

import io
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage

ROOT = Path(__file__).resolve().parent.parent
GATES = {
    "policy": 100.0,
    "proto": 100.0,
    "runtime": 90.0,
    "oci": 90.0,
    "edge": 90.0,
    "holdfast": 90.0,
}
_SHOWN = 40


def measured() -> dict[str, Any]:
    """The data of the last run, as coverage's own JSON report."""
    data = coverage.Coverage(
        data_file=str(ROOT / ".coverage"), config_file=str(ROOT / "pyproject.toml")
    )
    data.load()
    out = ROOT / ".coverage.json"
    stdout, sys.stdout = sys.stdout, io.StringIO()
    try:
        data.json_report(outfile=str(out))
    finally:
        sys.stdout = stdout
    files: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))["files"]
    return files


def room_of(path: str) -> str:
    """`policy/cedar/index.py` and `holdfast/policy/cedar/index.py` are both in `policy`."""
    parts = [part for part in Path(path).parts if part != "holdfast"]
    return parts[0] if len(parts) > 1 else "holdfast"


def missing_of(path: str, report: dict[str, Any]) -> Iterator[str]:
    """What no test reached in one file: one line with its lines and branches."""
    places = [str(line) for line in report["missing_lines"]]
    for start, end in report["missing_branches"]:
        if start not in report["missing_lines"]:
            places.append(f"{start}->{end if end > 0 else 'exit'}")
    if places:
        yield f"{path}: {' '.join(places)}"


def main() -> int:
    """Print the score of every room, and what is missing where a gate is not met."""
    hit: dict[str, int] = defaultdict(int)
    of: dict[str, int] = defaultdict(int)
    missing: dict[str, list[str]] = defaultdict(list)
    for path, report in sorted(measured().items()):
        room, totals = room_of(path), report["summary"]
        hit[room] += totals["covered_lines"] + totals["covered_branches"]
        of[room] += totals["num_statements"] + totals["num_branches"]
        missing[room] += missing_of(path, report)
    scores = {room: 100.0 * hit[room] / of[room] for room in GATES if of[room]}
    print("branch coverage:", ", ".join(f"{room} {score:.1f} %" for room, score in scores.items()))
    failed = [room for room, score in scores.items() if score < GATES[room]]
    for room in failed:
        print(f"{room}: {GATES[room]:.0f} % wanted; no test reaches")
        print("\n".join(f"  {place}" for place in missing[room][:_SHOWN]))
        if len(missing[room]) > _SHOWN:
            print(f"  and {len(missing[room]) - _SHOWN} more")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
