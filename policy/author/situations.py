"""A test's or a probe's situation, made into what a decision needs, and decided.

Rules of this file:
1. Nothing is taken from the machine that runs it: the same situation has the same answer
   everywhere, so what a situation leaves out is fixed here.
2. What could not become facts denies with the code the runtime would answer: an invalid intent
   never counts as "no rule permitted it".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from holdfast.policy.cedar.values import Entity, Uid
from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.model import Facts, InvalidIntent, Unjudgeable, World
from holdfast.policy.judge import Evaluate, Held, judge, refusal
from holdfast.policy.moment import Moment
from holdfast.policy.policy import Policy
from holdfast.policy.principals import principal_entity
from holdfast.policy.source.tables import Expectation, Situation, Subject
from holdfast.proto.decision import Decision
from holdfast.proto.errors import HoldfastError
from holdfast.proto.reasons import Code

NOON: Final = 1_767_614_400_000
"""2026-01-05T12:00:00Z, a Monday: when a situation does not say."""
SITE: Final = "test"
DEPLOYMENT: Final = "dev"
WORKSPACE: Final = "/workspace"
"""Where the workspace `main` is, so that operands like `/workspace/src` mean something."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an intent never became facts."""

    code: Code
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Stand:
    """A situation as a decision takes it."""

    facts: Facts | Refusal
    principal: Entity
    moment: Moment
    held: tuple[Held, ...]


def stand(policy: Policy, situation: Situation) -> Stand:
    """Return who asks what, and when, under this policy's who.toml and tools.toml."""
    subject = _subject(policy, situation.subject)
    if subject is None:
        name = situation.subject or ""
        principal = Entity(Uid("Agent", name))
        facts: Facts | Refusal = _stranger(name)
    else:
        principal = principal_entity(policy.who, subject)
        facts = _facts(policy, situation)
    moment = Moment(
        now_ms=NOON if situation.at_ms is None else situation.at_ms,
        policy_age_ms=situation.policy_age_ms or 0,
        site=SITE if situation.site is None else situation.site,
        deployment=DEPLOYMENT if situation.deployment is None else situation.deployment,
    )
    held = tuple(Held(name) for name in sorted(situation.approvals))
    return Stand(facts, principal, moment, held)


def judge_situation(
    policy: Policy, situation: Situation, *, evaluate: Evaluate | None = None
) -> Decision:
    """Decide one situation; `evaluate` replaces the compiled program, as in `judge`."""
    stood = stand(policy, situation)
    if isinstance(stood.facts, Refusal):
        why = stood.facts
        return refusal(policy, why.code, reason=why.reason, hint=why.hint)
    return judge(policy, stood.facts, stood.principal, stood.moment, stood.held, evaluate=evaluate)


def outcome_of(decision: Decision) -> Expectation:
    """Return a decision as tests and diffs speak of it."""
    if decision.allowed:
        return "allow"
    return "pending" if decision.reason_code is Code.APPROVAL_PENDING else "deny"


def _subject(policy: Policy, name: str | None) -> Subject | None:
    if name is not None:
        return policy.who.subject(name)
    return next(iter(policy.who.agents), None)


def _stranger(name: str) -> Refusal:
    if name:
        return Refusal(
            Code.UNKNOWN_PRINCIPAL, f"nobody in who.toml is `{name}`", "add them to who.toml"
        )
    return Refusal(Code.UNKNOWN_PRINCIPAL, "who.toml has no agent", "add one to who.toml")


def _facts(policy: Policy, situation: Situation) -> Facts | Refusal:
    beside = {name: f"/{name}" for name in situation.workspaces}
    world = World(
        workspaces={"main": WORKSPACE, **beside},
        resolved=situation.resolve,
        pinned=situation.pinned,
    )
    try:
        return facts_of(situation.kind, situation.params, policy.known, world)
    except InvalidIntent as bad:
        return Refusal(Code.INVALID_REQUEST, f"{bad.field}: {bad.message}", bad.hint)
    except Unjudgeable as bad:
        return Refusal(Code.UNJUDGEABLE, f"{bad.field}: {bad.message}", bad.hint)
    except HoldfastError as bad:
        return Refusal(bad.code, bad.message, bad.hint)
