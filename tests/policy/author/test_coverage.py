"""What tests exercise, counted twice."""

# ruff: noqa: E501 - rows of tables and rules are read as lines

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cedarpy import pst

from holdfast.policy.author.coverage import as_json, coverage, source_text, uncovered
from holdfast.policy.author.situations import Refusal, stand
from holdfast.policy.cedar.program import compile_program
from holdfast.policy.cedar.values import Request
from holdfast.policy.judge import request_for
from holdfast.policy.policy import Policy

Load = Callable[..., Policy]

MORE = """
[[test]]
name = "approved"
kind = "fs.write"
params = { path = ".github/x.yml", content = "" }
approvals = ["maintainer"]
expect = "allow"

[[test]]
name = "elsewhere"
kind = "fs.write"
params = { path = "src/x", content = "" }
expect = "allow"

[[test]]
name = "never becomes facts"
kind = "fs.write"
params = { path = "../x", content = "" }
expect = "deny"
"""
EDITS: list[list[dict[str, str]]] = [
    [],
    [{"file": "tests/more.toml", "add": MORE}],
    [
        {"file": "tests/more.toml", "add": MORE},
        {
            "file": "rules/repo.cedar",
            "add": '@id("any") permit(principal, action, resource is Path) when { context.site == "x" };',
        },
    ],
]


def test_what_is_missing_is_named_with_its_place(load: Load) -> None:
    assert list(uncovered(coverage(load("repo")))) == [
        'rules/repo.cedar:8:8: `resource in [Dir::".github", Dir::".claude"]` was never false',
        'rules/repo.cedar:9:10: `context.approvals.contains("maintainer")` was never true',
        'rules/repo.cedar:12:8: `["status", "diff", "log"].contains(context.subcommand)` was never false',
        "rules/repo.cedar:12:67: `context.runs_code` was never true",
        "rules/repo.cedar:13: `build` never matched",
    ]


def test_what_was_seen_both_ways_lacks_nothing(load: Load) -> None:
    conditions = coverage(load("repo", EDITS[1])).conditions
    assert {one.never for one in conditions if one.covered} == {""}
    assert {one.never for one in conditions if not one.covered} == {"never false", "never true"}
    assert source_text(load("repo"), None) == ""


def test_nothing_tested_is_nothing_covered(load: Load) -> None:
    found = coverage(load("site"))
    assert (found.rules_matched, found.conditions_covered) == (0, 0)
    assert any("never reached" in line for line in uncovered(found))


def test_json_lists_only_what_is_missing(load: Load) -> None:
    shown: Any = as_json(coverage(load("repo", EDITS[1])))
    assert (shown["rules"], shown["rules_matched"]) == (5, 4)
    assert (shown["conditions"], shown["conditions_covered"]) == (5, 3)
    assert [one["id"] for one in shown["uncovered"]] == ["git-look", "build"]
    assert shown["uncovered"][0]["conditions"][1] == {
        "text": "context.runs_code",
        "line": 12,
        "column": 67,
        "never": "never true",
    }


def requests_of(policy: Policy) -> list[Request]:
    found: list[Request] = []
    for case in policy.cases:
        stood = stand(policy, case.situation)
        if not isinstance(stood.facts, Refusal):
            base = {**stood.moment.facts(), "digest": stood.facts.digest}
            found += [
                request_for(policy, touch, stood.principal, base, stood.held)
                for touch in stood.facts.touches
            ]
    return found


@pytest.mark.parametrize("edits", EDITS, ids=["few", "more", "any action"])
def test_never_more_than_a_linear_recount(load: Load, edits: list[dict[str, str]]) -> None:
    """Each rule alone, scanned; each condition as the last one of a rule of its own."""
    policy = load("repo", edits)
    requests = requests_of(policy)
    for one in coverage(policy).rules:
        compiled = policy.program.rules[one.rule.index]
        alone = compile_program([compiled.template])
        hits = [alone.scan(request) for request in requests]
        assert one.matched == any(hit.permits or hit.forbids for hit in hits)
        held: list[pst.Clause] = []
        conditions = iter(one.conditions)
        for conjunct in compiled.conjuncts:
            if conjunct.clause < 0:
                continue
            seen: set[bool] = set()
            for wanted in (True, False):
                last = pst.When(conjunct.node) if wanted else pst.Unless(conjunct.node)
                rule = pst.Template(
                    "r",
                    "permit",
                    compiled.template.principal,
                    compiled.template.action,
                    compiled.template.resource,
                    (*held, last),
                    pst.FrozenMap(),
                )
                if any(compile_program([rule]).scan(request).permits for request in requests):
                    seen.add(wanted)
            condition = next(conditions)
            assert (condition.seen_true, condition.seen_false) == (True in seen, False in seen)
            held.append(pst.When(conjunct.node) if conjunct.wanted else pst.Unless(conjunct.node))
