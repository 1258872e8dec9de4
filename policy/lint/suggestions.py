"""What somebody probably wanted to write."""

from __future__ import annotations

from holdfast.policy.diagnostics import closest
from holdfast.policy.source.tables import Who

__all__ = ["entity_hint"]


def entity_hint(who: Who | None, name: str, of: str, value: str) -> str:
    """Return how to compare `name`, an entity of type `of`, instead of with a text."""
    if name == "principal":
        groups = frozenset(who.groups) if who else frozenset[str]()
        group = value if value in groups else closest(value, groups) or f"{value}s"
        subject = who.subject(value) if who else None
        kind = subject.kind if subject else "Agent"
        return f'write `principal == {kind}::"{value}"` or `principal in Group::"{group}"`'
    if name == "action":
        return f'write `action == Action::"{value}"`'
    if of == "Path":
        folder = value.rpartition("/")[0] or "."
        return f'write `{name} == Path::"{value}"` or `{name} in Dir::"{folder}"`'
    if of == "Url":
        return f'write `{name} in Domain::"{value}"`'
    return f'write `{name} == {of}::"{value}"`'
