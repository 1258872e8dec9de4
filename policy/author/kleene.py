"""A rule on a request of which not everything is known: yes, no, an error, or open.

The closures are the program's own (`compile_test`); only what joins them is three-valued here.
An answer other than "open" is the one the program would give whatever the unknown facts are,
errors in conditions that rest on them aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cedarpy import pst

from holdfast.policy.author.mentions import children, fact_name
from holdfast.policy.cedar.errors import EvaluationError
from holdfast.policy.cedar.expressions import compile_test
from holdfast.policy.cedar.frame import Frame
from holdfast.policy.cedar.program import Program
from holdfast.policy.cedar.trace import Step
from holdfast.policy.cedar.values import Request
from holdfast.proto.limits import EVALUATION_STEPS, TREE_DEPTH

Unknown = frozenset[str]
"""Names of facts, `context.now`; a name covers what is below it."""

Truth = Literal["true", "false", "error", "open"]
_TRUTHS: Final[dict[bool, Truth]] = {True: "true", False: "false"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule matches, and the conditions that leave it open."""

    answer: Literal["yes", "no", "error", "open"]
    open: tuple[Step, ...] = ()


def verdict_of(program: Program, index: int, request: Request, unknown: Unknown) -> Verdict:
    """Weigh one rule."""
    steps = program.trace(index, request).steps
    waiting: list[Step] = []
    for step in steps:
        truth = truth_of(step.node, request, unknown)
        if truth == "open":
            waiting.append(step)
        elif truth == "error":
            # After an open condition the program may never come here.
            return Verdict("error") if not waiting else Verdict("open", (*waiting, step))
        elif (truth == "true") is not step.wanted:
            return Verdict("no")
    return Verdict("open", tuple(waiting)) if waiting else Verdict("yes")


def truth_of(node: pst.Expr, request: Request, unknown: Unknown) -> Truth:
    """Evaluate a condition as far as it can be."""
    if not rests_on(node, unknown):
        return _known(node, request)
    match node:
        case pst.UnaryOp("not", arg):
            return _negated(truth_of(arg, request, unknown))
        case pst.BinaryOp("and", left, right):
            return _joined(left, right, request, unknown, settles="false")
        case pst.BinaryOp("or", left, right):
            return _joined(left, right, request, unknown, settles="true")
        case pst.IfThenElse(cond, then_expr, else_expr):
            return _branch(cond, then_expr, else_expr, request, unknown)
        case _:
            return "open"


def rests_on(node: pst.Expr, unknown: Unknown) -> bool:
    """Say whether any of the unknown facts is read by an expression."""
    waiting: list[pst.Expr] = [node]
    while waiting:
        one = waiting.pop()
        name = _read(one)
        if name is None:
            waiting.extend(children(one))
        elif any(_within(name, fact) or _within(fact, name) for fact in unknown):
            return True
    return False


def _read(node: pst.Expr) -> str | None:
    """Return the name of the fact an expression reads, or None to look further down."""
    match node:
        case pst.Is(pst.Var(), _, None):
            return ""  # a type is always known
        case pst.HasAttr(pst.Var(name), attrs):
            return f"{name}.{attrs[0]}"
        case pst.HasAttr(base, attrs):
            below = fact_name(base)
            return None if below is None else f"{below}.{attrs[0]}"
        case pst.Var("context"):
            return "context"
        case pst.Var(name):
            # An entity compared as a whole: its attributes are not what is looked at.
            return f"{name}."
        case _:
            return fact_name(node)


def _within(name: str, fact: str) -> bool:
    return name == fact or name.startswith(f"{fact}.")


def _known(node: pst.Expr, request: Request) -> Truth:
    try:
        return _TRUTHS[compile_test(node, TREE_DEPTH)[0](Frame(request, EVALUATION_STEPS))]
    except EvaluationError:
        return "error"


def _negated(truth: Truth) -> Truth:
    if truth == "true":
        return "false"
    return "true" if truth == "false" else truth


def _joined(
    left: pst.Expr, right: pst.Expr, request: Request, unknown: Unknown, *, settles: Truth
) -> Truth:
    """Join two sides, the first of which may settle both before the second is looked at."""
    first = truth_of(left, request, unknown)
    if first in (settles, "error"):
        return first
    second = truth_of(right, request, unknown)
    if first == "open":
        return settles if second == settles else "open"
    return second


def _branch(
    cond: pst.Expr, then_expr: pst.Expr, else_expr: pst.Expr, request: Request, unknown: Unknown
) -> Truth:
    which = truth_of(cond, request, unknown)
    if which == "error":
        return "error"
    if which != "open":
        return truth_of(then_expr if which == "true" else else_expr, request, unknown)
    first = truth_of(then_expr, request, unknown)
    return first if first == truth_of(else_expr, request, unknown) else "open"
