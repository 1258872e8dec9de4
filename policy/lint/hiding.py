"""Permitted programs that can read what path rules forbid: a warning.

A rule judges what a program is given, not what it opens by itself: `make` reads any file the
sandbox shows it. What path rules forbid must therefore be hidden by the permit's profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cedarpy import pst

from holdfast.policy.diagnostics import Problem, displayed
from holdfast.policy.facts.programs import TOOLSETS
from holdfast.policy.lint.conjuncts import subject_of
from holdfast.policy.lint.draft import Draft
from holdfast.policy.source.rules import SourceRule, walk
from holdfast.policy.source.tables import Profile

__all__ = ["unhidden_paths"]

_TOOLSETS = ("build", "interpreter")
_RUNS_CODE = frozenset(
    {
        *(("Toolset", name) for name in _TOOLSETS),
        *(("Program", each) for name in _TOOLSETS for each in TOOLSETS[name]),
    }
)
_LISTED = 8
"""Paths a hint names; with more of them a profile is written from the rules, not from a hint."""
SceneKey = tuple[str, str, str]


def unhidden_paths(draft: Draft, live: Mapping[str, frozenset[SceneKey]]) -> Iterator[Problem]:
    """Yield a warning for each permit of an interpreter or build tool that hides too little."""
    if draft.profiles is None:
        return
    forbidden = dict(_forbidden(draft, live))
    found: dict[frozenset[str], list[str]] = {}
    for rule in draft.rules:
        if not _permits_code(rule, live):
            continue
        hidden = _hidden(rule, draft.profiles, draft.default_profile)
        if hidden not in found:
            found[hidden] = [path for path in forbidden if not _covers(path, hidden)]
        missing = found[hidden]
        if missing:
            owner = displayed(forbidden[missing[0]])
            message = (
                f"what {displayed(rule.id)} permits can read what {owner} forbids: "
                "a rule judges arguments, not what a program opens"
            )
            listed = ", ".join(f'"{path}"' for path in missing[:_LISTED])
            listed += ", ..." if len(missing) > _LISTED else ""
            hint = f'add a `@profile("...")` with `hide = [{listed}]`'
            yield draft.spans.problem(
                rule.template, "unhidden-path", message, hint, part="effect", severity="warning"
            )


def _permits_code(rule: SourceRule, live: Mapping[str, frozenset[SceneKey]]) -> bool:
    """Return whether a permit may run an interpreter or a build tool."""
    scenes = live.get(rule.id, frozenset())
    if rule.effect != "permit" or not any(action == "process.exec" for _, action, _ in scenes):
        return False
    named = {
        (node.type.basename, node.id)
        for node in rule.nodes
        if isinstance(node, pst.EntityUid) and node.type.basename in {"Program", "Toolset"}
    }
    return not named or not named.isdisjoint(_RUNS_CODE)


def _forbidden(draft: Draft, live: Mapping[str, frozenset[SceneKey]]) -> Iterator[tuple[str, str]]:
    """Yield (what to hide, the rule that forbids reading it)."""
    for rule in draft.rules:
        scenes = live.get(rule.id, frozenset())
        reads = any(action == "fs.read" for _, action, _ in scenes)
        if rule.effect == "forbid" and rule.needs is None and reads:
            for node in (rule.template.resource, *rule.template.clauses):
                for below in walk(node):
                    yield from ((path, rule.id) for path in _named_path(below))


def _named_path(node: object) -> Iterator[str]:
    match node:
        case pst.EntityUid(of, name) if str(of) == "Dir":
            yield f"{name}/"
        case pst.EntityUid(of, name) if str(of) == "Path":
            yield name
        case pst.Like(base, pattern) if subject_of(base) == "resource.name":
            yield "".join(e.value if isinstance(e, pst.Char) else "*" for e in pattern)
        case pst.BinaryOp("eq", base, pst.StringLit(value)) if subject_of(base) in {
            "resource.name",
            "resource.path",
        }:
            yield value
        case _:
            pass


def _hidden(
    rule: SourceRule, profiles: Mapping[str, Profile], default_profile: str | None
) -> frozenset[str]:
    names = {rule.profile, default_profile} - {None}
    return frozenset[str]().union(
        *(profiles[name].hide for name in names if name is not None and name in profiles)
    )


def _covers(path: str, hidden: frozenset[str]) -> bool:
    folder = path
    while folder:
        if folder in hidden or f"{folder.rstrip('/')}/" in hidden:
            return True
        folder = folder.rstrip("/").rpartition("/")[0]
    return False
