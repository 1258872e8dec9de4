"""What a change of policy does: every region whose answer flips, with one witness intent.

Rules of this file:
1. A witness really flips: both policies judged it, and no flip is reported from reading rules.
2. Tests, probes, the shipped corpus and recorded traffic are judged, and so is what is made up
   from every rule that changed (`witnesses`): a change no test covers still shows.
3. A rule that changed and that nothing tried reaches is a flip itself, never silence.
4. The same two policies give the same flips in the same order, whatever the order of their
   files and rules.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from holdfast.policy.author.flips import (
    Flip,
    FlipKind,
    Rank,
    flip_json,
    in_order,
)
from holdfast.policy.author.meaning import plain, rule_meanings, short_id
from holdfast.policy.author.retyped import retyped
from holdfast.policy.author.settings import table_flips
from holdfast.policy.author.shrink import shrink
from holdfast.policy.author.sight import Region, Sight, region_of, sight
from holdfast.policy.author.spoken import Witness, witness_json
from holdfast.policy.author.witnesses import changed_rules, probed, witnesses
from holdfast.policy.facts.model import Facts
from holdfast.policy.policy import Policy, Rule
from holdfast.policy.source.tables import Accepted, Expectation, Situation
from holdfast.proto import canonical_json


@dataclass(frozen=True, slots=True)
class Diff:
    """Every flip, the most dangerous first."""

    flips: tuple[Flip, ...]
    tried: int
    """How many situations both policies judged."""
    quiet: tuple[str, ...] = ()
    """Rules that mean something else than before, and change no answer that was tried."""

    @property
    def unaccepted(self) -> tuple[Flip, ...]:
        """Those nobody accepted yet: with one of them the command exits 3."""
        return tuple(flip for flip in self.flips if not flip.accepted)


@dataclass(slots=True)
class _Found:
    """The best witness of a region so far: an agent's, the shortest, the first by text."""

    witness: Witness
    size: tuple[bool, int, bytes]
    seen: int = 1


