"""The scores against public lists: nothing wrong here, and a broken normaliser is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from holdfast.policy.cedar.values import Entity
from holdfast.policy.facts.hosts import Host
from holdfast.policy.facts.model import World
from holdfast.policy.facts.params import Judged
from holdfast.policy.facts.paths import path_entity
from holdfast.policy.facts.url_grammar import ParsedUrl, parse_url
from tools import normaliser_scores as scores


def test_nothing_is_wrong(vectors: Callable[[str], Path]) -> None:
    folder = vectors("payloads").parent
    found = [score for score in scores.measure(folder) if not score.missing]
    assert {score.suite: score.wrong for score in found if score.wrong} == {}
    assert sum(score.cases for score in found) > 30_000


def any_path(text: str, *, field: str) -> str:
    del field
    return text


def one_path(text: str, *, workdir: str, world: World, shell: bool) -> Entity:
    del text, workdir, world, shell
    return path_entity("x")


def one_host(text: str) -> Host:
    del text
    return Host("aab.example", None)


def one_url(text: str) -> ParsedUrl:
    del text
    return parse_url("https://x/")


def nothing() -> Callable[[Mapping[str, object], World], Judged]:
    def judge(params: Mapping[str, object], world: World) -> Judged:
        del params, world
        return Judged((), {})

    return judge


@pytest.mark.parametrize(
    ("suite", "broken", "replacement"),
    [
        (scores.paths, "parse_relative", any_path),
        (scores.operands, "resolve_operand", one_path),
        (scores.confusables, "canonical_host", one_host),
        (scores.idna, "canonical_host", one_host),
        (scores.whatwg, "parse_url", one_url),
        (scores.url_paths, "parse_url", one_url),
        (scores.escapes, "parse_url", one_url),
        (scores.shell, "shell_normaliser", nothing),
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

    def measure(vectors: Path) -> list[scores.Score]:
        del vectors
        return [wrong]

    monkeypatch.setattr(scores, "measure", measure)
    for arguments in ([], ["--markdown"]):
        monkeypatch.setattr("sys.argv", ["normaliser_scores", *arguments])
        assert scores.main() == 1
    assert "wrong: suite: '../x': leaves" in capsys.readouterr().out
