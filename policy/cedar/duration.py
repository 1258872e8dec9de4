"""Cedar's `duration`: a signed 64-bit number of milliseconds.

Rules (Cedar 4.x): days, hours, minutes, seconds, milliseconds in that order, each at most once and
at least one of them: `1d2h3m4s5ms`, `-90m`. Whole units are truncated towards zero.
"""

import re
from dataclasses import dataclass
from typing import Final

from holdfast.policy.cedar.errors import CedarValueError
from holdfast.policy.cedar.longs import in_range

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
"""Milliseconds in each unit."""

_FORM: Final = re.compile(
    r"(-?)(?=[0-9])(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m(?!s))?(?:([0-9]+)s)?(?:([0-9]+)ms)?"
)
_UNITS: Final = (DAY, HOUR, MINUTE, SECOND, 1)
_DIGITS_READ: Final = 20
"""Digits that can matter in one unit: a longer number is out of range whatever they are."""


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time in milliseconds."""

    milliseconds: int

    def whole(self, unit: int) -> int:
        """Count whole units of `unit` milliseconds, truncated towards zero."""
        count = abs(self.milliseconds) // unit
        return count if self.milliseconds >= 0 else -count


def duration(text: str) -> Duration:
    """Parse `text` exactly as Cedar's `duration()` does."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise CedarValueError(
            f"`{text}` is not a duration, write units in the order d h m s ms: `1h30m`"
        )
    sign, *numbers = match.groups()
    total = 0
    for number, unit in zip(numbers, _UNITS, strict=True):
        digits = (number or "").lstrip("0")
        total += int(digits[:_DIGITS_READ] or "0") * unit
    if sign:
        total = -total
    if not in_range(total):
        raise CedarValueError(f"`{text}` is out of the range of durations")
    return Duration(total)
