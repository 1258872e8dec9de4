"""Policies and the authorisation decision (Spec Policy, Spec Authorizer).

Rules of this file: a linear scan over every policy, always; scope and conditions become one
expression exactly as Spec Policy `toExpr` says, so that the scope has no semantics of its own here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from cedarpy import pst

from tests.twin.reference import Interpreter
from tests.twin.values import Erred

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.twin.values import Question, Store


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy, as Spec Policy sees it."""

    id: str
    effect: pst.Effect
    condition: pst.Expr


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an evaluator said of one request: ids in order of the policies."""

    permits: tuple[str, ...]
    forbids: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Authorization, "Algorithm": forbid wins, then a permit, else deny."""
        return not self.forbids and bool(self.permits)

    @property
    def determining(self) -> tuple[str, ...]:
        """The policies that made the decision."""
        return self.permits if self.allowed else self.forbids


def _and(left: pst.Expr, right: pst.Expr) -> pst.Expr:
    return pst.BinaryOp("and", left, right)


def _entity(named: pst.EntityOrSlot) -> pst.Expr:
    if isinstance(named, pst.Slot):
        msg = "templates are linked before they are evaluated"
        raise TypeError(msg)
    return pst.EntityLit(named)


# --- Policy syntax, "Scope" (Spec Policy, `Scope.toExpr`) -------------------------------------


def scope(constraint: pst.PrincipalOrResourceConstraint, name: pst.VarName) -> pst.Expr:
    """The expression a scope constraint stands for."""
    var = pst.Var(name)
    match constraint:
        case pst.ScopeAny():
            return pst.BoolLit(True)
        case pst.ScopeEq(entity):
            return pst.BinaryOp("eq", var, _entity(entity))
        case pst.ScopeIn(entity):
            return pst.BinaryOp("in", var, _entity(entity))
        case pst.ScopeIs(entity_type):
            return pst.Is(var, entity_type, None)
        case pst.ScopeIsIn(entity_type, entity):
            return _and(pst.Is(var, entity_type, None), pst.BinaryOp("in", var, _entity(entity)))
        case _:
            assert_never(constraint)


def action(constraint: pst.ActionConstraint) -> pst.Expr:
    """The same for actions, which know `in [..]` and no types."""
    match constraint:
        case pst.ScopeAny():
            return pst.BoolLit(True)
        case pst.ActionEq(entity):
            return pst.BinaryOp("eq", pst.Var("action"), pst.EntityLit(entity))
        case pst.ActionIn(entities):
            return pst.BinaryOp(
                "in", pst.Var("action"), pst.Set(tuple(pst.EntityLit(each) for each in entities))
            )
        case _:
            assert_never(constraint)


# --- Policy syntax, "Conditions" (Spec Policy, `Conditions.toExpr`) ---------------------------


def conditions(clauses: tuple[pst.Clause, ...]) -> pst.Expr:
    """Top to bottom, short-circuiting; `unless` is the negation."""
    if not clauses:
        return pst.BoolLit(True)
    first, *rest = clauses
    body = first.expr if isinstance(first, pst.When) else pst.UnaryOp("not", first.expr)
    return _and(body, conditions(tuple(rest))) if rest else body


def policy_of(template: pst.Template) -> Policy:
    """Spec Policy, `toExpr`."""
    condition = _and(
        scope(template.principal, "principal"),
        _and(
            action(template.action),
            _and(scope(template.resource, "resource"), conditions(template.clauses)),
        ),
    )
    return Policy(template.id, template.effect, condition)


# --- Authorization, "Algorithm" (Spec Authorizer, `isAuthorized`) -----------------------------


def judge(
    policies: Iterable[Policy],
    question: Question,
    store: Store,
    interpreter: type[Interpreter] = Interpreter,
) -> Verdict:
    """Evaluate every policy; an erring one is neither satisfied nor silent."""
    machine = interpreter(question, store)
    permits: list[str] = []
    forbids: list[str] = []
    errors: list[str] = []
    for policy in policies:
        try:
            satisfied = machine.truth(machine.evaluate(policy.condition))
        except Erred:
            errors.append(policy.id)
            continue
        if satisfied:
            (permits if policy.effect == "permit" else forbids).append(policy.id)
    return Verdict(tuple(permits), tuple(forbids), tuple(errors))
