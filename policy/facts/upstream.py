"""mcp.call: a tool of an upstream server, with arguments nobody here judges.

Rules of this file:
1. Server and tool are names; the pair decides whether the tool's definition is pinned.
2. Arguments (and `opaque` parameters of custom tools) are not judged, but they are bound: they
   are copied, once, to immutable values of JSON's types and bounded in depth, count and size.
   What is executed is that copy; its digest binds it.
3. No floats that are not finite, no integers beyond 64 bits, no lone surrogates: two readers
   would disagree on them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from holdfast.policy.cedar.values import Entity, Uid
from holdfast.policy.facts.model import InvalidIntent, Touch, World
from holdfast.policy.facts.names import require_match, utf8_bytes
from holdfast.policy.facts.params import Judged, require_fields
from holdfast.proto.limits import INTEGER_MAX, INTEGER_MIN, JSON_DEPTH, MCP_TEXT_BYTES, MCP_VALUES

_SERVER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}", re.ASCII)
_TOOL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-/]{0,127}", re.ASCII)

_REQUIRED = frozenset({"server", "tool"})
_OPTIONAL = frozenset({"arguments"})
_NO_ARGUMENTS: Mapping[str, object] = MappingProxyType({})


def mcp_touches(params: Mapping[str, object], world: World) -> Judged:
    """Return what an mcp.call touches, and its payload."""
    require_fields(params, required=_REQUIRED, optional=_OPTIONAL)
    server = require_match(
        params["server"], _SERVER, field="server", rule="A-Z a-z 0-9 _ . -, at most 128"
    )
    tool = require_match(
        params["tool"], _TOOL, field="tool", rule="A-Z a-z 0-9 _ . - /, at most 128"
    )
    arguments = frozen_arguments(params.get("arguments", _NO_ARGUMENTS), field="arguments")
    entity = Entity(
        Uid("McpTool", f"{server}/{tool}"),
        {"server": server, "tool": tool, "pinned": (server, tool) in world.pinned},
        frozenset({Uid("McpServer", server)}),
    )
    payload = {"server": server, "tool": tool, "arguments": arguments}
    return Judged((Touch("mcp.call", entity, _NO_FACTS),), payload)


_NO_FACTS: Mapping[str, bool] = MappingProxyType({})


def frozen_arguments(value: object, *, field: str) -> Mapping[str, object]:
    """Return an immutable copy of a JSON object within the bounds, else raise InvalidIntent."""
    if not isinstance(value, Mapping):
        raise InvalidIntent(field, "must be an object", "`{}` when there are none")
    return cast("Mapping[str, object]", frozen_json(cast("object", value), field=field))


def frozen_json(value: object, *, field: str) -> object:
    """Return an immutable copy of any JSON value within the bounds, else raise InvalidIntent."""
    return _Freezer(field).freeze(value, 1)


class _Freezer:
    """One budget for one set of arguments."""

    __slots__ = ("field", "text", "values")

    def __init__(self, field: str) -> None:
        self.field = field
        self.values = 0
        self.text = 0

    def freeze(self, value: object, depth: int) -> object:
        self.values += 1
        if self.values > MCP_VALUES:
            raise InvalidIntent(self.field, "hold too many values", f"the most is {MCP_VALUES}")
        if isinstance(value, str):
            return self.string(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return self.number(value, finite=INTEGER_MIN <= value <= INTEGER_MAX)
        if isinstance(value, float):
            return self.number(value, finite=math.isfinite(value))
        if depth > JSON_DEPTH:
            raise InvalidIntent(self.field, "are nested too deep", f"the most is {JSON_DEPTH}")
        if isinstance(value, Mapping):
            given = cast("Mapping[object, object]", value)
            return MappingProxyType(
                {self.string(name): self.freeze(inner, depth + 1) for name, inner in given.items()}
            )
        if isinstance(value, (list, tuple)):
            items = cast("list[object] | tuple[object, ...]", value)
            return tuple(self.freeze(inner, depth + 1) for inner in items)
        raise InvalidIntent(self.field, f"hold a {type(value).__name__}", "JSON values only")

    def number(self, value: float, *, finite: bool) -> float:
        if not finite:
            raise InvalidIntent(self.field, "hold a number out of range", "64 bits, and finite")
        return value

    def string(self, value: object) -> str:
        if not isinstance(value, str):
            raise InvalidIntent(self.field, "have a name that is no string", "names are strings")
        self.text += len(value) if value.isascii() else len(utf8_bytes(value, field=self.field))
        if self.text > MCP_TEXT_BYTES:
            raise InvalidIntent(self.field, "hold too much text", f"at most {MCP_TEXT_BYTES} bytes")
        return value
