"""Cedar's `Long`: a signed 64-bit integer whose arithmetic never wraps."""

from typing import Final

LONG_MIN: Final = -(2**63)
LONG_MAX: Final = 2**63 - 1


def in_range(number: int) -> bool:
    """Say whether `number` is a Long."""
    return LONG_MIN <= number <= LONG_MAX
