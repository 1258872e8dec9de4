"""Writes `cedarpy.pst` nodes as Cedar text.

Rules of this file: parentheses only where the grammar needs them, so that precedence is tested
rather than avoided; every character a string can hold survives the trip. The proof is the round
trip: the engine's own parser must give back the very nodes that were written (see `compare`).
"""

from __future__ import annotations

import re
from typing import Final

from cedarpy import pst

IDENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED: Final = frozenset(
    ("true", "false", "if", "then", "else", "in", "like", "has", "is", "__cedar")
)
INFIX: Final[dict[str, tuple[str, int]]] = {
    "or": ("||", 1), "and": ("&&", 2), "eq": ("==", 3), "not_eq": ("!=", 3), "less": ("<", 3),
    "less_eq": ("<=", 3), "greater": (">", 3), "greater_eq": (">=", 3), "in": ("in", 3),
    "add": ("+", 4), "sub": ("-", 4), "mul": ("*", 5),
}  # fmt: skip
METHODS: Final[dict[str, str]] = {
    "contains": "contains", "contains_all": "containsAll", "contains_any": "containsAny",
    "get_tag": "getTag", "has_tag": "hasTag", "is_in_range": "isInRange", "offset": "offset",
    "duration_since": "durationSince", "decimal_less_than": "lessThan",
    "decimal_less_eq": "lessThanOrEqual", "decimal_greater": "greaterThan",
    "decimal_greater_eq": "greaterThanOrEqual", "is_empty": "isEmpty", "is_ipv4": "isIpv4",
    "is_ipv6": "isIpv6", "is_loopback": "isLoopback", "is_multicast": "isMulticast",
    "to_date": "toDate", "to_time": "toTime", "to_milliseconds": "toMilliseconds",
    "to_seconds": "toSeconds", "to_minutes": "toMinutes", "to_hours": "toHours",
    "to_days": "toDays",
}  # fmt: skip
RELATION, UNARY, MEMBER, PRIMARY = 3, 6, 7, 8
ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def _escape(char: str) -> str:
    if char in ESCAPES:
        return ESCAPES[char]
    # Half of what is not ASCII is spelt as an escape, so that both spellings are read.
    if ord(char) < 32 or ord(char) == 127 or (ord(char) > 127 and ord(char) % 2):
        return f"\\u{{{ord(char):x}}}"
    return char


def string(value: str) -> str:
    """A string literal."""
    return '"' + "".join(_escape(char) for char in value) + '"'


def pattern(elements: tuple[pst.PatternElem, ...]) -> str:
    """A `like` pattern: a star is a wildcard unless escaped."""
    return '"' + "".join(_piece(each) for each in elements) + '"'


def _piece(element: pst.PatternElem) -> str:
    if isinstance(element, pst.Wildcard):
        return "*"
    return "\\*" if element.value == "*" else _escape(element.value)


def uid(entity: pst.EntityOrSlot) -> str:
    """An entity, or a template's slot."""
    if isinstance(entity, pst.Slot):
        return f"?{entity.name}"
    return f"{entity.type}::{string(entity.id)}"


def _plain(name: str) -> bool:
    return IDENT.fullmatch(name) is not None and name not in RESERVED


def expression(expr: pst.Expr, level: int = 0) -> str:
    """An expression, in parentheses when the place needs a tighter one."""
    text, own = _written(expr)
    return f"({text})" if own < level else text


def _written(expr: pst.Expr) -> tuple[str, int]:
    match expr:
        case pst.BinaryOp():
            return _binary(expr)
        case pst.UnaryOp():
            return _unary(expr)
        case pst.GetAttr(base, attr):
            access = f".{attr}" if _plain(attr) else f"[{string(attr)}]"
            return expression(base, MEMBER) + access, MEMBER
        case pst.HasAttr(_, attrs) if len(attrs) > 1 and not all(map(_plain, attrs)):
            # The chained form takes identifiers only; what it stands for takes any name.
            return _written(long_form(expr))
        case pst.HasAttr() | pst.Like() | pst.Is():
            return _test(expr), RELATION
        case pst.IfThenElse(cond, then_expr, else_expr):
            parts = (expression(each) for each in (cond, then_expr, else_expr))
            return "if {} then {} else {}".format(*parts), 0
        case _:
            return _literal(expr)


