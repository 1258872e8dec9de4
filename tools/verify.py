"""`make verify`: the long attacks, one after the other, each with its verdict.

Rules:
1. An attack that cannot run is skipped by name, with what it lacks; nothing is skipped silently.
2. All run even when one fails; the exit status says whether any did.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VECTORS = Path(os.environ.get("HOLDFAST_VECTORS", ROOT.parent / "shared" / "vectors"))
CASES = 200_000


@dataclass(frozen=True, slots=True)
class Attack:
    """One command, and the vectors it needs."""

    name: str
    command: tuple[str, ...]
    needs: Path | None = None


def attacks(cases: int) -> Iterator[Attack]:
    """Everything that is verified at length."""
    yield Attack("twin", ("tools/twin.py", "--cases", str(cases)))
    for name in ("cedar-corpus.tar.gz", "cedar-handwritten"):
        path = VECTORS / name
        yield Attack(name.partition(".")[0], ("tools/cedar_corpus.py", str(path)), needs=path)
    yield Attack("normaliser scores", ("tools/normaliser_scores.py",), needs=VECTORS / "payloads")
    listed = VECTORS / "shell-commands.jsonl"
    yield Attack("template scores", ("tools/template_scores.py", "--check"), needs=listed)


def run(attack: Attack) -> bool:
    """Run one attack, its output as it comes; true unless it failed."""
    if attack.needs is not None and not attack.needs.exists():
        print(f"skipped {attack.name}: `{attack.needs.name}` is not here (HOLDFAST_VECTORS)")
        return True
    print(f"--- {attack.name}", flush=True)
    started = time.monotonic()
    status = subprocess.run([sys.executable, *attack.command], cwd=ROOT, check=False).returncode
    verdict = "ok" if status == 0 else f"FAILED (exit {status})"
    print(f"--- {attack.name}: {verdict}, {time.monotonic() - started:.0f} s", flush=True)
    return status == 0


def main() -> int:
    """Run all attacks and sum up."""
    parser = argparse.ArgumentParser(description="the long attacks")
    parser.add_argument("--cases", type=int, default=CASES, help="generated cases of the twin")
    failed = [attack.name for attack in attacks(parser.parse_args().cases) if not run(attack)]
    print(f"verify: failed: {', '.join(failed)}" if failed else "verify: ok")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
