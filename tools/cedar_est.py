"""Build the reference engine's typed nodes from its JSON policy format.

The engine's own conversion gives up beyond 100 levels of nesting and on calls with a wrong number
of arguments (which parse, and are an error of evaluation). The corpus has both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from cedarpy import pst

_BINARY: Final = {
    "==": "eq",
    "!=": "not_eq",
    "<": "less",
    "<=": "less_eq",
    ">": "greater",
    ">=": "greater_eq",
    "&&": "and",
    "||": "or",
    "+": "add",
    "-": "sub",
    "*": "mul",
    "in": "in",
    "contains": "contains",
    "containsAll": "contains_all",
    "containsAny": "contains_any",
    "getTag": "get_tag",
    "hasTag": "has_tag",
}
_UNARY: Final = {"!": "not", "neg": "neg", "isEmpty": "is_empty"}
_EXTENSION_UNARY: Final = {
    "ip": "ip",
    "decimal": "decimal",
    "datetime": "datetime",
    "duration": "duration",
    "isIpv4": "is_ipv4",
    "isIpv6": "is_ipv6",
    "isLoopback": "is_loopback",
    "isMulticast": "is_multicast",
    "toDate": "to_date",
    "toTime": "to_time",
    "toMilliseconds": "to_milliseconds",
    "toSeconds": "to_seconds",
    "toMinutes": "to_minutes",
    "toHours": "to_hours",
    "toDays": "to_days",
}
_EXTENSION_BINARY: Final = {
    "isInRange": "is_in_range",
    "offset": "offset",
    "durationSince": "duration_since",
    "lessThan": "decimal_less_than",
    "lessThanOrEqual": "decimal_less_eq",
    "greaterThan": "decimal_greater",
    "greaterThanOrEqual": "decimal_greater_eq",
}
_ALWAYS_AN_ERROR: Final = pst.GetAttr(pst.Record(pst.FrozenMap()), "wrong number of arguments")
"""All arguments are evaluated and then the call errs: an error either way."""


class UnknownJson(ValueError):
    """A JSON policy that holds something this reader does not know."""


def templates(policies: Mapping[str, Any]) -> list[pst.Template]:
    """Return the static policies of a JSON policy set."""
    if policies.get("templateLinks"):
        raise UnknownJson("links of templates")
    return [_template(name, body) for name, body in policies["staticPolicies"].items()]


def _template(name: str, body: Mapping[str, Any]) -> pst.Template:
    return pst.Template(
        name,
        body["effect"],
        _scope(body["principal"]),
        _action(body["action"]),
        _scope(body["resource"]),
        tuple(_clause(clause) for clause in body["conditions"]),
        pst.FrozenMap(body.get("annotations", {})),
    )


def _scope(scope: Mapping[str, Any]) -> pst.PrincipalOrResourceConstraint:
    match scope:
        case {"op": "All"}:
            return pst.ScopeAny()
        case {"op": "==", "entity": entity}:
            return pst.ScopeEq(_uid(entity))
        case {"op": "in", "entity": entity}:
            return pst.ScopeIn(_uid(entity))
        case {"op": "is", "entity_type": kind, "in": {"entity": entity}}:
            return pst.ScopeIsIn(_type(kind), _uid(entity))
        case {"op": "is", "entity_type": kind} if "in" not in scope:
            return pst.ScopeIs(_type(kind))
        case _:
            raise UnknownJson(f"scope {scope!r}")


def _action(scope: Mapping[str, Any]) -> pst.ActionConstraint:
    match scope:
        case {"op": "All"}:
            return pst.ScopeAny()
        case {"op": "==", "entity": entity}:
            return pst.ActionEq(_uid(entity))
        case {"op": "in", "entity": entity}:
            return pst.ActionIn((_uid(entity),))
        case {"op": "in", "entities": entities}:
            return pst.ActionIn(tuple(map(_uid, entities)))
        case _:
            raise UnknownJson(f"action scope {scope!r}")


def _clause(clause: Mapping[str, Any]) -> pst.Clause:
    body = _expr(clause["body"])
    return pst.When(body) if clause["kind"] == "when" else pst.Unless(body)


def _uid(data: Any) -> pst.EntityUid:  # noqa: ANN401 - it is JSON
    data = data.get("__entity", data)
    return pst.EntityUid(_type(data["type"]), data["id"])


def _type(name: str) -> pst.EntityType:
    *namespace, basename = name.split("::")
    return pst.EntityType(basename, tuple(namespace))


def _expr(data: Mapping[str, Any]) -> pst.Expr:
    ((operator, body),) = data.items()
    match operator, body:
        case "Value", _:
            return _value(body)
        case "Var", _:
            return pst.Var(body)
        case (("." | "has" | "like" | "is"), {"left": left}):
            return _on(operator, _expr(left), body)
        case "if-then-else", {"if": cond, "then": then, "else": other}:
            return pst.IfThenElse(_expr(cond), _expr(then), _expr(other))
        case "Set", _:
            return pst.Set(tuple(map(_expr, body)))
        case "Record", _:
            return pst.Record(pst.FrozenMap({name: _expr(item) for name, item in body.items()}))
        case _, {"left": left, "right": right} if operator in _BINARY:
            op = cast("pst.BinaryOpName", _BINARY[operator])
            return pst.BinaryOp(op, _expr(left), _expr(right))
        case _, {"arg": arg} if operator in _UNARY:
            return pst.UnaryOp(cast("pst.UnaryOpName", _UNARY[operator]), _expr(arg))
        case _, list():
            args = cast("list[dict[str, Any]]", body)
            return _call(operator, [_expr(arg) for arg in args])
        case _:
            raise UnknownJson(f"expression {operator}")


def _on(operator: str, left: pst.Expr, body: Mapping[str, Any]) -> pst.Expr:
    if operator == ".":
        return pst.GetAttr(left, body["attr"])
    if operator == "has":
        attr = body["attr"]
        return pst.HasAttr(left, (attr,) if isinstance(attr, str) else tuple(attr))
    if operator == "like":
        return pst.Like(left, tuple(_pattern(part) for part in body["pattern"]))
    within = body.get("in")
    return pst.Is(left, _type(body["entity_type"]), None if within is None else _expr(within))


def _pattern(part: str | Mapping[str, str]) -> pst.PatternElem:
    return pst.Wildcard() if isinstance(part, str) else pst.Char(part["Literal"])


def _call(function: str, args: list[pst.Expr]) -> pst.Expr:
    match args:
        case [arg] if function in _EXTENSION_UNARY:
            return pst.UnaryOp(cast("pst.UnaryOpName", _EXTENSION_UNARY[function]), arg)
        case [left, right] if function in _EXTENSION_BINARY:
            op = cast("pst.BinaryOpName", _EXTENSION_BINARY[function])
            return pst.BinaryOp(op, left, right)
        case _ if function in _EXTENSION_UNARY or function in _EXTENSION_BINARY:
            return _ALWAYS_AN_ERROR
        case _:
            raise UnknownJson(f"function {function}")


def _value(data: Any) -> pst.Expr:  # noqa: ANN401 - it is JSON
    match data:
        case bool():
            return pst.BoolLit(data)
        case int():
            return pst.LongLit(data)
        case str():
            return pst.StringLit(data)
        case {"__entity": entity}:
            return pst.EntityLit(_uid(entity))
        case {"__extn": {"fn": function, "arg": arg}}:
            return _call(function, [_value(arg)])
        case list():
            return pst.Set(tuple(map(_value, cast("list[object]", data))))
        case dict():
            fields = cast("dict[str, Any]", data)
            return pst.Record(pst.FrozenMap({name: _value(v) for name, v in fields.items()}))
        case _:
            raise UnknownJson(f"value {data!r}")
