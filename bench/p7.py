"""P-7: what starting costs: `import holdfast`, and `holdfast --help` as the shell sees it.

Rules of this file:
1. Every run is a fresh interpreter; the runs of all rows are interleaved and each figure is their
   median, so that a busy second hits all of them alike.
2. The peer of the import is the standard library's own `argparse`, of the help page a script that
   prints one with it: what a command of this size usually costs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROUNDS = 21
_COMMAND = Path(sys.executable).with_name("holdfast")
_TIMED = "from time import perf_counter_ns as n; t = n(); import {}; print((n() - t) / 1e6)"
_HELP = "import argparse; argparse.ArgumentParser(prog='x').parse_args(['--help'])"


def imported(module: str) -> float:
    """Milliseconds a fresh interpreter needs to import a module."""
    command = [sys.executable, "-c", _TIMED.format(module)]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)


def started(*command: str) -> float:
    """Milliseconds from starting a command to its end."""
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - begun) * 1000


def medians() -> dict[str, float]:
    """The median of every row; the first round warms the disk cache and is dropped."""
    rounds = [
        {
            "import": imported("holdfast"),
            "argparse": imported("argparse"),
            "help": started(str(_COMMAND), "--help"),
            "script": started(sys.executable, "-c", _HELP),
        }
        for _ in range(ROUNDS + 1)
    ]
    return {name: statistics.median(row[name] for row in rounds[1:]) for name in rounds[0]}


def measure() -> Iterator[dict[str, Any]]:
    """Yield the rows of the goal."""
    found = medians()
    yield {
        "id": "P-7",
        "value": found["import"],
        "unit": "ms",
        "peer": "import argparse",
        "peer_value": found["argparse"],
        "ratio": found["import"] / found["argparse"],
        "goal": "import holdfast <= 30 ms",
        "met": found["import"] <= 30,
    }
    yield {
        "id": "P-7 help",
        "value": found["help"],
        "unit": "ms",
        "peer": "the same with argparse",
        "peer_value": found["script"],
        "ratio": found["help"] / found["script"],
        "goal": "holdfast --help <= 150 ms",
        "met": found["help"] <= 150,
    }
