"""What the folder's tests exercise: rules that matched, conditions that went both ways.

Rules of this file:
1. A rule is covered when a test made it match; a condition when some test saw it true and some
   test saw it false. What was not reached was not seen.
2. It is the program that says what a condition was (`Program.trace`), never a second reading.
3. Only tests count. A probe expects nothing, so it proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cedarpy import pst

from holdfast.policy.author.situations import Refusal, stand
from holdfast.policy.cedar.syntax.spans import Span
from holdfast.policy.cedar.trace import RuleTrace
from holdfast.policy.cedar.values import Entity, Request, Uid
from holdfast.policy.judge import request_for
from holdfast.policy.policy import Policy, Rule
from holdfast.policy.source.tables import Case

_NOBODY: Final = Request(
    Entity(Uid("Agent", "")), Entity(Uid("Action", "")), Entity(Uid("Tool", ""))
)


@dataclass(frozen=True, slots=True)
class ConditionCoverage:
    """One conjunct of a `when` or `unless`, and which of its two answers tests saw."""

    text: str
    span: Span | None
    seen_true: bool
    seen_false: bool

    @property
    def covered(self) -> bool:
        """Whether both answers were seen."""
        return self.seen_true and self.seen_false

    @property
    def never(self) -> str:
        """What was never seen, in words; empty when all of it was."""
        if self.covered:
            return ""
        if self.seen_true or self.seen_false:
            return "never false" if self.seen_true else "never true"
        return "never reached"


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule."""

    rule: Rule
    matched: bool
    conditions: tuple[ConditionCoverage, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every rule of a policy, in its order."""

    rules: tuple[RuleCoverage, ...]

    @property
    def rules_matched(self) -> int:
        """How many rules matched in some test."""
        return sum(one.matched for one in self.rules)

    @property
    def conditions(self) -> tuple[ConditionCoverage, ...]:
        """Every condition of every rule."""
        return tuple(condition for one in self.rules for condition in one.conditions)

    @property
    def conditions_covered(self) -> int:
        """How many conditions went both ways."""
        return sum(condition.covered for condition in self.conditions)


class _Seen:
    """What was seen of one rule so far."""

    __slots__ = ("false", "matched", "true")

    def __init__(self) -> None:
        self.matched = False
        self.true: set[int] = set()
        self.false: set[int] = set()

    def add(self, trace: RuleTrace) -> None:
        self.matched = self.matched or trace.satisfied
        for at, step in enumerate(trace.steps):
            if step.result == "true":
                self.true.add(at)
            elif step.result == "false":
                self.false.add(at)

    def done(self, conditions: Sequence[int]) -> bool:
        return self.matched and all(at in self.true and at in self.false for at in conditions)


def coverage(policy: Policy) -> Coverage:
    """Run the folder's tests and say what they exercised."""
    seen = [_Seen() for _ in policy.rules]
    about = _rules_about(policy)
    conditions = [_conditions(policy, rule) for rule in policy.rules]
    for action, request in _requests(policy, policy.cases):
        for index in about[action]:
            if not seen[index].done(conditions[index]):
                seen[index].add(policy.program.trace(index, request))
    return Coverage(
        tuple(
            _rule(policy, rule, seen[rule.index], conditions[rule.index]) for rule in policy.rules
        )
    )


def _requests(policy: Policy, cases: Sequence[Case]) -> Iterator[tuple[str, Request]]:
    for case in cases:
        stood = stand(policy, case.situation)
        if isinstance(stood.facts, Refusal):
            continue
        base = stood.moment.facts()
        base["digest"] = stood.facts.digest
        for touch in stood.facts.touches:
            yield touch.action, request_for(policy, touch, stood.principal, base, stood.held)


def _rules_about(policy: Policy) -> Mapping[str, tuple[int, ...]]:
    """Return, for each action, the rules whose scope can match it; others are not reached."""
    return {
        name: tuple(
            rule.index
            for rule in policy.rules
            if _speaks_of(policy.program.rules[rule.index].template.action, action.keys)
        )
        for name, action in policy.actions.items()
    }


def _speaks_of(scope: pst.ActionConstraint, keys: frozenset[Uid | str]) -> bool:
    match scope:
        case pst.ActionEq(entity):
            named: tuple[pst.EntityUid, ...] = (entity,)
        case pst.ActionIn(entities):
            named = entities
        case _:
            return True
    return any(Uid(str(one.type), one.id) in keys for one in named)


def _conditions(policy: Policy, rule: Rule) -> list[int]:
    conjuncts = policy.program.rules[rule.index].conjuncts
    return [at for at, conjunct in enumerate(conjuncts) if conjunct.clause >= 0]


def _rule(policy: Policy, rule: Rule, seen: _Seen, conditions: list[int]) -> RuleCoverage:
    # Only a trace knows where conditions stand; nobody's request shows all of them.
    steps = policy.program.trace(rule.index, _NOBODY).steps
    shown = [
        ConditionCoverage(
            text=source_text(policy, steps[at].span),
            span=steps[at].span,
            seen_true=at in seen.true,
            seen_false=at in seen.false,
        )
        for at in conditions
    ]
    return RuleCoverage(rule, seen.matched, tuple(shown))


def source_text(policy: Policy, span: Span | None) -> str:
    """Return a condition as its author wrote it, on one line."""
    if span is None:
        return ""
    return " ".join(policy.texts[span.file][span.start : span.end].split())


def uncovered(found: Coverage) -> Iterator[str]:
    """Yield one line for everything no test exercised, each with its place."""
    for one in found.rules:
        ref = one.rule.ref
        if not one.matched:
            yield f"{ref.file}:{ref.line}: `{one.rule.id}` never matched"
        for condition in one.conditions:
            if not condition.covered:
                span = condition.span
                where = f"{span.file}:{span.line}:{span.column}" if span else ref.file
                yield f"{where}: `{condition.text}` was {condition.never}"


def as_json(found: Coverage) -> dict[str, object]:
    """Return what `--json` prints."""
    return {
        "rules": len(found.rules),
        "rules_matched": found.rules_matched,
        "conditions": len(found.conditions),
        "conditions_covered": found.conditions_covered,
        "uncovered": [_json(one) for one in found.rules if not _whole(one)],
    }


def _whole(one: RuleCoverage) -> bool:
    return one.matched and all(condition.covered for condition in one.conditions)


def _json(one: RuleCoverage) -> dict[str, object]:
    return {
        "id": one.rule.id,
        "file": one.rule.ref.file,
        "line": one.rule.ref.line,
        "matched": one.matched,
        "conditions": [
            {
                "text": condition.text,
                "line": condition.span.line if condition.span else 0,
                "column": condition.span.column if condition.span else 0,
                "never": condition.never,
            }
            for condition in one.conditions
            if not condition.covered
        ],
    }
