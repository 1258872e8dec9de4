"""One world put to the reference, to the Cedar engine and to the product; what they say of it.

Rules of this file: this is the only place that knows the product, and it knows only the public
names of `values` and `program`; everything is compared: decision, every satisfied permit and
forbid where the side tells, every erring policy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import cedarpy
from cedarpy import pst

from holdfast.policy.cedar import values as product
from tests.twin.authorizer import Policy, Verdict, judge, policy_of
from tests.twin.reference import Interpreter
from tests.twin.values import (
    Bool,
    Datetime,
    Decimal,
    Duration,
    Ip,
    Long,
    Question,
    RecordOf,
    Ref,
    SetOf,
    Store,
    String,
    Value,
    ancestors,
)

ERRING: Final = re.compile(r"while evaluating policy `([^`]*)`")
Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json]"


@dataclass(frozen=True, slots=True)
class Case:
    """One policy set, one store, one request."""

    templates: tuple[pst.Template, ...]
    store: Store
    question: Question


# --- the reference ----------------------------------------------------------------------------


def reference_verdicts(
    templates: Sequence[pst.Template],
    store: Store,
    questions: Sequence[Question],
    interpreter: type[Interpreter] = Interpreter,
) -> list[Verdict]:
    """What the reference (or a seeded bug of it) says."""
    policies: list[Policy] = [policy_of(each) for each in templates]
    return [judge(policies, question, store, interpreter) for question in questions]


# --- the Cedar engine -------------------------------------------------------------------------


def as_json(value: Value) -> Json:
    """A value in the engine's JSON."""
    match value:
        case Bool(of) | Long(of) | String(of):
            return of
        case Ref(kind, name):
            return {"__entity": {"type": kind, "id": name}}
        case SetOf(members):
            return [as_json(each) for each in members]
        case RecordOf(fields):
            return json_of(fields)
        case Ip():
            return _extension("ip", value.text)
        case Decimal():
            return _extension("decimal", value.text)
        case Datetime():
            return _extension("datetime", value.text)
        case Duration():
            return _extension("duration", value.text)


def _extension(function: str, text: str) -> Json:
    return {"__extn": {"fn": function, "arg": text}}


def json_of(fields: Mapping[str, Value]) -> dict[str, Json]:
    """Attributes, tags or a context in the engine's JSON."""
    return {name: as_json(each) for name, each in fields.items()}


def uid_json(ref: Ref) -> dict[str, Json]:
    """An entity's name in the engine's JSON."""
    return {"type": ref.type, "id": ref.id}


def store_json(store: Store) -> list[Json]:
    """A store in the engine's JSON, with direct parents: the closure is the engine's own work."""
    return [
        {
            "uid": uid_json(ref),
            "attrs": json_of(data.attrs),
            "parents": [uid_json(parent) for parent in data.parents],
            "tags": json_of(data.tags),
        }
        for ref, data in store.items()
    ]


def question_json(question: Question) -> dict[str, object]:
    """A request in the engine's form."""
    return {
        "principal": uid_json(question.principal),
        "action": uid_json(question.action),
        "resource": uid_json(question.resource),
        "context": json.dumps(json_of(question.context)),
    }


@dataclass(frozen=True, slots=True)
class EngineVerdict:
    """What the engine tells: the determining policies and the erring ones."""

    allowed: bool
    determining: frozenset[str]
    errors: frozenset[str]


def engine_verdicts(
    policies: cedarpy.PolicySet, entities: cedarpy.Entities, requests: list[dict[str, object]]
) -> list[EngineVerdict]:
    """What the Cedar engine says."""
    return [
        EngineVerdict(
            answer.allowed,
            frozenset(answer.diagnostics.reasons),
            frozenset(_erring(message) for message in answer.diagnostics.errors),
        )
        for answer in cedarpy.is_authorized_batch(  # pyright: ignore[reportUnknownMemberType]
            requests, policies, entities
        )
    ]


