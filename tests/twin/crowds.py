"""Large policy sets of conditions an index would be built on.

Rules of this file: every shape a program may use to skip a policy without evaluating it (equality
with a literal, a pattern's prefix, membership, type, ancestor), in conjunctions where a neighbour,
before or after, may err. A skipped error is the bug to find: the engine reports it.
"""

from __future__ import annotations

from typing import Final

from cedarpy import pst

from tests.twin import vocabulary as words
from tests.twin.expressions import Author, type_of

SCALARS: Final[tuple[words.Kind, ...]] = ("string", "long", "bool", "entity")
SETS: Final[tuple[words.Kind, ...]] = ("strings", "longs", "entities", "mixed")
ENTITIES: Final[tuple[pst.VarName, ...]] = ("principal", "resource", "action")


def _member(author: Author, kind: words.Kind) -> pst.Expr:
    of: dict[words.Kind, words.Kind] = {
        "strings": "string", "longs": "long", "entities": "entity",
    }  # fmt: skip
    return author.literal(of.get(kind, "long"))


def _held(author: Author, kinds: tuple[words.Kind, ...]) -> tuple[pst.Expr, words.Kind]:
    """An attribute of one of these kinds, or of any other when the world has none."""
    rng = author.rng
    names = [name for kind in kinds for name in author.lexicon.by_kind[kind]]
    everything = author.lexicon.attributes
    name = rng.choice(names or list(everything))
    if rng.random() < 0.01:
        name = "missing"
    base = pst.Var(rng.choice(("context", "context", "resource", "principal")))
    return pst.GetAttr(base, name), everything.get(name, "long")


def equality(author: Author) -> pst.Expr:
    """`attribute == literal`, either way round, now and then of another kind."""
    held, kind = _held(author, SCALARS)
    literal = author.literal(kind if author.rng.random() < 0.95 else "long")
    pair = (held, literal) if author.rng.random() < 0.7 else (literal, held)
    op: pst.BinaryOpName = "eq" if author.rng.random() < 0.9 else "not_eq"
    return pst.BinaryOp(op, *pair)


def prefix(author: Author) -> pst.Expr:
    """`attribute like "literal*"`: also of what may be no string."""
    held, _ = _held(author, ("string",))
    text = author.rng.choice(("", "a", "a/", "src/", "src/a.py", "*", "ab"))
    elements: list[pst.PatternElem] = [pst.Char(char) for char in text]
    if author.rng.random() < 0.8:
        elements.append(pst.Wildcard())
    if author.rng.random() < 0.3:
        elements += [pst.Char(char) for char in ".py"]
    return pst.Like(held, tuple(elements))


def membership(author: Author) -> pst.Expr:
    """`attribute.contains(literal)`, or a literal set that contains an attribute."""
    if author.rng.random() < 0.5:
        held, kind = _held(author, SETS)
        return pst.BinaryOp("contains", held, _member(author, kind))
    held, kind = _held(author, SCALARS)
    members = tuple(author.literal(kind) for _ in range(author.rng.randrange(4)))
    return pst.BinaryOp("contains", pst.Set(members), held)


def quantified(author: Author) -> pst.Expr:
    """`attribute.containsAny([..])` and `containsAll`."""
    held, kind = _held(author, SETS)
    members = tuple(_member(author, kind) for _ in range(author.rng.randrange(3)))
    op: pst.BinaryOpName = author.rng.choice(("contains_any", "contains_all"))
    return pst.BinaryOp(op, held, pst.Set(members))


def whoever(author: Author) -> pst.Expr:
    """A request's entity: itself, inside, one of, of a type."""
    rng = author.rng
    var = pst.Var(rng.choice(ENTITIES))
    match rng.randrange(5):
        case 0:
            return pst.BinaryOp("eq", var, author.literal("entity"))
        case 1:
            return pst.BinaryOp("in", var, author.literal("entity"))
        case 2:
            members = tuple(author.literal("entity") for _ in range(rng.randrange(4)))
            return pst.BinaryOp("in", var, pst.Set(members))
        case 3:
            return pst.Is(var, type_of(rng.choice(words.TYPES)), None)
        case _:
            return pst.Is(var, type_of(rng.choice(words.TYPES)), author.literal("entity"))


def bounds(author: Author) -> pst.Expr:
    """A number between others."""
    held, _ = _held(author, ("long", "datetime", "duration"))
    op: pst.BinaryOpName = author.rng.choice(("less", "less_eq", "greater", "greater_eq"))
    return pst.BinaryOp(op, held, author.literal("long"))


def guard(author: Author) -> pst.Expr:
    """`has`, the usual neighbour."""
    held, _ = _held(author, SCALARS)
    if isinstance(held, pst.GetAttr):
        return pst.HasAttr(held.base, (held.attr,))
    return held


ATOMS: Final = (
    equality, equality, equality, prefix, prefix, membership, membership, quantified, whoever,
    whoever, bounds, guard,
)  # fmt: skip


def atom(author: Author) -> pst.Expr:
    """One anchor, at times negated, doubled or behind a constant."""
    expr = author.rng.choice(ATOMS)(author)
    roll = author.rng.random()
    if roll < 0.05:
        return pst.UnaryOp("not", expr)
    if roll < 0.12:
        return pst.BinaryOp("or", expr, author.rng.choice(ATOMS)(author))
    if roll < 0.15:
        return pst.IfThenElse(expr, pst.BoolLit(True), pst.BoolLit(author.rng.random() < 0.3))
    return expr


def anchored(author: Author) -> pst.Expr:
    """A conjunction of one to four anchors, grouped to the left or to the right."""
    atoms = [atom(author) for _ in range(author.rng.choice((1, 1, 2, 2, 3, 4)))]
    whole = atoms.pop()
    for each in atoms:
        pair = (each, whole) if author.rng.random() < 0.5 else (whole, each)
        whole = pst.BinaryOp("and", *pair)
    return whole
