"""The builtins that are followed: what each does to the directory, the variables, the commands.

Rules of this file:
1. A form of a builtin that is not followed here refuses the string; it is never ignored.
2. A name that means something to shells themselves is never assigned.
"""

# ruff: noqa: ARG001 - every rule has the same parameters

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

from holdfast.policy.facts.commands.call import Ledger
from holdfast.policy.facts.commands.environment import DECIDES_PROGRAM
from holdfast.policy.facts.model import Unjudgeable
from holdfast.policy.facts.programs import resolve_place
from holdfast.policy.facts.shell.builtins import SET_OPTIONS
from holdfast.policy.facts.shell.expand import MAGIC, State
from holdfast.policy.facts.shell.syntax import Simple, refuse

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./=!:@%+\-]*", re.ASCII)

Words = Sequence[str | None]
Ends = tuple[State, State]
"""What is known when a command succeeds, and when it fails."""


class Shell(Protocol):
    """What the rules need of the walk."""

    @property
    def ledger(self) -> Ledger:
        """Where touches go."""
        ...

    def string(self, text: str, state: State) -> None:
        """Follow another string in the same shell."""
        ...

    def process(
        self, words: Sequence[str], state: State, names: Sequence[str], piped: str | None
    ) -> None:
        """Judge a program."""
        ...

    def run(
        self, command: Simple, argv: Words, state: State, failed: State, piped: str | None
    ) -> Ends:
        """Follow another command."""
        ...


def require_assignable(name: str, doing: str) -> None:
    """Refuse a name that shells set, or read, by themselves."""
    if MAGIC.fullmatch(name) or name in DECIDES_PROGRAM:
        raise Unjudgeable(
            "command",
            f"`{name}` means something to shells: {doing} changes later words",
            "put what follows into a command of its own",
        )


def _cd(
    shell: Shell, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
) -> tuple[State, State]:
    del piped
    words = [word for word in argv[1:] if word != "--"]
    if len(words) > 1 or (words and (not words[0] or words[0].startswith("-"))):
        raise refuse(command.position, "where this `cd` leads is not followed", "name one")
    target = words[0] if words and words[0] else shell.ledger.world.home
    failed = state.copy()
    reached: list[str] = []
    for workdir in state.workdirs:
        shell.ledger.path(("fs.list",), target, workdir)
        where = resolve_place(target, workdir=workdir, world=shell.ledger.world).uid.id
        if where not in reached:
            reached.append(where)
    state.workdirs = tuple(reached)
    return state, failed


def _export(
    shell: Shell, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
) -> tuple[State, State]:
    del piped
    for word in argv[1:]:
        name, assigned, value = (word or "").partition("=")
        if not _NAME.fullmatch(name):
            raise refuse(command.position, "what this exports is not followed")
        require_assignable(name, "exporting it")
        state.exported |= {name}
        if assigned:
            state.variables[name] = value
    return state, state.copy()


def _unset(
    shell: Shell, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
) -> tuple[State, State]:
    del piped
    for word in argv[1:]:
        name = word or ""
        if not _NAME.fullmatch(name):
            raise refuse(command.position, "what this unsets is not followed")
        require_assignable(name, "unsetting it")
        state.variables[name] = None
    return state, state.copy()


def _set(
    shell: Shell, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
) -> tuple[State, State]:
    del piped
    if any(word not in SET_OPTIONS for word in argv[1:]):
        raise refuse(command.position, "`set` with more than -e, -u, -x and pipefail")
    return state, state.copy()


def _read(
    shell: Shell, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
) -> tuple[State, State]:
    del piped
    for word in argv[1:]:
        name = word or "["
        if name in {"-r", "-s"}:
            continue
        if not _NAME.fullmatch(name):
            raise refuse(command.position, "`read` with more than -r and names")
        require_assignable(name, "reading it")
        state.variables[name] = None
        state.exported |= {name}
    state.variables["REPLY"] = None
    return state, state.copy()


def _eval(
    shell: Shell, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
) -> tuple[State, State]:
    del command, piped
    shell.string(" ".join(word or "" for word in argv[1:]), state)
    return state, state.copy()


def _exec(
    shell: Shell, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
) -> tuple[State, State]:
    words = [word or "" for word in argv[1:]]
    if words and words[0].startswith("-"):
        raise refuse(command.position, "`exec` with an option")
    if words:
        shell.process(words, state, (), piped)
    return state, state.copy()


def _hash(
    shell: Shell, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
) -> tuple[State, State]:
    del piped
    if any((word or "-").startswith("-") for word in argv[1:]):
        raise refuse(command.position, "`hash` with an option decides what a name means")
    return state, state.copy()


def _command_builtin(
    shell: Shell, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
) -> tuple[State, State]:
    words = list(argv[1:])
    if words[:1] in (["-v"], ["-V"]) or not words:
        return state, state.copy()
    if (words[0] or "-").startswith("-"):
        raise refuse(command.position, "`command` with an option", "drop it")
    return shell.run(command, words, state, state.copy(), piped)


def _test(
    shell: Shell, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
) -> tuple[State, State]:
    """`[[` is judged as `test`: to a plain sh it is a program nobody has."""
    words = [word or "" for word in argv]
    plain = all(_PLAIN.fullmatch(word) for word in words[1:-1])
    numeric = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v", "-R"} & set(words)
    if words[-1] != "]]" or command.redirects or numeric or not plain:
        raise refuse(command.position, "`[[` with more than a plain test", "write `[ ... ]`")
    shell.process(["test", *words[1:-1]], state, (), piped)
    return state, state.copy()


Rule = Callable[[Shell, Simple, Words, State, str | None], Ends]
RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "cd": _cd,
        "export": _export,
        "unset": _unset,
        "set": _set,
        "read": _read,
        "eval": _eval,
        "exec": _exec,
        "hash": _hash,
        "command": _command_builtin,
        "[[": _test,
    }
)
"""Builtins with a rule of their own."""
