"""Compile Cedar expressions into closures.

Rules:

1. The semantics are Cedar 4.x's, exactly: `&&`, `||` and `if` evaluate only what they need and
   check each bool they reach; everything else evaluates all its parts; an error in any part that
   is evaluated is an error of the whole.
2. What is constant is computed once, at compile time. A constant that is an error
   (`ip("300.0.0.1")`) stays an error of evaluation, reached or not: that is the language.
3. A node, operator or slot that is not in the tables below raises `UnknownConstruct`. So does
   nesting deeper than `TREE_DEPTH`: recursion at evaluation time follows the tree.
4. `cost` is the number of steps the compiled expression takes at most, before what sizes add.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from cedarpy import pst

from holdfast.policy.cedar import access, shortcuts
from holdfast.policy.cedar.errors import EvaluationError, UnknownConstruct
from holdfast.policy.cedar.frame import Frame, Run, Test
from holdfast.policy.cedar.limits import BYTES_PER_STEP
from holdfast.policy.cedar.operators import (
    BINARY,
    PARSERS,
    SET_SIZED,
    UNARY,
    YIELD_BOOL,
    Binary,
    Unary,
    expect_string,
)
from holdfast.policy.cedar.pattern import compile_pattern
from holdfast.policy.cedar.values import Record, Uid, Value, make_set
from holdfast.proto.limits import TREE_DEPTH

_NO_FRAME: Final[Any] = None
"""What constants are evaluated with: they read nothing of it."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to run."""

    run: Run
    cost: int
    constant: bool = False


def compile_expression(node: pst.Expr, depth: int = TREE_DEPTH) -> Compiled:
    """Compile `node`, which may nest `depth` levels."""
    if depth <= 0:
        raise UnknownConstruct(f"an expression nests deeper than {TREE_DEPTH} levels")
    compiler = _COMPILERS.get(type(node))
    if compiler is None:
        raise UnknownConstruct(f"unknown syntax tree node `{type(node).__name__}`")
    return compiler(node, depth - 1)


def compile_test(node: pst.Expr, depth: int = TREE_DEPTH) -> tuple[Test, int]:
    """Compile `node` as a condition that must be a bool; return it with its cost."""
    compiled = compile_expression(node, depth)
    run = compiled.run
    if yields_bool(node):
        return run, compiled.cost  # type: ignore[return-value]
    return shortcuts.checked(run), compiled.cost


def yields_bool(node: pst.Expr) -> bool:
    """Say whether `node` can yield nothing but a bool."""
    if isinstance(node, pst.UnaryOp | pst.BinaryOp):
        return node.op in YIELD_BOOL
    return isinstance(node, pst.BoolLit | pst.HasAttr | pst.Like | pst.Is)


def uid_of(entity: pst.EntityOrSlot) -> Uid:
    """Return the uid a syntax tree names; a template's slot names none."""
    if isinstance(entity, pst.EntityUid):
        # Interned: keys that are equal then mostly compare by identity, and share the memory.
        return Uid(intern(str(entity.type)), entity.id)
    raise UnknownConstruct(f"unknown entity reference `{type(entity).__name__}`, link the template")


def disjuncts(node: pst.Expr) -> list[pst.Expr]:
    """Return the alternatives of a chain of `||`, left to right; one for anything else."""
    found: list[pst.Expr] = []
    waiting: list[pst.Expr] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, pst.BinaryOp) and part.op == "or":
            waiting += (part.right, part.left)
        else:
            found.append(part)
    return found


def check_depth(node: pst.Expr, limit: int) -> None:
    """Refuse an expression that nests deeper than `limit`, before anything recurses into it."""
    waiting: list[tuple[pst.Expr, int]] = [(node, 1)]
    while waiting:
        part, level = waiting.pop()
        if level > limit:
            raise UnknownConstruct(f"an expression nests deeper than {limit} levels")
        waiting += [(child, level + 1) for child in _children(part)]


def _children(node: pst.Expr) -> Sequence[pst.Expr]:
    match node:
        case pst.UnaryOp(_, arg):
            return (arg,)
        case pst.BinaryOp(_, left, right):
            return (left, right)
        case pst.GetAttr(base, _) | pst.HasAttr(base, _) | pst.Like(base, _):
            return (base,)
        case pst.Is(base, _, in_expr):
            return (base,) if in_expr is None else (base, in_expr)
        case pst.IfThenElse(cond, then_expr, else_expr):
            return (cond, then_expr, else_expr)
        case pst.Set(elements):
            return elements
        case pst.Record(fields):
            return tuple(fields.values())
        case _:
            return ()


# ---- constants ---------------------------------------------------------------------------------


def _constant(value: Value) -> Compiled:
    return Compiled(lambda _: value, 1, constant=True)


