"""The string rules every normaliser shares.

Rules of this file:
1. A string is accepted byte for byte or refused; nothing here ever returns another string.
2. What two readers could see differently is refused: text that is not NFC, characters nobody
   can see (control, format, line separators), lone surrogates, and code points without a
   meaning (private use is a meaning: the owner's).
3. A refusal names the field, quotes the input printably and says what to do next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from unicodedata import category, is_normalized

from holdfast.policy.facts.model import InvalidIntent

QUOTED_WIDTH = 80
"""Characters of the caller's own input that an error repeats."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
_PLAIN = re.compile(r"[ -~]*")
# Default-ignorable code points that are no format characters: variation selectors, fillers.
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
_KIND_OF_UNSEEN = {
    "Cc": "a control character",
    "Cf": "an invisible character",
    "Cs": "half of a surrogate pair",
    "Cn": "an unassigned character",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}


def quote(text: str) -> str:
    """Return the caller's input in backticks: printable, short, unable to forge a log line."""
    shown = text if len(text) <= QUOTED_WIDTH else text[: QUOTED_WIDTH - 3] + "..."
    safe = "".join(
        char if char.isprintable() and char != "`" else f"\\u{{{ord(char):x}}}" for char in shown
    )
    return f"`{safe}`"


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a hint naming the nearest known name, else every known one."""
    names = sorted(known)
    close = get_close_matches(name[:QUOTED_WIDTH], names, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"known: {', '.join(names)}" if names else "there is none"


def require_text(value: object, *, field: str) -> str:
    """Return `value` when it is a string that UTF-8 can carry and NFC leaves alone."""
    if not isinstance(value, str):
        raise InvalidIntent(field, "must be a string", "write the value in quotes")
    if not value.isascii():
        _require_unicode(value, field)
    return value


def utf8_bytes(text: str, *, field: str, hint: str = "send the whole character, in UTF-8") -> bytes:
    """Return the UTF-8 of a text, refused when it has none."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # `\ud800` in JSON: two layers replace it differently, so no two agree on the text.
        raise InvalidIntent(field, "holds half of a surrogate pair", hint) from None


def _require_unicode(text: str, field: str) -> None:
    utf8_bytes(text, field=field)
    if not is_normalized("NFC", text):
        # `é` in two spellings is two names for one thing on some file systems.
        raise InvalidIntent(
            field, f"{quote(text)} is not in Unicode form NFC", "send the composed form (NFC)"
        )


def require_seen(value: object, *, field: str) -> str:
    """Return `value` when it is text of which every character can be seen."""
    text = require_text(value, field=field)
    if _PLAIN.fullmatch(text):
        return text
    for char in text:
        kind = "Cf" if _IGNORABLE.match(char) else category(char)
        if kind in _UNSEEN:
            raise InvalidIntent(
                field,
                f"{quote(text)} holds {_KIND_OF_UNSEEN[kind]}, U+{ord(char):04X}",
                "remove it: a reader could not see it",
            )
    return text


def require_bytes_at_most(text: str, limit: int, *, field: str) -> None:
    """Refuse text of more than `limit` UTF-8 bytes."""
    if len(text) * 4 <= limit:
        return
    size = len(text) if text.isascii() else len(text.encode("utf-8"))
    if size > limit:
        raise InvalidIntent(
            field, f"{quote(text)} is {size} bytes long", f"the most is {limit} bytes"
        )


def require_match(value: object, pattern: re.Pattern[str], *, field: str, rule: str) -> str:
    """Return `value` when the whole of it matches an ASCII `pattern`, described by `rule`."""
    text = require_text(value, field=field)
    if pattern.fullmatch(text) is None:
        raise InvalidIntent(field, f"{quote(text)} is not a name", rule)
    return text
