r"""What a quoted text means: Cedar's escapes, which are Rust's.

A pattern knows one more, `\*` for a star that is a star. An escape decoded to a star is a
wildcard all the same, as in the engine.
"""

from __future__ import annotations

import re

from cedarpy import pst

from holdfast.policy.diagnostics import displayed

__all__ = ["text_value", "wildcard_pattern"]

_ESCAPE = re.compile(
    r"""\\(?:(?P<simple>[nrt\\0'"])
          |x(?P<byte>[0-7][0-9a-fA-F])
          |u\{(?P<code>[0-9a-fA-F][0-9a-fA-F_]*)\}
          |(?P<star>\*))
      |(?P<bad>\\(?:u\{[^}"]*\}?|x.{0,2}|.)?|\r)""",
    re.VERBOSE | re.DOTALL,
)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "0": "\0", "'": "'", '"': '"'}
_CODE_DIGITS = 6


def text_value(quoted: str) -> tuple[str, str]:
    """Return what a quoted text means, and what is wrong with it or ""."""
    if "\\" not in quoted and "\r" not in quoted:
        return quoted[1:-1], ""
    pieces, complaint = _decoded(quoted[1:-1], pattern=False)
    return "".join(piece for piece, _ in pieces), complaint


def wildcard_pattern(quoted: str) -> tuple[tuple[pst.PatternElem, ...], str]:
    """Return the elements of a quoted pattern, and what is wrong with it or ""."""
    pieces, complaint = _decoded(quoted[1:-1], pattern=True)
    elements: list[pst.PatternElem] = []
    for piece, literal in pieces:
        elements += [
            pst.Char(value=char) if literal or char != "*" else pst.Wildcard() for char in piece
        ]
    return tuple(elements), complaint


def _decoded(body: str, *, pattern: bool) -> tuple[list[tuple[str, bool]], str]:
    """Return (text, star is a star) pieces and the first complaint."""
    pieces: list[tuple[str, bool]] = []
    complaint, at = "", 0
    for found in _ESCAPE.finditer(body):
        pieces.append((body[at : found.start()], False))
        at = found.end()
        char = _char(found, pattern=pattern)
        if char is None:
            complaint = complaint or f"{displayed(found[0], 20)} is no escape"
        else:
            pieces.append((char, found["star"] is not None))
    pieces.append((body[at:], False))
    return pieces, complaint


def _char(found: re.Match[str], *, pattern: bool) -> str | None:
    if found["simple"]:
        return _SIMPLE[found["simple"]]
    if found["byte"]:
        return chr(int(found["byte"], 16))
    if found["code"]:
        digits = found["code"].replace("_", "")
        return _scalar(int(digits, 16)) if len(digits) <= _CODE_DIGITS else None
    return "*" if found["star"] and pattern else None


def _scalar(code: int) -> str | None:
    """Return a Unicode scalar value: no surrogate, nothing beyond the last plane."""
    return None if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF else chr(code)  # noqa: PLR2004
