"""Cedar's `decimal`: a 64-bit count of ten-thousandths.

Rules (Cedar 4.x): digits, a point, one to four digits, an optional leading `-`; the value must fit
-922337203685477.5808 to 922337203685477.5807. `1`, `.5`, `5.`, `+1.0` and `1e3` are no decimals.
"""

import re
from dataclasses import dataclass
from typing import Final

from holdfast.policy.cedar.errors import CedarValueError
from holdfast.policy.cedar.longs import in_range

_FORM: Final = re.compile(r"(-?)([0-9]+)\.([0-9]{1,4})")
_DIGITS: Final = 4
_DIGITS_READ: Final = 64
"""Digits of a decimal we are ready to read: past this it is an attack on int(), or all zeros."""


@dataclass(frozen=True, slots=True, order=True)
class Decimal:
    """A decimal number as its number of ten-thousandths."""

    units: int


def decimal(text: str) -> Decimal:
    """Parse `text` exactly as Cedar's `decimal()` does."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise CedarValueError(f"`{text}` is not a decimal, write one to four digits: `12.50`")
    sign, whole, fraction = match.groups()
    digits = whole.lstrip("0") + fraction.ljust(_DIGITS, "0")
    units = int(digits[:_DIGITS_READ])
    if sign:
        units = -units
    if not in_range(units):
        raise CedarValueError(f"`{text}` is out of the range of decimals")
    return Decimal(units)
