"""The engine's word counts even when nobody knows where it belongs."""

from __future__ import annotations

from pathlib import Path

import cedarpy
import pytest

from holdfast.policy.folder import Refused, load_source

ROOT = Path(__file__).parents[3]
SCHEMA = (ROOT / "policy" / "schema" / "holdfast.cedarschema").read_text()
RULES = b"""@id("a") permit(principal, action, resource is Path) when { context.site == "x" };
@id("b") permit(principal, action, resource) when { context.policy_age > duration("1d") };
"""


def _said(monkeypatch: pytest.MonkeyPatch, *errors: tuple[str, str]) -> list[tuple[int, str, str]]:
    result = cedarpy.ValidationResult(
        {"errors": [{"policy_id": where, "error": what} for where, what in errors]}
    )

    def validate(_policies: str, _schema: object) -> cedarpy.ValidationResult:
        return result

    monkeypatch.setattr(cedarpy, "validate_policies", validate)
    files = {"holdfast.toml": b'name = "x"\n', "rules/a.cedar": RULES}
    loaded = load_source(files, shipped_schema=SCHEMA)
    assert isinstance(loaded, Refused)
    return [(problem.line, problem.code, problem.message) for problem in loaded.problems]


@pytest.mark.parametrize(
    "words",
    [
        "something new",
        'failed to parse as a duration value: `"9x"`',
        'failed to parse as a decimal value: `"9x"`',
        'failed to parse as a moon phase: `"9x"`',
        "extension constructors may not be called with non-literal expressions",
        "unable to guarantee safety of access to optional attribute `ip` on entity type `Url`",
        "empty set literals are forbidden in policies",
    ],
)
def test_words_without_a_place_stand_at_the_rule(
    monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    ((line, code, message),) = _said(monkeypatch, ("policy1", f"for policy `policy1`, {words}"))
    assert (line, code) == (2, "invalid-rule")
    assert message == f"`b` is refused by the schema: {words}"


def test_internal_names_are_made_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    ((_, _, message),) = _said(monkeypatch, ("policy0", "expected __cedar::internal::True"))
    assert message == "`a` is refused by the schema: expected True"


def test_a_rule_is_blamed_once_whatever_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    said = _said(monkeypatch, ("policy0", "zzz"), ("policy0", "aaa"))
    assert [message for _, _, message in said] == ["`a` is refused by the schema: aaa"]


@pytest.mark.parametrize("where", ["", "policy2", "template7", "policy-1"])
def test_words_about_no_rule_refuse_the_folder(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    ((line, code, message),) = _said(monkeypatch, (where, "a surprise"))
    assert (line, code) == (1, "invalid-rule")
    assert "a surprise" in message


def test_a_refusal_without_words_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    ((_, code, message),) = _said(monkeypatch)
    assert code == "invalid-rule"
    assert "no reason given" in message
