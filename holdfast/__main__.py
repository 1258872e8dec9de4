"""The `holdfast` command: the door to `holdfast.runtime.cli`, which is loaded when it is run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

INTERRUPTED: Final = 130
"""128 + SIGINT, the shells' convention."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        from holdfast.runtime.cli import main as run  # noqa: PLC0415 - loaded by the command only
    except KeyboardInterrupt:
        return INTERRUPTED  # before there was anything that could have said so
    return run(argv)


if __name__ == "__main__":
    sys.exit(main())
