"""Paths: the strict grammar of the fs.* kinds, and what a program's path operand names.

Rules of this file:
1. The fs.* kinds take one spelling of a path (`parse_relative`): relative to a workspace,
   segments joined by single `/`, no `.` or `..`, nothing a reader cannot see. What it returns
   is what it was given. `~` is just a character there: no shell reads it.
2. Segments ending in `.` or a space, drive forms and backslashes are refused, because a caller
   on another platform would open another file than the one that was judged.
3. A program's operand may be spelt any way (`resolve_operand`): it is resolved lexically, as
   the program would be told it, to the workspace that contains it, else it is outside and has
   no ancestors. An operand nobody can resolve without the machine (`~user`, `/proc/self/cwd`)
   is unjudgeable.
4. Facts: `path` is the entity's id. `name` is the last segment. `ext` is what follows the last
   dot of the name, as written, empty when that dot leads (`.env`) or ends it. `depth` counts
   segments. `hidden` is true when any segment begins with a dot. `sensitive` ignores case (see
   `sensitive`); everything else is byte-exact, as the file system is.
5. A path is in the directories above it and in the one of its own name: whoever forbids
   `Dir::".git"` forbids `rm -r .git`, and a file written in its place, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import NamedTuple, cast

from holdfast.policy.cedar.values import Entity, Uid, Value
from holdfast.policy.facts.model import MAIN_WORKSPACE, InvalidIntent, Unjudgeable, World
from holdfast.policy.facts.names import (
    quote,
    require_bytes_at_most,
    require_seen,
    require_text,
    suggest,
)
from holdfast.policy.facts.sensitive import sensitive_directory, sensitive_name
from holdfast.proto.limits import PATH_BYTES, PATH_SEGMENTS, SEGMENT_BYTES

_CACHED_PARENTS = 1024
_CACHED_PARENT_LENGTH = 96

_SEGMENT = r"(?:[A-Za-z0-9_+=@,\-]|\.(?=[A-Za-z0-9_]))(?:[A-Za-z0-9_.+=@,\-]*[A-Za-z0-9_+=@,\-])?"
_PLAIN = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*", re.ASCII)
_DRIVE = re.compile(r"[A-Za-z]:")
_PLAIN_LENGTH = 2 * PATH_SEGMENTS  # too short to be too deep
_PROC_LINKS = frozenset({"cwd", "root", "fd", "task", "map_files"})


# What the class's own constructor does, without the call of a Python function around it.
_uid = cast(
    "Callable[[tuple[str, str]], Uid]",
    partial(tuple.__new__, Uid),  # pyright: ignore[reportUnknownMemberType]
)


class _Parent(NamedTuple):
    """What every file of one directory shares."""

    ancestors: frozenset[Uid]
    depth: int
    hidden: bool
    sensitive: bool


def parse_relative(text: object, *, field: str, root: bool = False) -> str:
    """Return `text` when it is a path as the fs.* kinds take it, else raise InvalidIntent.

    `root` allows `.`, the workspace's root, which can be listed but not read or written.
    """
    # One regular expression settles nearly every path there is; all others go rule by rule.
    if isinstance(text, str) and len(text) <= _PLAIN_LENGTH and _PLAIN.fullmatch(text):
        return text
    text = require_seen(text, field=field)
    if root and text == ".":
        return text
    if not text:
        raise InvalidIntent(field, "is empty", "name a file below the workspace")
    require_bytes_at_most(text, PATH_BYTES, field=field)
    if text.startswith("/"):
        raise InvalidIntent(
            field, f"{quote(text)} is absolute", "write it relative to the workspace"
        )
    if "\\" in text:
        raise InvalidIntent(field, f"{quote(text)} holds a backslash", "separate with `/`")
    if _DRIVE.match(text):
        raise InvalidIntent(field, f"{quote(text)} begins with a drive", "drop the drive")
    segments = text.split("/")
    if len(segments) > PATH_SEGMENTS:
        raise InvalidIntent(
            field, f"{quote(text)} is too deep", f"the most is {PATH_SEGMENTS} segments"
        )
    for segment in segments:
        _require_segment(segment, text, field)
    return text


def _require_segment(segment: str, text: str, field: str) -> None:
    if not segment:
        raise InvalidIntent(
            field, f"{quote(text)} has an empty segment", "write single `/` between names only"
        )
    if segment in (".", ".."):
        raise InvalidIntent(
            field, f"{quote(text)} holds `{segment}`", "write where it leads, without `.` and `..`"
        )
    if segment[-1] in ". ":
        # Windows drops them: `.env.` and `.env ` open `.env` there.
        raise InvalidIntent(
            field, f"{quote(text)} has a name ending in a dot or a space", "rename it"
        )
    require_bytes_at_most(segment, SEGMENT_BYTES, field=field)


def require_workspace(name: object, world: World, *, field: str = "workspace") -> str:
    """Return the name of a workspace this machine has."""
    text = require_text(name, field=field)
    if text not in world.workspaces:
        raise InvalidIntent(field, f"no workspace {quote(text)}", suggest(text, world.workspaces))
    return text


def require_own(path: str, workspace: str, world: World, *, field: str = "path") -> str:
    """Return a path of a workspace, refused when another workspace inside of it has the file.

    With `docs` inside `main`, `docs/a.md` would be a second name for `//docs/a.md`, and what is
    forbidden by one name would be had by the other.
    """
    if len(world.workspaces) == 1:
        return path
    place = f"{world.workspaces[workspace].rstrip('/')}/{path}"
    owner, inner = _owner(place.removesuffix("/."), world)
    if owner != workspace:
        raise InvalidIntent(
            field,
            f"{quote(path)} is in the workspace `{owner}`",
            f"name it there: `{inner}` of the workspace `{owner}`",
        )
    return path


def _parent(parent: str, workspace: str) -> _Parent:
    prefix = "" if workspace == MAIN_WORKSPACE else f"//{workspace}"
    root = prefix or "."
    ancestors = [Uid("Workspace", workspace), Uid("Dir", root)]
    if not parent:
        return _Parent(frozenset(ancestors), 0, hidden=False, sensitive=False)
    lead = f"{prefix}/" if prefix else ""
    end = parent.find("/")
    while end != -1:
        ancestors.append(Uid("Dir", lead + parent[:end]))
        end = parent.find("/", end + 1)
    ancestors.append(Uid("Dir", lead + parent))
    return _Parent(
        frozenset(ancestors),
        depth=len(ancestors) - 2,
        hidden=parent[0] == "." or "/." in parent,
        sensitive=sensitive_directory(parent),
    )


_cached_parent = lru_cache(maxsize=_CACHED_PARENTS)(_parent)


def path_entity(path: str, *, workspace: str = MAIN_WORKSPACE, size: int = 0) -> Entity:
    """Return the entity of a path that `parse_relative` or `resolve_operand` accepted."""
    parent, _, name = path.rpartition("/")
    # Long parents are not kept: a stranger's requests must not decide how much memory stays.
    lookup = _cached_parent if len(parent) <= _CACHED_PARENT_LENGTH else _parent
    shared = lookup(parent, workspace)
    if workspace == MAIN_WORKSPACE:
        ident = path
    else:
        ident = f"//{workspace}" if path == "." else f"//{workspace}/{path}"
    dot = name.rfind(".")
    if path == ".":
        return Entity(Uid("Path", ident), _root_attributes(ident), shared.ancestors)
    return Entity(
        _uid(("Path", ident)),
        {
            "name": name,
            "ext": name[dot + 1 :] if dot > 0 else "",  # as `extension`, which is not called here
            "path": ident,
            "depth": shared.depth + 1,
            "hidden": shared.hidden or name[0] == ".",
            "sensitive": shared.sensitive or sensitive_name(name, parent),
            "size": size,
        },
        shared.ancestors.union((_uid(("Dir", ident)),)),
    )


def _root_attributes(ident: str) -> Mapping[str, Value]:
    return {
        "name": ".",
        "ext": "",
        "path": ident,
        "depth": 0,
        "hidden": False,
        "sensitive": False,
        "size": 0,
    }


def extension(name: str) -> str:
    """Return what follows the last dot of a file name; a leading dot begins no extension."""
    dot = name.rfind(".")
    return name[dot + 1 :] if dot > 0 else ""


def outside_entity(absolute: str) -> Entity:
    """Return the entity of a normal absolute path outside every workspace: no ancestors."""
    if absolute == "/":
        return Entity(Uid("Path", "/"), {**_root_attributes("/"), "name": "/"})
    parent, _, name = absolute[1:].rpartition("/")
    return Entity(
        Uid("Path", absolute),
        {
            "name": name,
            "ext": extension(name),
            "path": absolute,
            "depth": absolute.count("/"),
            "hidden": "/." in absolute,
            "sensitive": sensitive_directory(parent) or sensitive_name(name, parent),
            "size": 0,
        },
    )


def resolve_operand(
    text: str, *, workdir: str, world: World, field: str = "argv", shell: bool = True
) -> Entity:
    """Return the entity a program's path operand names, however it is spelt.

    `workdir` is workspace-relative as in facts: `.`, `src`, `//docs/drafts`. With `shell`, a
    leading `~` is the home directory, as a shell or a program that expands it would have it;
    without, it is a name. An argv operand that begins with `~` is both: judge both readings.
    """
    require_text(text, field=field)
    if "\x00" in text:
        raise InvalidIntent(field, f"{quote(text)} holds a NUL", "no file name can")
    if len(text) > PATH_BYTES:
        raise Unjudgeable(field, f"{quote(text)} is too long for a path", "ask for a shorter one")
    if shell and text.startswith("~"):
        text = _from_home(text, world, field)
    base = "" if text.startswith("/") else workdir_path(workdir, world)
    segments = _lexical(f"{base}/{text}", field)
    if len(segments) > PATH_SEGMENTS:
        raise Unjudgeable(
            field, f"{quote(text)} is too deep", f"the most is {PATH_SEGMENTS} segments"
        )
    return _entity_at("/" + "/".join(segments), world)


def _from_home(text: str, world: World, field: str) -> str:
    user, slash, rest = text[1:].partition("/")
    if user:
        # `~alice` is in the password database, `~+` and `~-` in the shell's own state.
        raise Unjudgeable(
            field, f"nobody can say where {quote('~' + user)} is", "write the path itself"
        )
    return f"{world.home}{slash}{rest}"


def workdir_path(workdir: str, world: World) -> str:
    """Return the absolute directory of a workspace-relative one (`.`, `src`, `//docs/drafts`)."""
    name, inner = MAIN_WORKSPACE, workdir
    if workdir.startswith("//"):
        name, _, inner = workdir[2:].partition("/")
    base = world.workspaces[require_workspace(name, world, field="workdir")]
    return base if inner in (".", "") else f"{base}/{inner}"


def _lexical(absolute: str, field: str) -> list[str]:
    segments: list[str] = []
    for segment in absolute.split("/"):
        if segment in ("", "."):
            continue
        if segment != "..":
            segments.append(segment)
        elif segments:
            _require_steady(segments, field)
            segments.pop()
    _require_steady(segments, field)
    return segments


def _require_steady(segments: list[str], field: str) -> None:
    """Refuse what the kernel resolves to wherever a process happens to be.

    `/proc/self/cwd/.env` is the workspace's `.env`, and `/dev/fd/..` is the process's own
    directory below /proc: no lexical answer would be true.
    """
    linked = segments[:1] == ["proc"] and not _PROC_LINKS.isdisjoint(segments[2:])
    if linked or segments[:2] == ["dev", "fd"]:
        raise Unjudgeable(
            field,
            f"nobody can say where {quote('/' + '/'.join(segments))} leads",
            "write the path itself",
        )


def _entity_at(absolute: str, world: World) -> Entity:
    owner, inner = _owner(absolute, world)
    return path_entity(inner, workspace=owner) if owner else outside_entity(absolute)


def _owner(absolute: str, world: World) -> tuple[str, str]:
    """Return the workspace that has a normal absolute path, and its name there; else two ""."""
    best, inner = "", ""
    depth = -1
    for name, directory in world.workspaces.items():
        base = directory.rstrip("/")
        if absolute == (base or "/"):
            found = "."
        elif absolute.startswith(f"{base}/"):
            found = absolute[len(base) + 1 :]
        else:
            continue
        # Of nested workspaces the innermost has it; of two names for one, the main one.
        if len(base) > depth or (len(base) == depth and name == MAIN_WORKSPACE):
            best, inner, depth = name, found, len(base)
    return best, inner
