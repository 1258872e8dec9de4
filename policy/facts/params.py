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
from collections.abc import Mapping, Set as AbstractSet
from typing import NamedTuple

from holdfast.policy.facts.model import InvalidIntent, Touch
from holdfast.policy.facts.names import quote, require_text, suggest
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
    value = require_text(params.get(name, default), field=name)
    if value not in known:
        raise InvalidIntent(name, f"{quote(value)} is not one of its values", suggest(value, known))
    return value


def flag(params: Mapping[str, object], name: str) -> bool:
    """Return the boolean parameter `name`, false when it is not given."""
    value = params.get(name, False)
    if not isinstance(value, bool):
        raise InvalidIntent(name, "must be true or false", "write it without quotes")
    return value


def whole_number(
    params: Mapping[str, object], name: str, *, least: int, most: int, default: int
) -> int:
    """Return the integer parameter `name` within its bounds."""
    value = params.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidIntent(name, "must be a whole number", "write it without quotes or fraction")
    if not least <= value <= most:
        raise InvalidIntent(name, "is out of range", f"between {least} and {most}")
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
        try:
            content = value.encode("utf-8")
        except UnicodeEncodeError:
            raise InvalidIntent(
                name, "holds half of a surrogate pair", f'send `{encoding_name}="base64"`'
            ) from None
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
