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

import pytest

from holdfast.policy.cedar.values import ip
from holdfast.policy.facts.argv import argv_touches
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
from holdfast.proto.limits import ARGV_BYTES, ARGV_ITEMS, PROGRAM_NESTING

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
        return " ".join(
            ["net", touch.resource.uid.id, str(facts["method"]), *sorted(map(str, headers))]
        )
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
        return [f"refused {refusal.message}"]
    return [shown(touch) for touch in touches]


@pytest.mark.parametrize(
    ("command", "expected"), list(cases("argv.txt")), ids=lambda v: str(v)[:60]
)
def test_argv(command: str, expected: list[str]) -> None:
    assert judged(command, shell=False) == expected


@pytest.mark.parametrize(
    ("command", "expected"), list(cases("shell.txt")), ids=lambda v: str(v)[:60]
)
def test_shell(command: str, expected: list[str]) -> None:
    assert judged(command, shell=True) == expected


# ---- what is no argv -------------------------------------------------------------------------
@pytest.mark.parametrize(
    "argv",
    [
        [], [""], ["ls", "a\x00b"], ["ls", "e\u0301"], ["ls", "\ud800"], ["a\nb"],
        ["ls"] * (ARGV_ITEMS + 1), ["ls", "x" * ARGV_BYTES], ["echo", "é" * ARGV_BYTES],
        ["ls", "é", "a\x00"], ["foo", *(f"f{n}" for n in range(70))],
    ],
    ids=lambda argv: repr(argv)[:40],
)  # fmt: skip
def test_refused(argv: list[str]) -> None:
    with pytest.raises(InvalidIntent):
        argv_touches(argv, workdir=".", world=WORLD)


def test_a_line_break_is_text_like_any_other() -> None:
    assert [
        shown(t)
        for t in argv_touches(["git", "commit", "-m", "a\n\nb é"], workdir=".", world=WORLD)
    ] == ["exec git sub=commit -m"]


def test_names_in_the_environment() -> None:
    def code(name: str) -> object:
        touches = argv_touches(["cat", "a"], workdir=".", world=WORLD, env={name: "x"})
        return touches[0].context["runs_code"]

    for name in sorted(RUNS_CODE_NAMES):
        assert code(name) is True, name
    for name in RUNS_CODE_PREFIXES:
        assert code(f"{name}_X") is True, name
    for name in sorted(HARMLESS | {"FOO", "LC_ALL", "CI"}):
        assert code(name) is False, name
    for name in sorted(DECIDES_PROGRAM):
        with pytest.raises(Unjudgeable):
            code(name)


def test_every_resolved_address_is_a_touch() -> None:
    world = World({"main": "/w"}, resolved={"example.com": ("10.0.0.1", "10.0.0.2")})
    for argv in (["curl", "https://example.com/"], ["ssh", "example.com"]):
        touches = argv_touches(argv, workdir=".", world=world)
        assert [t.resource.attrs["ip"] for t in touches[1:]] == [ip("10.0.0.1"), ip("10.0.0.2")]


def test_an_operand_may_be_a_directory_and_is_then_in_it() -> None:
    touches = argv_touches(["rm", "-rf", ".git"], workdir=".", world=WORLD)
    assert {uid.id for uid in touches[1].resource.ancestors} == {".", ".git", "main"}


def test_every_row_compiles_and_every_role_is_used() -> None:
    used = set[str]()

    def walk(spec: Spec) -> None:
        compiled = compile_spec(spec)
        used.update(compiled.head, (compiled.star, compiled.tail, spec.default))
        used.update(option.role for option in compiled.options.values())
        for name in compiled.options:
            assert name.startswith("-")
            assert spec.words or name.startswith("--") or len(name) == 2, name
        for sub in spec.subcommands:
            walk(sub)

    for name, spec in SPECS.items():
        walk(spec)
        assert lookup(name) is not None
    assert used - {""} <= set(ROLES)
    assert set(ROLES) - used == set()
    assert lookup("no-such-program") is None
    with pytest.raises(KeyError):
        compile_spec(Spec("x", "nonsense*"))


def test_nesting_has_a_ceiling() -> None:
    argv_touches(["nice"] * (PROGRAM_NESTING - 1) + ["ls"], workdir=".", world=WORLD)
    with pytest.raises(Unjudgeable):
        argv_touches(["nice"] * PROGRAM_NESTING + ["ls"], workdir=".", world=WORLD)
