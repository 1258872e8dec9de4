"""Names that nothing uses: warnings, since a name kept for tomorrow does no harm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from cedarpy import pst

from holdfast.policy.diagnostics import Problem, displayed
from holdfast.policy.lint.draft import Draft
from holdfast.policy.source.tables import Who

__all__ = ["Places", "unused_names"]


class Places(Protocol):
    """Turns a name of a table into a problem at its place."""

    def warning(self, file: str, name: str, code: str, message: str, hint: str) -> Problem:
        """Return a warning at the place where `file` declares `name`."""
        ...


def unused_names(draft: Draft, who: Who, places: Places) -> Iterator[Problem]:
    """Yield a warning for every approval, profile and group nothing uses."""
    needed = {rule.needs for rule in draft.rules}
    for name in draft.approvals or {}:
        if name not in needed:
            message = f"no rule needs {displayed(name)}"
            hint = f'use it: `@needs("{name}")` on a forbid, or remove it'
            yield places.warning("approvals.toml", name, "unused-approval", message, hint)
    used = {rule.profile for rule in draft.rules} | {draft.default_profile}
    for name in draft.profiles or {}:
        if name not in used:
            message = f"nothing uses the profile {displayed(name)}"
            hint = f'use it: `@profile("{name}")` on a permit, or remove it'
            yield places.warning("profiles.toml", name, "unused-profile", message, hint)
    yield from _unused_groups(draft, who, places)


def _unused_groups(draft: Draft, who: Who, places: Places) -> Iterator[Problem]:
    named = _named_groups(draft)
    above = frozenset[str]().union(*who.groups.values())
    for name, members in who.memberships().items():
        if name not in named and name not in above and not members:
            message = f"nobody is in the group {displayed(name)}, and nothing names it"
            hint = "use or remove it"
            yield places.warning("who.toml", name, "unused-group", message, hint)


def _named_groups(draft: Draft) -> set[str]:
    named: set[str] = set()
    for rule in draft.rules:
        named |= {
            node.id
            for node in rule.nodes
            if isinstance(node, pst.EntityUid) and node.type.basename == "Group"
        }
    for approval in (draft.approvals or {}).values():
        named |= approval.exclude.union(*approval.slots)
    return named
