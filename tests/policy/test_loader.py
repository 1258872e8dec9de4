"""A folder's files to a policy: all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from cedarpy import pst
from hypothesis import given, strategies as st

from holdfast.policy import loader
from holdfast.policy.cedar.errors import UnknownConstruct
from holdfast.policy.loader import Loaded, Refused, load_policy
from holdfast.proto.digests import Sha256Digest
from holdfast.proto.ids import BundleName, PolicyRef
from holdfast.proto.limits import UNANCHORED_RULES

FOLDER = {
    "holdfast.toml": b'name = "demo"\n',
    "rules/a.cedar": b"""
@id("a") @reason("because") @hint("other") @advice("look")
permit(principal, action, resource is Path);
""",
    "rules/b.cedar": b'@id("b") forbid(principal, action == Action::"fs.delete", resource);\n',
}


def test_rules_keep_their_meaning_for_people() -> None:
    loaded = load_policy(FOLDER)
    assert isinstance(loaded, Loaded)
    one, other = loaded.policy.rules
    assert (one.id, one.effect, one.reason, one.hint, one.advice) == (
        "a",
        "permit",
        "because",
        "other",
        "look",
    )
    assert (other.id, other.ref.file, other.ref.line) == ("b", "rules/b.cedar", 1)
    assert [rule.id for rule in loaded.policy.program.rules] == ["a", "b"]
    assert set(loaded.policy.texts) == {"rules/a.cedar", "rules/b.cedar"}
    assert loaded.warnings == ()


def test_an_unsigned_folder_is_revision_0_and_named_by_its_bytes() -> None:
    loaded = load_policy(FOLDER)
    assert isinstance(loaded, Loaded)
    assert loaded.policy.ref_text.startswith("demo@0+sha256:")
    given = PolicyRef(BundleName("demo"), 7, Sha256Digest("ab" * 32))
    again = load_policy(FOLDER, given)
    assert isinstance(again, Loaded)
    assert again.policy.ref is given
    assert again.policy.ref_text == str(given)


@pytest.mark.parametrize("name", FOLDER)
def test_one_bad_file_refuses_the_folder(name: str) -> None:
    refused = load_policy({**FOLDER, name: b'@id("x") name = ('})
    assert isinstance(refused, Refused)
    assert {problem.file for problem in refused.problems} == {name}


def test_what_the_compiler_does_not_model_refuses_the_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_templates: Sequence[pst.Template], **_more: object) -> None:
        raise UnknownConstruct("a construct of tomorrow")

    monkeypatch.setattr(loader, "compile_program", refuse)
    refused = load_policy(FOLDER)
    assert isinstance(refused, Refused)
    assert [problem.code for problem in refused.problems] == ["unknown-construct"]


@given(st.dictionaries(st.sampled_from([*FOLDER, "who.toml", "x"]), st.binary(max_size=60)))
def test_any_bytes_are_a_policy_or_problems(files: dict[str, bytes]) -> None:
    result = load_policy({**FOLDER, **files})
    assert isinstance(result, Loaded) or result.problems


def _rules(conditions: Sequence[str]) -> dict[str, bytes]:
    written = (
        f'@id("r{n}") forbid(principal, action == Action::"fs.read", resource) '
        f"when {{ {condition} }};\n"
        for n, condition in enumerate(conditions)
    )
    return {"holdfast.toml": b'name = "crowd"\n', "rules/a.cedar": "".join(written).encode()}


@pytest.mark.parametrize(
    "condition",
    [
        'resource.name like "*a{n}*"',
        "resource.size > {n}",
        '!(resource.path like "src/{n}.py")',
        'resource.ext != "x{n}"',
    ],
    ids=["infix", "range", "negation", "unequal"],
)
def test_rules_that_nothing_tells_apart_are_refused(condition: str) -> None:
    most = [condition.replace("{n}", str(n)) for n in range(UNANCHORED_RULES)]
    assert isinstance(load_policy(_rules(most)), Loaded)
    refused = load_policy(_rules([*most, condition.replace("{n}", "9999")]))
    assert isinstance(refused, Refused)
    (problem,) = refused.problems
    assert (problem.code, problem.file) == ("unanchored-rules", "rules/a.cedar")
    assert (problem.line, problem.length) == (UNANCHORED_RULES + 1, len("forbid"))
    assert str(UNANCHORED_RULES) in problem.hint


def test_rules_that_anything_tells_apart_are_no_crowd() -> None:
    told = [f'resource in Dir::"s{n % 40}" && resource.size > {n}' for n in range(2000)]
    assert isinstance(load_policy(_rules(told)), Loaded)
