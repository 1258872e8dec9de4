"""An argv as the things it touches: the normaliser of `process.exec`.

Rules of this file:
1. What is judged is what would be run: no shell, no search, the words byte for byte.
2. The process itself is the first touch; then what its words touch; then, the same way, every
   program it is told to run.
3. An argv with no program, a NUL, text that is not NFC, or more words than the ceiling is refused.
   Line breaks are text like any other (a commit message has them), but no program's name has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeGuard, cast

from holdfast.policy.facts.commands.call import Ledger, Place
from holdfast.policy.facts.commands.run import judge
from holdfast.policy.facts.mentions import NOTHING, Mentioned
from holdfast.policy.facts.model import InvalidIntent, Touch, World
from holdfast.policy.facts.names import quote, require_text
from holdfast.policy.facts.shell.walk import walk_script
from holdfast.proto.limits import ARGV_BYTES, ARGV_ITEMS

_NO_ENV: Final[Mapping[str, str]] = MappingProxyType({})


def argv_touches(
    argv: Sequence[str],
    *,
    workdir: str,
    world: World,
    shell: bool = False,
    env: Mapping[str, str] = _NO_ENV,
    mentioned: Mentioned = NOTHING,
) -> tuple[Touch, ...]:
    """Return everything an argv touches, the process itself first.

    `workdir` is workspace-relative as in facts: `.`, `src`, `//docs/drafts`. `env` holds the names
    the caller adds to the program's environment; `mentioned` the paths that rules name.
    """
    require_argv(argv)
    return plain_touches(
        argv, workdir=workdir, world=world, shell=shell, env=env, mentioned=mentioned
    )


def plain_touches(
    argv: Sequence[str],
    *,
    workdir: str,
    world: World,
    shell: bool = False,
    env: Mapping[str, str] = _NO_ENV,
    mentioned: Mentioned = NOTHING,
) -> tuple[Touch, ...]:
    """Return the same of an argv that `is_plain` or `require_argv` has accepted."""
    ledger = Ledger(world, walk_script, mentioned)
    judge(ledger, argv, Place(workdir, shell=shell, env=tuple(env) if env else ()))
    return tuple(ledger.touches)


def is_plain(argv: Sequence[object]) -> TypeGuard[Sequence[str]]:
    """Whether one glance shows that `require_argv` takes these words; False: it has to look."""
    try:
        together = "\x01".join(cast("Sequence[str]", argv))
    except TypeError:
        return False
    return (
        0 < len(argv) <= ARGV_ITEMS
        and bool(argv[0])
        and len(together) <= ARGV_BYTES
        and together.isascii()
        and "\x00" not in together
    )


def require_argv(argv: Sequence[str]) -> None:
    """Refuse what is no argv, or too much of one."""
    if not argv or not argv[0]:
        raise InvalidIntent("argv", "names no program", "name the program first")
    if len(argv) > ARGV_ITEMS:
        raise InvalidIntent("argv", f"has {len(argv)} words", f"the most is {ARGV_ITEMS}")
    if is_plain(argv):
        return
    size = 0
    for word in argv:
        require_text(word, field="argv")
        if "\x00" in word:
            raise InvalidIntent("argv", f"{quote(word)} holds a NUL", "no argument can")
        size += len(word.encode())
    if size > ARGV_BYTES:
        raise InvalidIntent("argv", f"has {size} bytes", f"the most is {ARGV_BYTES}")
