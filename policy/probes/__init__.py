"""Built-in probe corpora: stored facts, frozen for ever once shipped. One file per corpus.

A bundle names the corpus its fingerprint was computed over, so every corpus ever shipped stays,
byte for byte: `CORPORA` pins each by its SHA-256, and whoever reads one compares it first.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CORPORA: Final[Mapping[str, str]] = MappingProxyType(
    {"core-1": "af3ae74cc4a6b13b319e74f5f4d8bf3cc33c1892dd2cdb06840730ffe75c4feb"}
)
"""Name to the SHA-256 of `<name>.jsonl`."""
