"""Read Cedar's JSON documents as values: entities, contexts and requests, typed by a schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from holdfast.policy.cedar.errors import CedarValueError, EvaluationError
from holdfast.policy.cedar.longs import in_range
from holdfast.policy.cedar.operators import BINARY, UNARY
from holdfast.policy.cedar.values import Entity, Record, Request, Uid, Value, make_set
from tools.cedar_schema import NO_FIELDS, Named, RecordOf, Schema, SchemaError, SetOf, Type

_ENTITY_KEYS: Final = {"type", "id"}


class DocumentError(ValueError):
    """A document that is no Cedar data."""


def load(text: str) -> Any:  # noqa: ANN401 - it is JSON
    """Parse JSON; a duplicate key would be two answers to one question."""
    return json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DocumentError("a JSON object has the same key twice")
    return found


def uid(data: Any) -> Uid:  # noqa: ANN401 - it is JSON
    """Read `{"type": .., "id": ..}`, bare or escaped."""
    match data:
        case {"__entity": inner}:
            return uid(inner)
        case {"type": str(kind), "id": str(name)}:
            return Uid(kind, name)
        case _:
            raise DocumentError(f"not an entity: {data!r}")


class Reader:
    """Reads values as one schema types them; without a schema, as they are written."""

    def __init__(self, schema: Schema | None) -> None:
        self.schema = schema or Schema()

    def value(self, data: Any, kind: Type | None) -> Value:  # noqa: ANN401 - it is JSON
        """Read a value of type `kind`, or of whatever type it is written as."""
        known = None if kind is None else self.schema.resolve(kind)
        match data:
            case {"__entity": _}:
                return uid(data)
            case {"__extn": call}:
                return self._call(call)
            case {"type": str(), "id": str()} if known == "entity":
                return uid(data)
            case {"fn": str()} if isinstance(known, str) and known not in {"", "entity"}:
                return self._call(data)
            case str() if isinstance(known, str) and known not in {"", "entity"}:
                return _make(known, [data])
            case _:
                return self._plain(data, known)

    def _plain(self, data: Any, known: Type | str | None) -> Value:  # noqa: ANN401 - it is JSON
        match data:
            case bool() | str():
                return data
            case int() if in_range(data):
                return data
            case list():
                element = known.element if isinstance(known, SetOf) else None
                return make_set(self.value(item, element) for item in cast("list[object]", data))
            case dict():
                return Record(self.fields(data, known))
            case _:
                raise DocumentError(f"not a Cedar value: {data!r}")

    def fields(self, data: Any, known: Type | str | None) -> dict[str, Value]:  # noqa: ANN401
        """Read the fields of a record."""
        if not isinstance(data, dict):
            raise DocumentError(f"not a record: {data!r}")
        kinds: Mapping[str, Type] = known.fields if isinstance(known, RecordOf) else {}
        fields = cast("dict[str, Any]", data)
        return {name: self.value(item, kinds.get(name)) for name, item in fields.items()}

    def _call(self, call: Any) -> Value:  # noqa: ANN401 - it is JSON
        match call:
            case {"fn": str(name), "arg": arg}:
                return _make(name, [self.value(arg, None)])
            case {"fn": str(name), "args": args}:
                return _make(name, [self.value(arg, None) for arg in cast("list[Any]", args)])
            case _:
                raise DocumentError(f"not an extension call: {call!r}")

    def entities(self, documents: Iterable[Any]) -> dict[Uid, Entity]:
        """Read an entity store, the schema's actions included, with its transitive hierarchy."""
        parents: dict[Uid, set[Uid]] = {
            action: set(self.schema.action_parents(action)) for action in self.schema.parents
        }
        parts: dict[Uid, tuple[dict[str, Value], dict[str, Value]]] = {
            action: ({}, {}) for action in parents
        }
        for document in documents:
            me = uid(document["uid"])
            shape = self.schema.resolve(self.schema.entities.get(me.type, NO_FIELDS))
            tag = self.schema.tags.get(me.type)
            tags = {name: self.value(v, tag) for name, v in document.get("tags", {}).items()}
            parts[me] = (self.fields(document.get("attrs", {}), shape), tags)
            parents.setdefault(me, set()).update(map(uid, document.get("parents", [])))
        return {
            me: Entity(me, attrs, _closure(me, parents), tags)
            for me, (attrs, tags) in parts.items()
        }

    def request(self, data: Mapping[str, Any], entities: Mapping[Uid, Entity]) -> Request:
        """Read one request over an entity store."""
        principal, action, resource = (
            entities.get(me) or Entity(me)
            for me in (uid(data[name]) for name in ("principal", "action", "resource"))
        )
        kind = self.schema.contexts.get(action.uid, NO_FIELDS)
        context = self.fields(data.get("context", {}), self.schema.resolve(kind))
        return Request(principal, action, resource, context, entities)


def _make(function: str, args: list[Value]) -> Value:
    try:
        if len(args) == 1:
            return UNARY[function](args[0])  # type: ignore[index]
        left, right = args
        return BINARY[function](left, right)  # type: ignore[index]
    except (KeyError, ValueError, EvaluationError, CedarValueError) as error:
        raise DocumentError(f"not a value: {function}({args!r}): {error}") from error


def _closure(start: Uid, parents: Mapping[Uid, set[Uid]]) -> frozenset[Uid]:
    found: set[Uid] = set()
    waiting = [*parents.get(start, ())]
    while waiting:
        me = waiting.pop()
        if me not in found:
            found.add(me)
            waiting += parents.get(me, ())
    return frozenset(found)


__all__ = ["DocumentError", "Named", "Reader", "SchemaError", "load", "uid"]
