"""The score of the coding-agent template: how it is counted, and what it must be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tools import template_scores
from tools.template_scores import commands, page, score, template


def test_only_commands_that_say_what_is_expected_count() -> None:
    lines = [
        '{"command": "ls", "expected": "allow"}',
        '{"command": "ls", "expected": null}',
        '{"command": null, "expected": "deny"}',
    ]
    assert list(commands(lines)) == [("ls", "allow")]


def test_a_danger_that_is_allowed_is_wrong() -> None:
    found = score(template(), [("ls", "deny"), ("rm -rf /", "deny")])
    assert (found.denied, found.denied_of) == (1, 2)
    assert found.wrong == ["allowed: 'ls'"]


def test_a_harmless_command_that_is_denied_needs_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [("ls", "allow"), ("cat /tmp/a", "allow"), ("echo $X", "allow")]
    found = score(template(), listed)
    assert (found.allowed, found.allowed_of, found.wrong) == (1, 3, [])
    assert list(found.stricter.values()) == [["cat /tmp/a"], ["echo $X"]]
    assert "`echo $X`" in page(found)
    monkeypatch.setattr(template_scores, "STRICTER", ())
    assert len(score(template(), listed).wrong) == 2


@pytest.mark.slow
def test_the_public_list(vectors: Callable[[str], Path]) -> None:
    lines = vectors(template_scores.LIST).read_text(encoding="utf-8").splitlines()
    found = score(template(), commands(lines))
    assert found.wrong == []
    assert found.denied == found.denied_of
    assert found.allowed * 10 >= found.allowed_of * 7
