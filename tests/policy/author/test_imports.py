"""What is drafted from other systems' lists: it loads, and it never says more than they did."""

# ruff: noqa: E501 - rows of tables and rules are read as lines

from __future__ import annotations

import fnmatch
import json
import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings as limited, strategies as st

from holdfast.policy.author.importers import Draft, import_claude, import_codex, import_mcp
from holdfast.policy.author.situations import Refusal, judge_situation, stand
from holdfast.policy.diagnostics import Problem
from holdfast.policy.judge import request_for
from holdfast.policy.loader import Loaded, load_policy
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Situation
from holdfast.proto.errors import HoldfastError
from holdfast.proto.limits import IMPORT_TOOLS

ENTRIES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("entries.toml").read_text(encoding="utf-8")
)["entry"]


def check(files: Mapping[str, bytes]) -> Sequence[Problem]:
    loaded = load_policy(files)
    return () if isinstance(loaded, Loaded) else loaded.problems


def claude(**lists: Sequence[str]) -> Draft:
    permissions = {name: list(texts) for name, texts in lists.items()}
    return import_claude(json.dumps({"permissions": permissions}).encode(), check)


def loads(draft: Draft) -> Policy:
    loaded = load_policy(draft.files)
    assert isinstance(loaded, Loaded)
    return loaded.policy


def rules(draft: Draft) -> list[str]:
    return draft.files["rules/imported.cedar"].decode().splitlines()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry['list']} {entry['text']}")
def test_entries_as_listed(entry: dict[str, Any]) -> None:
    found = claude(**{entry["list"]: [entry["text"]]})
    loads(found)
    lines = rules(found)
    for wanted in entry["rules"]:
        assert wanted in lines, "\n".join(lines)
    if not entry["rules"]:
        assert not [line for line in lines if line.startswith(("permit", "forbid"))]
    left = [f"{one.became}: {one.reason}" for one in found.left]
    assert len(left) == len(entry["left"]), left
    assert all(
        (w == "comment: ?" and c.startswith("comment: ")) or w == c
        for w, c in zip(entry["left"], left, strict=True)
    ), left
    shown: Any = found.as_json()
    assert len(shown["kept"]) + len({one["entry"] for one in shown["left"]}) == 1


# ---- laws --------------------------------------------------------------------------------------

words = st.sampled_from(
    [
        "git",
        "npm",
        "ls",
        "cat",
        "push",
        "run",
        "x",
        "-f",
        "--all",
        "./a.sh",
        "*",
        "a*",
        "src",
        "make",
    ]
)
commands = st.lists(words, min_size=1, max_size=4).map(" ".join)
paths = st.lists(
    st.sampled_from(
        ["src", "*", "**", "a", "*.py", "x.py", ".env", ".", "~", "", "..", "etc", "[ab]", "{c}"]
    ),
    min_size=1,
    max_size=4,
).map("/".join)
entries = st.one_of(
    commands.map(lambda text: f"Bash({text})"),
    commands.map(lambda text: f"Bash({text}:*)"),
    st.builds("{}({})".format, st.sampled_from(["Read", "Edit", "Write"]), paths),
    st.builds(
        "WebFetch(domain:{})".format,
        st.sampled_from(["example.com", "*.x.io", "1.2.3.4", "é.de", "a b"]),
    ),
    st.builds(
        "mcp__{}__{}".format,
        st.sampled_from(["a", "b-c", "*", ""]),
        st.sampled_from(["t", "u_v", "*", ""]),
    ),
    st.text(max_size=20),
)
lists = st.lists(entries, max_size=4)


@given(allow=lists, ask=lists, deny=lists)
@limited(max_examples=12)
def test_whatever_is_drafted_loads_and_is_accounted_for(
    allow: list[str], ask: list[str], deny: list[str]
) -> None:
    found = claude(allow=allow, ask=ask, deny=deny)
    loads(found)
    named = {*found.kept, *(one.entry for one in found.left)}
    everything = {
        f"{kind}: {text}"
        for kind, some in (("allow", allow), ("ask", ask), ("deny", deny))
        for text in some
    }
    assert named == everything


argvs = st.lists(words.filter(lambda word: "*" not in word), min_size=1, max_size=5)


def listed(pattern: str, argv: Sequence[str], *, whole: bool) -> bool:
    """Whether a list's own matching takes the command; `:*` and ` *` end at a word."""
    text = shlex.join(argv)
    if pattern.endswith((":*", " *")):
        text, pattern = f"{text} ", f"{re.sub('(:| )[*]$', '', pattern)} *"
    elif not whole and "*" not in pattern:
        pattern = f"{pattern}*"
    return fnmatch.fnmatchcase(text, pattern)


