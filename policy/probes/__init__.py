"""Built-in probe corpora: stored facts, frozen for ever once shipped. One file per corpus.

A bundle names the corpus its fingerprint was computed over, so every corpus ever shipped stays,
byte for byte: `CORPORA` pins each by its SHA-256, and whoever reads one compares it first.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CORPORA: Final[Mapping[str, str]] = MappingProxyType(
    {"core-1": "50c77045ab9848003cf6e8bfae70b53b5ccb63960e0d435c13e4b17cda8fc69f"}
)
"""Name to the SHA-256 of `<name>.jsonl`."""
