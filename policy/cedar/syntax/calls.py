"""Cedar's functions and methods, each with the node it becomes."""

from __future__ import annotations

from cedarpy import pst

__all__ = ["BINARY_METHODS", "FUNCTIONS", "METHODS", "UNARY_METHODS"]

FUNCTIONS: dict[str, pst.UnaryOpName] = {
    "ip": "ip",
    "decimal": "decimal",
    "datetime": "datetime",
    "duration": "duration",
}
UNARY_METHODS: dict[str, pst.UnaryOpName] = {
    "isEmpty": "is_empty",
    "isIpv4": "is_ipv4",
    "isIpv6": "is_ipv6",
    "isLoopback": "is_loopback",
    "isMulticast": "is_multicast",
    "toDate": "to_date",
    "toTime": "to_time",
    "toMilliseconds": "to_milliseconds",
    "toSeconds": "to_seconds",
    "toMinutes": "to_minutes",
    "toHours": "to_hours",
    "toDays": "to_days",
}
BINARY_METHODS: dict[str, pst.BinaryOpName] = {
    "contains": "contains",
    "containsAll": "contains_all",
    "containsAny": "contains_any",
    "getTag": "get_tag",
    "hasTag": "has_tag",
    "isInRange": "is_in_range",
    "offset": "offset",
    "durationSince": "duration_since",
    "lessThan": "decimal_less_than",
    "lessThanOrEqual": "decimal_less_eq",
    "greaterThan": "decimal_greater",
    "greaterThanOrEqual": "decimal_greater_eq",
}
METHODS = (*UNARY_METHODS, *BINARY_METHODS)
