"""A rule as the list of conditions that must all hold, in the order Cedar evaluates them.

Rules:

1. The list means exactly what the rule means: scope, then each clause in source order, `a && b`
   and `unless { a || b }` taken apart, `is T in e` split in two. A condition is reached only when
   all before it held, and the first one that fails or errs ends the rule.
2. Scope constraints become the expressions Cedar defines them by, so there is one evaluator, one
   index and one explanation for both.
3. Nothing is simplified away: an author must find every condition in the explanation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from cedarpy import pst

from holdfast.policy.cedar.errors import UnknownConstruct

Part: TypeAlias = Literal["principal", "action", "resource", "when", "unless"]

ENTITY_VARIABLES: Final = frozenset({"principal", "action", "resource"})


@dataclass(frozen=True, slots=True)
class Conjunct:
    """One condition: `node` must be true, or, when `wanted` is false, must be false."""

    part: Part
    clause: int
    """Which clause, counted from 0; -1 for the scope."""
    node: pst.Expr
    wanted: bool
    origin: object
    """The node the author wrote, when `node` was made from it; else `node` itself."""


def conjuncts_of(template: pst.Template) -> tuple[Conjunct, ...]:
    """Take a rule apart."""
    found = [
        *_scope("principal", template.principal),
        *_scope("action", template.action),
        *_scope("resource", template.resource),
    ]
    for number, clause in enumerate(template.clauses):
        found += _clause(number, clause)
    return tuple(found)


def _clause(number: int, clause: object) -> Iterator[Conjunct]:
    if isinstance(clause, pst.When):
        return _flatten("when", number, clause.expr, wanted=True)
    if isinstance(clause, pst.Unless):
        return _flatten("unless", number, clause.expr, wanted=False)
    raise UnknownConstruct(f"unknown clause `{type(clause).__name__}`")


def _scope(
    name: Literal["principal", "action", "resource"],
    scope: pst.PrincipalOrResourceConstraint | pst.ActionConstraint,
) -> list[Conjunct]:
    return [Conjunct(name, -1, node, True, scope) for node in _scope_nodes(name, scope)]  # noqa: FBT003


def _scope_nodes(
    name: Literal["principal", "action", "resource"],
    scope: pst.PrincipalOrResourceConstraint | pst.ActionConstraint,
) -> list[pst.Expr]:
    variable = pst.Var(name)
    match scope:
        case pst.ScopeAny():
            return []
        case pst.ScopeEq(entity) | pst.ActionEq(entity):
            return [pst.BinaryOp("eq", variable, _entity(entity))]
        case pst.ScopeIn(entity):
            return [pst.BinaryOp("in", variable, _entity(entity))]
        case pst.ScopeIs(entity_type):
            return [pst.Is(variable, entity_type, None)]
        case pst.ScopeIsIn(entity_type, entity):
            return [
                pst.Is(variable, entity_type, None),
                pst.BinaryOp("in", variable, _entity(entity)),
            ]
        case pst.ActionIn(entities):
            return [pst.BinaryOp("in", variable, pst.Set(tuple(map(_entity, entities))))]
        case _:
            raise UnknownConstruct(f"unknown scope constraint `{type(scope).__name__}`")


def _entity(entity: pst.EntityOrSlot) -> pst.Expr:
    # A slot stays a slot: the compiler refuses it, with the message for it.
    return pst.EntityLit(entity) if isinstance(entity, pst.EntityUid) else entity


def _flatten(part: Part, clause: int, expr: pst.Expr, *, wanted: bool) -> Iterator[Conjunct]:
    """Walk the conjunctive part of `expr`, left to right, without recursion."""
    waiting: list[tuple[pst.Expr, bool, object]] = [(expr, wanted, expr)]
    while waiting:
        node, positive, origin = waiting.pop()
        pieces = _split(node, positive)
        if pieces is None:
            yield Conjunct(part, clause, node, positive, origin)
        else:
            made = origin if isinstance(node, pst.Is) else None
            waiting += [(piece, sign, made or piece) for piece, sign in reversed(pieces)]


def _split(node: pst.Expr, positive: bool) -> list[tuple[pst.Expr, bool]] | None:  # noqa: FBT001
    match node:
        case pst.BinaryOp("and", left, right) if positive:
            return [(left, True), (right, True)]
        case pst.BinaryOp("or", left, right) if not positive:
            return [(left, False), (right, False)]
        case pst.UnaryOp("not", arg):
            return [(arg, not positive)]
        case pst.Is(pst.Var() as base, entity_type, in_expr) if positive and in_expr is not None:
            return [
                (pst.Is(base, entity_type, None), True),
                (pst.BinaryOp("in", base, in_expr), True),
            ]
        case _:
            return None


def cannot_err(node: pst.Expr) -> bool:
    """Say whether `node` is a bool whatever the request. "No" is always a safe answer."""
    match node:
        case pst.BoolLit():
            return True
        case pst.UnaryOp("not", arg):
            return cannot_err(arg)
        case pst.BinaryOp("and" | "or", left, right):
            return cannot_err(left) and cannot_err(right)
        case pst.BinaryOp("eq" | "not_eq", left, right):
            return _is_there(left) and _is_there(right)
        case pst.BinaryOp("in", left, right):
            return is_entity_variable(left) and _are_entities(right)
        case pst.Is(base, _, in_expr):
            return is_entity_variable(base) and (in_expr is None or _are_entities(in_expr))
        case pst.HasAttr(pst.Var(), attrs):
            return len(attrs) == 1
        case _:
            return False


def is_entity_variable(node: pst.Expr) -> bool:
    """Say whether `node` is the principal, the action or the resource."""
    return isinstance(node, pst.Var) and node.name in ENTITY_VARIABLES


def _is_there(node: pst.Expr) -> bool:
    return isinstance(node, pst.Var | pst.BoolLit | pst.LongLit | pst.StringLit | pst.EntityLit)


def _are_entities(node: pst.Expr) -> bool:
    """Say whether `node` can stand right of `in`: an entity, or a set of entities and no deeper.

    `resource in [[]]` is a type error, so a rule that asks it must be evaluated, never skipped.
    """
    if isinstance(node, pst.Set):
        return all(_is_entity(element) for element in node.elements)
    return _is_entity(node)


def _is_entity(node: pst.Expr) -> bool:
    return isinstance(node, pst.EntityLit) or is_entity_variable(node)
