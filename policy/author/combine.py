"""Combinations of a few axes, bounded and spread evenly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final, TypeVar

T = TypeVar("T")

_GOLDEN: Final = 0.618
"""A stride near the golden section of the total visits all of it evenly from the start."""


def picks(sizes: Sequence[int], limit: int) -> Iterator[tuple[int, ...]]:
    """Return every combination of places, or `limit` of them spread over all.

    A stride that shares no factor with the total visits none twice; the first combination is
    always the first place of each axis.
    """
    total = math.prod(sizes)
    if total <= limit:
        yield from product(*map(range, sizes))
        return
    stride = max(1, round(total * _GOLDEN))
    while math.gcd(stride, total) != 1:
        stride += 1
    for turn in range(limit):
        left = turn * stride % total
        chosen: list[int] = []
        for size in sizes:
            left, at = divmod(left, size)
            chosen.append(at)
        yield tuple(chosen)


def spread(axes: Sequence[Sequence[T]], limit: int) -> Iterator[tuple[T, ...]]:
    """Return combinations of values of one type."""
    for places in picks([len(axis) for axis in axes], limit):
        yield tuple(axis[at] for axis, at in zip(axes, places, strict=True))


def ordered(*groups: Iterable[T]) -> list[T]:
    """Return values once each, in the order they first appear."""
    return list(dict.fromkeys(value for group in groups for value in group))
