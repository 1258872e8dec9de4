"""Find the few rules a request could match or make err, among any number of them.

The index is a tree. A node lists the rules every request that gets there must try, and splits the
others, each split by one facet of the request: the rules whose atom for that facet has a given key
stand in the node below that key. A lookup asks every split of a node and follows every key the
request has. Which facets split a node is chosen for the fewest rules a typical request will visit,
once, at compile time. What atoms are, and why skipping a rule loses neither a match nor an error:
`atoms.py`.

On the path of a decision stand only plain tuples and closures, no objects with methods: a request
visits a handful of nodes, and each would cost more to call than to read.

No facet anchors a pattern that begins and ends with a wildcard (`like "*secret*"`), a range or a
negation. Rules that have nothing else are tried one after another, at the price of one test each.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from cedarpy import pst

from holdfast.policy.cedar.atoms import Atom, Facet, Key
from holdfast.policy.cedar.errors import EvaluationError
from holdfast.policy.cedar.expressions import compile_expression
from holdfast.policy.cedar.frame import ENTITIES, Frame, Run, Test
from holdfast.policy.cedar.limits import (
    INDEX_DEPTH,
    LEAF_RULES,
    MISS_FACTOR,
    RULE_COPIES,
    WORTHWHILE,
)
from holdfast.policy.cedar.lookup import LookUp, look_up

Entry: TypeAlias = tuple[int, bool, tuple[Test, ...], int]
"""A rule to try: its number, whether it permits, the conditions not yet known to hold, their cost.

A plain tuple, because Python takes those apart several times faster than named ones.
"""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A rule on its way into the index."""

    index: int
    permits: bool
    tests: tuple[Test, ...]
    cost: int
    atoms: Mapping[Facet, Atom]
    proven: frozenset[int] = frozenset()
    """Conditions that hold for every request that gets here."""
    copies: int = 1
    """How often this rule stands in the index: once for each combination of its keys."""

    def entry(self) -> Entry:
        """Leave out what is proven."""
        tests = tuple(t for number, t in enumerate(self.tests) if number not in self.proven)
        return (self.index, self.permits, tests, self.cost)

    def beneath(self, atom: Atom) -> "Indexed":
        """Return this rule as it stands below one of the keys of its `atom`."""
        proven = self.proven | {atom.conjunct} if atom.exact else self.proven
        return replace(self, proven=proven, copies=self.copies * len(atom.keys))


Node: TypeAlias = "tuple[tuple[Entry, ...], Look | None]"
"""A part of the index: the rules to try, and how to look further."""

Look: TypeAlias = Callable[[Frame, list[Entry]], None]
"""Adds the rules that the request could match or make err; one may come twice."""


def look_by_entity(variable: str, below: Mapping[Key, Node], others: Look | None) -> Look:
    """Follow every key the entity has: its uid, its ancestors, its type. None of it can err."""
    which = ENTITIES.index(variable)
    known = frozenset(below)

    def look(frame: Frame, found: list[Entry]) -> None:
        # Sets keep their hashes: this is several times cheaper than looking up key by key.
        for key in frame.keys[which] & known:
            entries, deeper = below[key]
            found += entries
            if deeper is not None:
                deeper(frame, found)
        if others is not None:
            others(frame, found)

    return look


def look_by_attribute(
    run: Run, nodes_for: LookUp[Node], everything: Sequence[Entry], others: Look | None
) -> Look:
    """Follow every key of the attribute that `run` reads; try `everything` when it cannot."""

    def look(frame: Frame, found: list[Entry]) -> None:
        try:
            nodes = nodes_for(run(frame))
        except EvaluationError:
            # The attribute is not there, or of a type the rules cannot use: they all err.
            nodes = ()
            found += everything
        for entries, deeper in nodes:
            found += entries
            if deeper is not None:
                deeper(frame, found)
        if others is not None:
            others(frame, found)

    return look


# ---- building ----------------------------------------------------------------------------------


def build(rules: Sequence[Indexed]) -> tuple[Node, tuple[int, ...]]:
    """Index `rules`; also name the largest set of them that a request tries one by one."""
    crowds: list[tuple[int, ...]] = [()]
    node = _build(rules, frozenset(), INDEX_DEPTH, crowds)
    return node, max(crowds, key=len)


def _build(
    rules: Sequence[Indexed],
    settled: frozenset[Facet],
    depth: int,
    crowds: list[tuple[int, ...]],
) -> Node:
    """Index `rules`, which here are known to satisfy their atoms for the `settled` facets."""
    facet = _best_facet(rules, settled) if depth > 0 and len(rules) > LEAF_RULES else None
    if facet is None:
        if len(rules) > LEAF_RULES:
            crowds.append(tuple(rule.index for rule in rules))
        return tuple(rule.entry() for rule in rules), None
    keyed: dict[Key, list[Indexed]] = {}
    split: list[Indexed] = []
    rest: list[Indexed] = []
    for rule in rules:
        atom = _usable(rule, facet, settled)
        if atom is None:
            rest.append(rule)
            continue
        split.append(rule)
        below = rule.beneath(atom)
        for key in atom.keys:
            keyed.setdefault(key, []).append(below)
    known = settled | {facet}
    table = {key: _build(group, known, depth - 1, crowds) for key, group in keyed.items()}
    entries, others = _build(rest, settled, depth - 1, crowds)
    if isinstance(facet.node, pst.Var):
        return entries, look_by_entity(facet.node.name, table, others)
    run = compile_expression(facet.node).run
    everything = [rule.entry() for rule in split]
    return entries, look_by_attribute(run, look_up(facet.kind, table), everything, others)


def _usable(rule: Indexed, facet: Facet, settled: frozenset[Facet]) -> Atom | None:
    """Return the rule's atom for `facet`, if the index may rely on it at this place."""
    atom = rule.atoms.get(facet)
    if atom is None or facet in settled or not atom.needs <= settled:
        return None
    return atom if rule.copies * len(atom.keys) <= RULE_COPIES else None


def _best_facet(rules: Sequence[Indexed], settled: frozenset[Facet]) -> Facet | None:
    """Choose the facet that leaves a request the fewest rules; None when none helps.

    An attribute is asked for last, unless its entity is settled (or, for the context, the action):
    the attributes of a `Url` are only worth reading where rules are known to be about urls.
    """
    keys: dict[Facet, Counter[Key]] = {}
    covered: Counter[Facet] = Counter()
    for rule in rules:
        for facet in rule.atoms:
            atom = _usable(rule, facet, settled)
            if atom is not None:
                keys.setdefault(facet, Counter()).update(atom.keys)
                covered[facet] += 1
    known = {facet.variable for facet in settled if facet.kind == "entity"}
    for ready in (True, False):
        savings = {
            facet: covered[facet] - _visits(sizes)
            for facet, sizes in keys.items()
            if (facet.kind == "entity" or facet.variable in known) is ready
        }
        best = max(savings, key=savings.__getitem__, default=None)
        if best is not None and savings[best] >= len(rules) * WORTHWHILE:
            return best
    return None


def _visits(sizes: Counter[Key]) -> float:
    """Estimate the rules a request visits: those of one key, as likely as it is among the rules."""
    # Some requests have none of the keys: even one key for all rules is worth asking for. And some
    # rules have none (`action in []`): they can only err, where an attribute cannot be read.
    return MISS_FACTOR * sum(size * size for size in sizes.values()) / max(1, sizes.total())
