"""What tools.toml means, as frozen values: see `tables`, whose rules hold here."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "MISSING",
    "BoolType",
    "DecimalType",
    "Effect",
    "EnumType",
    "ExecTemplate",
    "HttpTemplate",
    "IntType",
    "Missing",
    "OpaqueType",
    "Param",
    "ParamRef",
    "ParamType",
    "Place",
    "SetType",
    "StringType",
    "Tool",
    "ToolResource",
]

Effect = Literal["read", "write", "critical"]


class Missing(enum.Enum):
    """The type of `MISSING`: a parameter that has no default, as opposed to a null one."""

    MISSING = "missing"


MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the folder a value was written."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class StringType:
    """Text of at most `max_length` code points."""

    max_length: int = 4096


@dataclass(frozen=True, slots=True)
class IntType:
    """A whole number of 64 bits, between `min` and `max` inclusive."""

    min: int = -(2**63)
    max: int = 2**63 - 1


@dataclass(frozen=True, slots=True)
class BoolType:
    """True or false."""


@dataclass(frozen=True, slots=True)
class DecimalType:
    """A decimal with at most four places, written as text: `"1.25"`."""


@dataclass(frozen=True, slots=True)
class EnumType:
    """One of a few texts; a rule sees a String."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetType:
    """A set of texts, numbers or enum values."""

    of: StringType | IntType | EnumType


@dataclass(frozen=True, slots=True)
class OpaqueType:
    """Any JSON: bound into the digest, never judged."""


ParamType = StringType | IntType | BoolType | DecimalType | EnumType | SetType | OpaqueType


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a custom tool; required unless it has a default."""

    name: str
    type: ParamType
    default: object | Missing = MISSING


@dataclass(frozen=True, slots=True)
class ToolResource:
    """The parameter that names what the tool touches, and the type that makes it."""

    type: Literal["Path", "Url", "Secret"]
    param: str


@dataclass(frozen=True, slots=True)
class ParamRef:
    """A hole in a template, filled with one parameter."""

    name: str


@dataclass(frozen=True, slots=True)
class ExecTemplate:
    """A program to run: each hole is one whole argument."""

    argv: tuple[str | ParamRef, ...]


@dataclass(frozen=True, slots=True)
class HttpTemplate:
    """A request to make: each hole is one encoded component of path or query."""

    method: str
    url: tuple[str | ParamRef, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """One custom tool."""

    kind: str
    effect: Effect
    run: Literal["runtime", "caller"]
    idempotent: bool = False
    timeout_ms: int = 30_000
    params: tuple[Param, ...] = ()
    resource: ToolResource | None = None
    """None makes the resource `Tool::"<kind>"`."""
    template: ExecTemplate | HttpTemplate | None = None
    place: Place = field(default=Place("tools.toml", 1, 1))

    @property
    def prefix(self) -> str:
        """The part before the dot: also an action group."""
        return self.kind.partition(".")[0]
