"""Why a decision is what it is: facts, rules, the condition that failed, the nearest change.

Rules:
1. An explanation runs the same closures on the same request as the decision did.
2. It never creates an approval and never changes anything.
3. A condition is shown as its author wrote it, at its place.
4. The nearest change is a statement about one rule ("would permit it if ..."), never a promise
   about the rest of the policy: what else would match then is not known until it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cedarpy import pst

from holdfast.policy.cedar.program import Outcome
from holdfast.policy.cedar.trace import Operand, RuleTrace, Step
from holdfast.policy.cedar.values import Entity, Request, Value
from holdfast.policy.facts.model import Facts, Touch
from holdfast.policy.judge import Held, judge, request_for
from holdfast.policy.moment import Moment
from holdfast.policy.policy import Policy, Rule
from holdfast.policy.show import cedar_text, json_fields
from holdfast.policy.source.rules import walk
from holdfast.proto.decision import Decision, ResourceDecision
from holdfast.proto.limits import EVALUATION_STEPS
from holdfast.proto.strict_json import JsonValue

NEAR_MISSES: Final = 3
"""Rules that nearly mattered and are shown."""


@dataclass(frozen=True, slots=True)
class ConditionShown:
    """One condition of a rule, as written, and what came of it."""

    part: str
    text: str
    file: str
    line: int
    column: int
    length: int
    wanted: bool
    result: str
    message: str
    operands: tuple[tuple[str, str], ...]
    """Text and value of what was compared."""
    alternatives: tuple[ConditionShown, ...]
    """The sides of a `||`."""

    @property
    def holds(self) -> bool:
        """Whether it let the rule go on."""
        return self.result == ("true" if self.wanted else "false")


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One rule on one request."""

    rule: Rule
    conditions: tuple[ConditionShown, ...]

    @property
    def matched(self) -> bool:
        """Whether every condition held."""
        return all(condition.holds for condition in self.conditions)

    @property
    def failed(self) -> ConditionShown | None:
        """The condition that ended it."""
        return next((shown for shown in self.conditions if not shown.holds), None)


