"""The canonical bytes of a rule: what the behavioural fingerprint hashes.

Rules:

1. Injective: two rules have the same bytes only if they are the same tree. Every node is its tag,
   then its parts; every text is its length in UTF-8 bytes, then the bytes; every list is its
   length, then its items. Nothing is separated by a character that a text could hold.
2. Canonical: annotations and record fields go in the order of their names, because Cedar gives
   their order no meaning. Everything else keeps the order the author wrote.
3. The tree's own id (`policy0`) is left out: it is a place in a file, not a meaning.
4. A new kind of node needs a new tag. A tag is never reused: old fingerprints must stay wrong.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from cedarpy import pst

from holdfast.policy.cedar.errors import UnknownConstruct
from holdfast.proto.limits import TREE_DEPTH

_LENGTH_BYTES: Final = 4
_LONG_BYTES: Final = 8


def encode_template(template: pst.Template) -> bytes:
    """Encode a rule."""
    return b"".join(
        (
            b"T",
            _text(template.effect),
            _encode(template.principal, 1),
            _encode(template.action, 1),
            _encode(template.resource, 1),
            _many(_encode(clause, TREE_DEPTH + 1) for clause in template.clauses),
            _many(_text(k) + _text(v) for k, v in sorted(template.annotations.items())),
        )
    )


def encode_expression(node: pst.Expr) -> bytes:
    """Encode an expression."""
    return _encode(node, TREE_DEPTH)


def _encode(node: object, depth: int) -> bytes:
    if depth <= 0:
        raise UnknownConstruct(f"an expression nests deeper than {TREE_DEPTH} levels")
    known = _ENCODERS.get(type(node))
    if known is None:
        raise UnknownConstruct(f"unknown syntax tree node `{type(node).__name__}`")
    tag, parts = known
    return tag + parts(node, depth - 1)


def _size(number: int) -> bytes:
    return number.to_bytes(_LENGTH_BYTES)


def _text(text: str) -> bytes:
    raw = text.encode()
    return _size(len(raw)) + raw


def _many(parts: Iterable[bytes]) -> bytes:
    items = tuple(parts)
    return _size(len(items)) + b"".join(items)


def _type(kind: pst.EntityType) -> bytes:
    return _many(_text(name) for name in (*kind.namespace, kind.basename))


def _entity(entity: object) -> bytes:
    if not isinstance(entity, pst.EntityUid):
        raise UnknownConstruct(f"unknown entity reference `{type(entity).__name__}`")
    return _type(entity.type) + _text(entity.id)


def _pattern(elements: Iterable[object]) -> bytes:
    # Tagged like nodes: the wildcard and a literal star never mix.
    return _many(
        b"*" if isinstance(element, pst.Wildcard) else b"c" + _character(element)
        for element in elements
    )


def _character(element: object) -> bytes:
    if not isinstance(element, pst.Char):
        raise UnknownConstruct(f"unknown pattern element `{type(element).__name__}`")
    return _text(element.value)


def _is(node: pst.Is, depth: int) -> bytes:
    within = () if node.in_expr is None else (_encode(node.in_expr, depth),)
    return _encode(node.base, depth) + _type(node.entity_type) + _many(within)


def _record(node: pst.Record, depth: int) -> bytes:
    fields = sorted(node.fields.items())
    return _many(_text(name) + _encode(field, depth) for name, field in fields)


_Parts = Callable[[Any, int], bytes]

_ENCODERS: Final[Mapping[type, tuple[bytes, _Parts]]] = MappingProxyType(
    {
        pst.ScopeAny: (b"_", lambda _, __: b""),
        pst.ScopeEq: (b"=", lambda node, _: _entity(node.entity)),
        pst.ScopeIn: (b"<", lambda node, _: _entity(node.entity)),
        pst.ScopeIs: (b":", lambda node, _: _type(node.entity_type)),
        pst.ScopeIsIn: (b";", lambda node, _: _type(node.entity_type) + _entity(node.entity)),
        pst.ActionEq: (b"a", lambda node, _: _entity(node.entity)),
        pst.ActionIn: (b"A", lambda node, _: _many(map(_entity, node.entities))),
        pst.When: (b"w", lambda node, depth: _encode(node.expr, depth)),
        pst.Unless: (b"u", lambda node, depth: _encode(node.expr, depth)),
        pst.Var: (b"v", lambda node, _: _text(node.name)),
        pst.BoolLit: (b"b", lambda node, _: b"\1" if node.value else b"\0"),
        pst.LongLit: (b"l", lambda node, _: node.value.to_bytes(_LONG_BYTES, signed=True)),
        pst.StringLit: (b"s", lambda node, _: _text(node.value)),
        pst.EntityLit: (b"e", lambda node, _: _entity(node.value)),
        pst.UnaryOp: (b"1", lambda node, depth: _text(node.op) + _encode(node.arg, depth)),
        pst.BinaryOp: (
            b"2",
            lambda node, depth: (
                _text(node.op) + _encode(node.left, depth) + _encode(node.right, depth)
            ),
        ),
        pst.GetAttr: (b".", lambda node, depth: _encode(node.base, depth) + _text(node.attr)),
        pst.HasAttr: (
            b"h",
            lambda node, depth: _encode(node.base, depth) + _many(map(_text, node.attrs)),
        ),
        pst.Like: (b"~", lambda node, depth: _encode(node.base, depth) + _pattern(node.pattern)),
        pst.Is: (b"i", _is),
        pst.IfThenElse: (
            b"?",
            lambda node, depth: b"".join(
                _encode(part, depth) for part in (node.cond, node.then_expr, node.else_expr)
            ),
        ),
        pst.Set: (b"[", lambda node, depth: _many(_encode(item, depth) for item in node.elements)),
        pst.Record: (b"{", _record),
    }
)
