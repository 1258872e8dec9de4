"""What an expression is in one scene: its type, and its value when that is always the same.

Rules of this file:
1. It judges like the engine's strict validator, so that each of its complaints has a place;
   what it does not know, it does not complain of: the engine's word comes after.
2. A conjunct that is always false ends the reading of what stands behind it, as it ends the
   evaluation: `resource is Path && resource.name == ...` is right for every resource.
3. A constant is only what holds in every request of the scene.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cedarpy import pst

from holdfast.policy.diagnostics import closest, displayed
from holdfast.policy.lint.draft import Notes
from holdfast.policy.lint.scenes import Scene, action_matches, literal_uids, within
from holdfast.policy.lint.signatures import (
    ACTION,
    BOOL,
    DATETIME,
    DURATION,
    LONG,
    STRING,
    TYPED,
    UNARY,
    article,
    compatible,
    conversion,
)
from holdfast.policy.lint.suggestions import entity_hint
from holdfast.policy.source.vocabulary import (
    EntityOf,
    RecordOf,
    SetOf,
    Type,
)

__all__ = ["UNKNOWN", "Constant", "Reader", "Seen", "Unknown"]


class Unknown(enum.Enum):
    """The type of `UNKNOWN`: a value that differs between requests."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
Constant: TypeAlias = "bool | int | str | pst.EntityUid | Unknown"

