"""Which groups each action is in: the schema's action hierarchy, ready for evaluation.

The shipped table says what `schema/holdfast.cedarschema` says; a test holds the two together.
A custom tool's action is in `tool`, in its prefix and in its effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from holdfast.policy.cedar.values import Entity, Uid
from holdfast.policy.source.tables import Tool

_EFFECTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"read": ("read",), "write": ("write",), "critical": ("critical", "write")}
)

BUILT_IN: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "fs.read": ("fs", "read"),
        "fs.list": ("fs", "read"),
        "fs.write": ("fs", "write"),
        "fs.delete": ("fs", "write"),
        "process.exec": ("process", "write"),
        "net.request": ("net", "write"),
        "secret.checkout": ("secret", "critical", "write"),
        "secret.use": ("secret", "critical", "write"),
        "repo.publish": ("repo", "critical", "write"),
        "mcp.call": ("mcp", "write"),
        "tool.echo": ("tool", "read"),
    }
)


def groups_of(tool: Tool) -> tuple[str, ...]:
    """Return the action groups a custom tool's action is in."""
    return ("tool", tool.prefix, *_EFFECTS[tool.effect])


def _entity(name: str, groups: Iterable[str]) -> Entity:
    return Entity(Uid("Action", name), {}, frozenset(Uid("Action", group) for group in groups), {})


_SHIPPED: Final = {name: _entity(name, groups) for name, groups in BUILT_IN.items()}


def action_entities(tools: Iterable[Tool]) -> Mapping[str, Entity]:
    """Return every action a policy can be asked about, by name."""
    custom = {tool.kind: _entity(tool.kind, groups_of(tool)) for tool in tools}
    return MappingProxyType({**_SHIPPED, **custom})
