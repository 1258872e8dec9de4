"""Exit codes of every command: one table, printed by `--help` and generated into the docs."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Exit(IntEnum):
    """What a command's exit status means."""

    OK = 0
    FAILED = 1
    USAGE = 2
    DENIED = 3
    CONFLICT = 4
    UNAVAILABLE = 5
    VERIFICATION_FAILED = 6


EXITS: Final = {
    Exit.OK: "ok",
    Exit.FAILED: "failed",
    Exit.USAGE: "wrong usage",
    Exit.DENIED: "denied, or a change nobody accepted",
    Exit.CONFLICT: "conflict",
    Exit.UNAVAILABLE: "unavailable",
    Exit.VERIFICATION_FAILED: "verification failed",
}
