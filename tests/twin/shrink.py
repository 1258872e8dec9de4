"""Makes a case as small as it can be while the sides still part in the same way.

Rules of this file: greedy and deterministic; a step is kept only when the smaller case shows the
very same parting (`examine.parted`), so that shrinking cannot wander to another fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tests.twin import cedar_text, trees
from tests.twin.compare import Case, json_of, store_json, uid_json
from tests.twin.examine import Answer, Disagreement, NotTheSame, answers_of, parted
from tests.twin.values import EntityData

STEPS: Final = 4000


def shrunk(found: Disagreement, steps: int = STEPS) -> Disagreement:
    """The smallest disagreement reached from this one."""
    case = found.case
    answers = answers_of(case)
    if "reference" not in answers:
        return found
    fault = parted(answers)
    left = steps
    improved = True
    while improved and left > 0:
        improved = False
        for smaller in _smaller(case):
            left -= 1
            now = _answers(smaller)
            if now and parted(now) == fault:
                case, answers, improved = smaller, now, True
                break
            if left <= 0:
                break
    return Disagreement(case, answers)


def _answers(case: Case) -> dict[str, Answer]:
    try:
        got = answers_of(case)
    except (ValueError, NotTheSame):
        return {}
    return got if "reference" in got else {}


def _smaller(case: Case) -> Iterator[Case]:
    templates = case.templates
    for at in range(len(templates)):
        if len(templates) > 1:
            yield replace(case, templates=(templates[at],))
    for at in range(len(templates)):
        yield replace(case, templates=templates[:at] + templates[at + 1 :])
    if case.store:
        yield replace(case, store={})
    for ref in case.store:
        yield replace(case, store={name: data for name, data in case.store.items() if name != ref})
    if case.question.context:
        yield replace(case, question=replace(case.question, context={}))
    yield from _smaller_trees(case)
    yield from _smaller_data(case)


def _smaller_trees(case: Case) -> Iterator[Case]:
    for at, template in enumerate(case.templates):
        size = trees.size(template)
        for each in trees.smaller(template):
            if trees.size(each) < size:
                yield replace(
                    case, templates=(*case.templates[:at], each, *case.templates[at + 1 :])
                )


def _smaller_data(case: Case) -> Iterator[Case]:
    for name in case.question.context:
        rest = {key: each for key, each in case.question.context.items() if key != name}
        yield replace(case, question=replace(case.question, context=rest))
    for ref, data in case.store.items():
        for smaller in _smaller_entities(data):
            yield replace(case, store={**case.store, ref: smaller})


def _smaller_entities(data: EntityData) -> Iterator[EntityData]:
    for whole, emptied in (
        (data.attrs, replace(data, attrs={})),
        (data.tags, replace(data, tags={})),
        (data.parents, replace(data, parents=())),
    ):
        if whole:
            yield emptied
    for name in data.attrs:
        yield replace(data, attrs={key: each for key, each in data.attrs.items() if key != name})
    for name in data.tags:
        yield replace(data, tags={key: each for key, each in data.tags.items() if key != name})
    for parent in data.parents:
        yield replace(data, parents=tuple(each for each in data.parents if each != parent))


def told(found: Disagreement) -> str:
    """A disagreement a person can reproduce: Cedar text, JSON, and who said what."""
    case = found.case
    request = {
        "principal": uid_json(case.question.principal),
        "action": uid_json(case.question.action),
        "resource": uid_json(case.question.resource),
        "context": json_of(case.question.context),
    }
    lines = [f"// {each.id}\n{cedar_text.policy(each)}" for each in case.templates]
    lines.append(f"request  {json.dumps(request)}")
    lines.append(f"entities {json.dumps(store_json(case.store))}")
    lines += [f"{side:9} {answer}" for side, answer in found.answers.items()]
    return "\n".join(lines)
