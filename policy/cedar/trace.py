"""One rule on one request, condition by condition: for `--why`, tests and coverage.

This is the slow path. It runs the same closures in the same order as the program does, and stops
where it stops: what comes after the first condition that fails or errs was "not reached".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from cedarpy import pst

from holdfast.policy.cedar.conjuncts import Conjunct, Part
from holdfast.policy.cedar.errors import EvaluationError
from holdfast.policy.cedar.expressions import (
    compile_expression,
    compile_test,
    disjuncts,
)
from holdfast.policy.cedar.frame import Frame, Test
from holdfast.policy.cedar.syntax.spans import Span
from holdfast.policy.cedar.values import Value

Result: TypeAlias = Literal["true", "false", "error", "not reached"]


class SpanTable(Protocol):
    """Where nodes stand in the source."""

    def of(self, node: object) -> Span | None:
        """Return where `node` was written, if it was."""
        ...


@dataclass(frozen=True, slots=True)
class Operand:
    """What a part of a condition was: its value, or why it has none."""

    node: pst.Expr
    span: Span | None
    value: Value | None
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """One condition of a rule.

    `result` is what `node` evaluated to; the condition holds when that is `wanted`. `message` says
    why it is an error. `alternatives` are the sides of a `||`, `operands` the values compared.
    """

    part: Part
    clause: int
    node: pst.Expr
    span: Span | None
    wanted: bool
    result: Result
    message: str
    alternatives: tuple["Step", ...]
    operands: tuple[Operand, ...]

    @property
    def holds(self) -> bool:
        """Whether this condition let the rule go on."""
        return self.result == ("true" if self.wanted else "false")


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """A rule on a request: every condition in order, scope first."""

    index: int
    steps: tuple[Step, ...]

    @property
    def satisfied(self) -> bool:
        """Whether the rule matched."""
        return all(step.holds for step in self.steps)

    @property
    def failed(self) -> Step | None:
        """The condition that ended the rule, by being unmet or by erring."""
        return next((step for step in self.steps if not step.holds), None)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition with the very closure the program runs."""

    conjunct: Conjunct
    test: Test


def trace_conditions(
    index: int,
    conditions: Iterable[Condition],
    frame: Frame,
    *,
    spans: SpanTable | None,
    depth: int,
    onward: bool,
) -> RuleTrace:
    """Evaluate `conditions` in order until one does not hold, or `onward` through all of them."""
    tracer = _Tracer(frame, spans, depth)
    steps: list[Step] = []
    going = True
    for condition in conditions:
        step = tracer.step(condition) if going else tracer.not_reached(condition.conjunct)
        going = onward or (going and step.holds)
        steps.append(step)
    return RuleTrace(index, tuple(steps))


class _Tracer:
    """What every step of one trace shares."""

    __slots__ = ("_depth", "_frame", "_spans")

    def __init__(self, frame: Frame, spans: SpanTable | None, depth: int) -> None:
        self._frame = frame
        self._spans = spans
        self._depth = depth

    def step(self, condition: Condition) -> Step:
        """Run one condition."""
        conjunct = condition.conjunct
        result, message = self._result(condition)
        node = conjunct.node
        return Step(
            conjunct.part,
            conjunct.clause,
            node,
            self._span(node) or self._span(conjunct.origin),
            conjunct.wanted,
            result,
            message,
            self._alternatives(conjunct),
            tuple(self._operand(part) for part in _operands(node)),
        )

    def not_reached(self, conjunct: Conjunct) -> Step:
        """Describe a condition the evaluation did not come to."""
        span = self._span(conjunct.node) or self._span(conjunct.origin)
        return Step(
            conjunct.part,
            conjunct.clause,
            conjunct.node,
            span,
            conjunct.wanted,
            "not reached",
            "",
            (),
            (),
        )

    def _result(self, condition: Condition) -> tuple[Result, str]:
        try:
            held = condition.test(self._frame)
        except EvaluationError as error:
            return "error", error.message
        return ("true" if held is condition.conjunct.wanted else "false"), ""

    def _alternatives(self, conjunct: Conjunct) -> tuple[Step, ...]:
        nodes = disjuncts(conjunct.node)
        if len(nodes) == 1:
            return ()
        steps: list[Step] = []
        open_ = True
        for node in nodes:
            side = Conjunct(conjunct.part, conjunct.clause, node, True, node)  # noqa: FBT003
            if open_:
                step = self.step(Condition(side, compile_test(node, self._depth)[0]))
                # A side that is true, or an error, is where Cedar stops looking.
                open_ = step.result == "false"
            else:
                step = self.not_reached(side)
            steps.append(step)
        return tuple(steps)

    def _operand(self, node: pst.Expr) -> Operand:
        span = self._span(node)
        try:
            value = compile_expression(node, self._depth).run(self._frame)
        except EvaluationError as error:
            return Operand(node, span, None, error.message)
        return Operand(node, span, value, "")

    def _span(self, node: object) -> Span | None:
        return None if self._spans is None else self._spans.of(node)


def _operands(node: pst.Expr) -> Sequence[pst.Expr]:
    """Return the parts of a condition whose values explain it; a literal explains itself."""
    match node:
        case pst.BinaryOp("and" | "or", _, _):
            parts: tuple[pst.Expr, ...] = ()
        case pst.BinaryOp(_, left, right):
            parts = (left, right)
        case pst.UnaryOp(_, arg):
            parts = (arg,)
        case pst.Like(base, _) | pst.Is(base, _, _) | pst.HasAttr(base, _):
            parts = (base,)
        case pst.GetAttr():
            parts = (node,)
        case _:
            parts = ()
    literals = pst.BoolLit | pst.LongLit | pst.StringLit | pst.EntityLit
    return [part for part in parts if not isinstance(part, literals)]
