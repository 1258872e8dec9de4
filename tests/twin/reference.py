"""A naive Cedar evaluator, written from the language specification alone.

Rules of this file:

1. Written from the specification, never from the product: nobody may make the two agree by
   copying. No import from `holdfast` is allowed here.
2. Recursion over the tree, one method per operator, no table of anything, no cache, no index:
   slow on purpose, so that each method can be held against its paragraph of the specification.
3. An error is an exception of one kind. Cedar observes only *that* a policy erred.
4. Each method can be overridden: a seeded bug (see `mutants`) is this class with one method wrong.

Sections carry the headings of the specification. "Spec X" is a module of the Lean formalisation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from cedarpy import pst

from tests.twin.functions import ExtensionFunctions, type_error
from tests.twin.values import (
    LONG_MAX,
    LONG_MIN,
    Bool,
    Datetime,
    Duration,
    Erred,
    Long,
    Question,
    RecordOf,
    Ref,
    SetOf,
    Store,
    String,
    Value,
    ancestors,
    member,
    same,
    set_of,
    subset,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def ref_of(uid: pst.EntityUid) -> Ref:
    """The model's name of an entity named in a policy."""
    return Ref(str(uid.type), uid.id)


class Interpreter(ExtensionFunctions):
    """Spec Evaluator: `evaluate x req es`, for one request and one store."""

    def __init__(self, question: Question, store: Store) -> None:
        """Evaluate under this request; entities outside `store` exist but are empty."""
        self.question = question
        self.store = store

    # --- 1. "Expression evaluation" (Spec Evaluator, `evaluate`) ------------------------------

    def evaluate(self, expr: pst.Expr) -> Value:  # noqa: C901, PLR0912 - one arm per node
        """The value of an expression, or `Erred`."""
        match expr:
            case pst.BoolLit(value):
                return Bool(value)
            case pst.LongLit(value):
                return Long(value)
            case pst.StringLit(value):
                return String(value)
            case pst.EntityLit(value):
                return ref_of(value)
            case pst.Var(name):
                return self.variable(name)
            case pst.GetAttr(base, attr):
                return self.get_attr(self.evaluate(base), attr)
            case pst.HasAttr(base, attrs):
                return Bool(self.has_path(self.evaluate(base), attrs))
            case pst.BinaryOp("and", left, right):
                return self.both(left, right)
            case pst.BinaryOp("or", left, right):
                return self.either(left, right)
            case pst.BinaryOp(op, left, right):
                a = self.evaluate(left)
                b = self.evaluate(right)
                method: Callable[[Value, Value], Value] = getattr(self, f"op_{op}")
                return method(a, b)
            case pst.UnaryOp(op, arg):
                function: Callable[[Value], Value] = getattr(self, f"op_{op}")
                return function(self.evaluate(arg))
            case pst.IfThenElse(cond, then_expr, else_expr):
                return self.choose(cond, then_expr, else_expr)
            case pst.Like(base, pattern):
                return Bool(self.like(self.text(self.evaluate(base)), pattern))
            case pst.Is(base, entity_type, in_expr):
                return self.is_type(base, entity_type, in_expr)
            case pst.Set(elements):
                return set_of([self.evaluate(each) for each in elements])
            case pst.Record(fields):
                return RecordOf({name: self.evaluate(each) for name, each in fields.items()})
            case pst.Slot(name):
                # Templates are instantiated before evaluation (Spec Template).
                msg = f"unlinked slot {name}"
                raise ValueError(msg)
            case _:
                assert_never(expr)

    def variable(self, name: pst.VarName) -> Value:
        """The four parts of a request."""
        match name:
            case "principal":
                return self.question.principal
            case "action":
                return self.question.action
            case "resource":
                return self.question.resource
            case "context":
                return RecordOf(self.question.context)

    # --- 3. Operators, "Logical operators" ----------------------------------------------------

    def both(self, left: pst.Expr, right: pst.Expr) -> Value:
        """Operators, "&&": the right side is not looked at when the left is false."""
        if not self.truth(self.evaluate(left)):
            return Bool(False)
        return Bool(self.truth(self.evaluate(right)))

    def either(self, left: pst.Expr, right: pst.Expr) -> Value:
        """Operators, "||": the right side is not looked at when the left is true."""
        if self.truth(self.evaluate(left)):
            return Bool(True)
        return Bool(self.truth(self.evaluate(right)))

    def op_not(self, a: Value) -> Value:
        """Operators, "!"."""
        return Bool(not self.truth(a))

    def choose(self, cond: pst.Expr, then_expr: pst.Expr, else_expr: pst.Expr) -> Value:
        """Operators, "if": only the chosen branch is evaluated, and it may be of any type."""
        return self.evaluate(then_expr if self.truth(self.evaluate(cond)) else else_expr)

    # --- 4. Operators, "Comparison operators and functions" -----------------------------------

    def equal(self, a: Value, b: Value) -> bool:
        """Operators, "==": any two values, never an error."""
        return same(a, b)

    def op_eq(self, a: Value, b: Value) -> Value:
        """Operators, "==". Sections 4 and 6 both rest on `equal`."""
        return Bool(self.equal(a, b))

    def op_not_eq(self, a: Value, b: Value) -> Value:
        """Operators, "!="."""
        return Bool(not self.equal(a, b))

    def ordered(self, a: Value, b: Value) -> tuple[int, int]:
        """Operators, "<": two longs, two datetimes or two durations; nothing else has an order."""
        match a, b:
            case Long(x), Long(y):
                return x, y
            case Datetime(ms=x), Datetime(ms=y):
                return x, y
            case Duration(ms=x), Duration(ms=y):
                return x, y
            case _:
                raise type_error("no order between these")

    def op_less(self, a: Value, b: Value) -> Value:
        """Operators, "<"."""
        x, y = self.ordered(a, b)
        return Bool(x < y)

    def op_less_eq(self, a: Value, b: Value) -> Value:
        """Operators, "<="."""
        x, y = self.ordered(a, b)
        return Bool(x <= y)

    def op_greater(self, a: Value, b: Value) -> Value:
        """Operators, ">"."""
        x, y = self.ordered(a, b)
        return Bool(x > y)

    def op_greater_eq(self, a: Value, b: Value) -> Value:
        """Operators, ">="."""
        x, y = self.ordered(a, b)
        return Bool(x >= y)

    # --- 5. Operators, "Arithmetic operators" -------------------------------------------------

    def long(self, number: int) -> Long:
        """Datatypes, "Long": exceeding the range is an error."""
        if not LONG_MIN <= number <= LONG_MAX:
            msg = "integer overflow"
            raise Erred(msg)
        return Long(number)

    def op_add(self, a: Value, b: Value) -> Value:
        """Operators, "+"."""
        return self.long(self.number(a) + self.number(b))

    def op_sub(self, a: Value, b: Value) -> Value:
        """Operators, "-"."""
        return self.long(self.number(a) - self.number(b))

    def op_mul(self, a: Value, b: Value) -> Value:
        """Operators, "*"."""
        return self.long(self.number(a) * self.number(b))

    def op_neg(self, a: Value) -> Value:
        """Operators, negation: the smallest long has no opposite."""
        return self.long(-self.number(a))

    # --- 6. Operators, "Hierarchy and set membership operators and functions" -----------------

    def inside(self, a: Ref, b: Ref) -> bool:
        """Spec Evaluator, `inₑ`: reflexive, then the ancestors."""
        return a == b or b in ancestors(self.store, a)

    def op_in(self, a: Value, b: Value) -> Value:
        """Operators, "in": of one entity, or of any of a set that holds only entities."""
        child = self.entity(a)
        if isinstance(b, SetOf):
            groups = [self.entity(each) for each in b.members]
            return Bool(any(self.inside(child, group) for group in groups))
        return Bool(self.inside(child, self.entity(b)))

    def attributes(self, value: Value) -> Mapping[str, Value]:
        """Spec Evaluator, `attrsOf`: records and entities have attributes, nothing else does."""
        if isinstance(value, RecordOf):
            return value.fields
        data = self.store.get(self.entity(value))
        return {} if data is None else data.attrs

    def has_path(self, value: Value, attrs: Sequence[str]) -> bool:
        """Operators, "has": `x has a.b` is `x has a && x.a has b`."""
        for position, attr in enumerate(attrs):
            if attr not in self.attributes(value):
                return False
            if position + 1 < len(attrs):
                value = self.get_attr(value, attr)
        return True

    def get_attr(self, value: Value, attr: str) -> Value:
        """Spec Evaluator, `getAttr`: a missing attribute, or a missing entity, is an error."""
        held = self.attributes(value)
        if attr not in held:
            msg = "no such attribute"
            raise Erred(msg)
        return held[attr]

    def tags(self, of: Ref) -> Mapping[str, Value]:
        """Spec Entities, `tagsOrEmpty`."""
        data = self.store.get(of)
        return {} if data is None else data.tags

    def op_has_tag(self, a: Value, b: Value) -> Value:
        """Operators, ".hasTag()"."""
        of, tag = self.entity(a), self.text(b)
        return Bool(tag in self.tags(of))

    def op_get_tag(self, a: Value, b: Value) -> Value:
        """Operators, ".getTag()"."""
        of, tag = self.entity(a), self.text(b)
        if tag not in self.tags(of):
            msg = "no such tag"
            raise Erred(msg)
        return self.tags(of)[tag]

    def is_type(
        self, base: pst.Expr, entity_type: pst.EntityType, in_expr: pst.Expr | None
    ) -> Value:
        """Operators, "is": `x is T in y` is `x is T && x in y`."""
        of = self.entity(self.evaluate(base))
        if of.type != str(entity_type):
            return Bool(False)
        return Bool(True) if in_expr is None else self.op_in(of, self.evaluate(in_expr))

    def op_contains(self, a: Value, b: Value) -> Value:
        """Operators, ".contains()"."""
        return Bool(member(b, self.set_value(a)))

    def op_contains_all(self, a: Value, b: Value) -> Value:
        """Operators, ".containsAll()"."""
        whole, part = self.set_value(a), self.set_value(b)
        return Bool(subset(part, whole))

    def op_contains_any(self, a: Value, b: Value) -> Value:
        """Operators, ".containsAny()"."""
        one, other = self.set_value(a), self.set_value(b)
        return Bool(any(member(each, other) for each in one.members))

    def op_is_empty(self, a: Value) -> Value:
        """Operators, ".isEmpty()"."""
        return Bool(len(self.set_value(a).members) == 0)

    # --- 7. Operators, "String operators and functions" ---------------------------------------

    def like(self, text: str, pattern: Sequence[pst.PatternElem]) -> bool:
        """Spec Wildcard: `*` stands for any number of any characters, the rest for itself."""
        # Backtracking is exponential for many stars; the set of pattern positions that can have
        # matched the text so far is the same definition, read from left to right.
        positions = self.skip_stars(frozenset({0}), pattern)
        for char in text:
            stay = frozenset(at for at in positions if at < len(pattern) and self.star(pattern[at]))
            step = {
                at + 1 for at in positions if at < len(pattern) and pattern[at] == pst.Char(char)
            }
            positions = self.skip_stars(stay | step, pattern)
        return len(pattern) in positions

    def star(self, element: pst.PatternElem) -> bool:
        """Whether this element of a pattern is the wildcard."""
        return isinstance(element, pst.Wildcard)

    def skip_stars(
        self, positions: frozenset[int], pattern: Sequence[pst.PatternElem]
    ) -> frozenset[int]:
        """A wildcard may stand for nothing."""
        reached: set[int] = set()
        for start in positions:
            at = start
            reached.add(at)
            while at < len(pattern) and self.star(pattern[at]):
                at += 1
                reached.add(at)
        return frozenset(reached)