def _erring(message: str) -> str:
    found = ERRING.search(message)
    if found is None:
        raise ValueError(message)
    return found.group(1)


def agrees(verdict: Verdict, engine: EngineVerdict) -> bool:
    """Whether the two say the same."""
    return (
        verdict.allowed == engine.allowed
        and frozenset(verdict.determining) == engine.determining
        and frozenset(verdict.errors) == engine.errors
    )


def pst_set(templates: Iterable[pst.Template]) -> pst.PolicySet:
    """A policy set of these policies."""
    return pst.PolicySet(
        templates=pst.FrozenMap(),
        static_policies=pst.FrozenMap({each.id: each for each in templates}),
        template_links=(),
    )


# --- the product ------------------------------------------------------------------------------


def product_value(value: Value) -> product.Value:
    """A value in the product's model."""
    match value:
        case Bool(of) | Long(of) | String(of):
            return of
        case Ref(kind, name):
            return product.Uid(kind, name)
        case SetOf(members):
            return product.make_set([product_value(each) for each in members])
        case RecordOf(fields):
            return product.Record(product_values(fields))
        case Ip():
            return product.ip(value.text)
        case Decimal():
            return product.decimal(value.text)
        case Datetime():
            return product.datetime(value.text)
        case Duration():
            return product.duration(value.text)


def product_values(fields: Mapping[str, Value]) -> dict[str, product.Value]:
    """Attributes, tags or a context in the product's model."""
    return {name: product_value(each) for name, each in fields.items()}


def product_entities(store: Store) -> dict[product.Uid, product.Entity]:
    """A store in the product's model, which wants every ancestor."""
    return {
        product.Uid(ref.type, ref.id): product.Entity(
            uid=product.Uid(ref.type, ref.id),
            attrs=product_values(data.attrs),
            ancestors=frozenset(product.Uid(*_pair(each)) for each in ancestors(store, ref)),
            tags=product_values(data.tags),
        )
        for ref, data in store.items()
    }


def _pair(ref: Ref) -> tuple[str, str]:
    return ref.type, ref.id


def product_request(
    question: Question, entities: Mapping[product.Uid, product.Entity]
) -> product.Request:
    """A request in the product's model."""

    def entity(ref: Ref) -> product.Entity:
        uid = product.Uid(*_pair(ref))
        empty = product.Entity(uid=uid, attrs={}, ancestors=frozenset(), tags={})
        return entities.get(uid, empty)

    return product.Request(
        principal=entity(question.principal),
        action=entity(question.action),
        resource=entity(question.resource),
        context=product_values(question.context),
        entities=entities,
    )


Compiler: TypeAlias = Callable[
    [Sequence[pst.Template]], Callable[[Iterable[product.Request]], Iterator[Verdict]]
]


def compile_product(
    templates: Sequence[pst.Template],
) -> Callable[[Iterable[product.Request]], Iterator[Verdict]]:
    """The product's compiled program, as a function from requests to verdicts."""
    from holdfast.policy.cedar.program import compile_program

    program = compile_program(templates, spans=None)
    names = [rule.id for rule in program.rules]
    order = {template.id: position for position, template in enumerate(templates)}

    def ids(indexes: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted((names[index] for index in indexes), key=order.__getitem__))

    def run(requests: Iterable[product.Request]) -> Iterator[Verdict]:
        for request in requests:
            outcome = program.evaluate(request)
            verdict = Verdict(
                ids(outcome.permits),
                ids(outcome.forbids),
                ids(error.index for error in outcome.errors),
            )
            if verdict.allowed != outcome.allowed:
                message = f"the product contradicts itself: {outcome}"
                raise ValueError(message)
            yield verdict

    return run


def product_verdicts(
    templates: Sequence[pst.Template],
    store: Store,
    questions: Sequence[Question],
) -> list[Verdict]:
    """What the product says."""
    entities = product_entities(store)
    return list(compile_product(templates)(product_request(each, entities) for each in questions))