@dataclass(frozen=True, slots=True)
class ResourceShown:
    """One touched thing: what the rules saw of it and said about it."""

    decision: ResourceDecision
    resource: Mapping[str, Value]
    parents: tuple[str, ...]
    context: Mapping[str, Value]
    matched: tuple[RuleShown, ...]
    near: tuple[RuleShown, ...]
    nearest: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with its reasons."""

    decision: Decision
    principal: str
    groups: tuple[str, ...]
    resources: tuple[ResourceShown, ...]

    def as_json(self) -> dict[str, JsonValue]:
        """Return it as `--json` prints it."""
        return {
            "principal": self.principal,
            "groups": list(self.groups),
            "resources": [_resource_json(resource) for resource in self.resources],
        }


def explain(
    policy: Policy,
    facts: Facts,
    principal: Entity,
    moment: Moment,
    held: Sequence[Held] = (),
    *,
    halted: bool = False,
) -> Explanation:
    """Decide, and say why."""
    decision = judge(policy, facts, principal, moment, held, halted=halted)
    base = moment.facts()
    base["digest"] = facts.digest
    # The budget is spent thing by thing, as the decision spends it: else it would say otherwise.
    left = EVALUATION_STEPS
    shown: list[ResourceShown] = []
    for touch, resource in zip(facts.touches, decision.resources, strict=False):
        request = request_for(policy, touch, principal, base, held)
        outcome = policy.program.evaluate(request, steps=left)
        left -= outcome.steps
        shown.append(_explain_touch(policy, touch, request, outcome, resource))
    return Explanation(
        decision=decision,
        principal=str(principal.uid),
        groups=tuple(sorted(uid.id for uid in principal.ancestors)),
        resources=tuple(shown),
    )


def _explain_touch(
    policy: Policy,
    touch: Touch,
    request: Request,
    outcome: Outcome,
    decision: ResourceDecision,
) -> ResourceShown:
    decided = (*outcome.permits, *outcome.forbids, *(error.index for error in outcome.errors))
    matched = [_shown(policy, index, request) for index in sorted(set(decided))]
    near = _near(policy, request, outcome)
    return ResourceShown(
        decision=decision,
        resource=touch.resource.attrs,
        parents=tuple(sorted(str(uid) for uid in touch.resource.ancestors)),
        context=request.context,
        matched=tuple(matched),
        near=near,
        nearest=_nearest(matched, near, outcome),
    )


def _near(policy: Policy, request: Request, outcome: Outcome) -> tuple[RuleShown, ...]:
    """Rules of the other mind that came closest: permits for a denial, forbids for an allow."""
    effect = "forbid" if outcome.allowed and not outcome.errors else "permit"
    traces = [
        policy.program.trace(rule.index, request, onward=True)
        for rule in policy.rules
        if rule.effect == effect
    ]
    missed = [trace for trace in traces if not trace.satisfied and _is_about(trace)]
    missed.sort(key=lambda trace: (*_distance(trace), policy.rules[trace.index].id))
    return tuple(_show(policy, trace) for trace in missed[:NEAR_MISSES])


def _is_about(trace: RuleTrace) -> bool:
    """Whether the rule speaks of this action at all; the rest would only be noise."""
    return all(step.holds for step in trace.steps if step.part == "action")


def _distance(trace: RuleTrace) -> tuple[int, bool, int]:
    """How far a rule was from matching: unmet conditions, first of all those about the thing.

    A rule about the same thing that asks one more question of the moment is nearer than a rule
    about something else, though each has one unmet condition.
    """
    unmet = [at for at, step in enumerate(trace.steps) if not step.holds]
    elsewhere = any(_is_of_the_thing(trace.steps[at]) for at in unmet)
    return len(unmet), elsewhere, -unmet[0]


def _is_of_the_thing(step: Step) -> bool:
    return any(isinstance(node, pst.Var) and node.name == "resource" for node in walk(step.node))


def _shown(policy: Policy, index: int, request: Request) -> RuleShown:
    return _show(policy, policy.program.trace(index, request))


def _show(policy: Policy, trace: RuleTrace) -> RuleShown:
    return RuleShown(
        policy.rules[trace.index], tuple(_condition(policy, step) for step in trace.steps)
    )


def _condition(policy: Policy, step: Step) -> ConditionShown:
    span = step.span
    text = policy.texts[span.file][span.start : span.end] if span is not None else ""
    return ConditionShown(
        part=step.part,
        text=" ".join(text.split()),
        file=span.file if span is not None else "",
        line=span.line if span is not None else 0,
        column=span.column if span is not None else 0,
        length=span.end - span.start if span is not None else 0,
        wanted=step.wanted,
        result=step.result,
        message=step.message,
        operands=tuple(_operands(policy, step.operands)),
        alternatives=tuple(_condition(policy, side) for side in step.alternatives),
    )


def _operands(policy: Policy, operands: Iterable[Operand]) -> Iterable[tuple[str, str]]:
    for operand in operands:
        if operand.span is not None and operand.value is not None:
            text = policy.texts[operand.span.file][operand.span.start : operand.span.end]
            yield text, cedar_text(operand.value)


def _nearest(matched: Sequence[RuleShown], near: Sequence[RuleShown], outcome: Outcome) -> str:
    if outcome.errors:
        first = outcome.errors[0]
        rule = next(shown.rule for shown in matched if shown.rule.index == first.index)
        return f"`{rule.id}` would have to be mended: {first.message}"
    forbids = [shown for shown in matched if shown.rule.effect == "forbid"]
    if forbids:
        return "; ".join(_lifting(shown) for shown in forbids) + _also(outcome, near)
    if not outcome.permits:
        return _permitting(near)
    permits = [shown.rule.id for shown in matched]
    if len(permits) == 1:
        return f"without `{permits[0]}` it would be denied{_or_forbidden(near)}"
    return f"{len(permits)} rules permit it{_or_forbidden(near)}"


def _lifting(shown: RuleShown) -> str:
    if shown.rule.needs is not None:
        return f"`{shown.rule.id}` would be lifted by the approval `{shown.rule.needs}`"
    if not shown.conditions:
        return f"`{shown.rule.id}` forbids everything"
    return f"`{shown.rule.id}` would not forbid it {_if_not(_decisive(shown.conditions[-1]))}"


def _also(outcome: Outcome, near: Sequence[RuleShown]) -> str:
    return "" if outcome.permits else f"; also nothing permits it: {_permitting(near)}"


def _permitting(near: Sequence[RuleShown]) -> str:
    if not near:
        return "no rule permits anything of this kind"
    best = near[0]
    return f"`{best.rule.id}` would permit it {_if(best)}"


def _or_forbidden(near: Sequence[RuleShown]) -> str:
    return f"; `{near[0].rule.id}` would forbid it {_if(near[0])}" if near else ""


def _if(shown: RuleShown) -> str:
    """Say what would have to be otherwise for the rule to match."""
    unmet = [condition for condition in shown.conditions if not condition.holds]
    said = [f"`{one.text}` {'held' if one.wanted else 'did not hold'}" for one in unmet]
    return f"if {' and '.join(said)}"


def _decisive(condition: ConditionShown) -> ConditionShown:
    """Of a `||` that held, the side that did: Cedar looks no further."""
    if condition.result != "true":
        return condition
    return next((side for side in condition.alternatives if side.holds), condition)


def _if_not(condition: ConditionShown) -> str:
    return f"if `{condition.text}` " + ("did not hold" if condition.wanted else "held")


def _resource_json(shown: ResourceShown) -> JsonValue:
    return {
        "action": shown.decision.action,
        "uid": shown.decision.uid,
        "decision": shown.decision.decision.value,
        "resource": json_fields(shown.resource),
        "parents": list(shown.parents),
        "context": json_fields(shown.context),
        "matched": [_rule_json(rule) for rule in shown.matched],
        "near": [_rule_json(rule) for rule in shown.near],
        "nearest_change": shown.nearest,
    }


def _rule_json(shown: RuleShown) -> JsonValue:
    ref = shown.rule.ref
    return {
        "id": ref.id,
        "effect": shown.rule.effect,
        "file": ref.file,
        "line": ref.line,
        "matched": shown.matched,
        "conditions": [_condition_json(condition) for condition in shown.conditions],
    }


def _condition_json(shown: ConditionShown) -> JsonValue:
    return {
        "part": shown.part,
        "text": shown.text,
        "line": shown.line,
        "column": shown.column,
        "holds": shown.holds,
        "result": shown.result,
        "message": shown.message,
        "values": dict(shown.operands),
    }