@dataclass(slots=True)
class _Search:
    """Everything a comparison gathers."""

    old: Policy
    new: Policy
    regions: dict[Region, _Found] = field(default_factory=dict["Region", "_Found"])
    reached_old: set[str] = field(default_factory=set[str])
    reached_new: set[str] = field(default_factory=set[str])
    tried: int = 0
    agents: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Know the agents: what one of them may do is what a reader asks first."""
        self.agents = frozenset(subject.id for subject in self.new.who.agents)

    def judge(self, witness: Witness) -> tuple[Sight, Sight]:
        """Judge under both policies."""
        return sight(self.old, witness), sight(self.new, witness)

    def look(self, witness: Witness) -> None:
        """Try one situation."""
        before, after = self.judge(witness)
        self.tried += 1
        self.reached_old |= before.matched
        self.reached_new |= after.matched
        region = region_of(self.old, before, self.new, after)
        if region is None:
            return
        text = canonical_json.dumps(plain(witness_json(witness)))
        size = (witness.subject not in self.agents, len(text), text)
        found = self.regions.get(region)
        if found is None:
            self.regions[region] = _Found(witness, size)
            return
        found.seen += 1
        if size < found.size:
            found.witness, found.size = witness, size

    def shrunk(self, region: Region, witness: Witness) -> Witness:
        """Return the smallest witness of the same region, as an intent where one shows it."""

        def stays(smaller: Situation) -> bool:
            before, after = self.judge(smaller)
            return region_of(self.old, before, self.new, after) == region

        if isinstance(witness, Situation):
            return shrink(witness, stays)
        typed = retyped(witness)
        return witness if typed is None or not stays(typed) else shrink(typed, stays)


def diff(
    old: Policy,
    new: Policy,
    *,
    corpus: Iterable[Situation | Facts] = (),
    recorded: Iterable[Situation] = (),
) -> Diff:
    """Compare two policies."""
    search = _Search(old, new)
    changed = changed_rules(old, new)
    for witness in _tried(old, new, changed, corpus, recorded):
        search.look(witness)
    meanings = (rule_meanings(old), rule_meanings(new))
    flips = [
        *(
            _decision_flip(region, found, search, meanings)
            for region, found in search.regions.items()
        ),
        *table_flips(old, new),
        *_unreached(search, meanings, changed),
    ]
    shown = {name for flip in flips for name in (*flip.rules_before, *flip.rules_after)}
    quiet = [name for name in changed if _differs(meanings, name) and name not in shown]
    return Diff(in_order(_accepted(flips, new.manifest.accepted)), search.tried, tuple(quiet))


def _differs(meanings: tuple[Mapping[str, str], Mapping[str, str]], name: str) -> bool:
    return meanings[0].get(name) != meanings[1].get(name)


def _tried(
    old: Policy,
    new: Policy,
    changed: tuple[str, ...],
    corpus: Iterable[Situation | Facts],
    recorded: Iterable[Situation],
) -> Iterator[Witness]:
    for policy in (old, new):
        for case in policy.cases:
            yield pinned(policy, case.situation)
        for probe in policy.probes:
            yield pinned(policy, probe.situation)
    for one in corpus:
        if isinstance(one, Facts):
            yield from probed(old, new, one)
        else:
            yield pinned(new, one)
    for situation in recorded:
        yield pinned(new, situation)
    yield from witnesses(old, new, changed)


def pinned(policy: Policy, situation: Situation) -> Situation:
    """Name whom "the first agent" means, so that both policies are asked about the same one."""
    agents = policy.who.agents
    if situation.subject is not None or not agents:
        return situation
    return dataclasses.replace(situation, subject=agents[0].id)


def _decision_flip(
    region: Region,
    found: _Found,
    search: _Search,
    meanings: tuple[Mapping[str, str], Mapping[str, str]],
) -> Flip:
    kind: FlipKind = region.kind
    involved = sorted({*region.rules_before, *region.rules_after})
    return Flip(
        id=short_id(
            kind,
            region.before,
            region.after,
            region.detail,
            region.actions,
            [[name, *(side.get(name, "") for side in meanings)] for name in involved],
        ),
        kind=kind,
        rank=region.rank,
        subject=", ".join(region.actions),
        before=region.before,
        after=region.after,
        was=_named(region.rules_before, region.detail[0]),
        now=_named(region.rules_after, region.detail[1]),
        rules_before=region.rules_before,
        rules_after=region.rules_after,
        witness=search.shrunk(region, found.witness),
        seen=found.seen,
    )


def _named(rules: tuple[str, ...], detail: str) -> str:
    names = ", ".join(rules) or "no rule"
    return f"{names} {detail}" if detail else names


def _unreached(
    search: _Search,
    meanings: tuple[Mapping[str, str], Mapping[str, str]],
    changed: tuple[str, ...],
) -> Iterator[Flip]:
    before, after = ({rule.id: rule for rule in side.rules} for side in (search.old, search.new))
    for name in changed:
        was, now = before.get(name), after.get(name)
        if not _differs(meanings, name):
            continue  # only what it speaks of changed, and that is reported by itself
        if (was is None or name in search.reached_old) and (
            now is None or name in search.reached_new
        ):
            continue
        yield _rule_flip(name, was, now, [side.get(name, "") for side in meanings])


def _rule_flip(name: str, was: Rule | None, now: Rule | None, meaning: list[str]) -> Flip:
    tightens = (now is None and was is not None and was.effect == "permit") or (
        was is None and now is not None and now.effect == "forbid"
    )
    answers: tuple[Expectation, Expectation] = ("allow", "deny") if tightens else ("deny", "allow")
    return Flip(
        id=short_id("rule", name, *meaning),
        kind="rule",
        rank=Rank.TIGHTENED if tightens else Rank.LOOSENED,
        subject=name,
        before=answers[0],
        after=answers[1],
        was="no such rule" if was is None else was.effect,
        now="no such rule" if now is None else f"{now.effect}, reached by nothing tried",
        rules_before=() if was is None else (name,),
        rules_after=() if now is None else (name,),
    )


def _accepted(flips: list[Flip], accepted: tuple[Accepted, ...]) -> list[Flip]:
    reasons = {(one.witness, one.before, one.after): one.why for one in accepted}
    return [
        dataclasses.replace(flip, why=reasons.get((flip.id, flip.before, flip.after)))
        for flip in flips
    ]


def as_json(found: Diff) -> dict[str, object]:
    """Return what `--json` prints."""
    return {
        "flips": [flip_json(flip) for flip in found.flips],
        "unaccepted": len(found.unaccepted),
        "tried": found.tried,
        "quiet": list(found.quiet),
    }
