"""Facts as bytes and back: what the built-in probe corpora are made of.

A corpus stores facts, not intents, so that a better normaliser never changes what an old
fingerprint was computed over. The form is closed: anything unknown is refused, never guessed.

    text, true/false, number    themselves
    {"set": [...]}              a set, members sorted by their canonical JSON
    {"record": {...}}           a record
    {"entity": [type, id]}      an entity's name
    {"ip": [4 or 6, address in hex, prefix]}
    {"decimal": ten-thousandths} {"datetime": ms since 1970} {"duration": ms}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, assert_never

from holdfast.policy.cedar.values import (
    Datetime,
    Decimal,
    Duration,
    Entity,
    IpAddr,
    Record,
    Uid,
    Value,
    make_set,
    set_values,
)
from holdfast.policy.facts.model import Facts, Touch
from holdfast.proto import canonical_json
from holdfast.proto.strict_json import JsonValue, loads


class CorpusDamaged(ValueError):
    """These bytes are not stored facts: a shipped corpus is damaged only by somebody."""


def store_facts(facts: Facts) -> dict[str, JsonValue]:
    """Return facts as JSON values; the payload stays behind (probes execute nothing)."""
    return {
        "kind": facts.kind,
        "digest": facts.digest,
        "touches": [
            {
                "action": touch.action,
                "resource": _store_entity(touch.resource),
                "context": _store_fields(touch.context),
            }
            for touch in facts.touches
        ],
    }


def read_facts(value: JsonValue) -> Facts:
    """Return the facts of one stored line."""
    line = _object(value, {"kind", "digest", "touches"})
    return Facts(
        kind=_text(line["kind"]),
        touches=tuple(_read_touch(touch) for touch in _list(line["touches"])),
        payload={},
        digest=_text(line["digest"]),
    )


def read_corpus(data: bytes) -> tuple[Facts, ...]:
    """Return every line of a corpus."""
    return tuple(read_facts(loads(line)) for line in data.splitlines())


def _read_touch(value: JsonValue) -> Touch:
    touch = _object(value, {"action", "resource", "context"})
    return Touch(
        _text(touch["action"]), _read_entity(touch["resource"]), _read_fields(touch["context"])
    )


def _store_entity(entity: Entity) -> JsonValue:
    return {
        "uid": list(entity.uid),
        "ancestors": [list(uid) for uid in sorted(entity.ancestors)],
        "attrs": _store_fields(entity.attrs),
    }


def _read_entity(value: JsonValue) -> Entity:
    entity = _object(value, {"uid", "ancestors", "attrs"})
    return Entity(
        _uid(entity["uid"]),
        _read_fields(entity["attrs"]),
        frozenset(_uid(uid) for uid in _list(entity["ancestors"])),
    )


def _store_fields(fields: Mapping[str, Value]) -> dict[str, JsonValue]:
    return {name: store_value(fields[name]) for name in sorted(fields)}


def _read_fields(value: JsonValue) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise CorpusDamaged("fields are an object")
    return {name: read_value(field) for name, field in value.items()}


def store_value(value: Value) -> JsonValue:
    """Return one Cedar value in its stored form."""
    match value:
        case bool() | str() | int():
            return value
        case Uid():
            return {"entity": list(value)}
        case frozenset():
            members = [store_value(member) for member in set_values(value)]
            return {"set": sorted(members, key=canonical_json.dumps)}
        case Record():
            return {"record": _store_fields(value.fields)}
        case IpAddr():
            return {"ip": [value.version, f"{value.address:x}", value.prefix]}
        case Decimal():
            return {"decimal": value.units}
        case Datetime():
            return {"datetime": value.epoch}
        case Duration():
            return {"duration": value.milliseconds}
        case _:
            assert_never(value)


def read_value(value: JsonValue) -> Value:
    """Return one stored value."""
    if isinstance(value, bool | str | int):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise CorpusDamaged(f"`{str(value)[:80]}` is no stored value")
    ((form, inner),) = value.items()
    reader = _READERS.get(form)
    if reader is None:
        raise CorpusDamaged(f"`{form[:80]}` is no stored form")
    return reader(inner)


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise CorpusDamaged(f"`{str(value)[:80]}` is not text")
    return value


def _number(value: JsonValue) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise CorpusDamaged(f"`{str(value)[:80]}` is not a number")
    return value


def _list(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise CorpusDamaged(f"`{str(value)[:80]}` is not a list")
    return value


def _object(value: JsonValue, fields: set[str]) -> dict[str, JsonValue]:
    if not isinstance(value, dict) or value.keys() != fields:
        raise CorpusDamaged(f"`{str(value)[:80]}` has not exactly {sorted(fields)}")
    return value


_NAME_PARTS: Final = 2


def _uid(value: JsonValue) -> Uid:
    parts = _list(value)
    if len(parts) != _NAME_PARTS:
        raise CorpusDamaged("an entity's name is a type and an id")
    return Uid(_text(parts[0]), _text(parts[1]))


_IP_PARTS: Final = 3
_ADDRESS: Final = re.compile(r"0|[1-9a-f][0-9a-f]{0,31}").fullmatch
_BITS: Final[Mapping[int, Literal[4, 6]]] = {32: 4, 128: 6}


def _ip(value: JsonValue) -> IpAddr:
    parts = _list(value)
    if len(parts) != _IP_PARTS or not _ADDRESS(_text(parts[1])):
        raise CorpusDamaged("an address is its version, its hex digits and its prefix")
    version, address, prefix = _number(parts[0]), int(_text(parts[1]), 16), _number(parts[2])
    for bits, known in _BITS.items():
        if version == known and 0 <= prefix <= bits and address < 1 << bits:
            return IpAddr(known, address, prefix)
    raise CorpusDamaged("an address fits its version, and so does its prefix")


_READERS: Final[Mapping[str, Callable[[JsonValue], Value]]] = {
    "set": lambda inner: make_set([read_value(member) for member in _list(inner)]),
    "record": lambda inner: Record(_read_fields(inner)),
    "entity": _uid,
    "ip": _ip,
    "decimal": lambda inner: Decimal(_number(inner)),
    "datetime": lambda inner: Datetime(_number(inner)),
    "duration": lambda inner: Duration(_number(inner)),
}
