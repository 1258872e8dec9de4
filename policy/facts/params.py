"""An intent's parameters: which are known, which are missing, what type each has.

Rules of this file:
1. An unknown parameter is refused, never ignored: an ignored `dry_run` would run.
2. A wrong type is refused, never converted: `"false"` is not false, `1` is not true.
3. What a normaliser returns (`Judged`) comes from one parse: the touches that are judged
   and the frozen payload that is executed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping, Set as AbstractSet
from typing import NamedTuple

from holdfast.policy.facts.model import InvalidIntent, Touch
from holdfast.policy.facts.names import quote, require_text, suggest, utf8_bytes
from holdfast.proto.limits import CONTENT_BYTES

_ENCODINGS = ("utf-8", "base64")


class Judged(NamedTuple):
    """What one parse of an intent gives: what is judged, and what is executed."""

    touches: tuple[Touch, ...]
    payload: Mapping[str, object]
    """Fresh, and immutable below: `facts_of` closes it once its digest is known."""


def require_fields(
    params: Mapping[str, object],
    *,
    required: AbstractSet[str],
    optional: AbstractSet[str] = frozenset(),
) -> None:
    """Refuse unknown and missing parameters by name."""
    names = params.keys()
    if names == required:
        return
    for name in names:
        if name not in required and name not in optional:
            raise InvalidIntent(
                str(name)[:80],
                f"unknown parameter {quote(str(name))}",
                suggest(str(name), required | optional),
            )
    missing = required - names
    if missing:
        first = min(missing)
        raise InvalidIntent(first, "is missing", f"add `{first}`")


def choice(params: Mapping[str, object], name: str, known: AbstractSet[str], default: str) -> str:
    """Return the parameter `name`, one of `known`."""
    return require_one_of(params.get(name, default), known, field=name)


def require_one_of(value: object, known: Collection[str], *, field: str) -> str:
    """Return a text that is one of `known`."""
    text = require_text(value, field=field)
    if text not in known:
        raise InvalidIntent(field, f"{quote(text)} is not one of its values", suggest(text, known))
    return text


def flag(params: Mapping[str, object], name: str) -> bool:
    """Return the boolean parameter `name`, false when it is not given."""
    return require_bool(params.get(name, False), field=name)


def require_bool(value: object, *, field: str) -> bool:
    """Return a boolean; no text and no number is one."""
    if not isinstance(value, bool):
        raise InvalidIntent(field, "must be true or false", "write it without quotes")
    return value


def whole_number(
    params: Mapping[str, object], name: str, *, least: int, most: int, default: int
) -> int:
    """Return the integer parameter `name` within its bounds."""
    return require_whole(params.get(name, default), least, most, field=name)


def require_whole(value: object, least: int, most: int, *, field: str) -> int:
    """Return an integer within its bounds; true is none, nor is 1.0."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidIntent(field, "must be a whole number", "write it without quotes or fraction")
    if not least <= value <= most:
        raise InvalidIntent(field, f"{value} is out of range", f"between {least} and {most}")
    return value


def content_bytes(params: Mapping[str, object], name: str, encoding_name: str) -> bytes:
    """Return the bytes of a content parameter, given as text or, if said so, as base64."""
    encoding = choice(params, encoding_name, frozenset(_ENCODINGS), "utf-8")
    value = params.get(name, "")
    if not isinstance(value, str):
        raise InvalidIntent(
            name, "must be a string", f'binary content is base64 with `{encoding_name}="base64"`'
        )
    if encoding == "base64":
        content = _from_base64(value, name)
    else:
        content = utf8_bytes(value, field=name, hint=f'send `{encoding_name}="base64"`')
    if len(content) > CONTENT_BYTES:
        raise InvalidIntent(
            name, f"is {len(content)} bytes long", f"the most is {CONTENT_BYTES} bytes"
        )
    return content


def _from_base64(text: str, name: str) -> bytes:
    # Decoders skip stray characters and trailing bits, so two texts could mean one content.
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidIntent(name, "is not base64", "standard alphabet, with padding") from None
    if base64.b64encode(content) != text.encode("ascii"):
        raise InvalidIntent(name, "is not canonical base64", "encode it again, unused bits zero")
    return content