def _fold(run: Run, parts: Iterable[Compiled], extra: int = 1) -> Compiled:
    """Wrap `run`, computing it now when all its `parts` are constant and it is no error."""
    known = tuple(parts)
    if all(part.constant for part in known):
        try:
            return _constant(run(_NO_FRAME))
        except EvaluationError as error:
            message = error.message
            return Compiled(lambda _: _raise(message), 1)
    return Compiled(run, extra + sum(part.cost for part in known))


def _raise(message: str) -> Value:
    raise EvaluationError(message)


# ---- literals and variables --------------------------------------------------------------------


def _literal(node: pst.BoolLit | pst.LongLit | pst.StringLit, _: int) -> Compiled:
    return _constant(node.value)


def _entity_literal(node: pst.EntityLit, _: int) -> Compiled:
    return _constant(uid_of(node.value))


def _variable(node: pst.Var, _: int) -> Compiled:
    run = access.VARIABLES.get(node.name)
    if run is None:
        raise UnknownConstruct(f"unknown variable `{node.name}`")
    return Compiled(run, 1)


def _slot(node: pst.Slot, _: int) -> Compiled:
    raise UnknownConstruct(f"template slot `?{node.name}`, link the template before compiling it")


def _set(node: pst.Set, depth: int) -> Compiled:
    parts = tuple(compile_expression(element, depth) for element in node.elements)
    runs = tuple(part.run for part in parts)
    return _fold(lambda frame: make_set(run(frame) for run in runs), parts)


def _record(node: pst.Record, depth: int) -> Compiled:
    parts = {name: compile_expression(field, depth) for name, field in node.fields.items()}
    runs = tuple((name, part.run) for name, part in parts.items())
    return _fold(lambda frame: Record({name: run(frame) for name, run in runs}), parts.values())


# ---- operators ---------------------------------------------------------------------------------


def _unary(node: pst.UnaryOp, depth: int) -> Compiled:
    arg = compile_expression(node.arg, depth)
    function = UNARY.get(node.op)
    if function is None:
        raise UnknownConstruct(f"unknown operator `{node.op}`")
    run = _parse(function, arg.run) if node.op in PARSERS else _apply(function, arg.run)
    return _fold(run, (arg,))


def _apply(function: Unary, arg: Run) -> Run:
    return lambda frame: function(arg(frame))


def _parse(function: Unary, arg: Run) -> Run:
    def run(frame: Frame) -> Value:
        text = arg(frame)
        if frame is not _NO_FRAME:  # a constant is parsed once, at compile time
            frame.spend(size_in_steps(text))
        return function(text)

    return run


def size_in_steps(value: Value) -> int:
    """Return what reading all of `value` costs: its members, or its characters by the block."""
    if isinstance(value, frozenset | Record):
        return len(value)
    return len(value) // BYTES_PER_STEP if isinstance(value, str) else 0


def _binary(node: pst.BinaryOp, depth: int) -> Compiled:
    special = _SPECIAL.get(node.op)
    if special is not None:
        return special(node, depth)
    function = BINARY.get(node.op)
    if function is None:
        raise UnknownConstruct(f"unknown operator `{node.op}`")
    left, right = compile_expression(node.left, depth), compile_expression(node.right, depth)
    short = _shortcut(node, left, right)
    if short is not None:
        return Compiled(short, left.cost + right.cost)
    if node.op in SET_SIZED and not (_is_short(left) or _is_short(right)):
        return _fold(_apply_sized(function, left.run, right.run), (left, right))
    return _fold(_apply_both(function, left.run, right.run), (left, right))


def _shortcut(node: pst.BinaryOp, left: Compiled, right: Compiled) -> Test | None:
    if right.constant and not left.constant:
        fixed = right.run(_NO_FRAME)
        return _variable_is(node, fixed) or shortcuts.with_right_constant(node.op, left.run, fixed)
    if left.constant and not right.constant:
        return shortcuts.with_left_constant(node.op, left.run(_NO_FRAME), right.run)
    return None


def _variable_is(node: pst.BinaryOp, constant: Value) -> Test | None:
    if node.op == "eq" and isinstance(node.left, pst.Var) and isinstance(constant, Uid):
        return access.variable_is(node.left.name, constant)
    return None


def _is_short(part: Compiled) -> bool:
    """Say whether `part` is a constant that is compared in one step."""
    return part.constant and size_in_steps(part.run(_NO_FRAME)) == 0


def _apply_both(function: Binary, left: Run, right: Run) -> Run:
    return lambda frame: function(left(frame), right(frame))


