"""fs.read, fs.list, fs.write, fs.patch, fs.delete: parameters to touches.

Rules of this file:
1. One parse gives both what is judged and the frozen payload that is executed.
2. A path that is deleted may be a directory: what rules name below it is deleted as well.
3. A patch is judged change by change: a creation or modification is a write, a deletion a
   delete, and a rename reads and deletes the old path and writes the new one.
4. Content is not text to a policy: it is judged by its size and bound by the payload's digest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from holdfast.policy.cedar.values import Value
from holdfast.policy.facts.mentions import NOTHING, Mentioned, mentioned_entities
from holdfast.policy.facts.model import MAIN_WORKSPACE, InvalidIntent, Touch, World
from holdfast.policy.facts.params import Judged, content_bytes, require_fields
from holdfast.policy.facts.patches import Change, parse_patch
from holdfast.policy.facts.paths import (
    parse_relative,
    path_entity,
    require_own,
    require_workspace,
)
from holdfast.proto.limits import REQUESTS_PER_INTENT

_NO_FACTS: Mapping[str, Value] = MappingProxyType({})

_PATH = frozenset({"path"})
_PATH_CONTENT = frozenset({"path", "content"})
_PATCH = frozenset({"patch"})
_WORKSPACE = frozenset({"workspace"})
_WRITE_OPTIONS = frozenset({"workspace", "encoding"})
_LIST_OPTIONS = frozenset({"workspace", "path"})
_NONE: frozenset[str] = frozenset()


def fs_touches(
    kind: str, params: Mapping[str, object], world: World, mentioned: Mentioned = NOTHING
) -> Judged:
    """Return what an fs.* intent touches, and its payload."""
    judged = _KINDS[kind](params, world)
    return _with_below(judged, mentioned, world) if kind == "fs.delete" else judged


def _with_below(judged: Judged, mentioned: Mentioned, world: World) -> Judged:
    """Add what rules name below the path: it may be a directory, and goes with all it holds."""
    (first,) = judged.touches
    found = list(mentioned_entities(first.resource.uid.id, mentioned, world))
    if len(found) >= REQUESTS_PER_INTENT:
        raise InvalidIntent(
            "path", f"rules name {len(found)} paths below it", "delete a part of it at a time"
        )
    more = tuple(Touch(first.action, entity, _NO_FACTS) for entity in found)
    return Judged((first, *more), judged.payload)


def _workspace(params: Mapping[str, object], world: World) -> str:
    return require_workspace(params.get("workspace", MAIN_WORKSPACE), world)


def _one(action: str, params: Mapping[str, object], path: str, world: World) -> Judged:
    workspace = _workspace(params, world)
    require_own(path, workspace, world)
    return Judged(
        (Touch(action, path_entity(path, workspace=workspace), _NO_FACTS),),
        {"workspace": workspace, "path": path},
    )


def _read(params: Mapping[str, object], world: World) -> Judged:
    require_fields(params, required=_PATH, optional=_WORKSPACE)
    return _one("fs.read", params, parse_relative(params["path"], field="path"), world)


def _delete(params: Mapping[str, object], world: World) -> Judged:
    require_fields(params, required=_PATH, optional=_WORKSPACE)
    return _one("fs.delete", params, parse_relative(params["path"], field="path"), world)


def _list(params: Mapping[str, object], world: World) -> Judged:
    require_fields(params, required=_NONE, optional=_LIST_OPTIONS)
    path = parse_relative(params.get("path", "."), field="path", root=True)
    return _one("fs.list", params, path, world)


def _write(params: Mapping[str, object], world: World) -> Judged:
    require_fields(params, required=_PATH_CONTENT, optional=_WRITE_OPTIONS)
    workspace = _workspace(params, world)
    path = require_own(parse_relative(params["path"], field="path"), workspace, world)
    content = content_bytes(params, "content", "encoding")
    entity = path_entity(path, workspace=workspace, size=len(content))
    payload = {"workspace": workspace, "path": path, "content": content}
    return Judged((Touch("fs.write", entity, _NO_FACTS),), payload)


def _patch(params: Mapping[str, object], world: World) -> Judged:
    require_fields(params, required=_PATCH, optional=_WORKSPACE)
    workspace = _workspace(params, world)
    changes = parse_patch(params["patch"], field="patch")
    for path in [end for change in changes for end in (change.before, change.after) if end]:
        require_own(path, workspace, world, field="patch")
    touches = [touch for change in changes for touch in _change_touches(change, workspace)]
    if len(touches) > REQUESTS_PER_INTENT:
        raise InvalidIntent(
            "patch", f"touches {len(touches)} paths", f"the most is {REQUESTS_PER_INTENT}: split it"
        )
    return Judged(
        tuple(touches),
        {"workspace": workspace, "changes": tuple(change.as_payload() for change in changes)},
    )


def _change_touches(change: Change, workspace: str) -> list[Touch]:
    before, after = change.before, change.after
    touches: list[Touch] = []
    if before is not None and before != after:
        gone = path_entity(before, workspace=workspace)
        if after is not None:
            touches.append(Touch("fs.read", gone, _NO_FACTS))
        touches.append(Touch("fs.delete", gone, _NO_FACTS))
    if after is not None:
        written = path_entity(after, workspace=workspace, size=change.added_bytes())
        touches.append(Touch("fs.write", written, _NO_FACTS))
    return touches


_KINDS: Mapping[str, Callable[[Mapping[str, object], World], Judged]] = {
    "fs.read": _read,
    "fs.list": _list,
    "fs.write": _write,
    "fs.patch": _patch,
    "fs.delete": _delete,
}
