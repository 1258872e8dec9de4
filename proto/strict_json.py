"""JSON as two readers can agree on it.

Rules, each a hole somewhere else:
1. UTF-8 without a byte order mark, and nothing after the value.
2. No duplicate keys: the standard reader keeps the last one silently, another the first.
3. No NaN, no infinities, no number a 64-bit integer or a finite double cannot hold.
4. No lone surrogates: they have no UTF-8, so a digest over them is nobody's.
5. At most 32 levels: counted before anything recurses.
6. A float is a float even when it looks like an integer (`1.0`); callers refuse it by type.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Final, NoReturn

from holdfast.proto.limits import INTEGER_MAX, INTEGER_MIN, JSON_DEPTH

JsonValue = bool | int | float | str | None | list["JsonValue"] | dict[str, "JsonValue"]

_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BRACKETS: Final = re.compile(rb"[^\[\]{}]+")
_OPENING: Final = frozenset(b"[{")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_INTEGER_DIGITS: Final = 20


class JsonError(ValueError):
    """These bytes are not JSON that everybody reads the same way."""


def _pairs(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    made = dict(pairs)
    if len(made) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise JsonError(f"duplicate key `{twice[:80]}`")
    return made


def _integer(text: str) -> int:
    if len(text) > _INTEGER_DIGITS or not INTEGER_MIN <= (value := int(text)) <= INTEGER_MAX:
        raise JsonError(f"`{text[:24]}` does not fit a 64-bit integer")
    return value


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise JsonError(f"`{text[:24]}` does not fit a double")
    return value


def _constant(text: str) -> NoReturn:
    raise JsonError(f"`{text}` is not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_constant,
    strict=True,
)


def _too_deep(data: bytes) -> bool:
    depth = 0
    for byte in _BRACKETS.sub(b"", _STRING.sub(b"", data)):
        depth += 1 if byte in _OPENING else -1
        if depth > JSON_DEPTH:
            return True
    return False


def loads(data: bytes) -> JsonValue:
    """Read one strict JSON value, or raise `JsonError` saying what is wrong."""
    if _too_deep(data):
        raise JsonError(f"nested deeper than {JSON_DEPTH} levels")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as bad:
        raise JsonError(f"not UTF-8 at byte {bad.start}") from None
    try:
        value: JsonValue = _DECODER.decode(text)
    except JsonError:
        raise
    except ValueError as bad:
        raise JsonError(str(bad).lower()) from None
    # An escape is the only way a surrogate gets past the UTF-8 decoder.
    if "\\u" in text:
        _refuse_surrogates(value)
    return value


def _refuse_surrogates(value: JsonValue) -> None:
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise JsonError("a lone surrogate is not text")
    elif isinstance(value, list):
        for item in value:
            _refuse_surrogates(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_surrogates(key)
            _refuse_surrogates(item)
