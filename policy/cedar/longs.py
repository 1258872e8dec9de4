"""Cedar's `Long`: a signed 64-bit integer whose arithmetic never wraps."""

from holdfast.proto.limits import INTEGER_MAX, INTEGER_MIN


def in_range(number: int) -> bool:
    """Say whether `number` is a Long."""
    return INTEGER_MIN <= number <= INTEGER_MAX
