"""The quick form of the twin programme; `tools/twin.py` is the long one."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from cedarpy import pst

from tests.twin import cedar_text, examine, generate, programme, shrink, trees
from tests.twin.authorizer import Verdict
from tests.twin.compare import pst_set
from tests.twin.examine import Examiner, Raised, Tally
from tests.twin.mutants import MUTANTS
from tests.twin.product_mutants import PRODUCT_MUTANTS
from tools import twin

SEED = 20
CASES = 3000


def quiet(_: int) -> None:
    """No progress shown."""


@pytest.fixture(scope="module")
def tally() -> Tally:
    return programme.examine_all(CASES, SEED, quiet, processes=1)


def test_reference_engine_and_product_agree(tally: Tally) -> None:
    reports = [shrink.told(shrink.shrunk(each)) for each in tally.disagreements[:1]]
    assert tally.parted == 0, reports[0] if reports else ""
    assert tally.cases >= CASES


@pytest.mark.parametrize("kind", ["allow", "forbid", "nothing", "erring"])
def test_every_outcome_is_common(tally: Tally, kind: str) -> None:
    assert tally.seen[kind] >= tally.cases * 0.2


@pytest.fixture(scope="module")
def found() -> dict[str, int | None]:
    return programme.hunt(SEED)


@pytest.mark.parametrize("name", [each.name for each in (*MUTANTS, *PRODUCT_MUTANTS)])
def test_the_seeded_bug_is_found(found: dict[str, int | None], name: str) -> None:
    assert found[name] is not None


def test_there_are_enough_seeded_bugs() -> None:
    assert len(MUTANTS) >= 12
    assert len({each.name for each in (*MUTANTS, *PRODUCT_MUTANTS)}) == len(MUTANTS) + len(
        PRODUCT_MUTANTS
    )


def test_a_world_follows_from_its_seed() -> None:
    once, again, other = (generate.world(seed, 5) for seed in (1, 1, 2))
    assert once.policy_sets == again.policy_sets
    assert once.policy_sets != other.policy_sets


# --- changes that change nothing --------------------------------------------------------------

Change = Callable[[tuple[pst.Template, ...]], tuple[pst.Template, ...]]


def doubled(templates: tuple[pst.Template, ...]) -> tuple[pst.Template, ...]:
    return (*templates, *(replace(each, id=f"again {each.id}") for each in templates))


def backwards(templates: tuple[pst.Template, ...]) -> tuple[pst.Template, ...]:
    return templates[::-1]


def with_a_stranger(templates: tuple[pst.Template, ...]) -> tuple[pst.Template, ...]:
    stranger = pst.EntityUid(pst.EntityType("Nobody"), "here")
    unrelated = replace(templates[0], id="unrelated", effect="permit", clauses=())
    return (
        replace(unrelated, principal=pst.ScopeEq(stranger)),
        *templates,
        replace(unrelated, id="unrelated too", effect="forbid", resource=pst.ScopeIn(stranger)),
    )


def essence(answer: examine.Answer) -> object:
    """A verdict without order and doubles."""
    if not isinstance(answer, Verdict):
        return answer
    parts = (answer.permits, answer.forbids, answer.errors)
    return answer.allowed, *(
        frozenset(each.removeprefix("again ") for each in part) for part in parts
    )


@pytest.mark.parametrize("change", [doubled, backwards, with_a_stranger])
def test_what_must_not_matter_does_not(change: Change) -> None:
    for number in range(25):
        world = generate.world(SEED, number)
        examiner = Examiner(world)
        for templates in world.policy_sets:
            before = examiner.product(templates)
            after = examiner.product(change(templates))
            assert [essence(each) for each in after] == [essence(each) for each in before]
            assert not any(isinstance(each, Raised) for each in before)


# --- the programme itself ---------------------------------------------------------------------


def a_buggy_product(monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    """Lets the reference with one seeded bug play the product."""
    mutant = next(each for each in MUTANTS if each.name == bug)

    def product(self: Examiner, templates: Sequence[pst.Template]) -> list[examine.Answer]:
        return list(mutant.verdicts(templates, self.world.store, self.world.questions))

    monkeypatch.setattr(Examiner, "product", product)


@pytest.mark.parametrize("bug", ["InIsNotReflexive", "MissingAttributeIsFalse", "StarStopsAtSlash"])
def test_a_disagreement_is_shrunk_and_told(monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    a_buggy_product(monkeypatch, bug)
    wrong = programme.examine_all(2000, SEED, quiet, processes=1)
    assert wrong.parted > 0
    small = shrink.shrunk(wrong.disagreements[0])
    assert examine.parted(small.answers) == examine.parted(wrong.disagreements[0].answers)
    assert len(small.case.templates) == 1
    assert trees.size(small.case.templates) < 60
    told = shrink.told(small)
    assert all(word in told for word in ("request ", "entities ", "reference ", "product "))


def test_a_product_that_raises_disagrees(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(templates: Sequence[pst.Template]) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(examine, "compile_product", broken)
    wrong = examine.examine_world(generate.world(SEED, 0))
    assert wrong.parted == wrong.cases == programme.CASES_PER_WORLD
    assert wrong.disagreements[0].answers["product"] == Raised("ZeroDivisionError: oops")


def test_policies_the_engine_refuses_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_: pst.Template) -> str:
        return "permit("

    monkeypatch.setattr(cedar_text, "policy", unreadable)
    wrong = examine.examine_world(generate.world(SEED, 0))
    assert "ValueError" in str(wrong.disagreements[0].answers["engine"])


def run_tool(arguments: list[str], found: dict[str, int | None]) -> int:
    def hunt(_: int) -> dict[str, int | None]:
        return found

    return twin.main(arguments, hunt)


def test_the_tool_prints_one_object(
    capsys: pytest.CaptureFixture[str], found: dict[str, int | None]
) -> None:
    arguments = ["--cases", "72", "--seed", str(SEED), "--processes", "1", "--json"]
    status = run_tool(arguments, found)
    summary = json.loads(capsys.readouterr().out)
    assert status == 0
    assert summary["cases"] == 72
    assert summary["disagreements"] == 0
    assert summary["seeded_bugs_found"] == summary["seeded_bugs"] >= 12


def test_the_tool_is_red_when_the_product_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a_buggy_product(monkeypatch, "InIsNotReflexive")
    assert run_tool(["--cases", "500", "--seed", str(SEED), "--processes", "1"], {}) == 1
    assert "disagreement 1 of" in capsys.readouterr().out


def test_the_tool_is_red_when_a_seeded_bug_survives(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run_tool(["--cases", "36", "--seed", str(SEED), "--processes", "1"], {"a bug": None}) == 1
    )
    assert "seeded bug not found: a bug" in capsys.readouterr().out


def test_workers_give_the_same_tally() -> None:
    alone = programme.examine_all(200, SEED, quiet, processes=1)
    together = programme.examine_all(200, SEED, quiet, processes=2)
    assert (alone.cases, alone.seen) == (together.cases, together.seen)


def test_nodes_survive_the_way_to_a_worker() -> None:
    node = pst_set(generate.world(SEED, 0).policy_sets[0])
    assert pickle.loads(pickle.dumps(node)) == node
