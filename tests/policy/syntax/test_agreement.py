"""The law: our parser and the engine's read the same tree, or both refuse."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import cedarpy
import pytest
from cedarpy import pst
from hypothesis import given, strategies as st

from holdfast.policy.cedar.syntax import parse_rules

HERE = Path(__file__).parent
OURS_ALONE = {"engine-refuses", "parsers-disagree"}
RULE = "permit(principal, action, resource) when { %s };"


def _lines(name: str) -> list[str]:
    lines = (HERE / name).read_text().split("\n")
    return [line.encode().decode("unicode_escape") for line in lines if line]


def _agree(text: str) -> None:
    parsed = parse_rules(text, "a.cedar")
    codes = {problem.code for problem in parsed.problems}
    try:
        theirs = cedarpy.policies_to_pst(text)
    except ValueError:
        assert codes - OURS_ALONE, text
        return
    assert not codes, (text, parsed.problems)
    assert {t.id: t for t in parsed.templates} == {**theirs.static_policies, **theirs.templates}


@pytest.mark.parametrize("expression", _lines("expressions.txt"))
def test_expressions(expression: str) -> None:
    _agree(RULE % expression)


@pytest.mark.parametrize("text", _lines("rules.txt"))
def test_rules(text: str) -> None:
    _agree(text)


PIECES = st.sampled_from(
    [
        "true", "false", "1", "-", "!", "(", ")", "[", "]", "{", "}", ",", ";", ":", "::", ".",
        "principal", "resource", "context", "action", "A", '"a"', '"b*"', "==", "!=", "<", "<=",
        "&&", "||", "+", "*", "/", "in", "is", "has", "like", "if", "then", "else", "ip",
        "contains", "isEmpty", "a", "?principal", "9223372036854775808", "\n", "// x\n", "=",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12))
def test_any_tokens_are_read_alike(pieces: list[str]) -> None:
    _agree(RULE % " ".join(pieces))


@given(st.lists(PIECES, max_size=10))
def test_any_heads_are_read_alike(pieces: list[str]) -> None:
    _agree("permit(principal " + " ".join(pieces) + ", action, resource);")


@given(st.text(max_size=12))
def test_any_text_is_read_alike(body: str) -> None:
    _agree(RULE % f'context.a == "{body}"')
    _agree(RULE % f'context.a like "{body}"')
    _agree(f"permit(principal, action, resource);{body}")


def test_the_public_corpus(vectors: Callable[[str], Path]) -> None:
    both, neither = 0, 0
    with tarfile.open(vectors("cedar-corpus.tar.gz")) as corpus:
        for member in corpus:
            handle = corpus.extractfile(member) if member.name.endswith(".cedar") else None
            if handle is None:
                continue
            text = handle.read().decode()
            parsed = parse_rules(text, member.name)
            if not parsed.problems:
                both += 1
                continue
            assert {p.code for p in parsed.problems} <= {"wrong-arguments"}
            with pytest.raises(ValueError, match="argument"):
                cedarpy.policies_to_pst(text)
            neither += 1
    assert both > 3900
    assert neither < 50


@pytest.mark.parametrize("folder", ["cedar-handwritten"])
def test_the_handwritten_policies(vectors: Callable[[str], Path], folder: str) -> None:
    files = sorted(vectors(folder).glob("*/*.cedar"))
    assert files
    for file in files:
        assert not parse_rules(file.read_text(), file.name).problems, file


def test_a_tree_that_differs_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    other = cedarpy.policies_to_pst("permit(principal, action, resource) when { 2 == 1 };")

    def misread(_text: str) -> pst.PolicySet:
        return other

    monkeypatch.setattr(cedarpy, "policies_to_pst", misread)
    (problem,) = parse_rules("permit(principal, action, resource);", "a.cedar").problems
    assert problem.code == "parsers-disagree"
    (problem,) = parse_rules("", "a.cedar").problems
    assert problem.message == "read as 0 rules here, as 1 by the Cedar engine"


def test_a_file_the_engine_refuses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_text: str) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr(cedarpy, "policies_to_pst", refuse)
    (problem,) = parse_rules("permit(principal, action, resource);", "a.cedar").problems
    assert problem.code == "engine-refuses"
    assert "no such thing" in problem.message
