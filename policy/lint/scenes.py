"""The scenes of a rule: every (principal type, action, resource type) its head admits.

The engine typechecks a rule once per such triple; so do the checks here. A rule without a
scene can never match, and two rules without a common one can never meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from cedarpy import pst

from holdfast.policy.source.vocabulary import ActionKind, Vocabulary

__all__ = ["Scene", "action_matches", "all_scenes", "scenes_of", "within"]


@dataclass(frozen=True, slots=True)
class Scene:
    """Who of what type does what to what."""

    principal: str
    action: ActionKind
    resource: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The scene as a hashable value."""
        return (self.principal, self.action.name, self.resource)


def scenes_of(
    template: pst.Template, everything: Sequence[Scene], vocabulary: Vocabulary
) -> tuple[Scene, ...]:
    """Return every scene the rule's head admits."""
    return tuple(
        scene
        for scene in everything
        if _action_admits(template.action, scene.action)
        and _head_admits(template.principal, scene.principal, vocabulary)
        and _head_admits(template.resource, scene.resource, vocabulary)
    )


def all_scenes(vocabulary: Vocabulary) -> tuple[Scene, ...]:
    """Return every scene a schema knows."""
    return tuple(
        Scene(principal, action, resource)
        for action in vocabulary.actions.values()
        for principal in action.principals
        for resource in action.resources
    )


def within(entity_type: str, ancestor: str, vocabulary: Vocabulary) -> bool:
    """Return whether an entity of one type can be one of, or in one of, another."""
    kind = vocabulary.entities.get(entity_type)
    return entity_type == ancestor or (kind is not None and ancestor in kind.within)


def action_matches(action: ActionKind, uid: pst.EntityUid) -> bool:
    """Return whether an action is, or is in, the action of that uid."""
    return uid.id == action.name or uid.id in action.groups


def _head_admits(
    constraint: pst.PrincipalOrResourceConstraint, entity_type: str, vocabulary: Vocabulary
) -> bool:
    match constraint:
        case pst.ScopeAny():
            return True
        case pst.ScopeIs(of):
            return str(of) == entity_type
        case pst.ScopeEq(pst.EntityUid() as uid):
            return str(uid.type) == entity_type
        case pst.ScopeIn(pst.EntityUid() as uid):
            return within(entity_type, str(uid.type), vocabulary)
        case pst.ScopeIsIn(of, pst.EntityUid() as uid):
            return str(of) == entity_type and within(entity_type, str(uid.type), vocabulary)
        case pst.ScopeEq() | pst.ScopeIn() | pst.ScopeIsIn():
            return True  # a template's slot, refused elsewhere
        case _:
            assert_never(constraint)


def _action_admits(constraint: pst.ActionConstraint, action: ActionKind) -> bool:
    match constraint:
        case pst.ScopeAny():
            return True
        case pst.ActionEq(uid):
            return uid.id == action.name
        case pst.ActionIn(uids):
            return any(action_matches(action, uid) for uid in uids)
        case _:
            assert_never(constraint)
