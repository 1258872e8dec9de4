"""One byte string per JSON value (RFC 8785), for digests.

Integers are written exactly; RFC 8785 proper knows only doubles, so an integer beyond 2^53 has
no canonical form there and its own exact digits here. Keys are ordered by UTF-16 code units.
"""

from __future__ import annotations

import json.encoder
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, cast

from holdfast.proto.limits import INTEGER_MAX, INTEGER_MIN

_quote: Final[Callable[[str], str]] = json.encoder.encode_basestring
_FIXED_BELOW: Final = 21
_FIXED_ABOVE: Final = -6


def dumps(value: object) -> bytes:
    """Write the canonical form; raise ValueError or TypeError for what JSON cannot hold."""
    texts = _texts(value) if value.__class__ is dict else None
    return ("".join(_parts(value)) if texts is None else texts).encode("utf-8")


def _texts(value: object) -> str | None:
    """Write an object of texts and lists of texts, which most payloads are; None for others."""
    parts: list[str] = []
    fields = cast("dict[str, object]", value)
    for name in fields:
        # Only ASCII names sort the same by code point and by UTF-16.
        if name.__class__ is not str or not name.isascii():
            return None
    for name in sorted(fields):
        item = fields[name]
        if isinstance(item, str):
            parts.append(f"{_quote(name)}:{_quote(item)}")
        elif isinstance(item, tuple):
            items = cast("tuple[object, ...]", item)
            written = [_quote(one) for one in items if isinstance(one, str)]
            if len(written) != len(items):
                return None
            parts.append(f"{_quote(name)}:[{','.join(written)}]")
        else:
            return None
    return f"{{{','.join(parts)}}}"


def _parts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _object(cast("Mapping[object, object]", value))
    elif isinstance(value, list | tuple):
        yield "["
        for at, item in enumerate(cast("Sequence[object]", value)):
            if at:
                yield ","
            yield from _parts(item)
        yield "]"
    else:
        yield _scalar(value)


def _scalar(value: object) -> str:
    match value:
        case str():
            return _quote(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            if not INTEGER_MIN <= value <= INTEGER_MAX:
                raise ValueError("an integer does not fit 64 bits")
            return str(value)
        case float():
            return number(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no JSON form")


def _object(value: Mapping[object, object]) -> Iterator[str]:
    keys = [key for key in value if isinstance(key, str)]
    if len(keys) != len(value):
        raise TypeError("an object's keys are strings")
    yield "{"
    for at, key in enumerate(sorted(keys, key=lambda key: key.encode("utf-16-be"))):
        yield f"{',' if at else ''}{_quote(key)}:"
        yield from _parts(value[key])
    yield "}"


def number(value: float) -> str:
    """Write a double as ECMAScript does: shortest digits, exponent only beyond 1e21 and 1e-6."""
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{value!r}".partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if 0 < point <= _FIXED_BELOW:
        if len(digits) <= point:
            return sign + digits.ljust(point, "0")
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if _FIXED_ABOVE < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    mark = f"{point - 1:+d}"
    return f"{sign}{digits[0]}{'.' + digits[1:] if digits[1:] else ''}e{mark}"
