"""What extension values can do, and the conversions every operator begins with.

Rules of this file: as in `reference`, whose other half it is; sections keep its numbers.
"""

from __future__ import annotations

from tests.twin import extensions as ext
from tests.twin.values import (
    Bool,
    Datetime,
    Decimal,
    Duration,
    Erred,
    Ip,
    Long,
    Ref,
    SetOf,
    String,
    Value,
)


def type_error(what: str) -> Erred:
    """The error of an operator on the wrong kind."""
    return Erred(f"type error: {what}")


class ExtensionFunctions:
    """The half of the interpreter that needs neither request nor store."""

    # --- 2. Conversions (Spec Value, `asBool`, `asInt`, ...) ----------------------------------

    def truth(self, value: Value) -> bool:
        """Spec `asBool`: only a Bool is a Bool."""
        if isinstance(value, Bool):
            return value.of
        raise type_error("bool expected")

    def number(self, value: Value) -> int:
        """Spec `asInt`."""
        if isinstance(value, Long):
            return value.of
        raise type_error("long expected")

    def text(self, value: Value) -> str:
        """Spec `asString`."""
        if isinstance(value, String):
            return value.of
        raise type_error("string expected")

    def entity(self, value: Value) -> Ref:
        """Spec `asEntityUID`."""
        if isinstance(value, Ref):
            return value
        raise type_error("entity expected")

    def set_value(self, value: Value) -> SetOf:
        """Spec `asSet`."""
        if isinstance(value, SetOf):
            return value
        raise type_error("set expected")

    def ipaddr(self, value: Value) -> Ip:
        """An extension value of type ipaddr."""
        if isinstance(value, Ip):
            return value
        raise type_error("ipaddr expected")

    def dec(self, value: Value) -> Decimal:
        """An extension value of type decimal."""
        if isinstance(value, Decimal):
            return value
        raise type_error("decimal expected")

    def moment(self, value: Value) -> Datetime:
        """An extension value of type datetime."""
        if isinstance(value, Datetime):
            return value
        raise type_error("datetime expected")

    def span(self, value: Value) -> Duration:
        """An extension value of type duration."""
        if isinstance(value, Duration):
            return value
        raise type_error("duration expected")

    # --- 4. Operators, "Comparison operators and functions" on decimals -----------------------

    def op_decimal_less_than(self, a: Value, b: Value) -> Value:
        """Operators, ".lessThan()"."""
        return Bool(self.dec(a).units < self.dec(b).units)

    def op_decimal_less_eq(self, a: Value, b: Value) -> Value:
        """Operators, ".lessThanOrEqual()"."""
        return Bool(self.dec(a).units <= self.dec(b).units)

    def op_decimal_greater(self, a: Value, b: Value) -> Value:
        """Operators, ".greaterThan()"."""
        return Bool(self.dec(a).units > self.dec(b).units)

    def op_decimal_greater_eq(self, a: Value, b: Value) -> Value:
        """Operators, ".greaterThanOrEqual()"."""
        return Bool(self.dec(a).units >= self.dec(b).units)

    # --- 7. Operators, "String operators and functions": constructors -------------------------

    def op_ip(self, a: Value) -> Value:
        """Operators, "ip()"."""
        return ext.ip(self.text(a))

    def op_decimal(self, a: Value) -> Value:
        """Operators, "decimal()"."""
        return ext.decimal(self.text(a))

    def op_datetime(self, a: Value) -> Value:
        """Operators, "datetime()"."""
        return ext.datetime(self.text(a))

    def op_duration(self, a: Value) -> Value:
        """Operators, "duration()"."""
        return ext.duration(self.text(a))

    # --- 8. Operators, "IP address functions" -------------------------------------------------

    def op_is_ipv4(self, a: Value) -> Value:
        """Operators, ".isIpv4()"."""
        return Bool(self.ipaddr(a).version == 4)

    def op_is_ipv6(self, a: Value) -> Value:
        """Operators, ".isIpv6()"."""
        return Bool(self.ipaddr(a).version == 6)

    def op_is_loopback(self, a: Value) -> Value:
        """Operators, ".isLoopback()"."""
        return Bool(ext.is_loopback(self.ipaddr(a)))

    def op_is_multicast(self, a: Value) -> Value:
        """Operators, ".isMulticast()"."""
        return Bool(ext.is_multicast(self.ipaddr(a)))

    def op_is_in_range(self, a: Value, b: Value) -> Value:
        """Operators, ".isInRange()"."""
        return Bool(ext.in_range(self.ipaddr(a), self.ipaddr(b)))

    # --- 9. Operators, "Datetime functions" ---------------------------------------------------

    def op_offset(self, a: Value, b: Value) -> Value:
        """Operators, ".offset()"."""
        return Datetime(ext.bounded(self.moment(a).ms + self.span(b).ms, "datetime"))

    def op_duration_since(self, a: Value, b: Value) -> Value:
        """Operators, ".durationSince()"."""
        return Duration(ext.bounded(self.moment(a).ms - self.moment(b).ms, "duration"))

    def op_to_date(self, a: Value) -> Value:
        """Operators, ".toDate()"."""
        return ext.to_date(self.moment(a))

    def op_to_time(self, a: Value) -> Value:
        """Operators, ".toTime()"."""
        return ext.to_time(self.moment(a))

    def op_to_milliseconds(self, a: Value) -> Value:
        """Operators, ".toMilliseconds"."""
        return Long(self.span(a).ms)

    def op_to_seconds(self, a: Value) -> Value:
        """Operators, ".toSeconds"."""
        return Long(ext.whole(self.span(a), 1000))

    def op_to_minutes(self, a: Value) -> Value:
        """Operators, ".toMinutes"."""
        return Long(ext.whole(self.span(a), 60_000))

    def op_to_hours(self, a: Value) -> Value:
        """Operators, ".toHours"."""
        return Long(ext.whole(self.span(a), 3_600_000))

    def op_to_days(self, a: Value) -> Value:
        """Operators, ".toDays"."""
        return Long(ext.whole(self.span(a), 86_400_000))
