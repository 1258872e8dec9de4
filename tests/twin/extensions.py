"""The four extension types, read from the Datatypes and Operators pages and Spec Ext.

Rules of this file: a string is read by hand or by an ASCII-only full match (Python's `int`,
`isdigit` and `$` accept what Cedar does not: other alphabets' digits, underscores, a final line
feed), and everything outside 64 bits is an error, never another number.
"""

from __future__ import annotations

import re

from tests.twin.values import LONG_MAX, LONG_MIN, Datetime, Decimal, Duration, Erred, Ip

DIGITS = frozenset("0123456789")
HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
MS_PER_DAY = 24 * 60 * 60 * 1000
DATETIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}))?(?:Z|([+-])([0-9]{2})([0-9]{2})))?"
)
DURATION = re.compile(
    r"(-?)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?"
)


def bounded(number: int, what: str) -> int:
    """Spec Data Int64, `ofInt?`."""
    if not LONG_MIN <= number <= LONG_MAX:
        msg = f"{what} out of range"
        raise Erred(msg)
    return number


def _all(text: str, allowed: frozenset[str]) -> bool:
    return text != "" and all(char in allowed for char in text)


# --- 1. ipaddr: Operators, "ip()"; Spec Ext IPAddr --------------------------------------------


def ip(text: str) -> Ip:
    """Operators, "ip()": an IPv4 or IPv6 address with an optional prefix, in no other spelling."""
    address, slash, prefix = text.partition("/")
    four = _ipv4(address)
    if four is not None:
        return Ip(4, four, _prefix(prefix, 32) if slash else 32, text)
    six = _ipv6(address)
    if six is not None:
        return Ip(6, six, _prefix(prefix, 128) if slash else 128, text)
    msg = "not an ip address"
    raise Erred(msg)


def _prefix(text: str, most: int) -> int:
    """Spec IPAddr, `parsePrefixNat`: no leading zero, no more digits than the largest has."""
    fits = len(text) <= len(str(most)) and (text == "0" or not text.startswith("0"))
    if not (_all(text, DIGITS) and fits and int(text) <= most):
        msg = "not an ip prefix"
        raise Erred(msg)
    return int(text)


def _ipv4(text: str) -> int | None:
    """Spec IPAddr, `parseSegsV4`: four decimal octets without leading zeros."""
    parts = text.split(".")
    number = 0
    for part in parts:
        if not _all(part, DIGITS) or len(part) > 3 or (part[0] == "0" and part != "0"):
            return None
        if int(part) > 255:
            return None
        number = number * 256 + int(part)
    return number if len(parts) == 4 else None


def _ipv6(text: str) -> int | None:
    """Spec IPAddr, `parseSegsV6`: eight groups, or fewer around one `::` (no embedded IPv4)."""
    halves = text.split("::")
    if len(halves) > 2:
        return None
    groups = [half.split(":") if half else [] for half in halves]
    if len(halves) == 2:
        missing = 8 - len(groups[0]) - len(groups[1])
        if missing < 1:
            return None
        whole = groups[0] + ["0"] * missing + groups[1]
    else:
        whole = groups[0]
    if len(whole) != 8 or not all(_all(group, HEX_DIGITS) and len(group) <= 4 for group in whole):
        return None
    number = 0
    for group in whole:
        number = number * 65536 + int(group, 16)
    return number


def bits(address: Ip) -> int:
    """The width of this family's addresses."""
    return 32 if address.version == 4 else 128


def span(address: Ip) -> tuple[int, int]:
    """Spec IPAddr, `CIDR.range`: the first and the last address of the range."""
    size = 2 ** (bits(address) - address.prefix)
    first = address.address // size * size
    return first, first + size - 1


def in_range(inner: Ip, outer: Ip) -> bool:
    """Operators, ".isInRange()": falls completely within; families never mix."""
    first, last = span(inner)
    least, most = span(outer)
    return inner.version == outer.version and least <= first and last <= most


def is_loopback(address: Ip) -> bool:
    """Operators, ".isLoopback()": wholly inside 127.0.0.0/8 or ::1."""
    return in_range(address, ip("127.0.0.0/8")) or in_range(address, ip("::1"))


