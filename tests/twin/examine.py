"""Puts worlds to every side and keeps where they part.

Rules of this file: an exception of a side is an answer of that side (and a disagreement), never a
reason to skip; a policy set that cannot be written, read or built is a disagreement too; every
other set travels as text, the rest as nodes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import cedarpy
from cedarpy import pst

from tests.twin import cedar_text
from tests.twin.authorizer import Verdict
from tests.twin.compare import (
    Case,
    EngineVerdict,
    agrees,
    compile_product,
    engine_verdicts,
    product_entities,
    product_request,
    pst_set,
    question_json,
    reference_verdicts,
    store_json,
)
from tests.twin.generate import World
from tests.twin.trees import rebuilt


@dataclass(frozen=True, slots=True)
class Raised:
    """A side that answered with an exception instead of a verdict."""

    error: str


# Whole cases are large; the rest is counted.
KEPT: Final = 6

Answer: TypeAlias = Verdict | EngineVerdict | Raised


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One case and what each side said of it."""

    case: Case
    answers: Mapping[str, Answer]


@dataclass(slots=True)
class Tally:
    """What a run has seen."""

    cases: int = 0
    parted: int = 0
    seen: Counter[str] = field(default_factory=Counter[str])
    disagreements: list[Disagreement] = field(default_factory=list[Disagreement])

    def add(self, other: Tally) -> None:
        """Take in another tally."""
        self.cases += other.cases
        self.parted += other.parted
        self.seen.update(other.seen)
        self.disagreements = [*self.disagreements, *other.disagreements][:KEPT]

    def part(self, found: Disagreement, *, fresh: bool = True) -> None:
        """Count a disagreement; keep the first few, one of each policy set."""
        self.parted += 1
        if fresh and len(self.disagreements) < KEPT:
            self.disagreements.append(found)


def raised(error: Exception) -> Raised:
    """The exception as an answer; only its words, for the twin does not look inside the product."""
    return Raised(f"{type(error).__name__}: {error}")


# --- policies on the way to the engine --------------------------------------------------------


def spelt_out(node: Any) -> Any:  # noqa: ANN401 - any node
    """The tree as the engine's parser gives it: chained `has` written out."""

    def change(each: Any) -> Any:  # noqa: ANN401 - any node
        if isinstance(each, pst.HasAttr) and len(each.attrs) > 1:
            return cedar_text.long_form(each)
        return each

    return rebuilt(node, change)


class NotTheSame(Exception):
    """What was written and what was read differ."""


def through_text(
    templates: Sequence[pst.Template],
) -> tuple[cedarpy.PolicySet, tuple[pst.Template, ...]]:
    """The policies written as Cedar text and read by the engine: handle and nodes."""
    handle = cedarpy.PolicySet.from_str("\n".join(cedar_text.policy(each) for each in templates))
    read = handle.to_pst().static_policies
    # The engine numbers policies by their place in the text.
    got = tuple(read[f"policy{place}"] for place in range(len(templates)))
    for wrote, back in zip(templates, got, strict=True):
        if replace(back, id=wrote.id) not in (wrote, spelt_out(wrote)):
            raise NotTheSame(cedar_text.policy(wrote))
    return handle, got


def as_nodes(
    templates: Sequence[pst.Template],
) -> tuple[cedarpy.PolicySet, tuple[pst.Template, ...]]:
    """The policies handed to the engine as nodes."""
    return cedarpy.PolicySet.from_pst(pst_set(templates)), tuple(templates)


ROUTES: Final = (through_text, as_nodes)


# --- examining --------------------------------------------------------------------------------


class Examiner:
    """One world's data in every side's form, made once."""

    def __init__(self, world: World) -> None:
        self.world = world
        text = json.dumps(store_json(world.store))
        self.entities = cedarpy.Entities.from_json_str(text)  # pyright: ignore[reportUnknownMemberType]
        self.requests = [question_json(each) for each in world.questions]
        held = product_entities(world.store)
        self.product_requests = [product_request(each, held) for each in world.questions]

    def product(self, templates: Sequence[pst.Template]) -> list[Answer]:
        """What the product says, exceptions included."""
        count = len(self.world.questions)
        try:
            run = compile_product(templates)
        except Exception as error:  # noqa: BLE001 - a crash is an answer
            return [raised(error)] * count
        answers: list[Answer] = []
        for request in self.product_requests:
            try:
                answers += run((request,))
            except Exception as error:  # noqa: BLE001 - a crash is an answer
                answers.append(raised(error))
        return answers

    def examine(self, templates: Sequence[pst.Template], route: int, tally: Tally) -> None:
        """One policy set against all the world's requests."""
        world = self.world
        try:
            handle, nodes = ROUTES[route % 2](templates)
        except (ValueError, NotTheSame) as error:
            case = Case(tuple(templates), world.store, world.questions[0])
            tally.part(Disagreement(case, {"engine": raised(error)}))
            return
        reference = reference_verdicts(nodes, world.store, world.questions)
        engine = engine_verdicts(handle, self.entities, self.requests)
        product = self.product(nodes)
        before = tally.parted
        for place, verdict in enumerate(reference):
            tally.cases += 1
            tally.seen[kind_of(verdict)] += 1
            tally.seen["erring"] += bool(verdict.errors)
            if product[place] != verdict or not agrees(verdict, engine[place]):
                case = Case(nodes, world.store, world.questions[place])
                answers: dict[str, Answer] = {
                    "reference": verdict, "engine": engine[place], "product": product[place],
                }  # fmt: skip
                tally.part(Disagreement(case, answers), fresh=tally.parted == before)


def kind_of(verdict: Verdict) -> str:
    """Allowed, forbidden, or nothing said."""
    if verdict.allowed:
        return "allow"
    return "forbid" if verdict.forbids else "nothing"


def examine_world(world: World) -> Tally:
    """Every policy set of one world."""
    tally = Tally()
    examiner = Examiner(world)
    for route, templates in enumerate(world.policy_sets):
        examiner.examine(templates, route, tally)
    return tally


def answers_of(case: Case) -> dict[str, Answer]:
    """What every side says of one case (slow; for shrinking and for reading)."""
    world = World(case.store, (case.question,), (case.templates,))
    tally = Tally()
    Examiner(world).examine(case.templates, 1, tally)
    return dict(tally.disagreements[0].answers) if tally.disagreements else {}


def parted(answers: Mapping[str, Answer]) -> tuple[bool, bool, bool]:
    """Who parts from whom: a smaller case must show the same fault, not another."""
    verdict, engine, product = (answers.get(each) for each in ("reference", "engine", "product"))
    return (
        isinstance(verdict, Verdict)
        and isinstance(engine, EngineVerdict)
        and not agrees(verdict, engine),
        product != verdict,
        isinstance(product, Raised),
    )


def worlds(seed: int, numbers: Iterable[int]) -> Tally:
    """Many worlds in a row."""
    from tests.twin.generate import world

    tally = Tally()
    for number in numbers:
        tally.add(examine_world(world(seed, number)))
    return tally
