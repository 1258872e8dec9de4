"""The Cedar engine itself, asked the same questions as the compiled program.

The compiled program is fast; the engine is the specification's own. A build computes the
behavioural fingerprint with both and refuses on any difference. Never on the decision path.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

import cedarpy
from cedarpy import pst

from holdfast.policy.cedar.program import Outcome, RuleError
from holdfast.policy.cedar.values import (
    Datetime,
    Decimal,
    Duration,
    Entity,
    IpAddr,
    Record,
    Request,
    Uid,
    Value,
    set_values,
)
from holdfast.policy.show import call_argument


def reference_engine(templates: Sequence[pst.Template]) -> Callable[[Request], Outcome]:
    """Return what answers a request through the engine, in the terms of the program."""
    named = {f"policy{index}": index for index in range(len(templates))}
    rules = cedarpy.PolicySet.from_pst(
        pst.PolicySet(
            templates={},
            static_policies={
                name: pst.Template(
                    id=name,
                    effect=templates[index].effect,
                    principal=templates[index].principal,
                    action=templates[index].action,
                    resource=templates[index].resource,
                    clauses=templates[index].clauses,
                    annotations={},
                )
                for name, index in named.items()
            },
            template_links=(),
        )
    )

    def ask(request: Request) -> Outcome:
        answer = cedarpy.is_authorized(
            {
                "principal": str(request.principal.uid),
                "action": str(request.action.uid),
                "resource": str(request.resource.uid),
                "context": {name: _json(value) for name, value in request.context.items()},
            },
            rules,
            json.dumps(_entities(request)),
        )
        return _outcome(answer, named, templates)

    return ask


def _outcome(
    answer: cedarpy.AuthzResult, named: dict[str, int], templates: Sequence[pst.Template]
) -> Outcome:
    reasons = sorted(named[reason] for reason in answer.diagnostics.reasons)
    erring = sorted({_erring(error, named) for error in answer.diagnostics.errors})
    permits = tuple(index for index in reasons if templates[index].effect == "permit")
    forbids = tuple(index for index in reasons if templates[index].effect == "forbid")
    return Outcome(permits, forbids, tuple(RuleError(index, "") for index in erring))


def _erring(message: str, named: dict[str, int]) -> int:
    for word in message.replace("`", " ").split():
        if word in named:
            return named[word]
    # An error without a rule is about the request: every answer to it would be a guess.
    raise ValueError(f"the engine refuses the request: {message}")


def _entities(request: Request) -> list[object]:
    known = {entity.uid: entity for entity in request.entities.values()}
    for entity in (request.principal, request.action, request.resource):
        known[entity.uid] = entity
    for entity in tuple(known.values()):
        for uid in entity.ancestors:
            known.setdefault(uid, Entity(uid))
    return [_entity(entity) for entity in known.values()]


def _entity(entity: Entity) -> object:
    return {
        "uid": _uid(entity.uid),
        "attrs": {name: _json(value) for name, value in entity.attrs.items()},
        "parents": [_uid(uid) for uid in sorted(entity.ancestors)],
        "tags": {name: _json(value) for name, value in entity.tags.items()},
    }


def _uid(uid: Uid) -> dict[str, str]:
    return {"type": uid.type, "id": uid.id}


def _json(value: Value) -> object:
    match value:
        case bool() | int() | str():
            return value
        case Uid():
            return {"__entity": _uid(value)}
        case frozenset():
            return _list(set_values(value))
        case Record():
            return {name: _json(value[name]) for name in value}
        case IpAddr():
            return _call("ip", value)
        case Decimal():
            return _call("decimal", value)
        case Datetime():
            return _call("datetime", value)
        case Duration():
            return _call("duration", value)
        case _:
            assert_never(value)


def _list(values: Iterable[Value]) -> list[object]:
    return [_json(value) for value in values]


def _call(name: str, value: IpAddr | Decimal | Datetime | Duration) -> object:
    return {"__extn": {"fn": name, "arg": call_argument(value)}}
