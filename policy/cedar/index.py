"""Find the few rules a request could match or make err, among any number of them.

The index is a tree. A node either lists its rules or splits them by one facet of the request: the
rules whose atom for that facet has a given key stand below that key, the rules that say nothing
about it stand under `rest`. A lookup follows every key the request has, and always the rest. Which
facet splits a node is chosen for the fewest rules a typical request will visit, once, at compile
time. What atoms are, and why skipping a rule loses neither a match nor an error: `atoms.py`.

No facet anchors a pattern that begins and ends with a wildcard (`like "*secret*"`), a range or a
negation. Rules that have nothing else are tried one after another, at the price of one test each.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Protocol, TypeAlias

from cedarpy import pst

from holdfast.policy.cedar.atoms import Atom, Facet, Key
from holdfast.policy.cedar.errors import EvaluationError
from holdfast.policy.cedar.expressions import compile_expression
from holdfast.policy.cedar.frame import Frame, Run, Test
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


class Node(Protocol):
    """A part of the index."""

    def find(self, frame: Frame, found: list[Entry]) -> None:
        """Add every rule the request could match or make err; one may come twice."""
        ...


class Leaf:
    """A few rules, or rules nothing tells apart."""

    __slots__ = ("entries",)

    def __init__(self, rules: Iterable[Indexed]) -> None:
        self.entries = tuple(rule.entry() for rule in rules)

    def find(self, frame: Frame, found: list[Entry]) -> None:  # noqa: ARG002 - it is a Node
        """Add them all."""
        found += self.entries


Table: TypeAlias = Mapping[Key, Node]


class EntitySplit:
    """Rules by an entity: its uid, its ancestors, its type. It can always be read."""

    __slots__ = ("_keys", "_keys_of", "_rest", "_table")

    def __init__(self, variable: str, table: Table, rest: Node | None) -> None:
        self._keys_of: Callable[[Frame], frozenset[Key]] = attrgetter(f"{variable}.keys")
        self._table = table
        self._keys = frozenset(table)
        self._rest = rest

    def find(self, frame: Frame, found: list[Entry]) -> None:
        """Follow every key the entity has."""
        # Sets keep their hashes: this is several times cheaper than looking up key by key.
        for key in self._keys_of(frame) & self._keys:
            self._table[key].find(frame, found)
        if self._rest is not None:
            self._rest.find(frame, found)


class AttributeSplit:
    """Rules by an attribute, read by `run`; when it cannot be read, every rule is tried."""

    __slots__ = ("_everything", "_look_up", "_rest", "_run")

    def __init__(self, run: Run, find: LookUp[Node], rest: Node | None, everything: Leaf) -> None:
        self._run = run
        self._look_up = find
        self._rest = rest
        self._everything = everything

    def find(self, frame: Frame, found: list[Entry]) -> None:
        """Follow the keys the attribute has, or try every rule."""
        try:
            nodes: Collection[Node] = self._look_up(self._run(frame))
        except EvaluationError:
            # The attribute is not there, or of a type the rules cannot use: they all err.
            nodes = (self._everything,)
        for node in nodes:
            node.find(frame, found)
        if self._rest is not None:
            self._rest.find(frame, found)


# ---- building ----------------------------------------------------------------------------------


def build(rules: Sequence[Indexed]) -> Node:
    """Index `rules`."""
    return _build(rules, frozenset(), INDEX_DEPTH)


def _build(rules: Sequence[Indexed], settled: frozenset[Facet], depth: int) -> Node:
    """Index `rules`, which here are known to satisfy their atoms for the `settled` facets."""
    facet = _best_facet(rules, settled) if depth > 0 and len(rules) > LEAF_RULES else None
    if facet is None:
        return Leaf(rules)
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
    table = {key: _build(group, known, depth - 1) for key, group in keyed.items()}
    others = _build(rest, settled, depth - 1) if rest else None
    if isinstance(facet.node, pst.Var):
        return EntitySplit(facet.node.name, table, others)
    run = compile_expression(facet.node).run
    return AttributeSplit(run, look_up(facet.kind, table), others, Leaf(split))


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
