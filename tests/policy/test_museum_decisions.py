"""A museum of holes in decisions: what an approval covered, and what was said of a denial."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from holdfast.policy.cedar.values import Entity
from holdfast.policy.explain import explain
from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.mentions import UNKNOWN
from holdfast.policy.facts.model import Facts, World
from holdfast.policy.fingerprint import fingerprint, plain
from holdfast.policy.judge import Held, judge
from holdfast.policy.moment import Moment
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import MISSING, OpaqueType, Param, Profile, SetType, StringType
from holdfast.proto.decision import Sandbox, Verdict
from holdfast.proto.reasons import Code

NOON = Moment(1_767_614_400_000)
WORLD = World(workspaces={"main": "/work"})
RULES = """
@id("edit") permit(principal, action, resource);
@id("push") @needs("owner") forbid(principal, action == Action::"process.exec", resource)
  when { resource == Program::"git" && context.subcommand == "push" }
  unless { context.approvals.contains("owner") };
@id("settings") @needs("owner") forbid(principal, action == Action::"fs.write", resource)
  when { resource.path == "settings" } unless { context.approvals.contains("owner") };
"""


def _facts(kind: str, **params: object) -> Facts:
    return facts_of(kind, params, UNKNOWN, WORLD)


@pytest.mark.parametrize(
    ("approved", "asked"),
    [
        # The same resource each time, and not what somebody approved.
        (
            _facts("process.exec", argv=["git", "push"]),
            _facts("process.exec", argv=["git", "push", "--force"]),
        ),
        (
            _facts("fs.write", path="settings", content="safe"),
            _facts("fs.write", path="settings", content="evil"),
        ),
        (
            _facts("process.exec", argv=["git", "push"]),
            _facts("shell.exec", command="git push"),
        ),
    ],
)
def test_an_exact_approval_is_for_one_payload(
    policy_of: Callable[..., Policy], agent: Entity, approved: Facts, asked: Facts
) -> None:
    policy = policy_of(RULES)
    covers = frozenset((touch.action, touch.resource.uid) for touch in asked.touches)
    exact = [Held("owner", covers, approved.digest)]
    assert judge(policy, approved, agent, NOON, exact).allowed
    assert judge(policy, asked, agent, NOON, exact).reason_code is Code.APPROVAL_PENDING
    # One for a class of things is for any payload: its author said so in approvals.toml.
    assert judge(policy, asked, agent, NOON, [Held("owner", covers)]).allowed
    elsewhere = [Held("owner", frozenset(), asked.digest)]
    assert judge(policy, asked, agent, NOON, elsewhere).reason_code is Code.APPROVAL_PENDING


def test_an_explanation_knows_of_the_kill_switch(
    policy_of: Callable[..., Policy], agent: Entity
) -> None:
    policy, facts = policy_of(RULES), _facts("fs.read", path="a")
    halted = explain(policy, facts, agent, NOON, halted=True)
    assert halted.decision == judge(policy, facts, agent, NOON, halted=True)
    assert halted.resources == ()


def test_an_explanation_spends_the_decision_s_budget(
    policy_of: Callable[..., Policy],
    touching: Callable[..., Facts],
    agent: Entity,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for room in ("judge", "explain"):
        monkeypatch.setattr(f"holdfast.policy.{room}.EVALUATION_STEPS", 30)
    policy = policy_of(
        '@id("p") permit(principal, action, resource) when { resource.path like "*a*b*" || true };'
    )
    explained = explain(policy, touching(*(f"x{n}" for n in range(9))), agent, NOON)
    assert explained.decision.reason_code is Code.EVALUATION_BUDGET
    said = [(one.decision.decision, "mended" in one.nearest) for one in explained.resources]
    assert set(said) == {(Verdict.ALLOW, False), (Verdict.DENY, True)}


def test_a_fingerprint_sees_the_default_profile(policy_of: Callable[..., Policy]) -> None:
    # Nothing is permitted, so no decision shows what is owed.
    policy = policy_of('@id("f") forbid(principal, action, resource);')
    stricter = dataclasses.replace(
        policy, default_profile=Profile("baseline", sandbox=Sandbox.STRICT)
    )
    assert fingerprint(policy, b"") != fingerprint(stricter, b"")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            Param("p", SetType(StringType()), ["Missing", "missing"]),
            Param("p", SetType(StringType())),
        ),
        (Param("p", OpaqueType(), {"": "Missing", "value": "missing"}), Param("p", OpaqueType())),
        (Param("p", OpaqueType(), {"": "OpaqueType"}), Param("p", OpaqueType(), OpaqueType())),
        (Param("p", OpaqueType(), {"=": {}}), Param("p", OpaqueType(), {})),
        (Param("p", OpaqueType(), None), Param("p", OpaqueType())),
    ],
)
def test_a_default_passes_for_nothing_of_ours(one: Param, other: Param) -> None:
    assert plain(one) != plain(other)
    assert Param("p", OpaqueType()).default is MISSING
