"""The compiled program: Cedar rules in, who matched and who erred out.

Rules:

1. `evaluate` finds every satisfied permit, every satisfied forbid and every error, never only the
   first: an error in any rule denies, and an explanation must name them all.
2. The index only saves work. `scan` tries every rule, and the two agree on every request: that is
   the law the tests attack.
3. A request that spends its steps errs, has no permits and therefore is denied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cedarpy import pst

from holdfast.policy.cedar.atoms import atoms_of
from holdfast.policy.cedar.conjuncts import Conjunct, conjuncts_of
from holdfast.policy.cedar.errors import BudgetExceeded, EvaluationError, UnknownConstruct
from holdfast.policy.cedar.expressions import check_depth, compile_test
from holdfast.policy.cedar.frame import Frame, Test
from holdfast.policy.cedar.index import Entry, Indexed, build
from holdfast.policy.cedar.trace import Condition, RuleTrace, SpanTable, trace_conditions
from holdfast.policy.cedar.values import Request
from holdfast.proto.limits import EVALUATION_STEPS, TREE_DEPTH


@dataclass(frozen=True, slots=True)
class RuleError:
    """A rule that could not be evaluated, and why."""

    index: int
    message: str


class Outcome:
    """What the rules said of one request, each kind in the order of the rules."""

    __slots__ = ("errors", "forbids", "permits", "steps")
    permits: tuple[int, ...]
    forbids: tuple[int, ...]
    errors: tuple[RuleError, ...]
    steps: int

    def __init__(
        self,
        permits: tuple[int, ...],
        forbids: tuple[int, ...],
        errors: tuple[RuleError, ...],
        steps: int = 0,
    ) -> None:
        """Keep indexes of satisfied rules, errors, and the steps it took to know."""
        self.permits = permits
        self.forbids = forbids
        self.errors = errors
        self.steps = steps

    @property
    def allowed(self) -> bool:
        """Cedar's own decision: some permit and no forbid. Errors are for the caller to judge."""
        return bool(self.permits) and not self.forbids

    @property
    def determining(self) -> tuple[int, ...]:
        """The rules Cedar names as its reason: the forbids, or else the permits."""
        return self.forbids or self.permits

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Outcome):
            return NotImplemented
        return (self.permits, self.forbids, self.errors) == (
            other.permits,
            other.forbids,
            other.errors,
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Outcome(permits={self.permits}, forbids={self.forbids}, errors={self.errors})"


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule: where it came from, and its conditions in the order they are evaluated."""

    index: int
    id: str
    """The id in the syntax tree (`policy0`); the author's is the annotation `id`."""
    effect: pst.Effect
    annotations: Mapping[str, str]
    template: pst.Template
    conjuncts: tuple[Conjunct, ...]
    tests: tuple[Test, ...]
    cost: int
    """Steps it takes at most, before what the sizes of values add."""


class Program:
    """An indexed set of rules."""

    __slots__ = ("_all", "_depth", "_index", "_spans", "crowd", "rules")
    rules: tuple[CompiledRule, ...]
    crowd: tuple[int, ...]
    """The largest set of rules that some request must try one after another, by index."""

    def __init__(
        self, rules: Sequence[CompiledRule], spans: SpanTable | None, depth: int = TREE_DEPTH
    ) -> None:
        """Index `rules`; use `compile_program` to get here from syntax trees."""
        self.rules = tuple(rules)
        self._spans = spans
        self._depth = depth
        indexed = [
            Indexed(r.index, r.effect == "permit", r.tests, r.cost, atoms_of(r.conjuncts))
            for r in self.rules
        ]
        self._index, self.crowd = build(indexed)
        self._all = tuple(rule.entry() for rule in indexed)

    def evaluate(self, request: Request, *, steps: int = EVALUATION_STEPS) -> Outcome:
        """Evaluate every rule that could match `request` or err on it."""
        frame = Frame(request, steps)
        entries, look = self._index
        found = list(entries)
        if look is not None:
            look(frame, found)
        return _outcome(found, frame, steps)

    def scan(self, request: Request, *, steps: int = EVALUATION_STEPS) -> Outcome:
        """Evaluate every rule, without the index: slow, and always equal to `evaluate`."""
        return _outcome(self._all, Frame(request, steps), steps)

    def trace(
        self, index: int, request: Request, *, onward: bool = False, steps: int = EVALUATION_STEPS
    ) -> RuleTrace:
        """Evaluate one rule condition by condition, for explanations and coverage.

        Evaluation stops where the program stops. `onward` goes on behind an unmet condition, to
        tell which others are unmet; what it says there is no part of the decision.
        """
        rule = self.rules[index]
        conditions = [
            Condition(conjunct, test)
            for conjunct, test in zip(rule.conjuncts, rule.tests, strict=True)
        ]
        return trace_conditions(
            index,
            conditions,
            Frame(request, steps),
            spans=self._spans,
            depth=self._depth,
            onward=onward,
        )


def _outcome(entries: Sequence[Entry], frame: Frame, steps: int) -> Outcome:
    permits: list[int] = []
    forbids: list[int] = []
    errors: list[RuleError] = []
    for index, permit, tests, cost in entries:
        try:
            frame.left -= cost
            if frame.left < 0:
                frame.spend(0)
            for test in tests:
                if not test(frame):
                    break
            else:
                (permits if permit else forbids).append(index)
        except BudgetExceeded as error:
            return _exhausted(entries, error, steps)
        except EvaluationError as error:
            errors.append(RuleError(index, error.message))
    if len(errors) > 1:
        errors = sorted(set(errors), key=lambda error: error.index)
    return Outcome(
        _ordered(permits) if permits else (),
        _ordered(forbids) if forbids else (),
        tuple(errors),
        steps - frame.left,
    )


def _exhausted(entries: Sequence[Entry], error: BudgetExceeded, steps: int) -> Outcome:
    """Deny, and blame the costliest rule: the same one whatever order the rules were found in."""
    worst = max(entries, key=lambda entry: (entry[3], -entry[0]))
    return Outcome((), (), (RuleError(worst[0], error.message),), steps)


def _ordered(indexes: list[int]) -> tuple[int, ...]:
    """Put rules in order, once each: the index may find a rule by two of its keys."""
    return tuple(sorted(set(indexes))) if len(indexes) > 1 else tuple(indexes)


def compile_program(
    templates: Sequence[pst.Template],
    *,
    spans: SpanTable | None = None,
    max_depth: int = TREE_DEPTH,
) -> Program:
    """Compile rules; raise `UnknownConstruct` for anything this evaluator does not model."""
    known: _Known = {}
    rules = [_compile_rule(n, rule, max_depth, known) for n, rule in enumerate(templates)]
    return Program(rules, spans, max_depth)


_Known: TypeAlias = dict[tuple[pst.Expr, bool], tuple[Test, int]]
"""Conditions compiled before: rules that ask the same share the closure, and the cache lines."""


def _compile_rule(
    index: int, template: pst.Template, max_depth: int, known: _Known
) -> CompiledRule:
    if template.effect not in {"permit", "forbid"}:
        raise UnknownConstruct(f"unknown effect `{template.effect}`")
    conjuncts = conjuncts_of(template)
    tests: list[Test] = []
    cost = 1
    for conjunct in conjuncts:
        check_depth(conjunct.node, max_depth)
        question = (conjunct.node, conjunct.wanted)
        if question not in known:
            known[question] = _compile_condition(*question, max_depth)
        test, price = known[question]
        tests.append(test)
        cost += price
    return CompiledRule(
        index,
        template.id,
        template.effect,
        template.annotations,
        template,
        conjuncts,
        tuple(tests),
        cost,
    )


def _compile_condition(node: pst.Expr, wanted: bool, max_depth: int) -> tuple[Test, int]:  # noqa: FBT001
    test, cost = compile_test(node, max_depth)
    return (test if wanted else lambda frame: not test(frame)), cost
