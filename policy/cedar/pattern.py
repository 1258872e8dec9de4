"""Cedar's `like`: literal text and `*`, matched in time linear in the text.

Rules: a pattern is its literal pieces between the wildcards. The first piece is anchored at the
start and the last at the end; each one between is taken at its leftmost place, which never loses
a match. There is no backtracking, so no pattern can be slow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cedarpy import pst

from holdfast.policy.cedar.errors import UnknownConstruct

_HEAD_AND_TAIL: Final = 2
_INFIX: Final = 3


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern."""

    prefix: str
    """What a match begins with."""
    suffix: str
    """What a match ends with."""
    matches: Callable[[str], bool]
    scans: bool
    """Whether matching reads the whole text, and so is charged by its length."""
    affix: Literal["prefix", "suffix"] | None = None
    """Which end says all that the pattern says: `src/*` is its prefix, `*.pem` is its suffix."""


def compile_pattern(elements: Sequence[pst.PatternElem]) -> Pattern:
    """Compile the pattern of a `like`."""
    pieces = _pieces(elements)
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return Pattern(first, first, first.__eq__, scans=False)
    if len(pieces) == _HEAD_AND_TAIL:
        affix = _affix(first, last)
        return Pattern(first, last, _anchored(first, last), scans=False, affix=affix)
    if len(pieces) == _INFIX and not first and not last:
        middle = pieces[1]
        return Pattern(first, last, lambda text: middle in text, scans=True)
    return Pattern(first, last, _general(first, tuple(pieces[1:-1]), last), scans=True)


def _pieces(elements: Sequence[object]) -> list[str]:
    """Split into literal text between wildcards; neighbouring wildcards are one."""
    pieces: list[list[str]] = [[]]
    after_wildcard = False
    for element in elements:
        if isinstance(element, pst.Wildcard):
            if not after_wildcard:
                pieces.append([])
        elif isinstance(element, pst.Char):
            pieces[-1].append(element.value)
        else:
            raise UnknownConstruct(f"unknown pattern element `{type(element).__name__}`")
        after_wildcard = isinstance(element, pst.Wildcard)
    return ["".join(piece) for piece in pieces]


def _affix(first: str, last: str) -> Literal["prefix", "suffix"] | None:
    if not last:
        return "prefix"
    return None if first else "suffix"


def _anchored(first: str, last: str) -> Callable[[str], bool]:
    if not last:
        return lambda text: text.startswith(first)
    if not first:
        return lambda text: text.endswith(last)
    shortest = len(first) + len(last)
    return lambda text: len(text) >= shortest and text.startswith(first) and text.endswith(last)


def _general(first: str, middles: tuple[str, ...], last: str) -> Callable[[str], bool]:
    def matches(text: str) -> bool:
        end = len(text) - len(last)
        position = len(first)
        if position > end or not text.startswith(first) or not text.endswith(last):
            return False
        for middle in middles:
            found = text.find(middle, position, end)
            if found < 0:
                return False
            position = found + len(middle)
        return True

    return matches
