"""`make check`: every static check, all of them even when one fails, with one line each."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS: dict[str, tuple[str, ...]] = {
    "ruff": ("ruff", "check", "--quiet", "."),
    "format": ("ruff", "format", "--check", "--quiet", "."),
    "imports": ("lint-imports", "--no-cache"),
    "shape": ("python", "tools/shape.py"),
    "committed": ("python", "tools/committed.py"),
    "locks": ("python", "tools/lock.py", "--check"),
    "dependencies": ("python", "tools/gen_dependencies.py", "--check"),
    "reference": ("python", "tools/gen_reference.py", "--check"),
    "commands": ("python", "tools/gen_cli.py", "--check"),
    "scores": ("python", "tools/gen_scores.py", "--check"),
    "guarantees": ("python", "tools/gen_guarantees.py", "--check"),
    "mypy": ("mypy",),
    "pyright": ("pyright", "--warnings"),
}


def run(name: str) -> bool:
    """Run one check; its output is shown when it fails."""
    program, *rest = CHECKS[name]
    env = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    started = time.monotonic()
    done = subprocess.run(
        [str(BIN / program), *rest],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    took = time.monotonic() - started
    print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name:<13}{took:6.1f} s", flush=True)
    if done.returncode:
        print("".join(f"       {line}\n" for line in done.stdout.splitlines()), end="", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run the checks named on the command line, or all of them."""
    wanted = sys.argv[1:] or list(CHECKS)
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        print(f"no check {unknown[0]!r}: one of {', '.join(CHECKS)}")
        return 2
    failed = [name for name in wanted if not run(name)]
    print(
        f"{len(failed)} of {len(wanted)} checks failed: {', '.join(failed)}" if failed else "all ok"
    )
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
