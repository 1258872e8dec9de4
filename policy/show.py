"""Cedar values as their author would write them, for explanations and `--json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Final, assert_never

from holdfast.policy.cedar.values import (
    Datetime,
    Decimal,
    Duration,
    IpAddr,
    Record,
    Uid,
    Value,
    escape,
    set_values,
)
from holdfast.proto.strict_json import JsonValue

_UNITS: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms"))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEN_THOUSAND: Final = 10_000
_V4: Final = 4


def cedar_text(value: Value) -> str:
    """Write a value as Cedar source."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{escape(value)}"'
        case int() | Uid():
            return str(value)
        case frozenset():
            return f"[{', '.join(sorted(cedar_text(member) for member in set_values(value)))}]"
        case Record():
            fields = (f"{name}: {cedar_text(value[name])}" for name in sorted(value))
            return f"{{{', '.join(fields)}}}"
        case _:
            return _call(value)


def _call(value: IpAddr | Decimal | Datetime | Duration) -> str:
    return f'{type(value).__name__.lower().removesuffix("addr")}("{call_argument(value)}")'


def call_argument(value: IpAddr | Decimal | Datetime | Duration) -> str:
    """Return the text that the extension function of this value's type reads."""
    match value:
        case IpAddr():
            return _ip(value)
        case Decimal():
            return _decimal(value)
        case Datetime():
            return _datetime(value)
        case Duration():
            return _duration(value)
        case _:
            assert_never(value)


def json_form(value: Value) -> JsonValue:
    """Write a value as JSON: what has a JSON form as itself, the rest as Cedar text."""
    match value:
        case bool() | int() | str():
            return value
        case frozenset():
            members = sorted(set_values(value), key=cedar_text)
            return [json_form(member) for member in members]
        case Record():
            return json_fields(value.fields)
        case _:
            return cedar_text(value)


def json_fields(fields: Mapping[str, Value]) -> dict[str, JsonValue]:
    """Write named values as a JSON object."""
    return {name: json_form(fields[name]) for name in sorted(fields)}


def _ip(value: IpAddr) -> str:
    family, bits = (IPv4Address, 32) if value.version == _V4 else (IPv6Address, 128)
    address = str(family(value.address))
    return address if value.prefix == bits else f"{address}/{value.prefix}"


def _decimal(value: Decimal) -> str:
    whole, rest = divmod(abs(value.units), _TEN_THOUSAND)
    fraction = f"{rest:04d}".rstrip("0") or "0"
    return f"{'-' if value.units < 0 else ''}{whole}.{fraction}"


def _datetime(value: Datetime) -> str:
    try:
        at = _EPOCH + timedelta(milliseconds=value.epoch)
    except OverflowError:
        return f"{value.epoch} ms since 1970"  # no calendar of ours reaches it
    form = at.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    return f"{form}.{value.epoch % 1000:03d}Z" if value.epoch % 1000 else f"{form}Z"


def _duration(value: Duration) -> str:
    left = abs(value.milliseconds)
    text = ""
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return f"{'-' if value.milliseconds < 0 else ''}{text or '0ms'}"
