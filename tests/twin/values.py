"""The reference's own value model: plain, slow and shared with nobody.

Rules of this file:

1. Nothing of the product is imported here. The twin is worth something only while it shares no
   line with what it judges.
2. Every Cedar kind is its own Python class, so that `true` and `1` cannot meet in a Python `==`.
3. Values are never compared with `==` (the classes switch it off); `same` is the only equality,
   and it spells out every kind.

Citations: "Spec X" is a module of the Lean formalisation of Cedar, "Datatypes" and "Operators" are
the pages of the language reference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Datatypes, "Long": 64 bits, two's complement.
LONG_MIN = -(2**63)
LONG_MAX = 2**63 - 1


class Erred(Exception):
    """Evaluation of one policy ended in an error (Spec Value, `Error`)."""


# --- Datatypes, "Bool", "Long", "String" (Spec Value, `Prim`) ---------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Bool:
    """True or false, and never a number."""

    of: bool


@dataclass(frozen=True, slots=True, eq=False)
class Long:
    """A 64-bit signed integer."""

    of: int


@dataclass(frozen=True, slots=True, eq=False)
class String:
    """A sequence of Unicode scalar values, compared code point by code point."""

    of: str


# --- Datatypes, "Entity" (Spec Value, `EntityUID`) --------------------------------------------


@dataclass(frozen=True, slots=True)
class Ref:
    """The name of an entity; both parts count, so overlapping ids of two types stay apart."""

    type: str
    id: str


# --- Datatypes, "Set" and "Record" ------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class SetOf:
    """Members without duplicates, in no meaningful order."""

    members: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RecordOf:
    """Attributes by name."""

    fields: Mapping[str, Value]


# --- Datatypes, "Extension" -------------------------------------------------------------------
# `text` is the spelling a value was read from, so that others can be given the same; it is no part
# of the value.


@dataclass(frozen=True, slots=True, eq=False)
class Ip:
    """An address and its prefix; the host bits of a range are part of its identity."""

    version: int
    address: int
    prefix: int
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Decimal:
    """Ten-thousandths, as a 64-bit integer."""

    units: int
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Datetime:
    """Milliseconds since 1970-01-01T00:00:00Z, as a 64-bit integer."""

    ms: int
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Duration:
    """Milliseconds, as a 64-bit integer."""

    ms: int
    text: str = ""


Value: TypeAlias = (
    Bool | Long | String | Ref | SetOf | RecordOf | Ip | Decimal | Datetime | Duration
)


def same(a: Value, b: Value) -> bool:  # noqa: C901 - one arm per kind is the specification
    """Operators, "==": values of different kinds are unequal, never an error."""
    match a, b:
        case Bool(x), Bool(y):
            return x is y
        case Long(x), Long(y):
            return x == y
        case String(x), String(y):
            return x == y
        case Ref(type=s, id=x), Ref(type=t, id=y):
            return s == t and x == y
        case SetOf() as x, SetOf() as y:
            return subset(x, y) and subset(y, x)
        case RecordOf(x), RecordOf(y):
            return sorted(x) == sorted(y) and all(same(x[name], y[name]) for name in x)
        case Ip(version=v, address=x, prefix=p), Ip(version=w, address=y, prefix=q):
            return (v, x, p) == (w, y, q)
        case Decimal(units=x), Decimal(units=y):
            return x == y
        case Datetime(ms=x), Datetime(ms=y):
            return x == y
        case Duration(ms=x), Duration(ms=y):
            return x == y
        case _:
            return False


def member(value: Value, of: SetOf) -> bool:
    """Whether some member of the set is the same as `value`."""
    return any(same(value, each) for each in of.members)


def subset(a: SetOf, b: SetOf) -> bool:
    """Whether every member of `a` is a member of `b`."""
    return all(member(each, b) for each in a.members)


def set_of(values: Iterable[Value]) -> SetOf:
    """A set of these values, each kept once."""
    kept: list[Value] = []
    for value in values:
        if not any(same(value, each) for each in kept):
            kept.append(value)
    return SetOf(tuple(kept))


# --- Spec Entities, Spec Request --------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class EntityData:
    """What the store knows of one entity; `parents` are direct."""

    attrs: Mapping[str, Value] = field(default_factory=dict[str, "Value"])
    parents: tuple[Ref, ...] = ()
    tags: Mapping[str, Value] = field(default_factory=dict[str, "Value"])


Store: TypeAlias = "Mapping[Ref, EntityData]"


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One request: who, does what, to what, under which circumstances."""

    principal: Ref
    action: Ref
    resource: Ref
    context: Mapping[str, Value]


def ancestors(store: Store, of: Ref) -> list[Ref]:
    """Every entity reachable over parents; an entity the store lacks has none of its own."""
    reached: list[Ref] = []
    waiting = [of]
    while waiting:
        data = store.get(waiting.pop())
        for parent in data.parents if data is not None else ():
            if parent not in reached:
                reached.append(parent)
                waiting.append(parent)
    return reached
