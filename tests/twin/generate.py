"""Seeded worlds: entity stores, requests and policies that often match or nearly match.

Rules of this file: everything follows from one seed; data and policies draw from the same small
pools of `vocabulary`; most expressions are well typed, enough are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final, TypeVar

from cedarpy import pst

from tests.twin import extensions as ext, vocabulary as words
from tests.twin.crowds import anchored
from tests.twin.expressions import Author, type_of, uid_of
from tests.twin.nuts import nut
from tests.twin.values import (
    Bool,
    EntityData,
    Long,
    Question,
    RecordOf,
    Ref,
    Store,
    String,
    Value,
    set_of,
)

T = TypeVar("T")

REQUESTS_PER_WORLD: Final = 12
PATHS: Final = 3
# The share of policy sets with many policies.
CROWDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class World:
    """One store, the requests asked about it, and several policy sets to ask."""

    store: Store
    questions: tuple[Question, ...]
    policy_sets: tuple[tuple[pst.Template, ...], ...]


def ref(pair: tuple[str, str]) -> Ref:
    """A name from the vocabulary."""
    return Ref(*pair)


class Maker:
    """Draws values, stores and requests."""

    def __init__(self, rng: Random, lexicon: words.Lexicon) -> None:
        self.rng = rng
        self.lexicon = lexicon

    def pick(self, hot: tuple[T, ...], odd: tuple[T, ...], share: float = 0.15) -> T:
        """Mostly the common words, sometimes the odd ones."""
        return self.rng.choice(odd if self.rng.random() < share else hot)

    def value(self, kind: words.Kind, depth: int = 2) -> Value:  # noqa: C901 - one arm per kind
        """A value of that kind."""
        match kind:
            case "bool":
                return Bool(self.rng.random() < 0.5)
            case "long":
                return Long(self.pick(words.HOT_LONGS, words.ODD_LONGS, 0.1))
            case "string":
                return String(self.pick(words.HOT_STRINGS, words.ODD_STRINGS))
            case "entity":
                return self.entity()
            case "ip":
                return ext.ip(self.pick(words.IPS, words.ODD_IPS, 0.3))
            case "decimal":
                return ext.decimal(self.pick(words.DECIMALS, words.ODD_DECIMALS, 0.2))
            case "datetime":
                return ext.datetime(self.pick(words.DATETIMES, words.ODD_DATETIMES, 0.2))
            case "duration":
                return ext.duration(self.pick(words.DURATIONS, words.ODD_DURATIONS, 0.3))
            case "record":
                return RecordOf(self.attributes(0.4, depth - 1) if depth else {})
            case "strings" | "longs" | "entities" | "mixed":
                return self.set(kind, depth)

    def set(self, kind: words.Kind, depth: int) -> Value:
        """A set: of one kind, or of things that only look alike (`1` and `true`)."""
        size = self.rng.choice((0, 1, 2, 2, 3))
        if kind == "mixed":
            kinds: tuple[words.Kind, ...] = ("bool", "long", "long", "string", "entity", "decimal")
            if depth > 0:
                kinds = (*kinds, "mixed", "record")
            return set_of([self.value(self.rng.choice(kinds), depth - 1) for _ in range(size)])
        of: dict[words.Kind, words.Kind] = {
            "strings": "string", "longs": "long", "entities": "entity",
        }  # fmt: skip
        return set_of([self.value(of[kind]) for _ in range(size)])

    def entity(self) -> Ref:
        """Any name, known or not."""
        pool = self.rng.choice((words.PEOPLE, words.GROUPS, words.THINGS, words.FOLDERS))
        return ref(self.pick(pool, words.STRANGERS, 0.05))

    def attributes(self, share: float, depth: int = 2) -> dict[str, Value]:
        """About `share` of the attributes, nearly always of the kind the policies expect."""
        held: dict[str, Value] = {}
        for name, kind in self.lexicon.attributes.items():
            if self.rng.random() < share:
                wrong = self.rng.random() < 0.03
                held[name] = self.value(self.rng.choice(words.KINDS) if wrong else kind, depth)
        return held

    def data(self, parents: tuple[Ref, ...]) -> EntityData:
        """One entity's data."""
        tags = {
            name: self.value(kind) for name, kind in words.TAGS.items() if self.rng.random() < 0.6
        }
        share = self.rng.choice((0.95, 0.95, 0.95, 0.5))
        return EntityData(self.attributes(share, 1), parents, tags)

    def store(self) -> dict[Ref, EntityData]:
        """People in groups, things in folders, actions in groups; some names left out."""
        held: dict[Ref, EntityData] = {}
        for members, above in (
            (words.PEOPLE, words.GROUPS),
            (words.THINGS, words.FOLDERS),
            (words.ACTIONS, words.ACTION_GROUPS),
        ):
            order = [ref(each) for each in dict.fromkeys((*members, *above))]
            self.rng.shuffle(order)
            for at, name in enumerate(order):
                if self.rng.random() < 0.1:
                    continue
                later = order[at + 1 :]
                count = min(len(later), self.rng.choice((0, 1, 1, 2)))
                held[name] = self.data(tuple(self.rng.sample(later, count)))
        return held

    def question(self) -> Question:
        """A request about names of this vocabulary."""
        return Question(
            ref(self.pick(words.PEOPLE, (*words.STRANGERS, *words.THINGS), 0.08)),
            ref(self.pick(words.ACTIONS, words.ACTION_GROUPS, 0.08)),
            ref(self.pick(words.THINGS, (*words.STRANGERS, *words.PEOPLE), 0.08)),
            self.attributes(self.rng.choice((0.95, 0.95, 0.5))),
        )


