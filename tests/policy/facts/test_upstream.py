"""mcp.call: names, pinning, and arguments frozen within bounds."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from holdfast.policy.cedar.values import Uid
from holdfast.policy.facts.model import InvalidIntent, World
from holdfast.policy.facts.upstream import (
    frozen_arguments,
    mcp_touches,
)
from holdfast.proto.limits import INTEGER_MAX, INTEGER_MIN, JSON_DEPTH, MCP_TEXT_BYTES, MCP_VALUES

WORLD = World(workspaces={}, pinned=frozenset({("files", "read/text")}))


@pytest.mark.parametrize(
    ("server", "tool", "pinned"),
    [("files", "read/text", True), ("files", "write", False), ("other", "read/text", False)],
)
def test_touch(server: str, tool: str, pinned: bool) -> None:
    judged = mcp_touches({"server": server, "tool": tool}, WORLD)
    (touch,) = judged.touches
    assert touch.action == "mcp.call"
    assert touch.resource.uid == Uid("McpTool", f"{server}/{tool}")
    assert dict(touch.resource.attrs) == {"server": server, "tool": tool, "pinned": pinned}
    assert touch.resource.ancestors == {Uid("McpServer", server)}
    assert not touch.context
    assert judged.payload == {"server": server, "tool": tool, "arguments": {}}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"server": "s"}, "tool"),
        ({"server": "s", "tool": "t", "args": {}}, "args"),
        ({"server": "a/b", "tool": "t"}, "server"),
        ({"server": "", "tool": "t"}, "server"),
        ({"server": "s", "tool": "-t"}, "tool"),
        ({"server": "s", "tool": "t" * 129}, "tool"),
        ({"server": "s", "tool": "é"}, "tool"),
        ({"server": "s", "tool": "t", "arguments": []}, "arguments"),
        ({"server": "s", "tool": "t", "arguments": None}, "arguments"),
    ],
)
def test_refused(params: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidIntent) as caught:
        mcp_touches(params, WORLD)
    assert caught.value.field == field


def test_arguments_are_an_immutable_copy() -> None:
    inner: list[object] = [1, -2.5, True, None, "e\u0301", {"k": []}]
    given = {"a": inner, "b": (INTEGER_MAX, INTEGER_MIN)}
    frozen = frozen_arguments(given, field="arguments")
    inner.append("later")
    assert frozen == {
        "a": (1, -2.5, True, None, "e\u0301", {"k": ()}),
        "b": (INTEGER_MAX, INTEGER_MIN),
    }
    assert isinstance(frozen, MappingProxyType)


def nested(depth: int) -> dict[str, object]:
    value: dict[str, object] = {}
    for _ in range(depth - 1):
        value = {"x": value}
    return value


def test_bounds_are_reached_and_not_passed() -> None:
    frozen_arguments(nested(JSON_DEPTH), field="a")
    frozen_arguments({"x": [0] * (MCP_VALUES - 2)}, field="a")
    frozen_arguments({"x": "y" * (MCP_TEXT_BYTES - 1)}, field="a")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (nested(JSON_DEPTH + 1), "nested too deep"),
        ({"x": [0] * (MCP_VALUES - 1)}, "too many values"),
        ({"x": "y" * MCP_TEXT_BYTES}, "too much text"),
        ({"x": "é" * (MCP_TEXT_BYTES // 2)}, "too much text"),
        ({"x": INTEGER_MAX + 1}, "out of range"),
        ({"x": INTEGER_MIN - 1}, "out of range"),
        ({"x": float("nan")}, "out of range"),
        ({"x": float("inf")}, "out of range"),
        ({"x": "\ud800"}, "surrogate"),
        ({"\udfff": 1}, "surrogate"),
        ({1: 1}, "no string"),
        ({"x": b"raw"}, "hold a bytes"),
        ({"x": {1, 2}}, "hold a set"),
    ],
)
def test_arguments_refused(value: object, message: str) -> None:
    with pytest.raises(InvalidIntent, match=message) as caught:
        frozen_arguments(value, field="arguments")
    assert caught.value.field == "arguments"
