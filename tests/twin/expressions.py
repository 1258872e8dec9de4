"""Seeded Cedar expressions.

Rules of this file: ask for a kind and mostly get an expression of that kind; about one node in
seventy lies, because type errors are half of the semantics. Literals come from the same pools the
data came from.
"""

from __future__ import annotations

from random import Random
from typing import Final, TypeVar

from cedarpy import pst

from tests.twin import vocabulary as words

T = TypeVar("T")

LIES: Final = 0.015
# Levels a tower adds; the engine's own limit is 100 with everything around it.
TOWER: Final = (20, 50, 80)

COMPARISONS: Final[tuple[pst.BinaryOpName, ...]] = ("less", "less_eq", "greater", "greater_eq")
DECIMAL_COMPARISONS: Final[tuple[pst.BinaryOpName, ...]] = (
    "decimal_less_than", "decimal_less_eq", "decimal_greater", "decimal_greater_eq",
)  # fmt: skip
IP_TESTS: Final[tuple[pst.UnaryOpName, ...]] = (
    "is_ipv4", "is_ipv6", "is_loopback", "is_multicast",
)  # fmt: skip
UNITS: Final[tuple[pst.UnaryOpName, ...]] = (
    "to_milliseconds", "to_seconds", "to_minutes", "to_hours", "to_days",
)  # fmt: skip
SETS: Final[tuple[words.Kind, ...]] = ("strings", "longs", "entities", "mixed")
ELEMENT: Final[dict[words.Kind, words.Kind]] = {
    "strings": "string", "longs": "long", "entities": "entity",
}  # fmt: skip
VARIABLES: Final[tuple[pst.VarName, ...]] = ("principal", "resource", "context", "context")
ENTITY_VARIABLES: Final[tuple[pst.VarName, ...]] = ("principal", "resource", "action")


def type_of(name: str) -> pst.EntityType:
    """An entity type from its full name."""
    *namespace, basename = name.split("::")
    return pst.EntityType(basename, tuple(namespace))


def uid_of(pair: tuple[str, str]) -> pst.EntityUid:
    """An entity from the vocabulary."""
    return pst.EntityUid(type_of(pair[0]), pair[1])


