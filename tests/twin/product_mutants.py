"""Seeded bugs on the product's own side: the real compiled program, given something altered.

Rules of this file: they prove that the product's answers are really compared, not merely asked
for. A product that raises shows nothing here; that is `examine`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from cedarpy import pst

from tests.twin.authorizer import Verdict
from tests.twin.compare import product_verdicts, reference_verdicts
from tests.twin.mutants import Mutant
from tests.twin.trees import rebuilt
from tests.twin.values import Bool, EntityData, Long, Question, Store


def _asked(
    name: str,
    tree: Callable[[pst.Template], pst.Template] = lambda template: template,
    data: Callable[[EntityData], EntityData] = lambda data: data,
    question: Callable[[Question], Question] = lambda question: question,
) -> Mutant:
    def verdicts(
        templates: Sequence[pst.Template], store: Store, questions: Sequence[Question]
    ) -> list[Verdict]:
        altered = {ref: data(each) for ref, each in store.items()}
        try:
            return product_verdicts(
                [tree(each) for each in templates], altered, [question(each) for each in questions]
            )
        except Exception:  # noqa: BLE001 - a crash must not count as a bug found
            return reference_verdicts(templates, store, questions)

    return Mutant(f"product given {name}", verdicts)


def _swapped(one: pst.BinaryOpName, other: pst.BinaryOpName) -> Callable[[Any], Any]:
    def change(node: Any) -> Any:  # noqa: ANN401 - any node
        if isinstance(node, pst.BinaryOp) and node.op == one:
            return replace(node, op=other)
        return node

    return lambda template: rebuilt(template, change)


def _no_principal(template: pst.Template) -> pst.Template:
    return replace(template, principal=pst.ScopeAny())


def _permit(template: pst.Template) -> pst.Template:
    return replace(template, effect="permit")


def _one_for_true(question: Question) -> Question:
    context = {
        name: Long(int(each.of)) if isinstance(each, Bool) else each
        for name, each in question.context.items()
    }
    return replace(question, context=context)


PRODUCT_MUTANTS: Final[tuple[Mutant, ...]] = (
    _asked("< for <=", _swapped("less_eq", "less")),
    _asked("|| for &&", _swapped("and", "or")),
    _asked("containsAny for containsAll", _swapped("contains_all", "contains_any")),
    _asked("== for in", _swapped("in", "eq")),
    _asked("no principal constraint", _no_principal),
    _asked("permits only", _permit),
    _asked("no ancestors", data=lambda data: replace(data, parents=())),
    _asked("no tags", data=lambda data: replace(data, tags={})),
    _asked("no attributes", data=lambda data: replace(data, attrs={})),
    _asked("1 for true", question=_one_for_true),
)
