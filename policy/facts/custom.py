"""Custom tools: parameters typed by tools.toml, and the template judged as what it really is.

Rules of this file:
1. Every declared parameter is given or has a default; nothing else is taken. A rule therefore
   never needs `has`. `opaque` parameters are bound into the digest and never judged;
   like every list, they are copied once, so that what is judged stays what is executed.
2. A template is no way around a forbid: what it expands to is judged as `process.exec` or
   `net.request` beside the tool's own request.
3. A parameter becomes exactly one argument, never one that begins with `-` (it would be read as
   an option), or exactly one percent-encoded URL component, never `.` or `..`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never, cast
from urllib.parse import quote as percent_encode

from holdfast.policy.cedar.values import (
    CedarValueError,
    Entity,
    Record,
    Uid,
    Value,
    decimal,
    make_set,
)
from holdfast.policy.facts.argv import argv_touches
from holdfast.policy.facts.model import MAIN_WORKSPACE, InvalidIntent, Touch, World
from holdfast.policy.facts.names import quote, require_bytes_at_most, require_text
from holdfast.policy.facts.params import (
    Judged,
    require_bool,
    require_fields,
    require_one_of,
    require_whole,
)
from holdfast.policy.facts.paths import parse_relative, path_entity, require_own
from holdfast.policy.facts.secrets import secret_entity
from holdfast.policy.facts.upstream import frozen_json
from holdfast.policy.facts.urls import url_entities, url_touches
from holdfast.policy.source.tables import (
    MISSING,
    BoolType,
    DecimalType,
    EnumType,
    ExecTemplate,
    HttpTemplate,
    IntType,
    OpaqueType,
    Param,
    ParamRef,
    SetType,
    StringType,
    Tool,
)
from holdfast.proto.limits import PATH_BYTES, SET_ITEMS


def tool_entity(kind: str) -> Entity:
    """Return the resource of a tool that names nothing else."""
    return Entity(Uid("Tool", kind), {"name": kind})


def custom_touches(tool: Tool, params: Mapping[str, object], world: World) -> Judged:
    """Judge one call of a custom tool, and what its template would do."""
    given = MappingProxyType(_complete(tool, params))
    judged = {
        param.name: _typed(param, given[param.name])
        for param in tool.params
        if not isinstance(param.type, OpaqueType)
    }
    context: Mapping[str, Value] = {"params": Record(judged)}
    own = [Touch(tool.kind, resource, context) for resource in _resources(tool, given, world)]
    expanded = _expanded(tool, given, world)
    return Judged(
        (*own, *(expanded.touches if expanded else ())),
        {"params": given, **(expanded.payload if expanded else {})},
    )


def _complete(tool: Tool, params: Mapping[str, object]) -> dict[str, object]:
    require_fields(
        params,
        required={param.name for param in tool.params if param.default is MISSING},
        optional={param.name for param in tool.params if param.default is not MISSING},
    )
    return {
        param.name: _frozen(param, params.get(param.name, param.default)) for param in tool.params
    }


def _frozen(param: Param, value: object) -> object:
    if isinstance(param.type, OpaqueType):
        return frozen_json(value, field=param.name)
    return tuple(cast("list[object]", value)) if isinstance(value, list) else value


def _typed(param: Param, value: object) -> Value:
    match param.type:
        case StringType(max_length=longest):
            return _text(param.name, value, longest)
        case IntType(min=least, max=most):
            return require_whole(value, least, most, field=param.name)
        case BoolType():
            return require_bool(value, field=param.name)
        case DecimalType():
            return _decimal(param.name, value)
        case EnumType(values=known):
            return require_one_of(value, known, field=param.name)
        case SetType():
            return _set(param, param.type, value)
        case OpaqueType():  # pragma: no cover - the caller leaves these out
            raise InvalidIntent(param.name, "is opaque")
        case _:
            assert_never(param.type)


def _text(name: str, value: object, longest: int) -> str:
    text = require_text(value, field=name)
    if len(text) > longest:
        raise InvalidIntent(name, f"is {len(text)} characters long", f"the most is {longest}")
    return text


def _decimal(name: str, value: object) -> Value:
    try:
        return decimal(require_text(value, field=name))
    except CedarValueError:
        raise InvalidIntent(
            name, "is not a decimal", 'a text with one to four decimal places, such as "1.25"'
        ) from None


def _set(param: Param, kind: SetType, value: object) -> Value:
    if not isinstance(value, list | tuple):
        raise InvalidIntent(param.name, "must be a list", "for example [1, 2]")
    items: list[object] = list(value)  # pyright: ignore[reportUnknownArgumentType] - typed below
    if len(items) > SET_ITEMS:
        raise InvalidIntent(param.name, f"has {len(items)} items", f"the most is {SET_ITEMS}")
    return make_set([_typed(Param(param.name, kind.of), item) for item in items])


def _resources(tool: Tool, given: Mapping[str, object], world: World) -> tuple[Entity, ...]:
    if tool.resource is None:
        return (tool_entity(tool.kind),)
    name = tool.resource.param
    text = require_text(given[name], field=name)
    match tool.resource.type:
        case "Path":
            path = require_own(parse_relative(text, field=name), MAIN_WORKSPACE, world, field=name)
            return (path_entity(path),)
        case "Url":
            return url_entities(text, world, field=name)
        case "Secret":
            return (secret_entity(text, field=name),)
        case _:
            assert_never(tool.resource.type)


def _expanded(tool: Tool, given: Mapping[str, object], world: World) -> Judged | None:
    match tool.template:
        case None:
            return None
        case ExecTemplate(argv=pieces):
            argv = tuple(
                _argument(piece.name, given[piece.name]) if isinstance(piece, ParamRef) else piece
                for piece in pieces
            )
            payload: dict[str, object] = {"argv": argv, "workdir": "."}
            return Judged(argv_touches(argv, workdir=".", world=world), payload)
        case HttpTemplate(method=method, url=pieces):
            url = "".join(
                _component(piece.name, given[piece.name]) if isinstance(piece, ParamRef) else piece
                for piece in pieces
            )
            return url_touches({"method": method, "url": url}, world)
        case _:
            assert_never(tool.template)


def _argument(name: str, value: object) -> str:
    text = _spelt(name, value)
    if text.startswith("-"):
        raise InvalidIntent(name, f"{quote(text)} would be read as an option", "drop the `-`")
    return text


def _component(name: str, value: object) -> str:
    text = _spelt(name, value)
    if text in {".", ".."}:
        raise InvalidIntent(name, f"{quote(text)} would climb in the URL", "name the thing itself")
    return percent_encode(text, safe="")


def _spelt(name: str, value: object) -> str:
    """Return the one spelling a template uses for a typed value."""
    match value:
        case bool():
            text = "true" if value else "false"
        case int():
            text = str(value)
        case str():
            text = value
        case _:
            raise InvalidIntent(name, "cannot stand in a template", "use text or a number")
    require_bytes_at_most(text, PATH_BYTES, field=name)
    if not text or "\0" in text:
        raise InvalidIntent(name, "is empty or holds a NUL", "give it a visible value")
    return text
