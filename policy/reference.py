"""The Cedar engine itself, asked the same questions as the compiled program.

The compiled program is fast; the engine is the specification's own. A build computes the
behavioural fingerprint with both and refuses on any difference. Never on the decision path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, assert_never

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
    """Return what answers a request through the engine, in the terms of the program.

    The engine names only the rules that determine its decision, so permits and forbids are asked
    apart: whether something is pending depends on the permits beneath a forbid.
    """
    permits, forbids = _rules(templates, "permit"), _rules(templates, "forbid")

    def ask(request: Request) -> Outcome:
        allowing, not_permitted = _ask(permits, request)
        forbidding, not_forbidden = _ask(forbids, request)
        erring = sorted({*not_permitted, *not_forbidden})
        return Outcome(allowing, forbidding, tuple(RuleError(index, "") for index in erring))

    return ask


def _rules(templates: Sequence[pst.Template], effect: pst.Effect) -> cedarpy.PolicySet:
    chosen = {
        _name(index): replace(rule, id=_name(index), annotations={})
        for index, rule in enumerate(templates)
        if rule.effect == effect
    }
    return cedarpy.PolicySet.from_pst(pst.PolicySet({}, chosen, ()))


def _name(index: int) -> str:
    return f"policy{index}"


def _ask(rules: cedarpy.PolicySet, request: Request) -> tuple[tuple[int, ...], list[int]]:
    answer = cedarpy.is_authorized(  # pyright: ignore[reportUnknownMemberType]
        {
            "principal": str(request.principal.uid),
            "action": str(request.action.uid),
            "resource": str(request.resource.uid),
            "context": {name: _json(value) for name, value in request.context.items()},
        },
        rules,
        json.dumps(_entities(request)),
    )
    matched = tuple(sorted(int(name.removeprefix("policy")) for name in answer.diagnostics.reasons))
    return matched, [_erring(error) for error in answer.diagnostics.errors]


_NAMED: Final = re.compile(r"`policy([0-9]+)`")


def _erring(message: str) -> int:
    if (found := _NAMED.search(message)) is None:
        # An error without a rule is about the request: every answer to it would be a guess.
        raise ValueError(f"the engine refuses the request: {message}")
    return int(found[1])


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
