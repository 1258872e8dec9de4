"""The conditions a rule must all satisfy, and whether they can hold together.

`when { a && b } unless { c || d }` is a, b, not c and not d. Each is reduced, where it can
be, to "this attribute is one of", "is none of", "is at least", "is at most"; when nothing is
left for some attribute the rule can never match.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from cedarpy import pst

from holdfast.proto.limits import INTEGER_MAX, INTEGER_MIN

__all__ = ["Conjunct", "Demands", "conjuncts", "subject_of"]

Literal: TypeAlias = "bool | int | str | pst.EntityUid"
_FLIPPED = {
    "less": "greater_eq",
    "less_eq": "greater",
    "greater": "less_eq",
    "greater_eq": "less",
}
_MIRRORED = {
    "less": "greater",
    "less_eq": "greater_eq",
    "greater": "less",
    "greater_eq": "less_eq",
}


@dataclass(frozen=True, slots=True)
class Conjunct:
    """One condition that must hold, or must not."""

    expr: pst.Expr
    positive: bool


def conjuncts(template: pst.Template) -> Iterator[Conjunct]:
    """Yield every condition of a rule's clauses, in the order written."""
    for clause in template.clauses:
        yield from _split(clause.expr, positive=isinstance(clause, pst.When))


def _split(expr: pst.Expr, *, positive: bool) -> Iterator[Conjunct]:
    match expr:
        case pst.UnaryOp("not", arg):
            yield from _split(arg, positive=not positive)
        case pst.BinaryOp(op, left, right) if op == ("and" if positive else "or"):
            yield from _split(left, positive=positive)
            yield from _split(right, positive=positive)
        case _:
            yield Conjunct(expr, positive)


def subject_of(expr: pst.Expr) -> str | None:
    """Return an attribute path as text, `resource.name`; None for anything else."""
    match expr:
        case pst.Var(name):
            return name
        case pst.GetAttr(base, attr):
            above = subject_of(base)
            return None if above is None else f"{above}.{attr}"
        case _:
            return None


@dataclass(slots=True)
class _Room:
    """What is left for one attribute."""

    among: set[Literal] | None = None
    excluded: set[Literal] = field(default_factory=set["Literal"])
    low: int = INTEGER_MIN
    high: int = INTEGER_MAX
    patterns: list[tuple[pst.PatternElem, ...]] = field(
        default_factory=list["tuple[pst.PatternElem, ...]"]
    )

    def empty(self) -> bool:
        if self.low > self.high:
            return True
        if self.among is None:
            return False
        return not any(self._admits(each) for each in self.among)

    def _admits(self, value: Literal) -> bool:
        if value in self.excluded:
            return False
        if type(value) is int:
            return self.low <= value <= self.high
        if isinstance(value, str):
            return all(_like(value, pattern) for pattern in self.patterns)
        return True


class Demands:
    """Everything demanded of each attribute so far."""

    def __init__(self) -> None:
        """Demand nothing."""
        self._rooms: dict[str, _Room] = {}

    def add(self, conjunct: Conjunct) -> bool:
        """Take one more condition; return False when no value satisfies all any more."""
        subject = self._take(conjunct.expr, positive=conjunct.positive)
        return subject is None or not self._rooms[subject].empty()

    def demand_entity(self, subject: str, uid: pst.EntityUid) -> None:
        """Take `subject == uid` from the rule's head."""
        self._among(subject, {uid})

    def _room(self, subject: str) -> _Room:
        return self._rooms.setdefault(subject, _Room())

    def _among(self, subject: str, values: set[Literal]) -> None:
        room = self._room(subject)
        room.among = values if room.among is None else room.among & values

    def _take(self, expr: pst.Expr, *, positive: bool) -> str | None:
        """Note what an expression demands; return the attribute it speaks of."""
        match expr:
            case pst.BinaryOp("eq" | "not_eq" as op, left, right):
                return self._equality(left, right, positive=positive is (op == "eq"))
            case pst.BinaryOp("less" | "less_eq" | "greater" | "greater_eq" as op, left, right):
                return self._order(op, left, right, positive=positive)
            case pst.BinaryOp("contains", pst.Set(elements), asked):
                return self._contains(elements, asked, positive=positive)
            case pst.Like(base, pattern) if positive:
                subject = subject_of(base)
                if subject is not None:
                    self._room(subject).patterns.append(pattern)
                return subject
            case pst.GetAttr():
                subject = subject_of(expr)
                if subject is not None:
                    self._among(subject, {positive})
                return subject
            case _:
                return None

    def _equality(self, left: pst.Expr, right: pst.Expr, *, positive: bool) -> str | None:
        subject, value = subject_of(left), _literal(right)
        if subject is None or value is None:
            subject, value = subject_of(right), _literal(left)
        if subject is None or value is None:
            return None
        if positive:
            self._among(subject, {value})
        else:
            self._room(subject).excluded.add(value)
        return subject

    def _order(self, op: str, left: pst.Expr, right: pst.Expr, *, positive: bool) -> str | None:
        subject, bound = subject_of(left), right
        if subject is None:
            subject, bound, op = subject_of(right), left, _MIRRORED[op]
        if subject is None or not isinstance(bound, pst.LongLit):
            return None
        op = op if positive else _FLIPPED[op]
        room = self._room(subject)
        match op:
            case "less":
                room.high = min(room.high, bound.value - 1)
            case "less_eq":
                room.high = min(room.high, bound.value)
            case "greater":
                room.low = max(room.low, bound.value + 1)
            case _:
                room.low = max(room.low, bound.value)
        return subject

    def _contains(
        self, elements: tuple[pst.Expr, ...], asked: pst.Expr, *, positive: bool
    ) -> str | None:
        subject = subject_of(asked)
        values = {value for each in elements if (value := _literal(each)) is not None}
        if subject is None or len(values) < len({id(each) for each in elements}):
            return None if subject is None or positive else self._exclude(subject, values)
        if positive:
            self._among(subject, values)
            return subject
        return self._exclude(subject, values)

    def _exclude(self, subject: str, values: set[Literal]) -> str:
        self._room(subject).excluded |= values
        return subject


def _literal(expr: pst.Expr) -> Literal | None:
    match expr:
        case pst.BoolLit(value) | pst.LongLit(value) | pst.StringLit(value):
            return value
        case pst.EntityLit(uid):
            return uid
        case _:
            return None


def _like(text: str, pattern: tuple[pst.PatternElem, ...]) -> bool:
    """Return whether a text matches a pattern (greedy, with one point to come back to)."""
    at = mark = 0
    star = -1
    index = 0
    while at < len(text):
        element = pattern[index] if index < len(pattern) else None
        if isinstance(element, pst.Wildcard):
            star, mark = index, at
            index += 1
        elif isinstance(element, pst.Char) and element.value == text[at]:
            index += 1
            at += 1
        elif star >= 0:
            mark += 1
            index, at = star + 1, mark
        else:
            return False
    return all(isinstance(element, pst.Wildcard) for element in pattern[index:])
