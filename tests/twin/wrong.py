"""Interpreters with one thing wrong each: the seeded bugs of evaluation.

Rules of this file: every bug is one an implementer could really make; the class name says what the
buggy product would do; every direct subclass of `Interpreter` here is hunted in every run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cedarpy import pst

from tests.twin import extensions as ext
from tests.twin.reference import Interpreter
from tests.twin.values import (
    Bool,
    Datetime,
    Decimal,
    Duration,
    Erred,
    Ip,
    Long,
    RecordOf,
    Ref,
    SetOf,
    Value,
    same,
    set_of,
)


class LessForLessEqual(Interpreter):
    def op_less_eq(self, a: Value, b: Value) -> Value:
        return self.op_less(a, b)


class AndLooksAtBoth(Interpreter):
    def both(self, left: pst.Expr, right: pst.Expr) -> Value:
        a, b = self.truth(self.evaluate(left)), self.truth(self.evaluate(right))
        return Bool(a and b)


class OrLooksAtBoth(Interpreter):
    def either(self, left: pst.Expr, right: pst.Expr) -> Value:
        a, b = self.truth(self.evaluate(left)), self.truth(self.evaluate(right))
        return Bool(a or b)


class AndDoesNotCheckItsRight(Interpreter):
    def both(self, left: pst.Expr, right: pst.Expr) -> Value:
        return self.evaluate(right) if self.truth(self.evaluate(left)) else Bool(False)


class IfLooksAtBoth(Interpreter):
    def choose(self, cond: pst.Expr, then_expr: pst.Expr, else_expr: pst.Expr) -> Value:
        yes = self.truth(self.evaluate(cond))
        a, b = self.evaluate(then_expr), self.evaluate(else_expr)
        return a if yes else b


class OverflowWraps(Interpreter):
    def long(self, number: int) -> Long:
        return Long((number + 2**63) % 2**64 - 2**63)


class NothingOverflows(Interpreter):
    def long(self, number: int) -> Long:
        return Long(number)


def conflated(value: Value) -> Value:
    """As Python's own `==` would see it: `True == 1`, also inside sets and records."""
    match value:
        case Bool(of):
            return Long(int(of))
        case SetOf(members):
            return set_of([conflated(each) for each in members])
        case RecordOf(fields):
            return RecordOf({name: conflated(each) for name, each in fields.items()})
        case _:
            return value


class TrueIsOne(Interpreter):
    def equal(self, a: Value, b: Value) -> bool:
        return same(conflated(a), conflated(b))


class TrueIsOneInSets(Interpreter):
    def op_contains(self, a: Value, b: Value) -> Value:
        return super().op_contains(conflated(a), conflated(b))


class MomentsAreSpans(Interpreter):
    def equal(self, a: Value, b: Value) -> bool:
        if isinstance(a, Datetime | Duration) and isinstance(b, Datetime | Duration):
            return a.ms == b.ms
        return same(a, b)


class EqualityOfKindsErrs(Interpreter):
    def equal(self, a: Value, b: Value) -> bool:
        if type(a) is not type(b):
            raise Erred
        return same(a, b)


class SetsAreOrdered(Interpreter):
    def equal(self, a: Value, b: Value) -> bool:
        if isinstance(a, SetOf) and isinstance(b, SetOf):
            pairs = zip(a.members, b.members, strict=False)
            return len(a.members) == len(b.members) and all(same(x, y) for x, y in pairs)
        return same(a, b)


class InIsNotReflexive(Interpreter):
    def inside(self, a: Ref, b: Ref) -> bool:
        return a != b and super().inside(a, b)


class InSeesParentsOnly(Interpreter):
    def inside(self, a: Ref, b: Ref) -> bool:
        data = self.store.get(a)
        return a == b or (data is not None and b in data.parents)


class InSkipsWhatIsNoEntity(Interpreter):
    def op_in(self, a: Value, b: Value) -> Value:
        if isinstance(b, SetOf):
            b = SetOf(tuple(each for each in b.members if isinstance(each, Ref)))
        return super().op_in(a, b)


class MissingAttributeIsFalse(Interpreter):
    def get_attr(self, value: Value, attr: str) -> Value:
        return self.attributes(value).get(attr, Bool(False))


class HasErrsOnAbsentEntity(Interpreter):
    def has_path(self, value: Value, attrs: Sequence[str]) -> bool:
        if isinstance(value, Ref) and value not in self.store:
            raise Erred
        return super().has_path(value, attrs)


class HasIsFalseOnAnything(Interpreter):
    def has_path(self, value: Value, attrs: Sequence[str]) -> bool:
        return isinstance(value, Ref | RecordOf) and super().has_path(value, attrs)


class HasStopsAtTheFirst(Interpreter):
    def has_path(self, value: Value, attrs: Sequence[str]) -> bool:
        return super().has_path(value, attrs[:1])


class TagsAreAttributes(Interpreter):
    def tags(self, of: Ref) -> Mapping[str, Value]:
        return {**self.attributes(of), **super().tags(of)}


