"""One situation under one policy, and the region in which two policies part on it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Literal

from holdfast.policy.author.directions import owes_no_less
from holdfast.policy.author.flips import Rank, rank_of
from holdfast.policy.author.meaning import plain
from holdfast.policy.author.situations import NOON, SITE, judge_situation, outcome_of
from holdfast.policy.author.spoken import Probed, Witness
from holdfast.policy.cedar.program import Outcome
from holdfast.policy.cedar.values import Request
from holdfast.policy.judge import Evaluate, judge, refusal
from holdfast.policy.moment import Moment
from holdfast.policy.policy import Policy
from holdfast.policy.principals import principal_entity
from holdfast.policy.source.tables import Expectation
from holdfast.proto.decision import Decision, Obligations, ResourceDecision
from holdfast.proto.limits import EVALUATION_STEPS
from holdfast.proto.reasons import Code


@dataclass(frozen=True, slots=True)
class Sight:
    """What one policy says of a situation, and every rule that matched in it."""

    kind: str
    decision: Decision
    answer: Expectation
    matched: frozenset[str]


@dataclass(frozen=True, slots=True)
class Region:
    """Situations in which the same rules change the same answer."""

    kind: Literal["decision", "needs", "obligations"]
    rank: Rank
    before: Expectation
    after: Expectation
    actions: tuple[str, ...]
    rules_before: tuple[str, ...]
    rules_after: tuple[str, ...]
    detail: tuple[str, str] = ("", "")
    """What is needed or owed on either side, where the answer is the same."""


def sight(policy: Policy, witness: Witness) -> Sight:
    """Judge one witness, noting every rule that matched and not only those that decided."""
    matched: set[int] = set()
    left = EVALUATION_STEPS

    def evaluate(request: Request) -> Outcome:
        # One budget for the whole intent, as a decision has it.
        nonlocal left
        outcome = policy.program.evaluate(request, steps=left)
        left -= outcome.steps
        matched.update(outcome.permits, outcome.forbids)
        return outcome

    if isinstance(witness, Probed):
        kind, decision = witness.facts.kind, _probe(policy, witness, evaluate)
    else:
        kind, decision = witness.kind, judge_situation(policy, witness, evaluate=evaluate)
    return Sight(
        kind, decision, outcome_of(decision), frozenset(policy.rules[i].id for i in matched)
    )


def _probe(policy: Policy, probe: Probed, evaluate: Evaluate) -> Decision:
    subject = policy.who.subject(probe.subject)
    if subject is None:
        return refusal(policy, Code.UNKNOWN_PRINCIPAL)
    principal = principal_entity(policy.who, subject)
    return judge(policy, probe.facts, principal, Moment(NOON, site=SITE), evaluate=evaluate)


def region_of(old: Policy, was: Sight, new: Policy, now: Sight) -> Region | None:
    """Return the region of a flip, or None where nothing flipped."""
    if was.answer != now.answer:
        return _region("decision", rank_of(was.answer, now.answer), was, now)
    if was.answer == "pending" and was.decision.needs != now.decision.needs:
        more = set(was.decision.needs) <= set(now.decision.needs)
        rank = Rank.TIGHTENED if more else Rank.LOOSENED
        detail = (f"needs {' + '.join(side.decision.needs)}" for side in (was, now))
        return _region("needs", rank, was, now, (next(detail), next(detail)))
    if was.answer == "allow" and _owed(old, was) != _owed(new, now):
        return _owing(was, now)
    return None


def _owed(policy: Policy, seen: Sight) -> frozenset[str]:
    """Return the profiles rules named; what is in a profile is compared as a table."""
    return frozenset(seen.decision.obligations.profiles) - {policy.default_profile.name}


def _owing(was: Sight, now: Sight) -> Region | None:
    before, after = was.decision.obligations, now.decision.obligations
    if dataclasses.replace(before, profiles=()) == dataclasses.replace(after, profiles=()):
        return None
    rank = Rank.TIGHTENED if owes_no_less(before, after) else Rank.LOOSENED
    return _region("obligations", rank, was, now, (_terms(before, after), _terms(after, before)))


def _terms(mine: Obligations, other: Obligations) -> str:
    """Return the obligations in which two differ."""
    terms = [
        f"{field.name}={json.dumps(plain(getattr(mine, field.name)))}"
        for field in dataclasses.fields(mine)
        if field.name != "profiles" and getattr(mine, field.name) != getattr(other, field.name)
    ]
    return " ".join(terms)


def _region(
    kind: Literal["decision", "needs", "obligations"],
    rank: Rank,
    was: Sight,
    now: Sight,
    detail: tuple[str, str] = ("", ""),
) -> Region:
    before, after = _parted(was.decision.resources, now.decision.resources)
    actions = sorted({one.action for one in (*before, *after)}) or [was.kind]
    return Region(
        kind, rank, was.answer, now.answer, tuple(actions), _ids(before), _ids(after), detail
    )


def _ids(resources: list[ResourceDecision]) -> tuple[str, ...]:
    return tuple(sorted({rule.id for one in resources for rule in one.rules}))


def _parted(
    was: tuple[ResourceDecision, ...], now: tuple[ResourceDecision, ...]
) -> tuple[list[ResourceDecision], list[ResourceDecision]]:
    """Return the touched things on which two decisions part, or all when they part on none.

    Only they name a region: that `git diff` also reads a file is no part of a change to `git`.
    """
    if len(was) == len(now):
        for differ in (_decided_otherwise, _explained_otherwise):
            pairs = [(a, b) for a, b in zip(was, now, strict=True) if differ(a, b)]
            if pairs:
                return [a for a, _ in pairs], [b for _, b in pairs]
    return list(was), list(now)


def _decided_otherwise(was: ResourceDecision, now: ResourceDecision) -> bool:
    return was.decision is not now.decision


def _explained_otherwise(was: ResourceDecision, now: ResourceDecision) -> bool:
    return {rule.id for rule in was.rules} != {rule.id for rule in now.rules}