def _apply_sized(function: Binary, left: Run, right: Run) -> Run:
    def run(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        if frame is not _NO_FRAME:
            frame.spend(min(size_in_steps(a), size_in_steps(b)))
        return function(a, b)

    return run


def _and(node: pst.BinaryOp, depth: int) -> Compiled:
    """Compile a chain of `&&`, which may be as long as it likes: it nests no deeper here."""
    chain = [node.right]
    first = node.left
    while isinstance(first, pst.BinaryOp) and first.op == "and":
        chain.append(first.right)
        first = first.left
    tests = [compile_test(part, depth) for part in (first, *reversed(chain))]
    steps = tuple(test for test, _ in tests)
    return Compiled(lambda frame: access.all_hold(steps, frame), _total(tests))


def _or(node: pst.BinaryOp, depth: int) -> Compiled:
    tests = [compile_test(part, depth) for part in disjuncts(node)]
    steps = tuple(test for test, _ in tests)
    return Compiled(lambda frame: access.any_holds(steps, frame), _total(tests))


def _total(tests: Iterable[tuple[Test, int]]) -> int:
    return 1 + sum(cost for _, cost in tests)


def _if(node: pst.IfThenElse, depth: int) -> Compiled:
    test, cost = compile_test(node.cond, depth)
    then = compile_expression(node.then_expr, depth)
    otherwise = compile_expression(node.else_expr, depth)
    then_run, else_run = then.run, otherwise.run
    return Compiled(
        lambda frame: then_run(frame) if test(frame) else else_run(frame),
        1 + cost + max(then.cost, otherwise.cost),
    )


# ---- entities, attributes, tags, patterns ------------------------------------------------------


def _attribute(node: pst.GetAttr, depth: int) -> Compiled:
    if isinstance(node.base, pst.Var):
        direct = access.attribute_of_variable(node.base.name, intern(node.attr))
        if direct is not None:
            return Compiled(direct, 2)
    base = compile_expression(node.base, depth)
    # Never folded: `{a: 1}.a` is constant, but a constant entity's attribute is not.
    return Compiled(access.attribute(base.run, node.attr), base.cost + 1)


def _has(node: pst.HasAttr, depth: int) -> Compiled:
    if isinstance(node.base, pst.Var) and len(node.attrs) == 1:
        direct = shortcuts.has_on_variable(node.base.name, intern(node.attrs[0]))
        if direct is not None:
            return Compiled(direct, 2)
    base = compile_expression(node.base, depth)
    return Compiled(access.has(base.run, tuple(node.attrs)), base.cost + len(node.attrs))


def _like(node: pst.Like, depth: int) -> Compiled:
    base = compile_expression(node.base, depth)
    pattern = compile_pattern(node.pattern)
    run, matches = base.run, pattern.matches
    short = shortcuts.like(run, pattern)
    if short is not None:
        return Compiled(short, base.cost + 1)

    def scan(frame: Frame) -> bool:
        text = expect_string(run(frame))
        frame.spend(len(text) // BYTES_PER_STEP)
        return matches(text)

    return Compiled(scan, base.cost + 1)


def _is(node: pst.Is, depth: int) -> Compiled:
    base = compile_expression(node.base, depth)
    is_type = access.is_type(base.run, str(node.entity_type))
    if node.in_expr is None:
        return Compiled(is_type, base.cost + 1)
    within = _within(node.base, node.in_expr, depth)
    is_in = within.run
    return Compiled(lambda frame: is_type(frame) and is_in(frame), 1 + base.cost + within.cost)


def _in(node: pst.BinaryOp, depth: int) -> Compiled:
    return _within(node.left, node.right, depth)


def _within(left: pst.Expr, right: pst.Expr, depth: int) -> Compiled:
    base, target = compile_expression(left, depth), compile_expression(right, depth)
    cost = 1 + base.cost + target.cost
    if isinstance(left, pst.Var) and target.constant:
        direct = access.variable_within(left.name, target.run(_NO_FRAME))
        if direct is not None:
            return Compiled(direct, cost)
    return Compiled(access.within(base.run, target.run), cost)


def _get_tag(node: pst.BinaryOp, depth: int) -> Compiled:
    base, tag = compile_expression(node.left, depth), compile_expression(node.right, depth)
    return Compiled(access.tag(base.run, tag.run), 1 + base.cost + tag.cost)


def _has_tag(node: pst.BinaryOp, depth: int) -> Compiled:
    base, tag = compile_expression(node.left, depth), compile_expression(node.right, depth)
    return Compiled(access.has_tag(base.run, tag.run), 1 + base.cost + tag.cost)


_Compiler: TypeAlias = Callable[[Any, int], Compiled]

_SPECIAL: Final[Mapping[pst.BinaryOpName, _Compiler]] = MappingProxyType(
    {"and": _and, "or": _or, "in": _in, "get_tag": _get_tag, "has_tag": _has_tag}
)

_COMPILERS: Final[Mapping[type, _Compiler]] = MappingProxyType(
    {
        pst.Var: _variable,
        pst.Slot: _slot,
        pst.BoolLit: _literal,
        pst.LongLit: _literal,
        pst.StringLit: _literal,
        pst.EntityLit: _entity_literal,
        pst.UnaryOp: _unary,
        pst.BinaryOp: _binary,
        pst.GetAttr: _attribute,
        pst.HasAttr: _has,
        pst.Like: _like,
        pst.Is: _is,
        pst.IfThenElse: _if,
        pst.Set: _set,
        pst.Record: _record,
    }
)
