"""Walking and rebuilding `cedarpy.pst` trees, without knowing the node types.

Rules of this file: driven by the dataclasses themselves, so that a node type the engine adds later
is walked, not skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeGuard, cast

from cedarpy import pst

EXPRESSIONS: Final = (
    pst.Var, pst.Slot, pst.BoolLit, pst.LongLit, pst.StringLit, pst.EntityLit, pst.UnaryOp,
    pst.BinaryOp, pst.GetAttr, pst.HasAttr, pst.Like, pst.Is, pst.IfThenElse, pst.Set, pst.Record,
)  # fmt: skip


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - any node, and tuples
    """The tree with `change` applied to every node, children first."""
    if _is_tuple(node):
        return tuple(rebuilt(each, change) for each in node)
    if isinstance(node, pst.FrozenMap):
        items = cast("dict[str, Any]", node).items()
        return pst.FrozenMap({name: rebuilt(each, change) for name, each in items})
    if not is_dataclass(node) or isinstance(node, type):
        return node
    parts = {each.name: rebuilt(getattr(node, each.name), change) for each in fields(node)}
    return change(replace(node, **parts))


def smaller(node: Any) -> Iterator[Any]:  # noqa: ANN401 - any node, and tuples
    """Every tree that is this one with a single thing taken away or made plainer."""
    if _is_tuple(node):
        yield from _smaller_tuple(node)
    elif isinstance(node, pst.FrozenMap):
        yield from _smaller_map(cast("dict[str, Any]", node))
    elif is_dataclass(node) and not isinstance(node, type):
        if isinstance(node, EXPRESSIONS):
            yield from _plainer(node)
        for each in fields(node):
            for part in smaller(getattr(node, each.name)):
                yield replace(node, **{each.name: part})


def _smaller_tuple(parts: tuple[Any, ...]) -> Iterator[Any]:
    for at, part in enumerate(parts):
        yield parts[:at] + parts[at + 1 :]
        for each in smaller(part):
            yield (*parts[:at], each, *parts[at + 1 :])


def _smaller_map(parts: dict[str, Any]) -> Iterator[Any]:
    for name, part in parts.items():
        yield pst.FrozenMap({other: each for other, each in parts.items() if other != name})
        for each in smaller(part):
            yield pst.FrozenMap({**parts, name: each})


def _plainer(node: pst.Expr) -> Iterator[pst.Expr]:
    """What may stand in an expression's place: a constant, or one of its own parts."""
    if isinstance(node, pst.BoolLit):
        return
    yield pst.BoolLit(True)
    yield pst.BoolLit(False)
    for each in fields(node):
        part = getattr(node, each.name)
        inner: list[Any] = [part]
        if _is_tuple(part):
            inner = list(part)
        elif isinstance(part, pst.FrozenMap):
            inner = list(cast("dict[str, Any]", part).values())
        yield from (sub for sub in inner if isinstance(sub, EXPRESSIONS))


def size(node: Any) -> int:  # noqa: ANN401 - any node, and tuples
    """How much there is of a tree; shrinking must lower it."""
    if _is_tuple(node):
        return 1 + sum(size(each) for each in node)
    if isinstance(node, pst.FrozenMap):
        return 1 + sum(1 + size(each) for each in cast("dict[str, Any]", node).values())
    if not is_dataclass(node) or isinstance(node, type):
        return 1
    # A constant `true` is the smallest expression there is.
    own = 0 if isinstance(node, pst.BoolLit | pst.ScopeAny) else 2
    return own + sum(size(getattr(node, each.name)) for each in fields(node))
