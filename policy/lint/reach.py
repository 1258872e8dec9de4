"""Rules that can never match, and approvals that open nothing.

A rule is alive in a scene when its head admits it and none of its conditions is always
false there; a rule alive nowhere is refused. Approving something opens it only if, with that
forbid gone, some permit is alive in one of the forbid's scenes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set as AbstractSet
from dataclasses import replace

from cedarpy import pst

from holdfast.policy.diagnostics import Problem, displayed
from holdfast.policy.lint.conjuncts import Conjunct, Demands, conjuncts
from holdfast.policy.lint.draft import Draft, Notes
from holdfast.policy.lint.scenes import Cast, Scene
from holdfast.policy.lint.typed import Reader
from holdfast.policy.source.rules import SourceRule

__all__ = ["dead_approvals", "live_scenes"]

SceneKey = tuple[str, str, str]
_Likeness = tuple[str, str, str, int]


def live_scenes(rule: SourceRule, scenes: Sequence[Scene], notes: Notes) -> frozenset[SceneKey]:
    """Read a rule's conditions in every scene; note it when none is left."""
    parts = list(conjuncts(rule.template))
    spoken = {node.name for node in rule.nodes if isinstance(node, pst.Var)}
    known: dict[_Likeness, int | None] = {}
    live: set[SceneKey] = set()
    for scene in scenes:
        likeness = _likeness(scene, spoken)
        if likeness not in known:
            known[likeness] = _first_impossible(rule, parts, scene, notes)
        if known[likeness] is None:
            live.add(scene.key)
    if not live and not notes.problems and not _names_unread_action(rule, notes):
        # the last culprit is where the scene that came furthest ends
        culprits = [index for index in known.values() if index is not None]
        _note_dead(rule, parts[max(culprits)] if culprits else None, notes)
    return frozenset(live)


def _likeness(scene: Scene, spoken: AbstractSet[str]) -> _Likeness:
    """Return what of a scene a rule can tell apart: two alike need not be read twice."""
    return (
        scene.principal if "principal" in spoken else "",
        scene.action.name if "action" in spoken else "",
        scene.resource if "resource" in spoken else "",
        id(scene.action.context) if "context" in spoken else 0,
    )


def _first_impossible(
    rule: SourceRule, parts: Sequence[Conjunct], scene: Scene, notes: Notes
) -> int | None:
    """Return the index of the first condition that cannot hold with those before it.

    What stands behind one that is always wrong is never evaluated, and not read.
    """
    reader = Reader(scene, notes)
    demands = Demands()
    for name, constraint in (
        ("principal", rule.template.principal),
        ("resource", rule.template.resource),
    ):
        if isinstance(constraint, pst.ScopeEq) and isinstance(constraint.entity, pst.EntityUid):
            demands.demand_entity(name, constraint.entity)
    culprit: int | None = None
    for index, part in enumerate(parts):
        if reader.truth(part.expr) is (not part.positive):
            return index if culprit is None else culprit
        if not demands.add(part) and culprit is None:
            culprit = index
    return culprit


def _names_unread_action(rule: SourceRule, notes: Notes) -> bool:
    """Return whether the head names an action tools.toml, which is unreadable, may declare."""
    actions = notes.draft.vocabulary.actions
    uids = _action_uids(rule.template.action)
    return notes.draft.tools is None and any(uid.id not in actions for uid in uids)


def _note_dead(rule: SourceRule, culprit: Conjunct | None, notes: Notes) -> None:
    code = "dead-forbid" if rule.effect == "forbid" else "dead-permit"
    tail = "; this forbid protects nothing" if rule.effect == "forbid" else ""
    if culprit is None:
        _note_no_scene(rule, code, tail, notes)
        return
    written = displayed(notes.draft.spans.text(culprit.expr))
    always = "false" if culprit.positive else "true"
    message = f"{displayed(rule.id)} never matches: {written} is always {always} here"
    notes.add(culprit.expr, code, message, f"correct or remove it{tail}")


def _action_uids(head: pst.ActionConstraint) -> tuple[pst.EntityUid, ...]:
    match head:
        case pst.ActionEq(uid):
            return (uid,)
        case pst.ActionIn(uids):
            return uids
        case _:
            return ()


def _note_no_scene(rule: SourceRule, code: str, tail: str, notes: Notes) -> None:
    """Say why a head admits nothing: most often a type its actions do not touch."""
    template, vocabulary = rule.template, notes.draft.vocabulary
    uids = _action_uids(template.action)
    message = f"{displayed(rule.id)} never matches: "
    if isinstance(template.action, pst.ActionIn) and not uids:
        notes.add(template.action, code, message + "its list of actions is empty", "name one")
        return
    groups = [uid for uid in uids if not vocabulary.actions[uid.id].resources]
    if isinstance(template.action, pst.ActionEq) and groups:
        group = displayed(groups[0].id)
        hint = f"write `action in {groups[0]}`{tail}"
        message += f"{group} is a group of actions, no action is it"
        notes.add(template.action, code, message, hint)
        return
    wanted = _wanted_resource(template.resource)
    everything = Cast(vocabulary).scenes_of(replace(template, resource=pst.ScopeAny()))
    if not everything or not wanted:
        hint = 'a principal is an `Agent` or a `Person`, in `Group::"..."`'
        notes.add(template.principal, code, message + "no principal is that", hint + tail)
        return
    touched = sorted({scene.resource for scene in everything})
    asked = ", ".join(f"`{uid.id}`" for uid in uids) or "an action"
    listed = ", ".join(f"`{name}`" for name in touched)
    hint = f"{asked} touches {listed}"
    head = template.resource
    if isinstance(head, pst.ScopeEq) and wanted in {"`Dir`", "`Domain`", "`Toolset`"}:
        hint = f"write `resource in {head.entity}`"
    notes.add(head, code, f"{message}{asked} never touches a {wanted}", hint + tail)


def _wanted_resource(head: pst.PrincipalOrResourceConstraint) -> str:
    match head:
        case pst.ScopeEq(pst.EntityUid(of)) | pst.ScopeIn(pst.EntityUid(of)) | pst.ScopeIs(of):
            return f"`{of}`"
        case pst.ScopeIsIn(of, pst.EntityUid(above)):
            return f"`{of}` in a `{above}`"
        case _:
            return ""


def dead_approvals(draft: Draft, live: Mapping[str, frozenset[SceneKey]]) -> list[Problem]:
    """Return the forbids whose approval opens nothing: no permit meets them anywhere."""
    opened: set[SceneKey] = set()
    for rule in draft.rules:
        if rule.effect == "permit":
            opened |= live.get(rule.id, frozenset())
    problems: list[Problem] = []
    for rule in draft.rules:
        scenes = live.get(rule.id, frozenset())
        if rule.effect == "permit" or rule.needs is None or not scenes or scenes & opened:
            continue
        asked = _asked_actions(rule, scenes)
        message = f"approving {displayed(rule.needs)} opens nothing: no rule permits {asked}"
        hint = "add a permit; an approval only lifts a forbid"
        problems.append(draft.spans.problem(rule.template, "dead-approval", message, hint))
    return problems


def _asked_actions(rule: SourceRule, scenes: frozenset[SceneKey]) -> str:
    head = rule.template.action
    if isinstance(head, pst.ActionEq):
        return displayed(head.entity.id)
    names = sorted({action for _, action, _ in scenes})
    shown = ", ".join(f"`{name}`" for name in names[:4])
    return shown if len(names) <= 4 else f"{shown}, ..."  # noqa: PLR2004 - what fits a line
