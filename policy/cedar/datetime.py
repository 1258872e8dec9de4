"""Cedar's `datetime`: signed 64-bit milliseconds since 1970-01-01T00:00:00Z, no leap seconds.

Rules (Cedar 4.x): exactly the forms `YYYY-MM-DD`, `YYYY-MM-DDThh:mm:ssZ`, the same with `.SSS`,
and both with an offset `+hhmm` or `-hhmm` (hours to 23, minutes to 59) instead of `Z`. The
calendar is the proleptic Gregorian one and has a year 0000, which is why the standard library's
`datetime` cannot be used here.
"""

import re
from dataclasses import dataclass
from typing import Final

from holdfast.policy.cedar.duration import DAY, HOUR, MINUTE, SECOND, Duration
from holdfast.policy.cedar.errors import CedarValueError

_FORM: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}))?(?:Z|([+-])([0-9]{2})([0-9]{2})))?"
)
_HOURS: Final = 24
_SIXTY: Final = 60
_FEBRUARY: Final = 2
_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_EPOCH_DAYS: Final = 719_468
"""Days from 0000-03-01 to 1970-01-01."""


@dataclass(frozen=True, slots=True, order=True)
class Datetime:
    """An instant, in milliseconds since the epoch."""

    epoch: int

    def to_time(self) -> Duration:
        """Return the time since the last midnight UTC."""
        return Duration(self.epoch % DAY)


def datetime(text: str) -> Datetime:
    """Parse `text` exactly as Cedar's `datetime()` does."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise CedarValueError(
            f"`{text}` is not a datetime, write `2026-01-31` or `2026-01-31T12:00:00Z`"
        )
    sign = match[8]
    year, month, day, hour, minute, second, ms, off_hour, off_minute = (
        int(part or "0") for part in match.group(1, 2, 3, 4, 5, 6, 7, 9, 10)
    )
    if not (
        1 <= month <= len(_MONTH_DAYS)
        and 1 <= day <= _days_in(year, month)
        and hour < _HOURS
        and minute < _SIXTY
        and second < _SIXTY
        and off_hour < _HOURS
        and off_minute < _SIXTY
    ):
        raise CedarValueError(f"`{text}` names a moment that does not exist")
    offset = off_hour * HOUR + off_minute * MINUTE
    local = _days_since_epoch(year, month, day) * DAY
    local += hour * HOUR + minute * MINUTE + second * SECOND + ms
    return Datetime(local + offset if sign == "-" else local - offset)


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap and month == _FEBRUARY else _MONTH_DAYS[month - 1]


def _days_since_epoch(year: int, month: int, day: int) -> int:
    # Years that begin in March put the leap day last, so month lengths follow one formula.
    shifted = year - (month <= _FEBRUARY)
    month_from_march = (month + 9) % 12
    days = shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400
    return days + (153 * month_from_march + 2) // 5 + day - 1 - _EPOCH_DAYS
