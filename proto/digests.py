"""Two digests that must never be taken for each other.

SHA-256 names bytes (blobs, manifests, payloads). BLAKE3 names behaviour (what a policy does).
They are unrelated types: no common base, no conversion, and never equal (promise G-07).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Self

_HEX: Final = re.compile(r"[0-9a-f]{64}").fullmatch


def _hex_after(text: str, prefix: str) -> str:
    head, hexadecimal = text[: len(prefix)], text[len(prefix) :]
    if head != prefix or not _HEX(hexadecimal):
        raise ValueError(f"`{text[:80]}` is not `{prefix}` and 64 lower-case hex digits")
    return hexadecimal


@dataclass(frozen=True, slots=True)
class Sha256Digest:
    """`sha256:` and 64 hex digits: the name of some bytes."""

    hex: str

    def __post_init__(self) -> None:
        """Refuse anything but 64 lower-case hex digits."""
        _hex_after(f"sha256:{self.hex}", "sha256:")

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Name these bytes."""
        return cls(hashlib.sha256(data).hexdigest())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `sha256:<hex>`; nothing else is one."""
        return cls(_hex_after(text, "sha256:"))

    def __str__(self) -> str:
        """Return `sha256:<hex>`."""
        return f"sha256:{self.hex}"


@dataclass(frozen=True, slots=True)
class Blake3Fingerprint:
    """`blake3:` and 64 hex digits: the name of a policy's behaviour."""

    hex: str

    def __post_init__(self) -> None:
        """Refuse anything but 64 lower-case hex digits."""
        _hex_after(f"blake3:{self.hex}", "blake3:")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `blake3:<hex>`; nothing else is one."""
        return cls(_hex_after(text, "blake3:"))

    def __str__(self) -> str:
        """Return `blake3:<hex>`."""
        return f"blake3:{self.hex}"
