"""What steps cost, and how hard the index tries; ceilings are in `proto.limits`."""

from typing import Final

BYTES_PER_STEP: Final = 64
"""Characters a pattern or a parser reads for the price of one step."""

LEAF_RULES: Final = 3
"""Rules tried one after another before the index splits them further."""

INDEX_DEPTH: Final = 48
"""Levels of the index: more rules than these can tell apart are tried one after another."""

RULE_COPIES: Final = 64
"""Places in the index one rule may stand at, one for each combination of its alternatives."""

WORTHWHILE: Final = 1 / 256
"""Share of the rules a split must save, on average, to be worth its lookup."""

MISS_FACTOR: Final = 2 / 3
"""Share of requests assumed to have a key at all, when a split is weighed."""
