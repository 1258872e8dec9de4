"""Types as the checks speak of them: what operators take and return, and words for each."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.policy.source.vocabulary import (
    EntityOf,
    Named,
    RecordOf,
    SetOf,
    Type,
    type_text,
)

__all__ = [
    "ACTION",
    "BOOL",
    "LONG",
    "STRING",
    "DATETIME",
    "DURATION",
    "TYPED",
    "UNARY",
    "article",
    "compatible",
    "conversion",
]

BOOL, LONG, STRING = Named("Bool"), Named("Long"), Named("String")
IP, DECIMAL = Named("ipaddr"), Named("decimal")
DATETIME, DURATION = Named("datetime"), Named("duration")
ACTION = EntityOf("Action")

UNARY: Mapping[str, tuple[Type | None, Type]] = {
    "not": (BOOL, BOOL),
    "neg": (LONG, LONG),
    "is_empty": (None, BOOL),
    "datetime": (STRING, DATETIME),
    "decimal": (STRING, DECIMAL),
    "duration": (STRING, DURATION),
    "ip": (STRING, IP),
    "is_ipv4": (IP, BOOL),
    "is_ipv6": (IP, BOOL),
    "is_loopback": (IP, BOOL),
    "is_multicast": (IP, BOOL),
    "to_date": (DATETIME, DATETIME),
    "to_time": (DATETIME, DURATION),
    "to_milliseconds": (DURATION, LONG),
    "to_seconds": (DURATION, LONG),
    "to_minutes": (DURATION, LONG),
    "to_hours": (DURATION, LONG),
    "to_days": (DURATION, LONG),
}
TYPED: Mapping[str, tuple[Type, Type, Type]] = {
    "add": (LONG, LONG, LONG),
    "sub": (LONG, LONG, LONG),
    "mul": (LONG, LONG, LONG),
    "is_in_range": (IP, IP, BOOL),
    "offset": (DATETIME, DURATION, DATETIME),
    "duration_since": (DATETIME, DATETIME, DURATION),
    "decimal_less_than": (DECIMAL, DECIMAL, BOOL),
    "decimal_less_eq": (DECIMAL, DECIMAL, BOOL),
    "decimal_greater": (DECIMAL, DECIMAL, BOOL),
    "decimal_greater_eq": (DECIMAL, DECIMAL, BOOL),
}


def compatible(left: Type, right: Type) -> bool:
    """Return whether values of two types can be compared."""
    if isinstance(left, SetOf) and isinstance(right, SetOf):
        return left.of is None or right.of is None or compatible(left.of, right.of)
    if isinstance(left, RecordOf) and isinstance(right, RecordOf):
        return True  # the engine's word counts
    return left == right or (isinstance(left, EntityOf) and isinstance(right, EntityOf))


def conversion(wanted: Type, found: Type) -> str:
    """Return how to write what was meant."""
    if found == STRING and isinstance(wanted, Named) and wanted not in (BOOL, LONG):
        name = "ip" if wanted == IP else wanted.name
        return f'write `{name}("...")`'
    if found == STRING and wanted == LONG:
        return "write the number without quotes"
    if wanted == STRING and found == LONG:
        return "write it in double quotes"
    return "compare values of one type"


def article(of: Type) -> str:
    """Return a type in words."""
    words = {
        BOOL: "true or false",
        LONG: "a number",
        STRING: "text",
        IP: "an ip address",
        DECIMAL: "a decimal",
        DATETIME: "a datetime",
        DURATION: "a duration",
        ACTION: "an action",
    }
    if isinstance(of, Named):
        return words.get(of, of.name)
    if isinstance(of, SetOf):
        return "a set"
    if isinstance(of, RecordOf):
        return "a record"
    return words.get(of, f"an entity (`{type_text(of)}`)")
