"""The documentation: what is shown is run, and what must be said is said."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sybil import Example

from tools import examples

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(?P<language>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
# What the product does not do, in words a reader can find: design decisions, not omissions.
NON_GOALS = (
    "Byzantine consensus",
    "Radio jamming",
    "infinite saturation",
    "Authorisation by beacon",
    "Task boards",
    "API gateway",
    "Servers on macOS or Windows",
)


def pages() -> list[Path]:
    docs = (path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)
    return [*sorted(ROOT.glob("*.md")), *sorted(docs)]


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_transcript_is_always_run(path: Path) -> None:
    """A `$ ` outside a console block would be an example nobody runs."""
    unrun = [
        fence["body"]
        for fence in FENCE.finditer(path.read_text(encoding="utf-8"))
        if re.search(r"^\$ ", fence["body"], re.MULTILINE) and fence["language"] != "console"
    ]
    assert unrun == []


@pytest.mark.parametrize("words", NON_GOALS)
def test_what_it_does_not_do_is_said(words: str) -> None:
    page = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
    assert words in page


def test_every_decision_names_its_price() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    assert decisions
    assert [
        path.name
        for path in decisions
        if "\n* Against it: " not in path.read_text(encoding="utf-8")
    ] == []


def test_every_target_of_the_makefile_says_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    documented = set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
    promised = {"env", "up", "test", "check", "bench", "verify", "docs", "fmt", "lock", "help"}
    assert promised <= documented
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    assert documented == set(phony[1].split())


def example(text: str, folder: Path) -> Example:
    space = {"_scratch": SimpleNamespace(name=str(folder))}
    return cast("Example", SimpleNamespace(parsed=text, namespace=space))


def test_commands_and_their_output_are_told_apart() -> None:
    block = "$ cat <<X\n> a\n> X\na\n$ true\n$ echo '> b'\n> b\n"
    assert examples.steps(block) == [
        ("cat <<X\na\nX", "a\n"),
        ("true", ""),
        ("echo '> b'\nb", ""),
    ]


def test_a_block_that_begins_with_output_is_refused() -> None:
    with pytest.raises(ValueError, match="must start with"):
        examples.steps("a\n$ b\n")


@pytest.mark.parametrize(
    "block",
    [
        "$ echo one\none\n$ echo two >&2\ntwo\n",
        "$ printf 'a\\n\\nb  \\n'\na\nb\n",
        "$ seq 1 5\n1\n...\n5\n",
        "$ false\n",
        "$ echo x > here\n$ cat here\nx\n",
    ],
)
def test_right_output_passes(block: str, tmp_path: Path) -> None:
    assert examples.run_console(example(block, tmp_path)) is None


@pytest.mark.parametrize("block", ["$ echo one\ntwo\n", "$ echo one\n", "$ true\none\n"])
def test_wrong_output_fails(block: str, tmp_path: Path) -> None:
    assert "wanted" in str(examples.run_console(example(block, tmp_path)))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("// policy/rules/a.cedar\npermit;\n", "policy/rules/a.cedar"),
        ("# who.toml\nx = 1\n", "who.toml"),
        ("// a coding agent in a repository\npermit;\n", None),
        ("# /etc/passwd.toml\n", None),
        ("# ../up.toml\n", None),
        ("permit;\n", None),
    ],
)
def test_a_named_block_becomes_its_file(text: str, path: str | None, tmp_path: Path) -> None:
    examples.write_file(example(text, tmp_path))
    written = [entry for entry in tmp_path.rglob("*") if entry.is_file()]
    assert written == ([] if path is None else [tmp_path / path])
    assert all(entry.read_text(encoding="utf-8") == text for entry in written)


def test_a_named_json_block_is_json(tmp_path: Path) -> None:
    examples.write_file(example('// a.json\n{"a": 1}\n', tmp_path))
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{"a": 1}\n'


def test_a_page_has_its_own_place() -> None:
    namespace: dict[str, Any] = {}
    examples.enter_page(namespace)
    folder = Path(namespace["_scratch"].name)
    assert folder.is_dir()
    examples.leave_page(namespace)
    assert not folder.exists()


def test_readers_see_no_colours_and_their_own_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_DEBUG", "1")
    env = examples.page_environment("home")
    assert env["NO_COLOR"] == "1"
    assert env["HOME"] == "home"
    assert "HOLDFAST_DEBUG" not in env
