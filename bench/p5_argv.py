"""P-5 for programs: an argv, and a shell string, to everything they touch.

Rules of this file:
1. Measured is the normaliser alone (`argv_touches`, `shell_touches`); parameters and digest are
   P-5's own row.
2. The peer only splits the same words with the standard library's `shlex`; it judges nothing.
3. Runs are interleaved, each figure is the median of them, in CPU time of this process.
4. Every argv has its own path, so that no cache answers what a fresh one would not.
"""

from __future__ import annotations

import json
import shlex
import statistics
import time
from collections.abc import Callable
from typing import Any, Final

from holdfast.policy.facts.argv import argv_touches
from holdfast.policy.facts.model import World
from holdfast.policy.facts.shell import shell_touches

ROUNDS: Final = 15
INTENTS: Final = 1000
GOAL_US: Final = 10.0
WORLD: Final = World(workspaces={"main": "/work/tree"}, home="/home/agent")

ARGVS: Final = [["git", "diff", f"src/service{n % 50}/app{n}.py"] for n in range(INTENTS)]
LINES: Final = [" ".join(argv) for argv in ARGVS]


def _argv() -> None:
    for argv in ARGVS:
        argv_touches(argv, workdir=".", world=WORLD)


def _shell() -> None:
    for line in LINES:
        shell_touches(line, workdir=".", world=WORLD)


def _split() -> None:
    for line in LINES:
        shlex.split(line)


def _microseconds(run: Callable[[], None]) -> float:
    started = time.process_time()
    run()
    return (time.process_time() - started) / INTENTS * 1e6


def measure() -> dict[str, Any]:
    """Return the row of the goal; the shell string's figure is beside it, without a goal."""
    figures: dict[str, list[float]] = {"argv": [], "shell": [], "split": []}
    for _ in range(ROUNDS):
        figures["argv"].append(_microseconds(_argv))
        figures["shell"].append(_microseconds(_shell))
        figures["split"].append(_microseconds(_split))
    value, peer = statistics.median(figures["argv"]), statistics.median(figures["split"])
    return {
        "id": "P-5 argv",
        "value": value,
        "unit": "us",
        "peer": "shlex.split, unjudged",
        "peer_value": peer,
        "ratio": peer / value,
        "goal": f"<= {GOAL_US:.0f} us (git diff of one file)",
        "met": value <= GOAL_US,
        "shell_us": statistics.median(figures["shell"]),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
