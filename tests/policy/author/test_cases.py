"""Running a folder's tests: what passes, what fails and how it is told."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, strategies as st

from holdfast.policy.author.cases import CaseResult, CaseRun, as_json, run_cases
from holdfast.policy.author.junit import junit_xml
from holdfast.policy.author.situations import NOON, Refusal, judge_situation, outcome_of, stand
from holdfast.policy.loader import Loaded, load_policy
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Case, Situation, Who
from holdfast.proto.reasons import Code

Load = Callable[..., Policy]

WRONG = """
[[test]]
name = "wrong in every way"
kind = "fs.read"
params = { path = ".env" }
expect = "allow"
rules = ["edit-repo"]
reason = "allowed"
needs = ["maintainer"]

[[test]]
name = "pending is not denied for good"
kind = "fs.write"
params = { path = ".github/x", content = "" }
expect = "deny"

[[test]]
name = "all of it right"
kind = "fs.write"
params = { path = ".github/x", content = "" }
expect = "pending"
rules = ["protect-config"]
reason = "approval_pending"
needs = ["maintainer"]

[[test]]
name = "with the approval"
kind = "fs.write"
params = { path = ".github/x", content = "" }
approvals = ["maintainer"]
expect = "allow"
needs = []
"""
EDIT = [{"file": "tests/more.toml", "add": WRONG}]


def test_the_shipped_folders_pass(load: Load) -> None:
    run = run_cases(load("repo"))
    assert run.failed == ()
    assert len(run.results) == 4


def test_every_mismatch_is_told(load: Load) -> None:
    run = run_cases(load("repo", EDIT))
    told = {
        result.case.name: [(one.field, one.expected, one.came) for one in result.mismatches]
        for result in run.failed
    }
    assert told == {
        "wrong in every way": [
            ("decision", "allow", "deny"),
            ("rules", "edit-repo", "no-credentials"),
            ("reason", "allowed", "forbidden"),
            ("needs", "maintainer", "none"),
        ],
        "pending is not denied for good": [("decision", "deny", "pending")],
    }


def test_json_names_place_and_rules(load: Load) -> None:
    shown: Any = json.loads(json.dumps(as_json(run_cases(load("repo", EDIT)))))
    assert (shown["passed"], shown["failed"]) == (6, 2)
    wrong = next(case for case in shown["cases"] if not case["passed"])
    assert (wrong["file"], wrong["line"], wrong["came"]) == ("tests/more.toml", 2, "deny")
    assert wrong["rules"] == [{"id": "no-credentials", "file": "rules/repo.cedar", "line": 3}]
    assert wrong["mismatches"][0] == {"field": "decision", "expected": "allow", "came": "deny"}


def test_junit_counts_and_says_where(load: Load) -> None:
    root = ET.fromstring(junit_xml(run_cases(load("repo", EDIT)), suite="repo"))
    suite = root[0]
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("repo", "8", "2")
    failures = {case.get("name"): case[0] for case in suite if len(case)}
    assert set(failures) == {"wrong in every way", "pending is not denied for good"}
    text = failures["wrong in every way"].text or ""
    assert "tests/more.toml:2" in text
    assert "no-credentials (rules/repo.cedar:3)" in text


@given(name=st.text())
def test_no_name_breaks_the_report(load: Load, name: str) -> None:
    policy = load("repo")
    situation = Situation(None, "fs.read", {"path": "x"})
    result = CaseResult(Case(name, situation, "deny"), judge_situation(policy, situation), ())
    root = ET.fromstring(junit_xml(CaseRun((result,)), suite=name))
    assert len(root[0]) == 1
    if name.isprintable() and name.isascii():
        assert root[0][0].get("name") == name


@pytest.mark.parametrize(
    ("subject", "kind", "params", "code"),
    [
        ("nobody", "fs.read", {"path": "x"}, Code.UNKNOWN_PRINCIPAL),
        (None, "fs.read", {"path": "../x"}, Code.INVALID_REQUEST),
        (None, "fs.chew", {"path": "x"}, Code.UNKNOWN_KIND),
        (None, "process.exec", {"argv": ["cat", "~bob/x"]}, Code.UNJUDGEABLE),
    ],
)
def test_what_is_no_fact_denies_with_its_code(
    load: Load, subject: str | None, kind: str, params: dict[str, object], code: Code
) -> None:
    situation = Situation(subject, kind, params)
    stood = stand(load("repo"), situation)
    assert isinstance(stood.facts, Refusal)
    decision = judge_situation(load("repo"), situation)
    assert (decision.reason_code, outcome_of(decision)) == (code, "deny")
    assert decision.hint


def test_without_an_agent_nobody_asks(load: Load) -> None:
    people = dataclasses.replace(load("repo"), who=Who())
    decision = judge_situation(people, Situation(None, "fs.read", {"path": "x"}))
    assert decision.reason_code is Code.UNKNOWN_PRINCIPAL
    assert "no agent" in decision.reason


def test_a_situation_fixes_what_it_leaves_out(load: Load) -> None:
    plain = stand(load("repo"), Situation(None, "fs.read", {"path": "x"})).moment
    assert (plain.now_ms, plain.site, plain.deployment, plain.policy_age_ms) == (
        NOON,
        "test",
        "dev",
        0,
    )
    assert plain.facts()["weekday"] == "mon"
    given_all = Situation(
        None, "fs.read", {"path": "x"}, at_ms=0, policy_age_ms=5, site="", deployment="prod"
    )
    full = stand(load("repo"), given_all).moment
    assert (full.now_ms, full.site, full.deployment, full.policy_age_ms) == (0, "", "prod", 5)


def test_pinned_tools_and_other_workspaces_can_be_tested() -> None:
    situations = {
        "a pinned tool": 'pinned = ["github/read"]\nexpect = "allow"\n',
        "a tool that is not": 'pinned = ["github/write"]\nexpect = "deny"\n',
    }
    call = 'kind = "mcp.call"\nparams = { server = "github", tool = "read" }\n'
    read = 'kind = "process.exec"\nparams = { argv = ["cat", "/docs/guide/a.md"] }\n'
    tests = "".join(f'[[test]]\nname = "{n}"\n{call}{more}' for n, more in situations.items())
    tests += f'[[test]]\nname = "of docs"\n{read}workspaces = ["docs"]\nexpect = "allow"\n'
    tests += f'[[test]]\nname = "no docs here"\n{read}expect = "deny"\n'
    rules = (
        '@id("pinned") permit(principal, action, resource is McpTool) when { resource.pinned };\n'
        '@id("docs") permit(principal, action, resource in Dir::"//docs/guide");\n'
        '@id("cat") permit(principal, action, resource == Program::"cat");\n'
    )
    loaded = load_policy(
        {
            "holdfast.toml": b'name = "x"\n',
            "who.toml": b'[[agent]]\nid = "a"\nuid = 1\n',
            "rules/a.cedar": rules.encode(),
            "tests/a.toml": tests.encode(),
        }
    )
    assert isinstance(loaded, Loaded)
    assert [result.decision.decision.value for result in run_cases(loaded.policy).results] == [
        "allow",
        "deny",
        "allow",
        "deny",
    ]