def is_multicast(address: Ip) -> bool:
    """Operators, ".isMulticast()": wholly inside 224.0.0.0/4 or ff00::/8."""
    return in_range(address, ip("224.0.0.0/4")) or in_range(address, ip("ff00::/8"))


# --- 2. decimal: Operators, "decimal()"; Spec Ext Decimal -------------------------------------


def decimal(text: str) -> Decimal:
    """Operators, "decimal()": digits, a point, one to four digits, within 64 bits of 1/10000."""
    negative = text.startswith("-")
    whole, point, fraction = (text[1:] if negative else text).partition(".")
    if not (point and _all(whole, DIGITS) and _all(fraction, DIGITS) and len(fraction) <= 4):
        msg = "not a decimal"
        raise Erred(msg)
    units = int(whole) * 10_000 + int(fraction) * 10 ** (4 - len(fraction))
    return Decimal(bounded(-units if negative else units, "decimal"), text)


# --- 3. datetime: Operators, "datetime()"; Spec Ext Datetime ----------------------------------


def datetime(text: str) -> Datetime:
    """Operators, "datetime()": five forms, Gregorian days, offsets under 24 hours."""
    found = DATETIME.fullmatch(text)
    if found is None:
        msg = "not a datetime"
        raise Erred(msg)
    year, month, day = (int(part) for part in found.group(1, 2, 3))
    hour, minute, second, ms = (int(part or "0") for part in found.group(4, 5, 6, 7))
    ahead, behind = (int(part or "0") for part in found.group(9, 10))
    if not (1 <= month <= 12 and 1 <= day <= days_in(year, month)):
        msg = "no such day"
        raise Erred(msg)
    if hour > 23 or minute > 59 or second > 59 or ahead > 23 or behind > 59:
        msg = "no such time"
        raise Erred(msg)
    minutes = hour * 60 + minute
    offset = ahead * 60 + behind
    # 10:00+0100 is an hour earlier in UTC than 10:00Z.
    minutes += offset if found.group(8) == "-" else -offset
    days = day_number(year, month, day)
    return Datetime(days * MS_PER_DAY + minutes * 60_000 + second * 1000 + ms, text)


def is_leap(year: int) -> bool:
    """The Gregorian rule, also before it was invented."""
    return (year % 4 == 0 and year % 100 != 0) or year % 400 == 0


def days_in(year: int, month: int) -> int:
    """The number of days of that month."""
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def day_number(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01, counted from the first day of the year 0."""
    whole_years = 365 * year + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400
    whole_months = sum(days_in(year, each) for each in range(1, month))
    # 719,528 days lie between 0000-01-01 and 1970-01-01.
    return whole_years + whole_months + (day - 1) - 719_528


def to_date(at: Datetime) -> Datetime:
    """Operators, ".toDate()": the start of that day, backwards before 1970 too."""
    return Datetime(bounded(at.ms // MS_PER_DAY * MS_PER_DAY, "date"))


def to_time(at: Datetime) -> Duration:
    """Operators, ".toTime()": what is left of the day, never negative."""
    return Duration(at.ms % MS_PER_DAY)


# --- 4. duration: Operators, "duration()"; Spec Ext Datetime ----------------------------------


def duration(text: str) -> Duration:
    """Operators, "duration()": days, hours, minutes, seconds, milliseconds in that order."""
    found = DURATION.fullmatch(text)
    if found is None or text in {"", "-"}:
        msg = "not a duration"
        raise Erred(msg)
    sign = -1 if found.group(1) else 1
    total = 0
    for digits, unit in zip(
        found.groups()[1:], (86_400_000, 3_600_000, 60_000, 1000, 1), strict=True
    ):
        # Each quantity by itself must fit in 64 bits, even when it is zero after scaling.
        total += bounded(sign * int(digits or "0"), "duration quantity") * unit
    return Duration(bounded(total, "duration"), text)


def whole(span_of_time: Duration, unit: int) -> int:
    """Operators, ".toSeconds" and the like: whole units, cut off towards zero."""
    count = abs(span_of_time.ms) // unit
    return -count if span_of_time.ms < 0 else count
