"""The scenes of a rule: every (principal type, action, resource type) its head admits.

The engine typechecks a rule once per such triple; so do the checks here. A rule without a
scene can never match, and two rules without a common one can never meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from cedarpy import pst

from holdfast.policy.source.vocabulary import ActionKind, Vocabulary

__all__ = ["Cast", "Scene", "action_matches", "literal_uids", "within"]


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


class Cast:
    """Every scene of a schema. Rules with heads of one shape share the answer."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Begin with all scenes."""
        self._vocabulary = vocabulary
        self._all = all_scenes(vocabulary)
        self._known: dict[tuple[object, ...], tuple[Scene, ...]] = {}

    def scenes_of(self, template: pst.Template) -> tuple[Scene, ...]:
        """Return every scene the rule's head admits."""
        shape = (template.action, _shape(template.principal), _shape(template.resource))
        found = self._known.get(shape)
        if found is None:
            found = self._known[shape] = tuple(
                scene
                for scene in self._all
                if _action_admits(template.action, scene.action)
                and _head_admits(template.principal, scene.principal, self._vocabulary)
                and _head_admits(template.resource, scene.resource, self._vocabulary)
            )
        return found


def _shape(constraint: pst.PrincipalOrResourceConstraint) -> tuple[object, ...]:
    """Return what of a constraint `_head_admits` looks at: never the id."""
    entity = getattr(constraint, "entity", None)
    of = entity.type if isinstance(entity, pst.EntityUid) else None
    return (type(constraint), getattr(constraint, "entity_type", None), of)


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


def literal_uids(expr: pst.Expr) -> tuple[pst.EntityUid, ...] | None:
    """Return the entities an `in` names, or None when it names none literally."""
    match expr:
        case pst.EntityLit(uid):
            return (uid,)
        case pst.Set(elements):
            uids = [each.value for each in elements if isinstance(each, pst.EntityLit)]
            return tuple(uids) if len(uids) == len(elements) else None
        case _:
            return None
