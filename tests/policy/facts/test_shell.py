"""Laws and ceilings of the shell normaliser; the cases are in `shell.txt`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from holdfast.policy.facts.argv import argv_touches
from holdfast.policy.facts.model import InvalidIntent, Touch, Unjudgeable, World
from holdfast.policy.facts.shell import AS_PROGRAMS, FOLLOWED, INERT, REFUSED, shell_touches
from holdfast.policy.facts.shell.rules import RULES
from holdfast.proto.limits import SHELL_BYTES, SHELL_COMMANDS, SHELL_DEPTH

WORLD = World({"main": "/w/main"}, home="/home/me")
ROOT = Path(__file__).resolve().parents[3]
VECTORS = Path(os.environ.get("HOLDFAST_VECTORS", ROOT.parent / "shared" / "vectors"))


def judged(command: str) -> tuple[Touch, ...]:
    return shell_touches(command, workdir=".", world=WORLD)


def refused(command: str) -> str:
    with pytest.raises(Unjudgeable) as caught:
        judged(command)
    assert caught.value.hint
    return caught.value.message


def test_ceilings() -> None:
    judged(f"echo {'x' * (SHELL_BYTES - 5)}")
    with pytest.raises(InvalidIntent):
        judged(f"echo {'x' * SHELL_BYTES}")
    depth = SHELL_DEPTH - 1
    judged("( " * depth + "ls" + " )" * depth)
    assert "levels" in refused("( " * (depth + 1) + "ls" + " )" * (depth + 1))
    assert "levels" in refused("`( " * 1 + "( " * depth + "ls" + " )" * depth + " )`")
    loops = "for a in 1 2 3 4 5 6 7 8; do " * 4
    assert str(SHELL_COMMANDS) in refused(f"{loops} ls {'; done' * 4}")
    assert "nobody can say which directory" in refused("for i in 1 2; do cd a$i; done")
    assert "programs" in refused("eval " * 4 + "'eval eval eval eval eval ls'")


def test_a_loop_that_keeps_learning_is_refused() -> None:
    chain = "; ".join(f"V{n}=$V{n + 1}" for n in range(29))
    start = "; ".join(f"V{n}=a" for n in range(30))
    assert "never the same" in refused(f"{start}; while ls; do {chain}; V29=b; done")
    assert "never the same" in refused(f"{start}; for i in a b; do {chain}; V29=b; done")


@pytest.mark.parametrize("command", ["ls\x00", "e\u0301", "\ud800"])
def test_no_shell_string(command: str) -> None:
    with pytest.raises(InvalidIntent):
        judged(command)


@pytest.mark.parametrize("char", ["\x01", "\x7f", "\r", "\x1b", "\x0b"])
def test_control_characters(char: str) -> None:
    assert "control" in refused(f"echo a{char}b")


def test_no_builtin_has_two_rules() -> None:
    tables = [AS_PROGRAMS, INERT, FOLLOWED, frozenset(REFUSED)]
    for index, one in enumerate(tables):
        for other in tables[index + 1 :]:
            assert not one & other
    assert set(RULES) == FOLLOWED


def test_directories_the_string_is_started_in() -> None:
    found = shell_touches("cat a; cat $PWD/b", workdir="src/deep", world=WORLD)
    assert [t.resource.uid.id for t in found if t.action == "fs.read"] == [
        "src/deep/a",
        "src/deep/b",
    ]
    found = shell_touches("cd /tmp && cat $PWD/b", workdir="src", world=WORLD)
    assert [t.resource.uid.id for t in found if t.action == "fs.read"] == ["/tmp/b"]


def test_two_ways_to_one_directory_are_one() -> None:
    found = judged("cd a && if ls; then cd ..; fi; cd /tmp && cat b")
    assert [t.resource.uid.id for t in found if t.action == "fs.read"] == ["/tmp/b"]


_words = st.text(
    st.characters(codec="ascii", exclude_characters="\x7f'", min_codepoint=32), max_size=8
)


@settings(max_examples=150)
@given(st.lists(_words.filter(lambda w: not w.startswith("-")), max_size=4))
def test_a_quoted_command_is_its_argv(words: list[str]) -> None:
    """A string of quoted words is judged exactly as the argv it is."""
    command = " ".join(["cat", *(f"'{word}'" for word in words)])
    try:
        expected = argv_touches(["cat", *words], workdir=".", world=WORLD, shell=True)
    except (InvalidIntent, Unjudgeable) as refusal:
        with pytest.raises(type(refusal)):
            judged(command)
    else:
        assert judged(command) == expected


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab '\"\\$`(){}[];&|<>\n#!*?~=-,/.é0"), max_size=24))
def test_any_text_is_judged_or_refused(text: str) -> None:
    """Nothing but the two refusals ever leaves, and what is judged always names a process."""
    try:
        touches = judged(text)
    except (InvalidIntent, Unjudgeable):
        return
    assert any(touch.action == "process.exec" for touch in touches)
    assert judged(text) == touches


@settings(max_examples=100)
@given(st.text(max_size=20))
def test_any_unicode_is_judged_or_refused(text: str) -> None:
    try:
        judged(f"echo {text}")
    except (InvalidIntent, Unjudgeable):
        return


def destructive(touches: tuple[Touch, ...]) -> bool:
    """A policy's view: enough is in the facts to deny every destructive line of the list."""
    for touch in touches:
        facts = touch.context
        if touch.action == "fs.delete" or facts.get("runs_code") is True:
            return True
        flags = facts.get("flags", frozenset())
        assert isinstance(flags, frozenset)
        match touch.resource.uid.id, facts.get("subcommand"), facts.get("arg1"):
            case "git", "reset", _ if "--hard" in flags:
                return True
            case "git", "stash", "drop":
                return True
            case "git", "branch", _ if "-D" in flags:
                return True
            case "git", "push", _ if flags & {"-f", "--force"}:
                return True
            case "rm", _, _ if "-r" in flags and "-f" in flags:
                return True
            case _:
                pass
    return False


def test_every_destructive_line_of_the_public_list_can_be_denied() -> None:
    path = VECTORS / "shell-commands.jsonl"
    if not path.exists():
        pytest.skip("shell-commands.jsonl is not here")
    for line in path.read_text("utf-8").splitlines():
        case = json.loads(line)
        if case["command"] is None or case["expected"] != "deny":
            continue
        try:
            touches = judged(case["command"])
        except Unjudgeable:
            continue
        assert destructive(touches), case["command"]
