"""Laws of the formatter: same tree, same comments, and twice is once."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from holdfast.policy.cedar.syntax import format as layout, parse_rules
from holdfast.policy.cedar.syntax.format import format_rules
from holdfast.policy.cedar.syntax.tokens import tokenize
from holdfast.policy.diagnostics import SourceText

HERE = Path(__file__).parent
LAID_OUT = sorted((HERE / "layouts").glob("*.txt"))


def _comments(text: str) -> list[str]:
    return [comment.text for comment in tokenize(SourceText("a", text)).comments]


def _check(text: str) -> str:
    once = format_rules(text, "a.cedar")
    if once.problems:
        assert once.text == text
        return text
    assert parse_rules(once.text, "a.cedar").templates == parse_rules(text, "a.cedar").templates
    assert _comments(once.text) == _comments(text)
    assert format_rules(once.text, "a.cedar").text == once.text
    return once.text


@pytest.mark.parametrize("path", LAID_OUT, ids=lambda path: path.stem)
def test_layouts(path: Path) -> None:
    given_text, _, wanted = path.read_text().partition("\n=== formatted\n")
    assert _check(given_text + "\n") == wanted


PARTS = [
    "@id", '("a")', "permit", "(", "principal", ",", "action", "resource", ")", "when", "{",
    "true", "}", ";",
]  # fmt: skip
GAPS = st.sampled_from(["", " ", "\n", "\n\n", "// c\n", "  // d\n// e\n", "\n // f\n", "\r\n"])


@given(st.lists(GAPS, min_size=len(PARTS) * 2, max_size=len(PARTS) * 2))
def test_comments_anywhere_survive(gaps: list[str]) -> None:
    parts = [*PARTS, *PARTS]
    text = "".join(
        gap + (" " if i else "") + part
        for i, (gap, part) in enumerate(zip(gaps, parts, strict=True))
    )
    _check(text)


@given(st.lists(st.sampled_from([" a", " && ", "!context.b", "1 - -1 < 2", "(true)"]), max_size=6))
def test_conditions_survive(pieces: list[str]) -> None:
    _check(
        "permit(principal, action, resource) when { true && "
        + " && ".join(piece.strip(" &") or "true" for piece in pieces or ["true"])
        + " };"
    )


def test_the_public_corpus(vectors: Callable[[str], Path]) -> None:
    seen = 0
    with tarfile.open(vectors("cedar-corpus.tar.gz")) as corpus:
        for member in corpus:
            handle = corpus.extractfile(member) if member.name.endswith(".cedar") else None
            if handle is not None and member.name.rpartition("/")[2][0] == "0":
                _check(handle.read().decode())
                seen += 1
    assert seen > 100


def test_a_change_of_meaning_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(_tokens: object) -> str:
        return "forbid(principal, action, resource)"

    monkeypatch.setattr(layout, "_inline", other)
    with pytest.raises(RuntimeError, match="would change what it means"):
        format_rules("permit(principal, action, resource);", "a.cedar")
