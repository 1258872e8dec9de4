"""Programs' arguments, by the tables in `argv.txt` and `shell.txt` beside this file.

A case is `$ COMMAND` (split as a shell would split plain words; `\\n` is a line break,
`\\T` a tab), then one
line for each touch: `exec PROGRAM facts...`, `read|list|write|delete PATH`, `net URL METHOD`, or
`refused WORDS-OF-THE-MESSAGE`. Lines that begin with `#` are notes.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest

from holdfast.policy.facts.argv import argv_touches
from holdfast.policy.facts.commands.call import MAX_NESTING
from holdfast.policy.facts.commands.environment import (
    DECIDES_PROGRAM,
    HARMLESS,
    RUNS_CODE_NAMES,
    RUNS_CODE_PREFIXES,
)
from holdfast.policy.facts.commands.spec import ROLES, Spec, compile_spec
from holdfast.policy.facts.commands.tables import SPECS, lookup
from holdfast.policy.facts.model import InvalidIntent, Touch, Unjudgeable, World
from holdfast.policy.facts.shell import shell_touches
from holdfast.proto.limits import ARGV_BYTES, ARGV_ITEMS

HERE = Path(__file__).parent
WORLD = World({"main": "/w/main", "docs": "/w/docs"}, home="/home/me")


def cases(name: str) -> Iterator[tuple[str, list[str]]]:
    command, lines = "", list[str]()
    for line in (HERE / name).read_text("utf-8").splitlines():
        if line.startswith("$ "):
            if command:
                yield command, lines
            command, lines = line[2:].replace("\\n", "\n").replace("\\T", "\t"), []
        elif line and not line.startswith("#"):
            lines.append(line.strip())
    yield command, lines


def shown(touch: Touch) -> str:
    verb = touch.action.rpartition(".")[2]
    facts = touch.context
    if verb == "request":
        headers = facts["headers"]
        assert isinstance(headers, frozenset)
        return " ".join(["net", touch.resource.uid.id, str(facts["method"]), *sorted(map(str, headers))])
    if verb != "exec":
        return f"{verb} {touch.resource.uid.id}"
    flags, args = facts["flags"], facts["args"]
    assert isinstance(flags, frozenset)
    assert isinstance(args, frozenset)
    first = [facts[f"arg{n}"] for n in range(1, 5)]
    assert [str(a) for a in first if a] == [str(a) for a in first if a in args and a]
    words = ["exec", touch.resource.uid.id]
    if facts["subcommand"]:
        words.append(f"sub={facts['subcommand']}")
    words.extend(sorted(str(flag) for flag in flags))
    words.extend(f"[{str(a)!r}]"[1:-1] for a in first if a)
    words.extend(["+code"] * bool(facts["runs_code"]))
    words.extend([f"in={facts['workdir']}"] * (facts["workdir"] != "."))
    return " ".join(words)


def judged(command: str, *, shell: bool) -> list[str]:
    try:
        touches = (
            shell_touches(command, workdir=".", world=WORLD)
            if shell
            else argv_touches(shlex.split(command), workdir=".", world=WORLD)
        )
    except (InvalidIntent, Unjudgeable) as refusal:
        assert refusal.hint or refusal.field
        return [f"refused {refusal.message}"]
    return [shown(touch) for touch in touches]


@pytest.mark.parametrize(("command", "expected"), list(cases("argv.txt")), ids=lambda v: str(v)[:60])
def test_argv(command: str, expected: list[str]) -> None:
    assert judged(command, shell=False) == expected


@pytest.mark.parametrize(("command", "expected"), list(cases("shell.txt")), ids=lambda v: str(v)[:60])
def test_shell(command: str, expected: list[str]) -> None:
    assert judged(command, shell=True) == expected