class TypesWithoutNamespace(Interpreter):
    def is_type(
        self, base: pst.Expr, entity_type: pst.EntityType, in_expr: pst.Expr | None
    ) -> Value:
        of = self.entity(self.evaluate(base))
        if of.type.rpartition("::")[2] != entity_type.basename:
            return Bool(False)
        return Bool(True) if in_expr is None else self.op_in(of, self.evaluate(in_expr))


class IsInForgetsIn(Interpreter):
    def is_type(
        self, base: pst.Expr, entity_type: pst.EntityType, in_expr: pst.Expr | None
    ) -> Value:
        return super().is_type(base, entity_type, None)


class StarStopsAtSlash(Interpreter):
    def like(self, text: str, pattern: Sequence[pst.PatternElem]) -> bool:
        if not pattern:
            return text == ""
        first, rest = pattern[0], pattern[1:]
        if isinstance(first, pst.Wildcard):
            reach = text.find("/") if "/" in text else len(text)
            return any(self.like(text[at:], rest) for at in range(reach + 1))
        return text[:1] == first.value and self.like(text[1:], rest)


class StarNeedsACharacter(Interpreter):
    def skip_stars(
        self, positions: frozenset[int], pattern: Sequence[pst.PatternElem]
    ) -> frozenset[int]:
        return frozenset(
            positions
            | {at + 1 for at in positions if at and at < len(pattern) and self.star(pattern[at])}
        )


class EscapedStarIsAStar(Interpreter):
    def star(self, element: pst.PatternElem) -> bool:
        return isinstance(element, pst.Wildcard) or element.value == "*"


class ContainsAllOfNothingIsFalse(Interpreter):
    def op_contains_all(self, a: Value, b: Value) -> Value:
        return (
            Bool(bool(self.set_value(b).members))
            if not self.set_value(b).members
            else (super().op_contains_all(a, b))
        )


class RangeIsOneShort(Interpreter):
    def op_is_in_range(self, a: Value, b: Value) -> Value:
        inner, outer = self.ipaddr(a), self.ipaddr(b)
        last = ext.span(inner)[1]
        short = outer.prefix < ext.bits(outer) and last == ext.span(outer)[1]
        return Bool(ext.in_range(inner, outer) and not short)


class RangesOverlapIsIn(Interpreter):
    def op_is_in_range(self, a: Value, b: Value) -> Value:
        inner, outer = self.ipaddr(a), self.ipaddr(b)
        return Bool(ext.in_range(Ip(inner.version, inner.address, ext.bits(inner)), outer))


class HostBitsAreDropped(Interpreter):
    def op_ip(self, a: Value) -> Value:
        got = ext.ip(self.text(a))
        return Ip(got.version, ext.span(got)[0], got.prefix)


class LoopbackLooksAtOneAddress(Interpreter):
    def op_is_loopback(self, a: Value) -> Value:
        address = self.ipaddr(a)
        return Bool(ext.is_loopback(Ip(address.version, address.address, ext.bits(address))))


class DecimalsAreText(Interpreter):
    def dec(self, value: Value) -> Decimal:
        # Maps a decimal to a number with the order of its text.
        digits = super().dec(value).text or str(super().dec(value).units)
        return Decimal(int.from_bytes(digits.encode().ljust(40, b"\0"), "big"))


class FractionsArePaddedLeft(Interpreter):
    def op_decimal(self, a: Value) -> Value:
        got = ext.decimal(self.text(a))
        whole, _, fraction = got.text.partition(".")
        tail = int(fraction)
        return Decimal(int(whole) * 10_000 + (-tail if whole.startswith("-") else tail))


class UnitsAreFloored(Interpreter):
    def op_to_seconds(self, a: Value) -> Value:
        return Long(self.span(a).ms // 1000)

    def op_to_minutes(self, a: Value) -> Value:
        return Long(self.span(a).ms // 60_000)

    def op_to_hours(self, a: Value) -> Value:
        return Long(self.span(a).ms // 3_600_000)

    def op_to_days(self, a: Value) -> Value:
        return Long(self.span(a).ms // 86_400_000)


class DatesAreCutTowardsTheEpoch(Interpreter):
    def op_to_date(self, a: Value) -> Value:
        return Datetime(ext.whole(Duration(self.moment(a).ms), ext.MS_PER_DAY) * ext.MS_PER_DAY)


class OffsetsAreAdded(Interpreter):
    def op_datetime(self, a: Value) -> Value:
        text = self.text(a)
        ext.datetime(text)
        flipped = text[10:].translate(str.maketrans("+-", "-+"))
        return ext.datetime(text[:10] + flipped)


class StringsAreStripped(Interpreter):
    """`int()` and `$` forgive white space and a final line feed."""

    def op_datetime(self, a: Value) -> Value:
        return ext.datetime(self.text(a).strip())

    def op_duration(self, a: Value) -> Value:
        return ext.duration(self.text(a).strip())

    def op_decimal(self, a: Value) -> Value:
        return ext.decimal(self.text(a).strip())


WRONG: tuple[type[Interpreter], ...] = tuple(Interpreter.__subclasses__())