class Legislator:
    """Draws policies."""

    def __init__(self, rng: Random, lexicon: words.Lexicon) -> None:
        self.rng = rng
        self.author = Author(rng, lexicon)

    def policies(self) -> tuple[pst.Template, ...]:
        """One policy set."""
        if self.rng.random() < CROWDS:
            size = self.rng.choice((20, 40, 70))
            return tuple(self.policy(f"p{number}", crowd=True) for number in range(size))
        count = self.rng.choice((2, 4, 5, 6, 8, 10))
        return tuple(self.policy(f"p{number}") for number in range(count))

    def policy(self, name: str, *, crowd: bool = False) -> pst.Template:
        """One policy: any scope, zero to three clauses."""
        rng = self.rng
        clause = self.anchored_clause if crowd else self.clause
        clauses = [clause() for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 2, 3)))]
        return pst.Template(
            id=name,
            effect="permit" if rng.random() < 0.64 else "forbid",
            principal=self.scope(words.PEOPLE, words.GROUPS),
            action=self.action(),
            resource=self.scope(words.THINGS, words.FOLDERS),
            clauses=tuple(clauses),
            annotations=pst.FrozenMap({"id": name} if rng.random() < 0.5 else {}),
        )

    def clause(self) -> pst.Clause:
        """A condition; a few grow to the depth limit of the tree."""
        roll = self.rng.random()
        if roll < 0.15:
            return self.anchored_clause()
        if roll < 0.45:
            expr = nut(self.author)
        else:
            expr = self.author.expr("bool", self.rng.choice((1, 1, 2, 2, 3, 4)))
        if self.rng.random() < 0.01:
            expr = self.author.tower(expr)
        return pst.When(expr) if self.rng.random() < 0.6 else pst.Unless(expr)

    def anchored_clause(self) -> pst.Clause:
        """A condition to build an index on; `unless` is the trap."""
        expr = anchored(self.author)
        return pst.When(expr) if self.rng.random() < 0.9 else pst.Unless(expr)

    def scope(
        self, members: tuple[tuple[str, str], ...], groups: tuple[tuple[str, str], ...]
    ) -> pst.PrincipalOrResourceConstraint:
        """Every form a principal or resource constraint has."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.7:
            return pst.ScopeAny()
        if roll < 0.76:
            return pst.ScopeEq(uid_of(rng.choice(members)))
        entity = uid_of(rng.choice((*groups, *groups, *members)))
        if roll < 0.86:
            return pst.ScopeIn(entity)
        kind = type_of(rng.choice((*members, *members, *groups))[0])
        return pst.ScopeIs(kind) if roll < 0.93 else pst.ScopeIsIn(kind, entity)

    def action(self) -> pst.ActionConstraint:
        """Every form an action constraint has."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.7:
            return pst.ScopeAny()
        if roll < 0.8:
            return pst.ActionEq(uid_of(rng.choice(words.ACTIONS)))
        pool = (*words.ACTIONS, *words.ACTION_GROUPS, *words.ACTION_GROUPS)
        count = rng.choice((0, 1, 1, 2, 3))
        return pst.ActionIn(tuple(uid_of(rng.choice(pool)) for _ in range(count)))


def world(seed: int, number: int) -> World:
    """The `number`th world of a seed."""
    rng = Random(f"{seed}/{number}")
    lexicon = words.Lexicon.drawn(rng)
    maker = Maker(rng, lexicon)
    store = maker.store()
    questions = tuple(maker.question() for _ in range(REQUESTS_PER_WORLD))
    legislator = Legislator(rng, lexicon)
    return World(store, questions, tuple(legislator.policies() for _ in range(PATHS)))
