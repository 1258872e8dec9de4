"""One intent, judged: the outcome exactly as specified.

The rules this file must obey:
1. An intent is one request per thing it touches; all of them must be allowed.
2. `deny` if the kill switch is on, any evaluation error occurs in any rule, any forbid matched,
   or nothing permitted; else `allow`. Cedar skips a rule that errs: a skipped forbid would allow.
3. An approval is a fact of one resource: `context.approvals` holds only names that cover it.
4. Pending iff no request errs, every determining forbid of every request carries `@needs`, and
   each request is permitted with those forbids removed. `needs` is the union of what is not held.
   Without a permit it is `no_permit`, and nothing is created.
5. Whatever goes wrong denies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.policy.cedar.program import Outcome
from holdfast.policy.cedar.values import Entity, Request, Uid, Value
from holdfast.policy.facts.model import Facts, Touch
from holdfast.policy.moment import Moment
from holdfast.policy.policy import Policy, Rule
from holdfast.proto.decision import Decision, Obligations, ResourceDecision, Verdict
from holdfast.proto.limits import EVALUATION_STEPS, REQUESTS_PER_INTENT
from holdfast.proto.reasons import REASONS, Code

_NOTHING: Final[frozenset[str]] = frozenset()
_NO_ENTITIES: Final[Mapping[Uid, Entity]] = {}
_OWES_NOTHING: Final = Obligations()
_ALLOWED: Final = REASONS[Code.ALLOWED].text

Evaluate = Callable[[Request], Outcome]
"""What answers one Cedar request: the compiled program, or the reference engine."""


@dataclass(frozen=True, slots=True)
class Held:
    """An approval that is held, and what it covers.

    An `exact` approval names the digest it was given for: the same program with other arguments,
    or the same path with other content, is the same resource, and nobody approved it.
    """

    name: str
    covers: frozenset[tuple[str, Uid]] | None = None
    """Actions on resources; None covers every resource of the intent."""
    digest: str | None = None
    """The payload it was given for; None (a `class` approval, or a test's) is any."""


def judge(
    policy: Policy,
    facts: Facts,
    principal: Entity,
    moment: Moment,
    held: Sequence[Held] = (),
    *,
    halted: bool = False,
    evaluate: Evaluate | None = None,
) -> Decision:
    """Decide one intent."""
    if halted:
        return refusal(policy, Code.KILL_SWITCH)
    if len(facts.touches) > REQUESTS_PER_INTENT:
        return refusal(policy, Code.TOO_MANY_RESOURCES)
    if not facts.touches:
        # Nothing to judge is nothing a permit could have matched.
        return refusal(policy, Code.NO_PERMIT)
    base = moment.facts()
    base["digest"] = facts.digest
    requests = [request_for(policy, touch, principal, base, held) for touch in facts.touches]
    if evaluate is None:
        outcomes = _within_budget(policy, requests)
    else:
        outcomes = [evaluate(request) for request in requests]
    return combine(policy, list(zip(facts.touches, outcomes, strict=True)))


def _within_budget(policy: Policy, requests: Sequence[Request]) -> list[Outcome]:
    """One step budget covers the whole intent: many things to judge are no way to more work."""
    left = EVALUATION_STEPS
    outcomes: list[Outcome] = []
    for request in requests:
        outcome = policy.program.evaluate(request, steps=left)
        left -= outcome.steps
        outcomes.append(outcome)
    return outcomes


def request_for(
    policy: Policy,
    touch: Touch,
    principal: Entity,
    base: Mapping[str, Value],
    held: Sequence[Held],
) -> Request:
    """Return the Cedar request for one touched thing; `base` is the moment and the digest."""
    approvals = _covering(held, touch, base["digest"]) if held else _NOTHING
    return Request(
        principal,
        policy.actions[touch.action],
        touch.resource,
        {**base, **touch.context, "approvals": approvals},
        _NO_ENTITIES,
    )


def _covering(held: Iterable[Held], touch: Touch, digest: Value) -> frozenset[str]:
    thing = (touch.action, touch.resource.uid)
    return frozenset(
        one.name
        for one in held
        if (one.digest is None or one.digest == digest)
        and (one.covers is None or thing in one.covers)
    )


def combine(policy: Policy, judged: Sequence[tuple[Touch, Outcome]]) -> Decision:
    """Combine the outcomes of an intent's requests into one decision."""
    outcomes = [outcome for _, outcome in judged]
    if all(outcome.allowed and not outcome.errors for outcome in outcomes):
        return _allowed(policy, judged)
    erring = [error.index for outcome in outcomes for error in outcome.errors]
    if erring:
        spent = sum(outcome.steps for outcome in outcomes)
        code = Code.EVALUATION_BUDGET if spent >= EVALUATION_STEPS else Code.EVALUATION_ERROR
        return _denied(policy, judged, code, _rules(policy, erring))
    forbids = _rules(policy, [index for outcome in outcomes for index in outcome.forbids])
    absolute = tuple(rule for rule in forbids if rule.needs is None)
    if absolute:
        return _denied(policy, judged, Code.FORBIDDEN, absolute)
    if not all(outcome.permits for outcome in outcomes):
        return _denied(policy, judged, Code.NO_PERMIT, ())
    return _denied(policy, judged, Code.APPROVAL_PENDING, forbids)


def _allowed(policy: Policy, judged: Sequence[tuple[Touch, Outcome]]) -> Decision:
    rules = _rules(policy, [index for _, outcome in judged for index in outcome.permits])
    return Decision(
        decision=Verdict.ALLOW,
        reason_code=Code.ALLOWED,
        reason=next((rule.reason for rule in rules if rule.reason), _ALLOWED),
        hint="",
        rules=tuple([rule.ref for rule in rules]),
        needs=(),
        obligations=policy.owed.under(
            frozenset([rule.profile for rule in rules if rule.profile is not None])
        ),
        policy_ref=policy.ref_text,
        resources=_resources(policy, judged),
        advice=_advice(rules),
    )


def _denied(
    policy: Policy,
    judged: Sequence[tuple[Touch, Outcome]],
    code: Code,
    rules: Sequence[Rule],
) -> Decision:
    pending = code is Code.APPROVAL_PENDING
    needs = sorted({rule.needs for rule in rules if rule.needs is not None}) if pending else ()
    return Decision(
        decision=Verdict.DENY,
        reason_code=code,
        reason=next((rule.reason for rule in rules if rule.reason), REASONS[code].text),
        hint=next((rule.hint for rule in rules if rule.hint), REASONS[code].todo),
        rules=tuple([rule.ref for rule in rules]),
        needs=tuple(needs),
        obligations=_OWES_NOTHING,
        policy_ref=policy.ref_text,
        resources=_resources(policy, judged),
        advice=_advice(rules),
    )


def refusal(policy: Policy, code: Code, *, reason: str = "", hint: str = "") -> Decision:
    """Return a denial in which no rule took part."""
    return Decision(
        decision=Verdict.DENY,
        reason_code=code,
        reason=reason or REASONS[code].text,
        hint=hint or REASONS[code].todo,
        rules=(),
        needs=(),
        obligations=_OWES_NOTHING,
        policy_ref=policy.ref_text,
        resources=(),
    )


def _advice(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([rule.advice for rule in rules if rule.advice]))


def _rules(policy: Policy, indexes: Sequence[int]) -> Sequence[Rule]:
    if len(indexes) <= 1:
        return [policy.rules[index] for index in indexes]
    # Sorted by id: which rule is named first must not depend on the order of files or requests.
    return sorted([policy.rules[index] for index in set(indexes)], key=_by_id)


def _by_id(rule: Rule) -> str:
    return rule.id


def _resources(
    policy: Policy, judged: Sequence[tuple[Touch, Outcome]]
) -> tuple[ResourceDecision, ...]:
    return tuple([_resource(policy, touch, outcome) for touch, outcome in judged])


def _resource(policy: Policy, touch: Touch, outcome: Outcome) -> ResourceDecision:
    determining: Sequence[int]
    if outcome.errors:
        determining = [error.index for error in outcome.errors]
    else:
        determining = outcome.determining
    rules = _rules(policy, determining)
    allowed = outcome.allowed and not outcome.errors
    return ResourceDecision(
        action=touch.action,
        uid=str(touch.resource.uid),
        decision=Verdict.ALLOW if allowed else Verdict.DENY,
        rules=tuple([rule.ref for rule in rules]),
        needs=() if allowed else tuple(sorted({rule.needs for rule in rules if rule.needs})),
    )
