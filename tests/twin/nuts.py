"""Hard nuts: small conditions on the very edges where evaluators differ.

Rules of this file: each nut puts two things side by side that only a wrong evaluator confuses, and
decides by itself, so that nothing around it hides the difference. A seeded bug that takes long to
be found is answered with a nut here, not with more cases.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from cedarpy import pst

from tests.twin import vocabulary as words
from tests.twin.expressions import COMPARISONS, DECIMAL_COMPARISONS, IP_TESTS, UNITS, Author

Nut: TypeAlias = Callable[[Author], pst.Expr]

COUNTED: Final[tuple[tuple[pst.UnaryOpName, str, int], ...]] = (
    ("to_seconds", "-1500ms", -1), ("to_seconds", "-999ms", 0), ("to_minutes", "-61s", -1),
    ("to_hours", "-90m", -1), ("to_days", "-36h", -1), ("to_days", "36h", 1),
    ("to_minutes", "119s", 1),
    ("to_hours", "-1h", -1), ("to_milliseconds", "-1s", -1000), ("to_days", "-23h", 0),
)  # fmt: skip
NEGATIVE_DURATIONS: Final = ("-1ms", "-999ms", "-1001ms", "-61s", "-59m", "-90m", "-25h", "-36h")
OLD_DATES: Final = (
    ("1969-12-31T23:59:59.999Z", "1969-12-31", "1970-01-01"),
    ("1969-12-31", "1969-12-31", "1970-01-01"),
    ("1968-02-29T13:00:00Z", "1968-02-29", "1968-03-01"),
    ("2024-01-01T23:59:59Z", "2024-01-01", "2024-01-02"),
)  # fmt: skip


def eq(left: pst.Expr, right: pst.Expr) -> pst.Expr:
    """Equality, the operator no type error stops."""
    return pst.BinaryOp("eq", left, right)


def call(name: pst.UnaryOpName, text: str) -> pst.Expr:
    """A constructor around a literal."""
    return pst.UnaryOp(name, pst.StringLit(text))


def units(author: Author) -> pst.Expr:
    """A duration counted, beside the number next to it."""
    rng = author.rng
    if rng.random() < 0.6:
        op, text, count = rng.choice(COUNTED)
        return eq(
            pst.UnaryOp(op, call("duration", text)), pst.LongLit(count - (rng.random() < 0.3))
        )
    op = rng.choice(UNITS)
    text = rng.choice((*NEGATIVE_DURATIONS, *words.DURATIONS))
    near = rng.choice((-86_400_000, -90, -60, -36, -25, -2, -1, 0, 1, 24, 60, 1500))
    counted = pst.UnaryOp(op, call("duration", text))
    return pst.BinaryOp(rng.choice((*COMPARISONS, "eq")), counted, pst.LongLit(near))


def dates(author: Author) -> pst.Expr:
    """The day of an instant, before and after 1970."""
    at, day, other = author.rng.choice(OLD_DATES)
    if author.rng.random() < 0.3:
        clock = pst.UnaryOp("to_time", call("datetime", at))
        return pst.BinaryOp(
            "greater_eq", clock, call("duration", author.rng.choice(("0ms", "13h")))
        )
    return eq(
        pst.UnaryOp("to_date", call("datetime", at)),
        call("datetime", author.rng.choice((day, other))),
    )


def permuted(author: Author) -> pst.Expr:
    """One set in two orders, with a member twice or one exchanged."""
    rng = author.rng
    members = [author.literal(rng.choice(("long", "string", "entity", "bool"))) for _ in range(3)]
    other = rng.sample(members, len(members)) + rng.choices(members, k=rng.randrange(2))
    if rng.random() < 0.2:
        other[0] = author.literal("long")
    op: pst.BinaryOpName = rng.choice(("eq", "eq", "not_eq", "contains_all", "contains_any"))
    return pst.BinaryOp(op, pst.Set(tuple(members)), pst.Set(tuple(other)))


def lookalikes(author: Author) -> pst.Expr:
    """Values of two kinds that Python, JSON or a careless encoding takes for one."""
    rng = author.rng
    one, other = rng.choice(LOOKALIKES)
    if rng.random() < 0.5:
        one, other = other, one
    match rng.randrange(5):
        case 0:
            return pst.BinaryOp("contains", pst.Set((one,)), other)
        case 1:
            op: pst.BinaryOpName = rng.choice(("contains_all", "contains_any", "eq"))
            return pst.BinaryOp(op, pst.Set((one, other)), pst.Set((other,)))
        case 2:
            return eq(
                pst.Record(pst.FrozenMap({"a": one})), pst.Record(pst.FrozenMap({"a": other}))
            )
        case _:
            return eq(one, other)


LOOKALIKES: Final[tuple[tuple[pst.Expr, pst.Expr], ...]] = (
    (pst.BoolLit(True), pst.LongLit(1)),
    (pst.BoolLit(False), pst.LongLit(0)),
    (pst.BoolLit(False), pst.Set(())),
    (pst.LongLit(1), pst.StringLit("1")),
    (pst.BoolLit(True), pst.StringLit("true")),
    (pst.Set(()), pst.Record(pst.FrozenMap[str, pst.Expr]({}))),
    (pst.Set((pst.LongLit(1),)), pst.Set((pst.BoolLit(True),))),
    (pst.Set((pst.Set(()),)), pst.Set(())),
    (call("datetime", "1970-01-01T00:00:00.001Z"), call("duration", "1ms")),
    (call("duration", "1ms"), pst.LongLit(1)),
    (call("decimal", "1.0"), pst.LongLit(10_000)),
    (call("decimal", "1.0"), call("decimal", "1.0000")),
    (call("ip", "10.0.0.1"), call("ip", "10.0.0.1/32")),
    (call("ip", "0.0.0.1"), call("ip", "::1")),
    (call("ip", "10.0.0.1/24"), call("ip", "10.0.0.0/24")),
    (call("ip", "ABCD::"), call("ip", "abcd:0::0")),
    (call("ip", "10.0.0.1"), pst.StringLit("10.0.0.1")),
    (pst.EntityLit(pst.EntityUid(pst.EntityType("User"), "a")), pst.StringLit('User::"a"')),
    (
        pst.EntityLit(pst.EntityUid(pst.EntityType("User"), "a")),
        pst.EntityLit(pst.EntityUid(pst.EntityType("User", ("Ns",)), "a")),
    ),
    (pst.StringLit("é"), pst.StringLit("e\u0301")),
    (pst.StringLit("a"), pst.StringLit("A")),
    (pst.StringLit(""), pst.StringLit("\x00")),
    (
        pst.Record(pst.FrozenMap({"a": pst.LongLit(1), "b": pst.LongLit(2)})),
        pst.Record(pst.FrozenMap({"b": pst.LongLit(2), "a": pst.LongLit(1)})),
    ),
)


def edges(author: Author) -> pst.Expr:
    """Arithmetic that just fits, or just does not."""
    rng = author.rng
    near = (words.LONG_MAX, words.LONG_MIN, words.LONG_MAX - 1, words.LONG_MIN + 1, 2**62, 2**32)
    left = pst.LongLit(rng.choice((*near, 3_037_000_500)))
    right = pst.LongLit(rng.choice((-2, -1, 0, 1, 2, 2**31, -(2**31), 3_037_000_499, *near)))
    op: pst.BinaryOpName = rng.choice(("add", "sub", "mul", "mul"))
    sum_of: pst.Expr = pst.BinaryOp(op, left, right)
    if rng.random() < 0.2:
        sum_of = pst.UnaryOp("neg", left)
    return pst.BinaryOp(rng.choice(COMPARISONS), sum_of, pst.LongLit(0))


ZONES: Final = (
    ("2024-01-01T00:00:00+0100", "2023-12-31T23:00:00Z"),
    ("2024-01-01T00:00:00-0130", "2024-01-01T01:30:00Z"),
    ("2024-01-01T00:00:00-0001", "2024-01-01"),
    ("2024-01-01T00:00:00.500+2359", "2023-12-31T00:01:00.500Z"),
)  # fmt: skip


def instants(author: Author) -> pst.Expr:
    """Two instants or durations of nearly the same spelling, or an offset that overflows."""
    rng = author.rng
    if rng.random() < 0.3:
        far = call("duration", rng.choice(words.ODD_DURATIONS))
        moved = pst.BinaryOp("offset", author.literal("datetime"), far)
        op: pst.BinaryOpName = rng.choice(("less", "greater_eq"))
        return pst.BinaryOp(op, moved, author.literal("datetime"))
    if rng.random() < 0.15:
        return eq(call("datetime", "1970-01-01"), call("duration", rng.choice(("0ms", "0d"))))
    if rng.random() < 0.3:
        one, other = rng.choice(ZONES)
        return pst.BinaryOp(
            rng.choice((*COMPARISONS, "eq")), call("datetime", one), call("datetime", other)
        )
    kind: words.Kind = rng.choice(("datetime", "duration"))
    return pst.BinaryOp(
        rng.choice((*COMPARISONS, "eq")), author.literal(kind), author.literal(kind)
    )


SPELT: Final[tuple[tuple[pst.UnaryOpName, tuple[str, ...], tuple[str, ...]], ...]] = (
    ("ip", words.BAD_IPS, words.ODD_IPS),
    ("decimal", words.BAD_DECIMALS, words.ODD_DECIMALS),
    ("datetime", words.BAD_DATETIMES, words.ODD_DATETIMES),
    ("duration", words.BAD_DURATIONS, words.ODD_DURATIONS),
)


def spellings(author: Author) -> pst.Expr:
    """A constructor on a string that is, or is nearly, one of its spellings."""
    rng = author.rng
    kind, bad, odd = rng.choice(SPELT)
    text = rng.choice(bad)
    roll = rng.random()
    if roll < 0.4:
        text = author.typo(rng.choice(odd), text or "0")
    elif roll < 0.55:
        text = rng.choice(("{} ", "{}\n", " {}", "{}\x00", "\ufeff{}")).format(rng.choice(odd))
    return pst.BinaryOp("not_eq", call(kind, text), call(kind, rng.choice(odd)))


RANGES: Final = (
    ("10.0.0.255", "10.0.0.0/24"), ("10.0.1.0", "10.0.0.0/24"), ("10.255.255.255", "10.0.0.1/8"),
    ("9.255.255.255", "10.0.0.0/8"), ("10.0.0.0/8", "10.0.0.0/24"), ("10.0.0.0/24", "10.0.0.7/24"),
    ("10.0.0.128/25", "10.0.0.0/24"), ("10.0.0.0/7", "10.0.0.0/8"), ("::ffff", "::/112"),
    ("::1:0", "::/112"), ("0.0.0.0/0", "0.0.0.0/0"), ("::1", "0.0.0.0/0"), ("10.0.0.1", "::/0"),
)  # fmt: skip
CLASSED: Final = (
    "127.0.0.1/7", "127.0.0.1/8", "127.0.0.1/9", "127.255.255.255", "128.0.0.0", "::1/127", "::1",
    "::2", "224.0.0.1/3", "224.0.0.1/4", "239.255.255.255", "240.0.0.0", "ff00::/7", "ff00::/8",
    "ffff::1", "feff::", "127.0.0.1/0", "ff02::1/9",
)  # fmt: skip


def addresses(author: Author) -> pst.Expr:
    """Ranges that touch, contain or just miss each other."""
    rng = author.rng
    roll = rng.random()
    if roll < 0.45:
        op: pst.UnaryOpName = "is_loopback" if roll < 0.25 else rng.choice(IP_TESTS)
        return pst.UnaryOp(op, call("ip", rng.choice(CLASSED[:8] if roll < 0.25 else CLASSED)))
    one, other = rng.choice(RANGES)
    if rng.random() < 0.35:
        one, other = other, one
    if rng.random() < 0.2:
        return eq(call("ip", "10.0.0.1/24"), call("ip", rng.choice(("10.0.0.0/24", "10.0.0.1/25"))))
    return pst.BinaryOp("is_in_range", call("ip", one), call("ip", other))


AMOUNTS: Final = (
    ("1.5", "1.05"), ("1.5", "1.25"), ("9.9", "10.0"), ("-0.5", "0.0"), ("-1.5", "-1.05"),
    ("2.0", "10.0"), ("1.0", "1.00"), ("-0.05", "-0.5"), ("1.0005", "1.005"), ("-0.0", "0.0"),
)  # fmt: skip


def amounts(author: Author) -> pst.Expr:
    """Decimals whose order as text is not their order."""
    rng = author.rng
    one, other = rng.choice(AMOUNTS)
    if rng.random() < 0.5:
        one, other = other, one
    op = rng.choice((*DECIMAL_COMPARISONS, "eq"))
    return pst.BinaryOp(op, call("decimal", one), call("decimal", other))


def patterns(author: Author) -> pst.Expr:
    """A string against a pattern made from itself."""
    rng = author.rng
    text = rng.choice(
        (*words.HOT_STRINGS, *words.ODD_STRINGS[:3], "src/a/b.py", "a*b/c", "**", "aab")
    )
    elements: list[pst.PatternElem] = []
    for char in text:
        roll = rng.random()
        if roll < 0.2:
            elements += [pst.Wildcard()]
        elements += (
            [] if 0.2 <= roll < 0.35 else [pst.Char(rng.choice(text) if roll > 0.93 else char)]
        )
    if rng.random() < 0.4:
        elements.insert(rng.randrange(len(elements) + 1), pst.Wildcard())
    return pst.Like(pst.StringLit(text), tuple(elements))


def unchecked(author: Author) -> pst.Expr:
    """A connective whose right side is no truth, looked at where any value is welcome."""
    rng = author.rng
    right = author.literal(rng.choice(("long", "string", "record")))
    name: pst.BinaryOpName = rng.choice(("and", "or"))
    return eq(pst.BinaryOp(name, pst.BoolLit(rng.random() < 0.5), right), right)


def membership(author: Author) -> pst.Expr:
    """`in` with itself, with a list, with a list that holds something else."""
    rng = author.rng
    members: list[pst.Expr] = [author.literal("entity") for _ in range(rng.randrange(3))]
    var: pst.Expr = pst.Var(rng.choice(("principal", "resource", "action")))
    if rng.random() < 0.3:
        members.insert(0, var)
    if rng.random() < 0.25:
        members.append(author.literal(rng.choice(("string", "long", "entities"))))
    if rng.random() < 0.3:
        kind = author.name().type
        return pst.Is(var, kind, pst.Set(tuple(members)))
    return pst.BinaryOp("in", var, pst.Set(tuple(members)))


def emptiness(author: Author) -> pst.Expr:
    """Sets and nothing."""
    rng = author.rng
    op: pst.BinaryOpName = rng.choice(("contains_all", "contains_any", "eq"))
    other = author.literal(rng.choice(("mixed", "longs")))
    pair = (pst.Set(()), other) if rng.random() < 0.5 else (other, pst.Set(()))
    return pst.BinaryOp(op, *pair)


def paths(author: Author) -> pst.Expr:
    """`has` on what has nothing: absent entities, records without the name, other kinds."""
    rng = author.rng
    names = tuple(author.lexicon.attributes)
    inner: dict[str, pst.Expr] = {rng.choice(names): author.literal("long")}
    base: pst.Expr = pst.Record(pst.FrozenMap({"r": pst.Record(pst.FrozenMap(inner))}))
    roll = rng.random()
    if roll < 0.3:
        base = pst.EntityLit(author.name())
    elif roll < 0.55:
        base = author.literal(rng.choice(("long", "string", "longs", "ip")))
    attrs = ("r", rng.choice(names)) if rng.random() < 0.6 else (rng.choice(names),)
    return pst.HasAttr(base, attrs)


def types(author: Author) -> pst.Expr:
    """Entity types that share a basename."""
    return pst.Is(pst.EntityLit(author.name()), author.name().type, None)


NUTS: Final[tuple[Nut, ...]] = (
    units, units, dates, permuted, lookalikes, lookalikes, edges, instants, spellings, spellings,
    addresses, addresses, amounts, patterns, patterns, unchecked, membership, emptiness, paths,
    types,
)  # fmt: skip


def nut(author: Author) -> pst.Expr:
    """One of them."""
    return author.rng.choice(NUTS)(author)
