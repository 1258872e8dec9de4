"""Rules that can never match, and approvals that open nothing.

A rule is alive in a scene when its head admits it and none of its conditions is always
false there; a rule alive nowhere is refused. Approving something opens it only if, with that
forbid gone, some permit is alive in one of the forbid's scenes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cedarpy import pst

from holdfast.policy.diagnostics import Problem, displayed
from holdfast.policy.lint.conjuncts import Conjunct, Demands, conjuncts
from holdfast.policy.lint.draft import Draft, Notes
from holdfast.policy.lint.scenes import Scene
from holdfast.policy.lint.typed import Reader
from holdfast.policy.source.rules import SourceRule

__all__ = ["dead_approvals", "live_scenes"]

SceneKey = tuple[str, str, str]


def live_scenes(rule: SourceRule, scenes: Sequence[Scene], notes: Notes) -> frozenset[SceneKey]:
    """Read a rule's conditions in every scene; note it when none is left."""
    parts = list(conjuncts(rule.template))
    culprits: dict[int, tuple[Conjunct, int]] = {}
    live: set[SceneKey] = set()
    for scene in scenes:
        for clause in rule.template.clauses:
            wanted = isinstance(clause, pst.When)
            if Reader(scene, notes).truth(clause.expr) is (not wanted):
                break  # what stands behind it is never evaluated in this scene
        culprit = _first_impossible(rule, parts, scene, notes)
        if culprit is None:
            live.add(scene.key)
        else:
            seen = culprits.get(id(culprit.expr), (culprit, 0))[1]
            culprits[id(culprit.expr)] = (culprit, seen + 1)
    if not live and not notes.problems:
        _note_dead(rule, scenes, culprits, notes)
    return frozenset(live)


def _first_impossible(
    rule: SourceRule, parts: Sequence[Conjunct], scene: Scene, notes: Notes
) -> Conjunct | None:
    """Return the first condition that cannot hold in a scene with those before it."""
    reader = Reader(scene, Notes(notes.draft))
    demands = Demands()
    for name, constraint in (
        ("principal", rule.template.principal),
        ("resource", rule.template.resource),
    ):
        if isinstance(constraint, pst.ScopeEq) and isinstance(constraint.entity, pst.EntityUid):
            demands.demand_entity(name, constraint.entity)
    for part in parts:
        always = reader.truth(part.expr)
        if always is (not part.positive) or not demands.add(part):
            return part
    return None


def _note_dead(
    rule: SourceRule,
    scenes: Sequence[Scene],
    culprits: Mapping[int, tuple[Conjunct, int]],
    notes: Notes,
) -> None:
    code = "dead-forbid" if rule.effect == "forbid" else "dead-permit"
    tail = "; this forbid protects nothing" if rule.effect == "forbid" else ""
    if not scenes:
        _note_no_scene(rule, code, tail, notes)
        return
    culprit = next((c for c, count in culprits.values() if count == len(scenes)), None)
    if culprit is None:
        message = f"{displayed(rule.id)} never matches: its conditions exclude each other"
        hint = f"see what it is asked with `holdfast policy facts`{tail}"
        notes.add(rule.template, code, message, hint, part="effect")
        return
    written = displayed(notes.draft.spans.text(culprit.expr))
    always = "false" if culprit.positive else "true"
    message = f"{displayed(rule.id)} never matches: {written} is always {always} here"
    notes.add(culprit.expr, code, message, f"correct or remove it{tail}")


def _note_no_scene(rule: SourceRule, code: str, tail: str, notes: Notes) -> None:
    """Say why a head admits nothing: most often a type its actions do not touch."""
    template = rule.template
    kinds = notes.draft.vocabulary.actions
    head = template.action
    uids = (
        (head.entity,)
        if isinstance(head, pst.ActionEq)
        else head.entities
        if isinstance(head, pst.ActionIn)
        else ()
    )
    asked = ", ".join(f"`{uid.id}`" for uid in uids) or "any action"
    touched = sorted(
        {
            resource
            for action in kinds.values()
            for uid in uids
            if uid.id == action.name or uid.id in action.groups
            for resource in action.resources
        }
    )
    message = f"{displayed(rule.id)} never matches: "
    if isinstance(head, pst.ActionIn) and not head.entities:
        notes.add(head, code, message + "its list of actions is empty", f"name one{tail}")
        return
    match template.resource:
        case pst.ScopeEq(pst.EntityUid(of)) | pst.ScopeIn(pst.EntityUid(of)):
            wrong = f"{asked} never touches a `{of}`"
        case pst.ScopeIs(of) | pst.ScopeIsIn(of):
            wrong = f"{asked} never touches a `{of}`"
        case _:
            notes.add(template.principal, code, message + "no principal is that", _whom() + tail)
            return
    listed = ", ".join(f"`{name}`" for name in touched)
    hint = f"{asked} touches {listed}" if listed else "a folder is `resource in`, not `==`"
    if isinstance(template.resource, pst.ScopeEq) and str(of) in {"Dir", "Domain", "Toolset"}:
        hint = f"write `resource in {template.resource.entity}`"
    notes.add(template.resource, code, message + wrong, hint + tail)


def _whom() -> str:
    return 'a principal is an `Agent` or a `Person`, in `Group::"..."`'


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