_ORDERED = {"less", "less_eq", "greater", "greater_eq"}
_ORDERS: Mapping[str, Callable[[int, int], bool]] = {
    "less": lambda a, b: a < b,
    "less_eq": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_eq": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """An expression's type (None when unclear) and its constant value."""

    type: Type | None
    value: Constant = UNKNOWN


NOTHING = Seen(None)


class Reader:
    """Reads expressions of one rule in one scene."""

    def __init__(self, scene: Scene, notes: Notes) -> None:
        """Stand in a scene."""
        self.scene = scene
        self.notes = notes
        self.vocabulary = notes.draft.vocabulary

    def truth(self, expr: pst.Expr) -> bool | None:
        """Read a condition; return what it always is, or None."""
        seen = self.read(expr)
        self._demand(expr, seen, BOOL)
        return seen.value if isinstance(seen.value, bool) else None

    def read(self, expr: pst.Expr) -> Seen:
        """Read one expression."""
        match expr:
            case pst.UnaryOp():
                return self._unary(expr)
            case pst.BinaryOp():
                return self._binary(expr)
            case pst.GetAttr():
                return self._attribute(expr)
            case pst.HasAttr():
                return self._has(expr)
            case pst.Is():
                return self._is(expr)
            case pst.IfThenElse():
                return self._conditional(expr)
            case pst.Set():
                return self._set(expr)
            case pst.Record():
                return self._record(expr)
            case _:
                return self._leaf(expr)

    # Leaves

    def _leaf(self, expr: pst.Expr) -> Seen:
        match expr:
            case pst.Var():
                return self._variable(expr)
            case pst.BoolLit(value):
                return Seen(BOOL, value)
            case pst.LongLit(value):
                return Seen(LONG, value)
            case pst.StringLit(value):
                return Seen(STRING, value)
            case pst.EntityLit(uid):
                action = uid.type.basename == "Action"
                return Seen(ACTION if action else EntityOf(str(uid.type)), uid)
            case pst.Like(base):
                self._demand(base, self.read(base), STRING)
                return Seen(BOOL)
            case _:
                return NOTHING  # a template's slot, refused elsewhere

    def _record(self, expr: pst.Record) -> Seen:
        types = {name: self.read(each).type for name, each in expr.fields.items()}
        known = {name: each for name, each in types.items() if each is not None}
        return Seen(RecordOf(known) if len(known) == len(types) else None)

    def _variable(self, expr: pst.Var) -> Seen:
        match expr.name:
            case "principal":
                return Seen(EntityOf(self.scene.principal))
            case "resource":
                return Seen(EntityOf(self.scene.resource))
            case "context":
                return Seen(self.scene.action.context)
            case _:
                return Seen(ACTION)

    def _attribute(self, expr: pst.GetAttr) -> Seen:
        of = self.read(expr.base).type
        attrs = self._attrs(of)
        if attrs is None:
            return NOTHING
        found = attrs.attrs.get(expr.attr)
        if found is None:
            self._unknown_attribute(expr, of, attrs)
            return NOTHING
        return Seen(found)

    def _attrs(self, of: Type | None) -> RecordOf | None:
        if isinstance(of, RecordOf):
            return of
        kind = self.vocabulary.entities.get(of.name) if isinstance(of, EntityOf) else None
        return kind.attrs if kind else None

    def _unknown_attribute(self, expr: pst.GetAttr, of: Type | None, attrs: RecordOf) -> None:
        near = closest(expr.attr, attrs.attrs)
        holder = self._holder(expr.base, of)
        listed = ", ".join(sorted(attrs.attrs)) or "none"
        hint = f"did you mean `{near}`?" if near else self._where_it_is(expr, listed)
        message = f"{holder} has no attribute {displayed(expr.attr)}"
        self.notes.add(expr, "unknown-attribute", message, hint, part="attr")

    def _holder(self, base: pst.Expr, of: Type | None) -> str:
        action = self.scene.action.name
        if isinstance(of, EntityOf):
            return f"`{of.name}`" if of != ACTION else "an action"
        if isinstance(base, pst.Var):
            return f"the context of `{action}`"
        if isinstance(base, pst.GetAttr) and base.attr == "params":
            return f"`{action}`"
        return "this record"

    def _where_it_is(self, expr: pst.GetAttr, listed: str) -> str:
        """Return a hint: where else the attribute is, else which there are."""
        match expr.base:
            case pst.Var("context"):
                actions = self.vocabulary.actions.values()
                owners = sorted(a.name for a in actions if expr.attr in a.context.attrs)
                if owners:
                    return f"only `{'`, `'.join(owners[:3])}` has it: name the action first"
            case pst.Var("resource"):
                kinds = self.vocabulary.entities.values()
                types = sorted(kind.name for kind in kinds if expr.attr in kind.attrs.attrs)
                if types:
                    asked = " || ".join(f"resource is {name}" for name in types[:1])
                    return f"ask `{asked}` first"
            case _:
                pass
        return f"there are: {listed}"

    def _has(self, expr: pst.HasAttr) -> Seen:
        attrs = self._attrs(self.read(expr.base).type)
        if attrs is None:
            return Seen(BOOL)
        name = expr.attrs[0]
        if name not in attrs.attrs:
            return Seen(BOOL, value=False)
        return Seen(BOOL) if name in attrs.optional else Seen(BOOL, value=True)

    # Operators

    def _unary(self, expr: pst.UnaryOp) -> Seen:
        wanted, result = UNARY[expr.op]
        seen = self.read(expr.arg)
        if wanted is not None:
            self._demand(expr.arg, seen, wanted)
        elif seen.type is not None and not isinstance(seen.type, SetOf):
            message = f"{article(seen.type)} is not a set"
            self.notes.add(expr.arg, "type-mismatch", message, "only a set can be empty")
        if expr.op == "not" and isinstance(seen.value, bool):
            return Seen(BOOL, value=not seen.value)
        if expr.op == "neg" and type(seen.value) is int:
            return Seen(LONG, -seen.value)
        return Seen(result)

    def _binary(self, expr: pst.BinaryOp) -> Seen:
        if expr.op in {"and", "or"}:
            return self._junction(expr)
        if expr.op == "in":
            return self._in(expr)
        left, right = self.read(expr.left), self.read(expr.right)
        if expr.op in {"eq", "not_eq"}:
            return self._equality(expr, left, right)
        if expr.op in _ORDERED:
            return self._order(expr, left, right)
        if expr.op in TYPED:
            wanted_left, wanted_right, result = TYPED[expr.op]
            self._demand(expr.left, left, wanted_left)
            self._demand(expr.right, right, wanted_right)
            return Seen(result)
        return self._membership(expr, left, right)

    def _junction(self, expr: pst.BinaryOp) -> Seen:
        decisive = expr.op == "or"
        left = self.truth(expr.left)
        if left is decisive:
            return Seen(BOOL, decisive)
        right = self.truth(expr.right)
        if right is decisive:
            return Seen(BOOL, decisive)
        both = left is not None and right is not None
        return Seen(BOOL, not decisive) if both else Seen(BOOL)

    def _equality(self, expr: pst.BinaryOp, left: Seen, right: Seen) -> Seen:
        positive = expr.op == "eq"
        if left.type is None or right.type is None:
            return Seen(BOOL)
        if self._text_for_entity(expr.left, expr.right, left, right):
            return Seen(BOOL)
        entities = isinstance(left.type, EntityOf) and isinstance(right.type, EntityOf)
        if not entities and not compatible(left.type, right.type):
            self._mismatch(expr.right, left.type, right.type)
            return Seen(BOOL)
        if left.value is not UNKNOWN and right.value is not UNKNOWN:
            return Seen(BOOL, (left.value == right.value) is positive)
        uid = right.value if isinstance(expr.left, pst.Var) else left.value
        if left.type == ACTION and isinstance(uid, pst.EntityUid):
            return Seen(BOOL, (uid.id == self.scene.action.name) is positive)
        if entities and left.type != right.type:
            return Seen(BOOL, not positive)
        return Seen(BOOL)

    def _text_for_entity(
        self, left_expr: pst.Expr, right_expr: pst.Expr, left: Seen, right: Seen
    ) -> bool:
        """Note a text where an entity belongs, on whichever side it stands."""
        for thing, text, text_expr, thing_expr in (
            (left, right, right_expr, left_expr),
            (right, left, left_expr, right_expr),
        ):
            if isinstance(thing.type, EntityOf) and text.type == STRING:
                self._refuse_text(thing_expr, text_expr, thing.type, text.value)
                return True
        return False

    def _refuse_text(self, thing: pst.Expr, text: pst.Expr, of: EntityOf, value: Constant) -> None:
        written = self.notes.draft.spans.text(text)
        name = thing.name if isinstance(thing, pst.Var) else of.name
        article = "an" if name[0] in "aeiouAEIOU" else "a"
        message = f"{displayed(written)} is text, {article} {name} is an entity"
        hint = (
            entity_hint(self.notes.draft.who, name, of.name, value)
            if isinstance(value, str)
            else ""
        )
        self.notes.add(text, "text-for-entity", message, hint or "compare it with an entity")

    def _order(self, expr: pst.BinaryOp, left: Seen, right: Seen) -> Seen:
        ordered = (LONG, DATETIME, DURATION)
        for side, seen in ((expr.left, left), (expr.right, right)):
            if seen.type is not None and seen.type not in ordered:
                message = f"{article(seen.type)} has no order"
                hint = "numbers, datetimes and durations have; a decimal has `lessThan`"
                self.notes.add(side, "type-mismatch", message, hint)
                return Seen(BOOL)
        if left.type is not None and right.type is not None and left.type != right.type:
            self._mismatch(expr.right, left.type, right.type)
        if type(left.value) is int and type(right.value) is int:
            return Seen(BOOL, _ORDERS[expr.op](left.value, right.value))
        return Seen(BOOL)

    def _membership(self, expr: pst.BinaryOp, left: Seen, right: Seen) -> Seen:
        if expr.op in {"get_tag", "has_tag"}:
            return Seen(BOOL) if expr.op == "has_tag" else NOTHING
        if left.type is not None and not isinstance(left.type, SetOf):
            message = f"{article(left.type)} is not a set"
            self.notes.add(expr.left, "type-mismatch", message, "ask a set: `[...].contains(x)`")
            return Seen(BOOL)
        of = left.type.of if isinstance(left.type, SetOf) else None
        asked = right.type
        if expr.op != "contains":
            if asked is not None and not isinstance(asked, SetOf):
                message = f"{article(asked)} is not a set"
                self.notes.add(expr.right, "type-mismatch", message, "write `[...]`")
                return Seen(BOOL)
            asked = asked.of if isinstance(asked, SetOf) else None
        if of is not None and asked is not None and not compatible(of, asked):
            self._mismatch_in_set(expr, of, asked)
        return Seen(BOOL)

    def _mismatch_in_set(self, expr: pst.BinaryOp, of: Type, asked: Type) -> None:
        if isinstance(asked, EntityOf) and of == STRING and expr.op == "contains":
            elements = expr.left.elements if isinstance(expr.left, pst.Set) else ()
            for element in elements:
                if isinstance(element, pst.StringLit):
                    self._refuse_text(expr.right, element, asked, element.value)
            return
        self._mismatch(expr.right, of, asked)

    def _in(self, expr: pst.BinaryOp) -> Seen:
        left, right = self.read(expr.left), self.read(expr.right)
        if right.type == STRING and isinstance(left.type, EntityOf):
            self._refuse_text(expr.left, expr.right, left.type, right.value)
            return Seen(BOOL)
        uids = literal_uids(expr.right)
        if not isinstance(left.type, EntityOf) or uids is None:
            return Seen(BOOL)
        if isinstance(expr.left, pst.Var) and expr.left.name == "action":
            action = self.scene.action
            return Seen(BOOL, any(action_matches(action, uid) for uid in uids))
        of = left.type.name
        possible = any(within(of, str(uid.type), self.vocabulary) for uid in uids)
        return Seen(BOOL) if possible else Seen(BOOL, value=False)

    def _is(self, expr: pst.Is) -> Seen:
        of = self.read(expr.base).type
        if isinstance(of, EntityOf) and of.name != str(expr.entity_type):
            return Seen(BOOL, value=False)
        if expr.in_expr is None:
            return Seen(BOOL, value=True) if isinstance(of, EntityOf) else Seen(BOOL)
        uids = literal_uids(expr.in_expr)
        if uids is None or not isinstance(of, EntityOf):
            return Seen(BOOL)
        possible = any(within(of.name, str(uid.type), self.vocabulary) for uid in uids)
        return Seen(BOOL) if possible else Seen(BOOL, value=False)

    def _conditional(self, expr: pst.IfThenElse) -> Seen:
        cond = self.truth(expr.cond)
        if cond is not None:
            return self.read(expr.then_expr if cond else expr.else_expr)
        then_seen, else_seen = self.read(expr.then_expr), self.read(expr.else_expr)
        if then_seen == else_seen:
            return then_seen
        return Seen(then_seen.type) if then_seen.type == else_seen.type else NOTHING

    def _set(self, expr: pst.Set) -> Seen:
        of: Type | None = None
        for element in expr.elements:
            each = self.read(element).type
            if of is not None and each is not None and not compatible(of, each):
                self._mismatch(element, of, each)
            of = of or each
        return Seen(SetOf(of))

    # Complaints

    def _demand(self, expr: pst.Expr, seen: Seen, wanted: Type) -> None:
        if seen.type is None or seen.type == wanted:
            return
        message = f"{article(wanted)} belongs here, this is {article(seen.type)}"
        hint = "say what of it: `resource.name`" if isinstance(seen.type, EntityOf) else ""
        self.notes.add(expr, "type-mismatch", message, hint)

    def _mismatch(self, expr: pst.Expr, wanted: Type, found: Type) -> None:
        message = f"{article(found)} is compared with {article(wanted)}"
        self.notes.add(expr, "type-mismatch", message, conversion(wanted, found))
