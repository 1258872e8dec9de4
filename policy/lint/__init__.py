"""What a policy folder says that it cannot mean: refused before anybody relies on it.

`check_rules` is everything about rules; names that nothing uses and tests are beside it.
Every check adds a place to a complaint; none of them decides what a rule means.
"""

from __future__ import annotations

from itertools import islice

from holdfast.policy.diagnostics import Problem, has_errors
from holdfast.policy.lint.draft import Draft, Notes
from holdfast.policy.lint.engine import validate
from holdfast.policy.lint.entities import check_entities
from holdfast.policy.lint.hiding import unhidden_paths
from holdfast.policy.lint.reach import dead_approvals, live_scenes
from holdfast.policy.lint.scenes import Cast
from holdfast.policy.lint.texts import check_texts
from holdfast.policy.source.rules import SourceRule
from holdfast.proto.limits import PROBLEMS_PER_CHECK

__all__ = ["Draft", "check_rules"]


def check_rules(draft: Draft, schema: str) -> tuple[Problem, ...]:
    """Return everything wrong with the rules."""
    problems: list[Problem] = []
    unblamed: list[SourceRule] = []
    cast = Cast(draft.vocabulary)
    live: dict[str, frozenset[tuple[str, str, str]]] = {}
    for rule in draft.rules:
        notes = Notes(draft)
        check_entities(rule, notes)
        scenes = cast.scenes_of(rule.template)
        check_texts(rule, scenes, notes)
        live[rule.id] = live_scenes(rule, scenes, notes)
        problems += notes.problems
        if not notes.problems:
            unblamed.append(rule)
    if unblamed and draft.tools is not None:
        problems += validate(draft, unblamed, schema)
    if draft.complete and not has_errors(problems):
        problems += dead_approvals(draft, live)
        problems += islice(unhidden_paths(draft, live), PROBLEMS_PER_CHECK)
    return tuple(problems)