def process_answers(policy: Policy, argv: Sequence[str]) -> tuple[bool, bool]:
    """Whether some permit, and some forbid, holds for the process itself."""
    stood = stand(policy, Situation("coding-agent", "process.exec", {"argv": list(argv)}))
    if isinstance(stood.facts, Refusal):
        return False, True
    touch = stood.facts.touches[0]
    base = {**stood.moment.facts(), "digest": ""}
    outcome = policy.program.evaluate(request_for(policy, touch, stood.principal, base, ()))
    return bool(outcome.permits), bool(outcome.forbids)


@given(command=commands, prefix=st.booleans(), argv=argvs)
@limited(max_examples=25)
def test_a_command_is_never_permitted_wider_nor_forbidden_narrower(
    command: str, prefix: bool, argv: list[str]
) -> None:
    pattern = f"{command}:*" if prefix else command
    permitted, _ = process_answers(loads(claude(allow=[f"Bash({pattern})"])), argv)
    assert not permitted or listed(pattern, argv, whole=True)
    _, forbidden = process_answers(loads(claude(deny=[f"Bash({pattern})"])), argv)
    assert forbidden or not listed(pattern, argv, whole=True)


asked = st.lists(
    st.sampled_from(["src", "a", "x.py", ".env", "b.py", "c"]), min_size=1, max_size=3
).map("/".join)


def covers(pattern: str, path: str) -> bool:
    """Gitignore's own reading of a pattern inside the workspace: the path or a directory of it."""
    anchored = "/" in pattern.rstrip("/")
    body = re.sub(r"/(\./)+", "/", pattern.removeprefix("./").lstrip("/"))
    if pattern.startswith(("//", "~")) or ".." in pattern.split("/"):
        return False
    parts = [part for part in body.split("/") if part not in ("", ".")]
    regex = ""
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        if part == "**":
            regex += ".+" if last else "(?:.+/)?"
        else:
            regex += fnmatch.translate(part)[4:-3].replace(".*", "[^/]*").replace("(?>", "(?:") + (
                "" if last else "/"
            )
    if not anchored:
        regex = f"(?:.+/)?{regex}"
    pieces = path.split("/")
    ends = range(1, len(pieces) + (0 if pattern.endswith("/") else 1))
    return any(re.fullmatch(regex, "/".join(pieces[:end])) for end in ends) if parts else False


simple = st.lists(
    st.sampled_from(["src", "*", "**", "a", "*.py", "x.py", ".env", "."]), min_size=1, max_size=3
).map("/".join)


@given(
    pattern=st.builds(
        "{}{}{}".format, st.sampled_from(["", "./", "/"]), simple, st.sampled_from(["", "/"])
    ),
    path=asked,
)
@limited(max_examples=25)
def test_a_path_is_never_permitted_wider_nor_forbidden_narrower(pattern: str, path: str) -> None:
    if pattern.startswith("//") or not set(pattern) - set("./"):
        return
    situation = Situation("coding-agent", "fs.read", {"path": path})
    allowed = judge_situation(loads(claude(allow=[f"Read({pattern})"])), situation)
    # A folder stands for what is in it: who reads `src` reads the names below `src/**`.
    assert not allowed.allowed or covers(pattern, path) or covers(pattern, f"{path}/x")
    denied = judge_situation(loads(claude(allow=["Read"], deny=[f"Read({pattern})"])), situation)
    assert not denied.allowed or not covers(pattern, path)


# ---- other lists -------------------------------------------------------------------------------


def test_an_ask_waits_for_the_owner() -> None:
    policy = loads(claude(ask=["Edit(./src/**)"], deny=["Edit(./src/gen/**)"]))
    ask = judge_situation(
        policy, Situation("coding-agent", "fs.write", {"path": "src/a", "content": ""})
    )
    assert ask.needs == ("owner",)
    held = Situation(
        "coding-agent", "fs.write", {"path": "src/a", "content": ""}, frozenset({"owner"})
    )
    assert judge_situation(policy, held).allowed
    denied = Situation(
        "coding-agent", "fs.write", {"path": "src/gen/a", "content": ""}, frozenset({"owner"})
    )
    assert not judge_situation(policy, denied).allowed


def test_codex_rules() -> None:
    text = """
prefix_rule(pattern=["git", ["status", "diff"]], decision="allow", justification="looks")
prefix_rule(pattern=["git", "push"], decision="prompt", match=["git push"])
prefix_rule(pattern=["rm"], decision="forbidden")
prefix_rule(pattern=["pytest"])
prefix_rule(pattern=["echo", "a b"], decision="prompt")
"""
    found = import_codex(text, check)
    policy = loads(found)
    assert process_answers(policy, ["git", "status"]) == (True, False)
    assert process_answers(policy, ["git", "push"]) == (True, True)
    assert process_answers(policy, ["rm", "x"]) == (False, True)
    assert process_answers(policy, ["pytest"]) == (True, False)
    assert process_answers(policy, ["git", "log"]) == (False, False)
    assert "allow: pytest" in found.kept
    assert [one.entry for one in found.left if one.became == "comment"] == ["prompt: echo a b"]


