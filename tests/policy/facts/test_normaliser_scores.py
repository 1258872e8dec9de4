"""The scores against public lists: nothing wrong here, and a broken normaliser is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.policy.facts.hosts import Host
from holdfast.policy.facts.paths import path_entity
from holdfast.policy.facts.url_grammar import parse_url
from tools import normaliser_scores as scores


def test_nothing_is_wrong(vectors: Callable[[str], Path]) -> None:
    folder = vectors("payloads").parent
    found = [score for score in scores.measure(folder) if not score.missing]
    assert {score.suite: score.wrong for score in found if score.wrong} == {}
    assert sum(score.cases for score in found) > 30_000


@pytest.mark.parametrize(
    ("suite", "broken", "replacement"),
    [
        (scores.paths, "parse_relative", lambda text, field: text),
        (scores.operands, "resolve_operand", lambda text, **_: path_entity("x")),
        (scores.confusables, "canonical_host", lambda text: Host("aab.example", None)),
        (scores.idna, "canonical_host", lambda text: Host("x", None)),
        (scores.whatwg, "parse_url", lambda text: parse_url("https://x/")),
        (scores.url_paths, "parse_url", lambda text: parse_url("https://x/")),
        (scores.escapes, "parse_url", lambda text: parse_url("https://x/")),
    ],
)
def test_a_broken_normaliser_is_found(
    vectors: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    suite: Callable[[Path], scores.Score],
    broken: str,
    replacement: object,
) -> None:
    folder = vectors("payloads").parent
    monkeypatch.setattr(scores, broken, replacement)
    assert suite(folder).wrong


def test_an_absent_list_is_named_and_nothing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = list(scores.measure(tmp_path))
    assert all(score.missing and not score.cases for score in found)
    monkeypatch.setattr("sys.argv", ["normaliser_scores", "--vectors", str(tmp_path), "--json"])
    assert scores.main() == 0
    assert all(row["missing"] for row in json.loads(capsys.readouterr().out))


def test_a_wrong_case_fails_the_run_and_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = scores.Score("suite", cases=1, accepted=1, wrong=["'../x': leaves"])
    monkeypatch.setattr(scores, "measure", lambda _vectors: [wrong])
    for arguments in ([], ["--markdown"]):
        monkeypatch.setattr("sys.argv", ["normaliser_scores", *arguments])
        assert scores.main() == 1
    assert "wrong: suite: '../x': leaves" in capsys.readouterr().out