class Author:
    """Writes expressions."""

    def __init__(self, rng: Random, lexicon: words.Lexicon) -> None:
        self.rng = rng
        self.lexicon = lexicon

    def pick(self, hot: tuple[T, ...], odd: tuple[T, ...], share: float = 0.15) -> T:
        """Mostly the common words, sometimes the odd ones."""
        return self.rng.choice(odd if self.rng.random() < share else hot)

    def expr(self, kind: words.Kind, depth: int) -> pst.Expr:
        """An expression, usually of that kind."""
        if self.rng.random() < LIES:
            kind = self.rng.choice(words.KINDS)
        if depth <= 0:
            return self.leaf(kind)
        if self.rng.random() < 0.06:
            return pst.IfThenElse(
                self.expr("bool", depth - 1), self.expr(kind, depth - 1), self.expr(kind, depth - 1)
            )
        if kind != "bool" and self.rng.random() < 0.5:
            return self.leaf(kind)
        return self.compound(kind, depth - 1)

    # --- leaves -------------------------------------------------------------------------------

    def leaf(self, kind: words.Kind) -> pst.Expr:
        """A literal, an attribute, a tag or a variable."""
        roll = self.rng.random()
        if roll < 0.5:
            return self.attribute(kind, 0)
        if roll < 0.56 and words.TAGS_BY_KIND[kind]:
            tag = pst.StringLit(self.rng.choice(words.TAGS_BY_KIND[kind]))
            return pst.BinaryOp("get_tag", self.somebody(), tag)
        if kind == "entity" and roll < 0.8:
            return self.somebody()
        return self.literal(kind)

    def somebody(self) -> pst.Expr:
        """An entity variable."""
        return pst.Var(self.rng.choice(ENTITY_VARIABLES))

    def attribute(self, kind: words.Kind, depth: int) -> pst.Expr:
        """An attribute of that kind: of a variable, of an entity, of a nested record."""
        names = self.lexicon.by_kind[kind]
        if not names and self.rng.random() < 0.95:
            return self.literal(kind)
        return pst.GetAttr(self.holder(depth), self.rng.choice(names or ("missing",)))

    def holder(self, depth: int) -> pst.Expr:
        """Something that has attributes."""
        roll = self.rng.random()
        if roll < 0.85:
            return pst.Var(self.rng.choice(VARIABLES))
        if roll < 0.92:
            return pst.GetAttr(pst.Var(self.rng.choice(VARIABLES)), self.rng.choice(("r", "e")))
        if roll < 0.96 and depth > 0:
            return self.expr(self.rng.choice(("record", "entity")), depth - 1)
        return pst.EntityLit(self.name())

    def name(self) -> pst.EntityUid:
        """An entity's name."""
        pool = self.rng.choice(
            (words.PEOPLE, words.GROUPS, words.THINGS, words.FOLDERS, words.ACTION_GROUPS)
        )
        return uid_of(self.pick(pool, words.STRANGERS, 0.05))

    def literal(self, kind: words.Kind) -> pst.Expr:
        """A literal, or a constructor around one."""
        match kind:
            case "bool":
                return pst.BoolLit(self.rng.random() < 0.5)
            case "long":
                return pst.LongLit(self.pick(words.HOT_LONGS, words.ODD_LONGS))
            case "string":
                return pst.StringLit(self.pick(words.HOT_STRINGS, words.ODD_STRINGS))
            case "entity":
                return pst.EntityLit(self.name())
            case "record":
                return self.record(0)
            case "strings" | "longs" | "entities" | "mixed":
                return self.set(kind, 0)
            case "ip" | "decimal" | "datetime" | "duration":
                return pst.UnaryOp(kind, pst.StringLit(self.spelling(kind)))

    def spelling(self, kind: words.Kind) -> str:
        """A spelling of an extension value, sometimes one that must be refused."""
        good, odd, bad = {
            "ip": (words.IPS, words.ODD_IPS, words.BAD_IPS),
            "decimal": (words.DECIMALS, words.ODD_DECIMALS, words.BAD_DECIMALS),
            "datetime": (words.DATETIMES, words.ODD_DATETIMES, words.BAD_DATETIMES),
            "duration": (words.DURATIONS, words.ODD_DURATIONS, words.BAD_DURATIONS),
        }[kind]
        roll = self.rng.random()
        if roll < 0.55:
            return self.rng.choice(good)
        if roll < 0.92:
            return self.rng.choice(odd)
        if roll < 0.98:
            return self.rng.choice(bad)
        return self.typo(self.rng.choice(odd), self.rng.choice(bad) or "0")

    def typo(self, text: str, other: str) -> str:
        """One character lost, doubled or borrowed."""
        at = self.rng.randrange(len(text))
        middle = self.rng.choice(("", text[at] * 2, self.rng.choice(other)))
        return text[:at] + middle + text[at + 1 :]

    def set(self, kind: words.Kind, depth: int) -> pst.Expr:
        """A set; `mixed` holds things that only look alike."""
        size = self.rng.choice((0, 1, 2, 2, 3, 3))
        if self.rng.random() < 0.005:
            size = 60
        pool: tuple[words.Kind, ...] = ("bool", "long", "long", "string", "entity", "decimal")
        if depth > 0:
            pool = (*pool, "mixed", "record")
        elements: list[pst.Expr] = []
        for _ in range(size):
            of = ELEMENT[kind] if kind in ELEMENT else self.rng.choice(pool)
            elements.append(self.expr(of, depth - 1) if depth > 0 else self.literal(of))
        return pst.Set(tuple(elements))

    def record(self, depth: int) -> pst.Expr:
        """A record with some of the common attributes."""
        fields: dict[str, pst.Expr] = {}
        for _ in range(self.rng.choice((0, 1, 2, 3))):
            name, kind = self.rng.choice(tuple(self.lexicon.attributes.items()))
            if kind != "record" or depth > 0:
                fields[name] = self.expr(kind, depth - 1) if depth > 0 else self.literal(kind)
        return pst.Record(pst.FrozenMap(fields))

    # --- compounds ----------------------------------------------------------------------------

    def compound(self, kind: words.Kind, depth: int) -> pst.Expr:
        """An operator whose result is of that kind."""
        match kind:
            case "bool":
                return self.truth(depth)
            case "long":
                return self.long(depth)
            case "record":
                return self.record(depth)
            case "strings" | "longs" | "entities" | "mixed":
                return self.set(kind, depth)
            case "datetime" | "duration":
                return self.time(kind, depth)
            case "ip" | "decimal" if self.rng.random() < 0.1:
                return pst.UnaryOp(kind, self.expr("string", depth))
            case "string" | "entity" | "ip" | "decimal":
                return self.attribute(kind, depth)

    def long(self, depth: int) -> pst.Expr:
        """Arithmetic, or a duration counted."""
        roll = self.rng.random()
        if roll < 0.25:
            return pst.UnaryOp(self.rng.choice(UNITS), self.expr("duration", depth))
        if roll < 0.4:
            return pst.UnaryOp("neg", self.expr("long", depth))
        op: pst.BinaryOpName = self.rng.choice(("add", "sub", "mul"))
        return pst.BinaryOp(op, self.expr("long", depth), self.expr("long", depth))

    def time(self, kind: words.Kind, depth: int) -> pst.Expr:
        """Arithmetic on instants and durations."""
        at = self.expr("datetime", depth)
        if kind == "datetime":
            if self.rng.random() < 0.4:
                return pst.UnaryOp("to_date", at)
            return pst.BinaryOp("offset", at, self.expr("duration", depth))
        if self.rng.random() < 0.4:
            return pst.UnaryOp("to_time", at)
        return pst.BinaryOp("duration_since", at, self.expr("datetime", depth))

    def truth(self, depth: int) -> pst.Expr:
        """One of everything that answers true or false."""
        return self.rng.choice(TRUTHS)(self, depth)

    def logic(self, depth: int) -> pst.Expr:
        op: pst.BinaryOpName = self.rng.choice(("and", "or"))
        return pst.BinaryOp(op, self.expr("bool", depth), self.expr("bool", depth))

    def negation(self, depth: int) -> pst.Expr:
        return pst.UnaryOp("not", self.expr("bool", depth))

    def equality(self, depth: int) -> pst.Expr:
        kind = self.rng.choice(words.KINDS)
        other = self.rng.choice(words.KINDS) if self.rng.random() < 0.08 else kind
        op: pst.BinaryOpName = "eq" if self.rng.random() < 0.7 else "not_eq"
        return pst.BinaryOp(op, self.expr(kind, depth), self.expr(other, depth))

    def order(self, depth: int) -> pst.Expr:
        kind: words.Kind = self.rng.choice(("long", "long", "datetime", "duration"))
        op = self.rng.choice(COMPARISONS)
        return pst.BinaryOp(op, self.expr(kind, depth), self.expr(kind, depth))

    def decimal_order(self, depth: int) -> pst.Expr:
        op = self.rng.choice(DECIMAL_COMPARISONS)
        return pst.BinaryOp(op, self.expr("decimal", depth), self.expr("decimal", depth))

    def within(self, depth: int) -> pst.Expr:
        left = self.somebody() if self.rng.random() < 0.7 else self.expr("entity", depth)
        kind: words.Kind = "entity" if self.rng.random() < 0.6 else "entities"
        return pst.BinaryOp("in", left, self.expr(kind, depth))

    def typed(self, depth: int) -> pst.Expr:
        name = type_of(self.rng.choice(words.TYPES))
        left = self.somebody() if self.rng.random() < 0.7 else self.expr("entity", depth)
        if self.rng.random() < 0.6:
            return pst.Is(left, name, None)
        kind: words.Kind = "entity" if self.rng.random() < 0.7 else "entities"
        return pst.Is(left, name, self.expr(kind, depth))

    def has(self, depth: int) -> pst.Expr:
        names = [self.rng.choice(tuple(self.lexicon.attributes))]
        while self.rng.random() < 0.3 and len(names) < 3:
            names[-1] = self.rng.choice(("r", "e"))
            names.append(self.rng.choice(tuple(self.lexicon.attributes)))
        return pst.HasAttr(self.holder(depth), tuple(names))

    def guarded(self, depth: int) -> pst.Expr:
        name, kind = self.rng.choice(tuple(self.lexicon.attributes.items()))
        holder = self.holder(0)
        held = pst.GetAttr(holder, name)
        test = pst.BinaryOp("eq", held, self.expr(kind, depth))
        return pst.BinaryOp("and", pst.HasAttr(holder, (name,)), test)

    def tagged(self, depth: int) -> pst.Expr:
        name = self.rng.choice(tuple(words.TAGS))
        key: pst.Expr = pst.StringLit(name)
        if self.rng.random() < 0.2:
            key = self.expr("string", depth)
        holder = self.somebody() if self.rng.random() < 0.8 else self.expr("entity", depth)
        if self.rng.random() < 0.5:
            return pst.BinaryOp("has_tag", holder, key)
        got = pst.BinaryOp("get_tag", holder, key)
        return pst.BinaryOp("eq", got, self.expr(words.TAGS[name], depth))

    def contains(self, depth: int) -> pst.Expr:
        kind = self.rng.choice(SETS)
        any_of: tuple[words.Kind, ...] = ("bool", "long", "string", "entity", "mixed")
        of = ELEMENT[kind] if kind in ELEMENT else self.rng.choice(any_of)
        return pst.BinaryOp("contains", self.expr(kind, depth), self.expr(of, depth))

    def containing(self, depth: int) -> pst.Expr:
        kind = self.rng.choice(SETS)
        op: pst.BinaryOpName = self.rng.choice(("contains_all", "contains_any"))
        return pst.BinaryOp(op, self.expr(kind, depth), self.expr(kind, depth))

    def emptiness(self, depth: int) -> pst.Expr:
        return pst.UnaryOp("is_empty", self.expr(self.rng.choice(SETS), depth))

    def like(self, depth: int) -> pst.Expr:
        pieces = [self.rng.choice(words.PATTERN_PIECES) for _ in range(self.rng.randrange(5))]
        elements: list[pst.PatternElem] = []
        for piece in pieces:
            elements += [pst.Wildcard()] if piece is None else [pst.Char(char) for char in piece]
        return pst.Like(self.expr("string", depth), tuple(elements))

    def address(self, depth: int) -> pst.Expr:
        if self.rng.random() < 0.5:
            return pst.UnaryOp(self.rng.choice(IP_TESTS), self.expr("ip", depth))
        return pst.BinaryOp("is_in_range", self.expr("ip", depth), self.expr("ip", depth))

    def plain(self, depth: int) -> pst.Expr:
        return self.leaf("bool")

    # --- depth --------------------------------------------------------------------------------

    def tower(self, expr: pst.Expr) -> pst.Expr:
        """The same truth under many layers."""
        levels = self.rng.choice(TOWER)
        while levels > 1:
            layer = self.rng.randrange(6)
            # A set or record literal inside a call is two levels.
            levels -= 2 if layer > 3 else 1
            expr = _layer(layer, expr)
        return expr


def _layer(layer: int, expr: pst.Expr) -> pst.Expr:
    match layer:
        case 0:
            return pst.UnaryOp("not", expr)
        case 1:
            return pst.BinaryOp("and", pst.BoolLit(True), expr)
        case 2:
            return pst.BinaryOp("or", expr, pst.BoolLit(False))
        case 3:
            return pst.IfThenElse(expr, pst.BoolLit(True), pst.BoolLit(False))
        case 4:
            return pst.BinaryOp("contains", pst.Set((expr,)), pst.BoolLit(True))
        case _:
            return pst.GetAttr(pst.Record(pst.FrozenMap({"a": expr})), "a")


TRUTHS: Final = (
    Author.logic, Author.logic, Author.logic, Author.negation, Author.equality, Author.equality,
    Author.order, Author.order, Author.decimal_order, Author.within, Author.within, Author.typed,
    Author.has, Author.guarded, Author.tagged, Author.contains, Author.contains, Author.containing,
    Author.emptiness, Author.like, Author.like, Author.address, Author.plain,
)  # fmt: skip
