"""The one door to the world: clock, random, disk, net, spawn, resolver.

Rules:
1. Only shells hold an `Env`. What decides takes bytes, values and a `now`.
2. A test replaces the whole of it, so that a fleet runs deterministically in one process.
3. A part grows a method when something needs it, never before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Time, both kinds."""

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC; may jump."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds that never go back."""
        ...

    def utc_offset_minutes(self) -> int:
        """How far the site's local time is ahead of UTC."""
        ...


class Random(Protocol):
    """Unpredictable bytes."""

    def bytes(self, count: int) -> bytes:
        """Return `count` of them."""
        ...


class Disk(Protocol):
    """Files, whole and bounded."""

    def read_tree(self, folder: str) -> Mapping[str, bytes]:
        """Read every regular file beneath a folder, relative path to bytes, within the limits."""
        ...

    def read(self, path: str, *, limit: int) -> bytes:
        """Read one regular file of at most `limit` bytes."""
        ...

    def write_new(self, path: str, data: bytes) -> None:
        """Create a file that must not exist, with its parent folders."""
        ...

    def replace(self, path: str, data: bytes) -> None:
        """Write a file so that a crash leaves the old or the new one, never a mix."""
        ...

    def exists(self, path: str) -> bool:
        """Tell whether anything is there."""
        ...

    def program_names(self, folders: Sequence[str]) -> frozenset[str]:
        """Name the executables in those of the folders that only root can write to."""
        ...


class Net(Protocol):
    """Connections. Nothing of this stage opens one: the runtime's listener brings the first."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a child process ended."""

    status: int
    stdout: bytes
    stderr: bytes
    timed_out: bool


class Spawn(Protocol):
    """Child processes with ceilings."""

    def python(self, module: str, *, stdin: bytes, seconds: float, memory_bytes: int) -> Finished:
        """Run a module of ours in a fresh interpreter under a deadline and a memory ceiling."""
        ...


class Resolver(Protocol):
    """Names to addresses."""

    def addresses(self, host: str) -> tuple[str, ...]:
        """Resolve a host name; empty when it has none or nobody answers."""
        ...


@dataclass(frozen=True, slots=True)
class Env:
    """Everything a shell may touch, injected once."""

    clock: Clock
    random: Random
    disk: Disk
    net: Net
    spawn: Spawn
    resolver: Resolver
