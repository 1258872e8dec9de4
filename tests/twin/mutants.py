"""The seeded bugs: the reference with one thing wrong, playing a product that has that bug.

Rules of this file: every bug is one an implementer could really make; a run that does not find
every one of them is red, because a search that finds no known bug proves nothing about unknown
ones. The name says what the buggy product would do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from cedarpy import pst

from tests.twin.authorizer import Verdict
from tests.twin.compare import reference_verdicts
from tests.twin.reference import Interpreter
from tests.twin.values import Question, Store
from tests.twin.wrong import WRONG

Evaluator: TypeAlias = Callable[
    [Sequence[pst.Template], Store, Sequence[Question]], Sequence[Verdict]
]


# --- bugs of the authorizer, and of how trees and data reach the evaluator --------------------


def _said(change: Callable[[Verdict, Mapping[str, pst.Template]], Verdict]) -> Evaluator:
    def verdicts(
        templates: Sequence[pst.Template], store: Store, questions: Sequence[Question]
    ) -> list[Verdict]:
        named = {each.id: each for each in templates}
        return [change(each, named) for each in reference_verdicts(templates, store, questions)]

    return verdicts


def _forbid_errors_ignored(verdict: Verdict, named: Mapping[str, pst.Template]) -> Verdict:
    return replace(
        verdict, errors=tuple(each for each in verdict.errors if named[each].effect == "permit")
    )


def _errors_satisfy(verdict: Verdict, named: Mapping[str, pst.Template]) -> Verdict:
    forbids = tuple(each for each in verdict.errors if named[each].effect == "forbid")
    return replace(verdict, forbids=(*verdict.forbids, *forbids))


def _first_permit_only(verdict: Verdict, named: Mapping[str, pst.Template]) -> Verdict:
    return replace(verdict, permits=verdict.permits[:1])


def _rewritten(change: Callable[[pst.Template], pst.Template]) -> Evaluator:
    def verdicts(
        templates: Sequence[pst.Template], store: Store, questions: Sequence[Question]
    ) -> list[Verdict]:
        return reference_verdicts([change(each) for each in templates], store, questions)

    return verdicts


def _last_clause_lost(template: pst.Template) -> pst.Template:
    return replace(template, clauses=template.clauses[:-1])


def _clauses_backwards(template: pst.Template) -> pst.Template:
    return replace(template, clauses=template.clauses[::-1])


def _unless_is_when(template: pst.Template) -> pst.Template:
    return replace(template, clauses=tuple(pst.When(each.expr) for each in template.clauses))


def _principal_ignored(template: pst.Template) -> pst.Template:
    return replace(template, principal=pst.ScopeAny())


def _actions_compared(template: pst.Template) -> pst.Template:
    """`action in [a]` read as `action == a`."""
    match template.action:
        case pst.ActionIn((entity, *_)):
            return replace(template, action=pst.ActionEq(entity))
        case _:
            return template


def _empty_action_list_is_any(template: pst.Template) -> pst.Template:
    match template.action:
        case pst.ActionIn(()):
            return replace(template, action=pst.ScopeAny())
        case _:
            return template


def _with(interpreter: type[Interpreter]) -> Evaluator:
    def verdicts(
        templates: Sequence[pst.Template], store: Store, questions: Sequence[Question]
    ) -> list[Verdict]:
        return reference_verdicts(templates, store, questions, interpreter)

    return verdicts


@dataclass(frozen=True, slots=True)
class Mutant:
    """One seeded bug."""

    name: str
    verdicts: Evaluator


MUTANTS: Final[tuple[Mutant, ...]] = (
    *(Mutant(each.__name__, _with(each)) for each in WRONG),
    Mutant("errors of forbids ignored", _said(_forbid_errors_ignored)),
    Mutant("an erring forbid forbids", _said(_errors_satisfy)),
    Mutant("the first permit suffices", _said(_first_permit_only)),
    Mutant("last clause lost", _rewritten(_last_clause_lost)),
    Mutant("clauses in reverse order", _rewritten(_clauses_backwards)),
    Mutant("unless read as when", _rewritten(_unless_is_when)),
    Mutant("principal constraint ignored", _rewritten(_principal_ignored)),
    Mutant("action in [..] compared with ==", _rewritten(_actions_compared)),
    Mutant("action in [] matches any", _rewritten(_empty_action_list_is_any)),
)
