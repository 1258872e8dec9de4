"""Run one of our modules under ceilings: `python -I -m holdfast.runtime.confined MODULE M S O`.

Rules of this file:
1. The limits are lowered before the module is even imported, so before a byte of a hostile
   input is read. They are hard limits: nothing inside can raise them again.
2. A ceiling this platform does not have is left out, never guessed: the caller's deadline on
   the outside holds everywhere.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence

_NO_CORE = 0
_DESCRIPTORS = 64
_ARGUMENTS = 4


def lower(memory_bytes: int, cpu_seconds: int, output_bytes: int) -> None:
    """Lower this process's own limits for good."""
    try:
        import resource  # noqa: PLC0415 - POSIX only
    except ImportError:  # pragma: no cover - Windows
        return
    wanted = {
        "RLIMIT_AS": memory_bytes,
        "RLIMIT_CPU": cpu_seconds,
        "RLIMIT_FSIZE": output_bytes,
        "RLIMIT_CORE": _NO_CORE,
        "RLIMIT_NOFILE": _DESCRIPTORS,
    }
    for name, value in wanted.items():
        which = getattr(resource, name, None)
        if which is None:  # pragma: no cover - not on this platform
            continue
        _, hard = resource.getrlimit(which)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (ceiling, ceiling))


def main(argv: Sequence[str]) -> None:
    """Lower the limits, then become the module."""
    if len(argv) != _ARGUMENTS:
        raise SystemExit(2)
    module, *ceilings = argv
    memory_bytes, cpu_seconds, output_bytes = (int(text) for text in ceilings)
    lower(memory_bytes, cpu_seconds, output_bytes)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
