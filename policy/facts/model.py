"""What every normaliser takes and returns.

Rules of this room:
1. A normaliser is a pure function of an intent's parameters and a `World` value.
2. Every string in facts is byte-identical to what was asked, or the intent is refused.
3. What cannot be judged is never guessed: `InvalidIntent` (the caller's mistake) or
   `Unjudgeable` (well-formed, but nobody can say what it would do). Both deny.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import normpath
from types import MappingProxyType
from typing import NamedTuple

from holdfast.policy.cedar.values import Entity, Value

MAIN_WORKSPACE = "main"
_WORKSPACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class World:
    """What this machine says, gathered by the runtime and handed over as a value."""

    workspaces: Mapping[str, str]
    """Workspace name to absolute POSIX directory; the default one is `main`."""
    program_dirs: tuple[str, ...] = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin")
    """Root-owned directories, in the order a bare program name is looked up."""
    programs: frozenset[str] | None = None
    """Bare names found in `program_dirs`; None means every bare name is (tests and probes)."""
    home: str = "/nonexistent"
    """What `~` means to a program."""
    resolved: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Host name to the addresses the runtime resolved, before anything connects."""
    pinned: frozenset[tuple[str, str]] = field(default_factory=frozenset[tuple[str, str]])
    """(server, tool) of every upstream tool whose definition is pinned."""

    def __post_init__(self) -> None:
        """Refuse what would give one file two names, or two files one: settings are mended."""
        for name, directory in self.workspaces.items():
            if _WORKSPACE.fullmatch(name) is None:
                # `docs/drafts` would share `//docs/drafts` with a folder of `docs`.
                raise ValueError(f"`{name}` is no workspace's name: letters, digits, `_`, `-`, `.`")
            # normpath keeps a leading `//`, which is a name of its own to POSIX.
            normal = normpath(directory) == (directory.rstrip("/") or "/")
            if not normal or directory[:1] != "/" or directory[:2] == "//":
                # Compared by prefix: another spelling would put its files outside of it.
                raise ValueError(f"workspace `{name}`: `{directory}` is no normal absolute path")


class Touch(NamedTuple):
    """One thing an intent touches: one Cedar request, all of which must be allowed."""

    action: str
    resource: Entity
    context: Mapping[str, Value]
    """Only the facts of this kind; the moment's facts are added when it is decided."""


class Facts(NamedTuple):
    """The canonical, typed form of an intent: what is judged and, frozen, what is executed."""

    kind: str
    touches: tuple[Touch, ...]
    payload: Mapping[str, object]
    """The typed payload executors receive; never the raw body."""
    digest: str
    """`sha256:` over the canonical form of kind and payload."""


class InvalidIntent(Exception):
    """The intent is malformed; it never becomes facts (400 `invalid_request`)."""

    def __init__(self, field: str, message: str, hint: str = "") -> None:
        """Name the field, what is wrong with it and what to do next."""
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.hint = hint


class Unjudgeable(Exception):
    """The intent is well-formed, but nobody can say what it would do: it denies."""

    def __init__(self, field: str, message: str, hint: str = "") -> None:
        """Name the field, why it cannot be judged and what to ask instead."""
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.hint = hint
