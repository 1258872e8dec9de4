"""Shell strings, parsed to the commands they would run: the normaliser of `shell.exec`.

Rules of this room:
1. For every string that is accepted, each command that bash or a plain sh would run, and each file
   a redirection would open, is among what is judged. There is no most likely reading.
2. What cannot be parsed, or depends on what only the running shell knows, is `Unjudgeable`, with
   the position and what to ask instead.
3. The environment a string is run in holds no `BASH_ENV`, `ENV`, `CDPATH` or exported functions:
   that is the executor's promise, and the only thing assumed.
"""

from __future__ import annotations

from typing import Final

from holdfast.policy.facts.commands.call import Ledger, Place
from holdfast.policy.facts.commands.judge import EMPTY_CONTEXT
from holdfast.policy.facts.mentions import NOTHING, Mentioned
from holdfast.policy.facts.model import InvalidIntent, Touch, Unjudgeable, World
from holdfast.policy.facts.names import require_bytes_at_most, require_text
from holdfast.policy.facts.programs import resolve_program
from holdfast.policy.facts.shell.builtins import AS_PROGRAMS, FOLLOWED, INERT, REFUSED
from holdfast.policy.facts.shell.walk import walk_script
from holdfast.proto.limits import SHELL_BYTES

__all__ = ["AS_PROGRAMS", "FOLLOWED", "INERT", "REFUSED", "shell_touches"]

_HINT: Final = "ask process.exec with an argv"


def shell_touches(
    command: str, *, workdir: str, world: World, mentioned: Mentioned = NOTHING
) -> tuple[Touch, ...]:
    """Return everything a shell string touches: every command it would run, every file it opens.

    A string that runs no program (`cd src`, `X=1`) still starts the shell: that is then judged.
    """
    require_text(command, field="command")
    require_bytes_at_most(command, SHELL_BYTES, field="command")
    if "\x00" in command:
        raise InvalidIntent("command", "holds a NUL", "no shell string can")
    ledger = Ledger(world, walk_script, mentioned)
    try:
        walk_script(ledger, command, Place(workdir, shell=True))  # noqa: S604 - a fact, not a call
    except RecursionError:  # pragma: no cover - the ceilings are far below it
        raise Unjudgeable("command", "is nested too deep", _HINT) from None
    if not any(touch.action == "process.exec" for touch in ledger.touches):
        shell = resolve_program("sh", workdir=workdir, world=world)
        ledger.add("process.exec", shell, {**EMPTY_CONTEXT, "workdir": workdir}, "sh")
    return tuple(ledger.touches)