def test_codex_words_that_are_no_command() -> None:
    found = import_codex(
        'prefix_rule(pattern=["a b"])\nprefix_rule(pattern=["c d"], decision="forbidden")', check
    )
    assert [(one.entry, one.became) for one in found.left] == [
        ("allow: a b", "comment"),
        ("forbidden: c d", "broader forbid"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "prefix_rule(",
        "x = 1",
        "print('x')",
        "other.call(pattern=['a'])",
        "prefix_rule(['a'])",
        "prefix_rule(decision='allow')",
        "prefix_rule(pattern=['a'], mood='x')",
        "prefix_rule(pattern=['a'], **x)",
        "prefix_rule(pattern=['a'], decision='maybe')",
        "prefix_rule(pattern=['a'], decision=x)",
        "prefix_rule(pattern='a')",
        "prefix_rule(pattern=[])",
        "prefix_rule(pattern=[[]])",
        "prefix_rule(pattern=[1])",
        "prefix_rule(pattern=[['a', 1]])",
        "prefix_rule(pattern=[['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd', 'e']])",
        "\0",
        "#" * 300_000,
    ],
)
def test_codex_rules_that_cannot_be_read(text: str) -> None:
    with pytest.raises(HoldfastError, match="line"):
        import_codex(text, check)


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"permissions": []}',
        b'{"permissions": {"allow": {}}}',
        b'{"permissions": {"deny": [1]}}',
    ],
)
def test_settings_that_cannot_be_read(data: bytes) -> None:
    with pytest.raises(HoldfastError, match="permission list"):
        import_claude(data, check)


TOOLS = {
    "tools": [
        {"name": "get", "description": 'a\n"b" \x1b', "annotations": {"readOnlyHint": True}},
        {"name": "merge", "annotations": {"readOnlyHint": "yes"}},
        {"name": "no name"},
    ]
}


@pytest.mark.parametrize(
    "shape", [TOOLS, {"result": TOOLS}, TOOLS["tools"]], ids=["result", "answer", "list"]
)
def test_upstream_tools(shape: object) -> None:
    found = import_mcp("github", json.dumps(shape).encode(), check)
    policy = loads(found)
    assert [rule.id for rule in policy.rules] == ["allow-get", "allow-merge", "ask-merge"]
    call = Situation("coding-agent", "mcp.call", {"server": "github", "tool": "get"})
    assert not judge_situation(policy, call).allowed, "its definition is not pinned"
    assert [one.entry for one in found.left] == ["no name"]


def test_the_same_name_after_all() -> None:
    found = import_mcp("s", json.dumps([{"name": "a-b"}, {"name": "a_b"}]).encode(), check)
    assert [rule.id for rule in loads(found).rules] == [
        "allow-a-b",
        "ask-a-b",
        "allow-a-b-2",
        "ask-a-b-2",
    ]


@pytest.mark.parametrize(
    ("server", "data"),
    [
        ("a b", b"[]"),
        ("a", b"{"),
        ("a", b"3"),
        ("a", b'{"tools": 3}'),
        ("a", b'[{"title": "x"}]'),
        ("a", b"[3]"),
        ("a", b'[{"name": "x"}, {"name": "x"}]'),
        ("a", json.dumps([{"name": f"x{n}"} for n in range(IMPORT_TOOLS + 1)]).encode()),
    ],
)
def test_tool_lists_that_cannot_be_read(server: str, data: bytes) -> None:
    with pytest.raises(HoldfastError, match="tool list"):
        import_mcp(server, data, check)


def test_a_draft_that_never_loads_is_an_error() -> None:
    broken = Problem("who.toml", 1, 1, 1, "json", "it never loads", "do something")
    with pytest.raises(HoldfastError, match="never loads"):
        import_mcp("a", b'[{"name": "x"}]', lambda _files: (broken,))


def test_a_deny_that_cannot_be_said_is_an_error() -> None:
    def refuse(files: Mapping[str, bytes]) -> Sequence[Problem]:
        lines = files["rules/imported.cedar"].decode().splitlines()
        at = next(n for n, line in enumerate(lines, 1) if line.startswith("forbid"))
        return (Problem("rules/imported.cedar", at, 1, 1, "json", "no such forbid"),)

    with pytest.raises(HoldfastError, match="no such forbid"):
        import_claude(b'{"permissions": {"deny": ["Bash(rm:*)"]}}', refuse)
