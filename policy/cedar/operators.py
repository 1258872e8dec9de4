"""Cedar's operators and extension functions as functions of values.

Rules: every operator here evaluates all its operands first; a wrong type, a result outside 64 bits
or a text that does not parse is an `EvaluationError`. `&&`, `||`, `if`, `has`, `like`, `is`, `in`
and tags are not here: they are lazy or look entities up.
"""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from cedarpy import pst

from holdfast.policy.cedar.datetime import Datetime, datetime
from holdfast.policy.cedar.decimal import Decimal, decimal
from holdfast.policy.cedar.duration import DAY, HOUR, MINUTE, SECOND, Duration, duration
from holdfast.policy.cedar.errors import CedarValueError, EvaluationError
from holdfast.policy.cedar.ipaddr import IpAddr, ip
from holdfast.policy.cedar.longs import in_range
from holdfast.policy.cedar.values import Member, Value, as_member, same, type_name

_T = TypeVar("_T")
Unary = Callable[[Value], Value]
Binary = Callable[[Value, Value], Value]


def mismatch(expected: str, value: Value) -> EvaluationError:
    """Say which type was needed and which one was there."""
    return EvaluationError(f"type error: expected {expected}, got {type_name(value)}")


def expect_bool(value: Value) -> bool:
    """Return `value`, which must be a bool."""
    if isinstance(value, bool):
        return value
    raise mismatch("bool", value)


def expect_string(value: Value) -> str:
    """Return `value`, which must be a string."""
    if isinstance(value, str):
        return value
    raise mismatch("string", value)


def expect_set(value: Value) -> frozenset[Member]:
    """Return `value`, which must be a set."""
    if isinstance(value, frozenset):
        return value
    raise mismatch("set", value)


def _long(value: Value) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise mismatch("long", value)


def _checked(number: int) -> int:
    if in_range(number):
        return number
    raise EvaluationError("integer overflow: the result does not fit 64 bits")


def expect(kind: type[_T], value: Value) -> _T:
    """Return `value`, which must be of `kind`."""
    if isinstance(value, kind):
        return value
    raise mismatch(kind.__name__.lower(), value)


def _not(value: Value) -> bool:
    return not expect_bool(value)


def _negate(value: Value) -> int:
    return _checked(-_long(value))


def _arithmetic(compute: Callable[[int, int], int]) -> Binary:
    return lambda left, right: _checked(compute(_long(left), _long(right)))


_ORDERED: Final = frozenset({int, Datetime, Duration})


def _order(compare: Callable[[Any, Any], bool]) -> Binary:
    def run(left: Value, right: Value) -> bool:
        kind = left.__class__
        if kind is not right.__class__ or kind not in _ORDERED:
            raise EvaluationError(
                "type error: only two longs, datetimes or durations can be ordered, "
                f"got {type_name(left)} and {type_name(right)}"
            )
        return compare(left, right)

    return run


def _decimal_order(compare: Callable[[Any, Any], bool]) -> Binary:
    return lambda left, right: compare(expect(Decimal, left), expect(Decimal, right))


def _not_same(left: Value, right: Value) -> bool:
    return not same(left, right)


def _contains(left: Value, right: Value) -> bool:
    return as_member(right) in expect_set(left)


def _contains_all(left: Value, right: Value) -> bool:
    return expect_set(left) >= expect_set(right)


def _contains_any(left: Value, right: Value) -> bool:
    return not expect_set(left).isdisjoint(expect_set(right))


def _is_empty(value: Value) -> bool:
    return not expect_set(value)


def _parser(parse: Callable[[str], Value]) -> Unary:
    def run(value: Value) -> Value:
        try:
            return parse(expect_string(value))
        except CedarValueError as error:
            raise EvaluationError(str(error)) from None

    return run


def _is_in_range(left: Value, right: Value) -> bool:
    return expect(IpAddr, left).is_in_range(expect(IpAddr, right))


def _offset(left: Value, right: Value) -> Datetime:
    return Datetime(_checked(expect(Datetime, left).epoch + expect(Duration, right).milliseconds))


def _duration_since(left: Value, right: Value) -> Duration:
    return Duration(_checked(expect(Datetime, left).epoch - expect(Datetime, right).epoch))


def _to_date(value: Value) -> Datetime:
    return Datetime(_checked(expect(Datetime, value).epoch // DAY * DAY))


def _whole(unit: int) -> Unary:
    return lambda value: expect(Duration, value).whole(unit)


UNARY: Final[Mapping[pst.UnaryOpName, Unary]] = MappingProxyType(
    {
        "not": _not,
        "neg": _negate,
        "is_empty": _is_empty,
        "ip": _parser(ip),
        "decimal": _parser(decimal),
        "datetime": _parser(datetime),
        "duration": _parser(duration),
        "is_ipv4": lambda value: expect(IpAddr, value).version == 4,  # noqa: PLR2004
        "is_ipv6": lambda value: expect(IpAddr, value).version == 6,  # noqa: PLR2004
        "is_loopback": lambda value: expect(IpAddr, value).is_loopback(),
        "is_multicast": lambda value: expect(IpAddr, value).is_multicast(),
        "to_date": _to_date,
        "to_time": lambda value: expect(Datetime, value).to_time(),
        "to_milliseconds": _whole(1),
        "to_seconds": _whole(SECOND),
        "to_minutes": _whole(MINUTE),
        "to_hours": _whole(HOUR),
        "to_days": _whole(DAY),
    }
)

BINARY: Final[Mapping[pst.BinaryOpName, Binary]] = MappingProxyType(
    {
        "eq": same,
        "not_eq": _not_same,
        "less": _order(operator.lt),
        "less_eq": _order(operator.le),
        "greater": _order(operator.gt),
        "greater_eq": _order(operator.ge),
        "add": _arithmetic(operator.add),
        "sub": _arithmetic(operator.sub),
        "mul": _arithmetic(operator.mul),
        "contains": _contains,
        "contains_all": _contains_all,
        "contains_any": _contains_any,
        "is_in_range": _is_in_range,
        "offset": _offset,
        "duration_since": _duration_since,
        "decimal_less_than": _decimal_order(operator.lt),
        "decimal_less_eq": _decimal_order(operator.le),
        "decimal_greater": _decimal_order(operator.gt),
        "decimal_greater_eq": _decimal_order(operator.ge),
    }
)

PARSERS: Final = frozenset({"ip", "decimal", "datetime", "duration"})
"""Unary operators that read a text, and are charged by its length."""

SET_SIZED: Final = frozenset({"eq", "not_eq", "contains_all", "contains_any"})
"""Binary operators whose work grows with their operands, and are charged by their size."""

YIELD_BOOL: Final = frozenset(
    {"not", "is_empty", "is_ipv4", "is_ipv6", "is_loopback", "is_multicast"}
    | {"eq", "not_eq", "less", "less_eq", "greater", "greater_eq", "and", "or", "in"}
    | {"contains", "contains_all", "contains_any", "has_tag", "is_in_range"}
    | {"decimal_less_than", "decimal_less_eq", "decimal_greater", "decimal_greater_eq"}
)
"""Operators whose result, when there is one, is a bool."""
