"""The run: many worlds over the cores, then every seeded bug.

Rules of this file: a run is red when any side parts from another or when a seeded bug survives;
the number of cases never depends on the number of cores, only the time does.
"""

from __future__ import annotations

import copyreg
import itertools
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from cedarpy import pst

from tests.twin import generate
from tests.twin.authorizer import Verdict
from tests.twin.compare import reference_verdicts
from tests.twin.examine import Tally, worlds
from tests.twin.mutants import MUTANTS, Mutant
from tests.twin.product_mutants import PRODUCT_MUTANTS

CASES_PER_WORLD: Final = generate.REQUESTS_PER_WORLD * generate.PATHS
WORLDS_PER_CHUNK: Final = 40
# A seeded bug not seen in this many worlds counts as not found.
MUTANT_WORLDS: Final = 1500
# Enough to see what is wrong; after these a run stops.
DISAGREEMENTS: Final = 20


def _packed(mapping: pst.FrozenMap[str, object]) -> tuple[type, tuple[dict[str, object]]]:
    return pst.FrozenMap, (dict(mapping),)


# A dict subclass is unpickled item by item, which a frozen one refuses: without this a worker's
# report would kill the pool that waits for it.
copyreg.pickle(pst.FrozenMap, _packed)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A range of worlds of one seed."""

    seed: int
    first: int
    count: int


def examine_chunk(chunk: Chunk) -> Tally:
    """All worlds of a chunk."""
    return worlds(chunk.seed, range(chunk.first, chunk.first + chunk.count))


def chunks(cases: int, seed: int) -> list[Chunk]:
    """Enough worlds for that many cases."""
    total = -(-cases // CASES_PER_WORLD)
    return [
        Chunk(seed, first, min(WORLDS_PER_CHUNK, total - first))
        for first in range(0, total, WORLDS_PER_CHUNK)
    ]


def examine_all(
    cases: int, seed: int, progress: Callable[[int], None], processes: int | None = None
) -> Tally:
    """At least `cases` cases, or fewer once enough is known to be wrong."""
    tally = Tally()
    work = iter(chunks(cases, seed))
    # Stops feeding once enough is known to be wrong; what is under way still counts.
    fed = iter(lambda: None if tally.parted >= DISAGREEMENTS else next(work, None), None)
    for part in _parts(fed, processes or os.cpu_count() or 1):
        tally.add(part)
        progress(tally.cases)
    return tally


def _parts(work: Iterator[Chunk], processes: int) -> Iterator[Tally]:
    if processes == 1:
        yield from map(examine_chunk, work)
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        first = itertools.islice(work, processes * 2)
        running: set[Future[Tally]] = {pool.submit(examine_chunk, each) for each in first}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for each in done:
                yield each.result()
                running.update(pool.submit(examine_chunk, one) for one in itertools.islice(work, 1))


def hunt(seed: int, limit: int = MUTANT_WORLDS) -> dict[str, int | None]:
    """For every seeded bug: the number of cases until the first that shows it, or None."""
    left: dict[str, Mutant] = {each.name: each for each in (*MUTANTS, *PRODUCT_MUTANTS)}
    found: dict[str, int | None] = dict.fromkeys(left)
    seen = 0
    for number in range(limit):
        if not left:
            break
        world = generate.world(seed, number)
        for templates in world.policy_sets:
            right = reference_verdicts(templates, world.store, world.questions)
            for name in [
                name for name, each in left.items() if _shows(each, world, templates, right)
            ]:
                found[name] = seen
                del left[name]
            seen += len(world.questions)
    return found


def _shows(
    mutant: Mutant,
    world: generate.World,
    templates: Sequence[pst.Template],
    right: Sequence[Verdict],
) -> bool:
    return list(mutant.verdicts(templates, world.store, world.questions)) != list(right)
