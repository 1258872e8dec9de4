"""What a rule speaks of: entities, facts, and values on both sides of each comparison.

Rules of this file:
1. This only proposes values worth trying. Whatever is proposed is judged by the real program,
   so a value too many costs time and a wrong one nothing.
2. Everything comes out in one order, whatever the order of rules: witnesses must be stable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeVar

from cedarpy import pst

from holdfast.policy.cedar.conjuncts import conjuncts_of
from holdfast.policy.cedar.values import (
    CedarValueError,
    Datetime,
    Decimal,
    Duration,
    Value,
    datetime,
    decimal,
    duration,
    ip,
)
from holdfast.proto.limits import INTEGER_MAX, INTEGER_MIN

_V = TypeVar("_V")

_PARSERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "datetime": datetime,
    "decimal": decimal,
    "duration": duration,
    "ip": ip,
}


class Mentions:
    """Entities by type, and values by the fact they are compared with (`resource.name`)."""

    def __init__(self) -> None:
        """Begin with nothing mentioned."""
        self._uids: dict[str, set[str]] = {}
        # Keyed by type as well: a Python set takes True for 1.
        self._values: dict[str, set[tuple[type, Value]]] = {}

    def uids(self, type_name: str) -> list[str]:
        """Return the ids of that entity type that were mentioned."""
        return sorted(self._uids.get(type_name, ()))

    def of(self, fact: str, wanted: type[_V]) -> list[_V]:
        """Return the values of one type that were compared with a fact."""
        found = [
            value
            for kind, value in self._values.get(fact, ())
            if kind is wanted and isinstance(value, wanted)
        ]
        return sorted(found, key=repr)

    def add_uid(self, type_name: str, ident: str) -> None:
        """Note an entity."""
        self._uids.setdefault(type_name, set()).add(ident)

    def add_value(self, fact: str, value: Value) -> None:
        """Note a value."""
        self._values.setdefault(fact, set()).add((type(value), value))


def mentions_of(templates: Iterable[pst.Template]) -> Mentions:
    """Return what all these rules mention, together."""
    found = Mentions()
    for template in templates:
        for conjunct in conjuncts_of(template):
            _gather(conjunct.node, found)
    return found


def walk(node: pst.Expr) -> Iterator[pst.Expr]:
    """Yield a node and everything below it."""
    waiting: list[pst.Expr] = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(children(one)))


def fact_name(node: pst.Expr) -> str | None:
    """Return `resource.name` for an attribute access on a variable, however deep."""
    names: list[str] = []
    while isinstance(node, pst.GetAttr):
        names.append(node.attr)
        node = node.base
    if names and isinstance(node, pst.Var):
        return ".".join([node.name, *reversed(names)])
    return None


def children(node: pst.Expr) -> tuple[pst.Expr, ...]:
    """Return the expressions directly below one."""
    match node:
        case pst.BinaryOp(_, left, right):
            return (left, right)
        case pst.UnaryOp(_, inner) | pst.GetAttr(inner, _) | pst.HasAttr(inner, _):
            return (inner,)
        case pst.Like(inner, _):
            return (inner,)
        case pst.Is(inner, _, in_expr):
            return (inner,) if in_expr is None else (inner, in_expr)
        case pst.IfThenElse(cond, then_expr, else_expr):
            return (cond, then_expr, else_expr)
        case pst.Set(elements):
            return elements
        case pst.Record(fields):
            return tuple(fields.values())
        case _:
            return ()


def _gather(node: pst.Expr, found: Mentions) -> None:
    match node:
        case pst.BinaryOp("and" | "or", _, _) | pst.UnaryOp("not", _) | pst.IfThenElse():
            for child in children(node):
                _gather(child, found)
        case _:
            _relation(node, found)


def _relation(node: pst.Expr, found: Mentions) -> None:
    """Note one comparison: each fact in it may become each value in it, or a neighbour."""
    facts: list[str] = []
    values: list[Value] = []
    for part in walk(node):
        name = fact_name(part)
        if name is not None:
            facts.append(name)
        elif isinstance(part, pst.EntityLit):
            found.add_uid(str(part.value.type), part.value.id)
        elif isinstance(part, pst.Like):
            values += _samples(part.pattern)
        else:
            values += _constant(part)
    for name in facts:
        for value in values or (True, False):
            for near in neighbours(value):
                found.add_value(name, near)


def _constant(node: pst.Expr) -> list[Value]:
    match node:
        case pst.BoolLit(flag):
            return [flag]
        case pst.StringLit(text):
            return [text]
        case pst.LongLit(number):
            return [number]
        case pst.UnaryOp("neg", pst.LongLit(number)):
            return [-number]
        case pst.UnaryOp(name, pst.StringLit(text)) if name in _PARSERS:
            try:
                return [_PARSERS[name](text)]
            except CedarValueError:
                return []
        case _:
            return []


def neighbours(value: Value) -> list[Value]:
    """Return a value and what is just beside it: where a `<` and a `<=` part."""
    match value:
        case bool():
            return [True, False]
        case int():
            return [n for n in (value - 1, value, value + 1) if INTEGER_MIN <= n <= INTEGER_MAX]
        case Datetime(epoch):
            return [Datetime(n) for n in (epoch - 1, epoch, epoch + 1)]
        case Duration(milliseconds):
            return [Duration(n) for n in (milliseconds - 1, milliseconds, milliseconds + 1)]
        case Decimal(units):
            return [Decimal(n) for n in (units - 1, units, units + 1)]
        case _:
            return [value]


def _samples(pattern: tuple[pst.PatternElem, ...]) -> list[Value]:
    """Return texts a `like` pattern matches: its wildcards empty, and filled."""
    return [
        "".join(one.value if isinstance(one, pst.Char) else filler for one in pattern)
        for filler in ("", "x")
    ]
