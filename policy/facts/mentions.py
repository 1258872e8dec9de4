"""What a policy speaks of: its custom tools, and the paths its rules name.

Rules of this file:
1. An operation on everything below a directory has no list of files at hand. What rules name
   below it is touched instead, so that no rule about `Dir::"src/keys"` is passed by `rm -r src`.
2. Only paths in the one spelling facts have are kept: no request could ever name another.
3. A pattern stands for one path it matches; a name (`resource.name`) may be anywhere, and is the
   sandbox profile's to hide.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from holdfast.policy.cedar.values import Entity
from holdfast.policy.facts.model import MAIN_WORKSPACE, World
from holdfast.policy.facts.paths import outside_entity, path_entity
from holdfast.proto.limits import PATH_BYTES, PATH_SEGMENTS

if TYPE_CHECKING:
    from holdfast.policy.source.tables import Tool


class Mentioned:
    """The paths that rules name: `src/keys`, `//docs/drafts`, `/etc/ssl`."""

    __slots__ = ("_sorted",)

    def __init__(self, paths: Iterable[str] = ()) -> None:
        """Keep those a request could name, in order."""
        self._sorted = tuple(sorted({path for path in paths if _normal(path)}))

    def __iter__(self) -> Iterator[str]:
        """Yield every path, in order."""
        return iter(self._sorted)

    def below(self, directory: str) -> Sequence[str]:
        """Return the paths strictly below a directory, as facts spell it (`src`, `//docs`)."""
        known = self._sorted
        if not known:
            return known
        if directory == ".":
            return [path for path in known if path[0] != "/"]
        lead = directory.rstrip("/") + "/"
        first = last = bisect_left(known, lead)
        while last < len(known) and known[last].startswith(lead):
            last += 1
        if directory == "/":
            return [path for path in known[first:last] if path[1] != "/"]
        return known[first:last]


def _normal(path: str) -> bool:
    inner = path
    if path.startswith("//"):
        inner = path[2:]
    elif path.startswith("/"):
        inner = path[1:]
    parts = inner.split("/")
    return (
        len(path) <= PATH_BYTES
        and len(parts) <= PATH_SEGMENTS
        and "\x00" not in path
        and all(part not in ("", ".", "..") for part in parts)
    )


NOTHING: Final = Mentioned()
"""A policy without a rule about a path."""


def mentioned_below(ident: str, mentioned: Mentioned, world: World) -> Sequence[str]:
    """Return what rules name below a path, also in the workspaces that lie inside of it."""
    found = mentioned.below(ident)
    if ident[0] != "/" and len(world.workspaces) == 1:
        return found  # no other workspace can lie inside of it
    return (*found, *_in_workspaces(ident, mentioned, world))


def _in_workspaces(ident: str, mentioned: Mentioned, world: World) -> Iterator[str]:
    where = _place(ident, world)
    if where is None:
        return
    lead = where.rstrip("/") + "/"
    for name, root in world.workspaces.items():
        own = "." if name == MAIN_WORKSPACE else f"//{name}"
        if f"{root.rstrip('/')}/".startswith(lead) and own != ident:
            yield from mentioned.below(own)


def mentioned_entities(ident: str, mentioned: Mentioned, world: World) -> Iterator[Entity]:
    """Yield the entities of what rules name below a path."""
    return map(mentioned_entity, mentioned_below(ident, mentioned, world))


def mentioned_entity(path: str) -> Entity:
    """Return the entity of a path that rules name."""
    if path.startswith("//"):
        name, _, inner = path[2:].partition("/")
        return path_entity(inner or ".", workspace=name)
    return outside_entity(path) if path[0] == "/" else path_entity(path)


def _place(ident: str, world: World) -> str | None:
    """Return the absolute directory of a path that may hold a workspace."""
    if ident == ".":
        return world.workspaces.get(MAIN_WORKSPACE)
    if not ident.startswith("//"):
        if ident[0] == "/":
            return ident
        main = world.workspaces.get(MAIN_WORKSPACE)
        return None if main is None or len(world.workspaces) == 1 else f"{main}/{ident}"
    name, _, inner = ident[2:].partition("/")
    root = world.workspaces.get(name)
    return None if root is None else f"{root}/{inner}".rstrip("/")


@dataclass(frozen=True, slots=True)
class Known:
    """What normalisers are told of a policy."""

    tools: Mapping[str, Tool] = field(default_factory=lambda: MappingProxyType({}))
    mentioned: Mentioned = NOTHING


UNKNOWN: Final = Known()
"""For facts that no policy is asked about: corpora and tests of the normalisers themselves."""