def long_form(expr: pst.HasAttr) -> pst.Expr:
    """Operators, "has": `x has a.b` written out as `x has a && x.a has b`."""
    base = expr.base
    first, *rest = expr.attrs
    whole: pst.Expr = pst.HasAttr(base, (first,))
    for before, attr in zip(expr.attrs, rest, strict=False):
        base = pst.GetAttr(base, before)
        whole = pst.BinaryOp("and", whole, pst.HasAttr(base, (attr,)))
    return whole


def _literal(expr: pst.Expr) -> tuple[str, int]:
    match expr:
        case pst.BoolLit(value):
            return ("true" if value else "false"), PRIMARY
        case pst.LongLit(value):
            return str(value), (PRIMARY if value >= 0 else UNARY)
        case pst.StringLit(value):
            return string(value), PRIMARY
        case pst.EntityLit(value):
            return uid(value), PRIMARY
        case pst.Var(name):
            return name, PRIMARY
        case pst.Set(elements):
            return f"[{', '.join(expression(each) for each in elements)}]", PRIMARY
        case pst.Record(fields):
            pairs = (f"{string(name)}: {expression(each)}" for name, each in fields.items())
            return f"{{{', '.join(pairs)}}}", PRIMARY
        case _:
            raise TypeError(type(expr).__name__)


def _binary(expr: pst.BinaryOp) -> tuple[str, int]:
    if expr.op not in INFIX:
        call = f"{expression(expr.left, MEMBER)}.{METHODS[expr.op]}({expression(expr.right)})"
        return call, MEMBER
    sign, level = INFIX[expr.op]
    # Relations do not chain; the others group to the left.
    left = expression(expr.left, level + 1 if level == RELATION else level)
    return f"{left} {sign} {expression(expr.right, level + 1)}", level


def _unary(expr: pst.UnaryOp) -> tuple[str, int]:
    if expr.op in {"not", "neg"}:
        sign = "!" if expr.op == "not" else "-"
        # `-(1)` is a negation and `-1` a number; more than four signs in a row are no Cedar.
        tight = PRIMARY + 1 if isinstance(expr.arg, (pst.LongLit, pst.UnaryOp)) else MEMBER
        return sign + expression(expr.arg, tight), UNARY
    if expr.op in METHODS:
        return f"{expression(expr.arg, MEMBER)}.{METHODS[expr.op]}()", MEMBER
    return f"{expr.op}({expression(expr.arg)})", MEMBER


def _test(expr: pst.HasAttr | pst.Like | pst.Is) -> str:
    base = expression(expr.base, RELATION + 1)
    match expr:
        case pst.HasAttr(_, attrs):
            name = ".".join(attrs) if all(map(_plain, attrs)) else string(attrs[0])
            return f"{base} has {name}"
        case pst.Like(_, elements):
            return f"{base} like {pattern(elements)}"
        case pst.Is(_, entity_type, in_expr):
            if in_expr is None:
                return f"{base} is {entity_type}"
            return f"{base} is {entity_type} in {expression(in_expr, RELATION + 1)}"


def _scope(name: str, constraint: pst.PrincipalOrResourceConstraint | pst.ActionConstraint) -> str:
    match constraint:
        case pst.ScopeAny():
            return name
        case pst.ScopeEq(entity) | pst.ActionEq(entity):
            return f"{name} == {uid(entity)}"
        case pst.ScopeIn(entity):
            return f"{name} in {uid(entity)}"
        case pst.ScopeIs(entity_type):
            return f"{name} is {entity_type}"
        case pst.ScopeIsIn(entity_type, entity):
            return f"{name} is {entity_type} in {uid(entity)}"
        case pst.ActionIn(entities):
            return f"{name} in [{', '.join(uid(each) for each in entities)}]"


def policy(template: pst.Template) -> str:
    """One policy."""
    lines = [f"@{name}({string(value)})\n" for name, value in template.annotations.items()]
    head = ", ".join(
        (
            _scope("principal", template.principal),
            _scope("action", template.action),
            _scope("resource", template.resource),
        )
    )
    lines.append(f"{template.effect}({head})")
    for clause in template.clauses:
        word = "when" if isinstance(clause, pst.When) else "unless"
        lines.append(f"\n{word} {{ {expression(clause.expr)} }}")
    return "".join(lines) + ";"
