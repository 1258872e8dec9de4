"""Find the few rules a request could match or make err, among any number of them.

The index is a tree. A node either lists its rules or splits them by one facet of the request: the
rules whose atom for that facet has a given key stand below that key, the rules that say nothing
about it stand under `rest`. A lookup follows every key the request has, and always the rest. Which
facet splits a node is chosen for the fewest rules a typical request will visit, once, at compile
time. What atoms are, and why skipping a rule loses neither a match nor an error: `atoms.py`.

No facet anchors a pattern that begins and ends with a wildcard (`like "*secret*"`), a range or a
negation. Rules that have nothing else are tried one after another, at the price of one test each.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Protocol, TypeAlias

from cedarpy import pst

from holdfast.policy.cedar.atoms import Atom, Facet, Key
from holdfast.policy.cedar.errors import EvaluationError
from holdfast.policy.cedar.expressions import compile_expression
from holdfast.policy.cedar.frame import Frame, Run, Test
from holdfast.policy.cedar.limits import (
    AFFIX_LENGTHS,
    INDEX_DEPTH,
    LEAF_RULES,
    MISS_FACTOR,
    RULE_COPIES,
    WORTHWHILE,
)


class Entry(NamedTuple):
    """A rule to try: its number, the conditions not yet known to hold, and their cost."""

    index: int
    permits: bool
    tests: tuple[Test, ...]
    cost: int


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
        return Entry(self.index, self.permits, tests, self.cost)

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


class EntitySplit:
    """Rules by an entity: its uid, its ancestors, its type. It can always be read."""

    __slots__ = ("keys", "rest", "table", "variable")

    def __init__(self, variable: str, table: dict[Key, Node], rest: Node) -> None:
        self.variable = variable
        self.table = table
        self.keys = frozenset(table)
        self.rest = rest

    def find(self, frame: Frame, found: list[Entry]) -> None:
        """Follow every key the entity has."""
        # Sets keep their hashes: this is several times cheaper than looking up key by key.
        for key in getattr(frame, self.variable).keys & self.keys:
            self.table[key].find(frame, found)
        self.rest.find(frame, found)


class AttributeSplit:
    """Rules by an attribute, read by `run`; when it cannot be read, every rule is tried."""

    __slots__ = ("everything", "rest", "run", "table")

    def __init__(
        self, run: Run, table: dict[Key, Node], rest: Node, rules: Iterable[Indexed]
    ) -> None:
        self.run = run
        self.table = table
        self.rest = rest
        self.everything = Leaf(rules)

    def find(self, frame: Frame, found: list[Entry]) -> None:
        """Follow the keys the attribute has, or try every rule."""
        try:
            keys = self.present(frame)
        except EvaluationError:
            keys = None
        if keys is None:
            self.everything.find(frame, found)
        else:
            for key in keys:
                self.table[key].find(frame, found)
        self.rest.find(frame, found)

    def present(self, frame: Frame) -> Iterable[Key] | None:
        """Return which keys of the table the request has; None when they cannot be read."""
        raise NotImplementedError


class ValueSplit(AttributeSplit):
    """Rules by what the attribute is."""

    __slots__ = ()

    def present(self, frame: Frame) -> Iterable[Key] | None:
        """Return the value itself, if any rule asks for it."""
        value = self.run(frame)
        return (value,) if value in self.table else ()  # type: ignore[return-value]


class MemberSplit(AttributeSplit):
    """Rules by what the attribute, a set, contains."""

    __slots__ = ("keys",)

    def __init__(
        self, run: Run, table: dict[Key, Node], rest: Node, rules: Iterable[Indexed]
    ) -> None:
        super().__init__(run, table, rest, rules)
        self.keys = frozenset(table)

    def present(self, frame: Frame) -> Iterable[Key] | None:
        """Return the members that any rule asks for."""
        value = self.run(frame)
        return value & self.keys if isinstance(value, frozenset) else None


class PrefixSplit(AttributeSplit):
    """Rules by how the attribute, a string, begins."""

    __slots__ = ("lengths",)

    def __init__(
        self, run: Run, table: dict[Key, Node], rest: Node, rules: Iterable[Indexed]
    ) -> None:
        super().__init__(run, table, rest, rules)
        self.lengths = tuple(sorted({len(str(key)) for key in table}))

    def present(self, frame: Frame) -> Iterable[Key] | None:
        """Return the beginnings that any rule asks for."""
        text = self.run(frame)
        if not isinstance(text, str):
            return None
        size, table = len(text), self.table
        return [text[:n] for n in self.lengths if n <= size and text[:n] in table]


class SuffixSplit(PrefixSplit):
    """Rules by how the attribute, a string, ends."""

    __slots__ = ()

    def present(self, frame: Frame) -> Iterable[Key] | None:
        """Return the endings that any rule asks for."""
        text = self.run(frame)
        if not isinstance(text, str):
            return None
        size, table = len(text), self.table
        return [text[-n:] for n in self.lengths if n <= size and text[-n:] in table]


_ATTRIBUTE_SPLITS: Final = {
    "value": ValueSplit,
    "member": MemberSplit,
    "prefix": PrefixSplit,
    "suffix": SuffixSplit,
}


# ---- building ----------------------------------------------------------------------------------


def build(rules: Sequence[Indexed]) -> Node:
    """Index `rules`."""
    return _build(rules, frozenset(), INDEX_DEPTH)


def _build(rules: Sequence[Indexed], settled: frozenset[Facet], depth: int) -> Node:
    """Index `rules`, which here are known to satisfy their atoms for the `settled` facets."""
    best = _best_facet(rules, settled) if depth > 0 and len(rules) > LEAF_RULES else None
    if best is None:
        return Leaf(rules)
    facet, cut = best
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
        for key in {cut(key) for key in atom.keys}:
            keyed.setdefault(key, []).append(below)
    known = settled | {facet}
    table = {key: _build(group, known, depth - 1) for key, group in keyed.items()}
    others = _build(rest, settled, depth - 1)
    if isinstance(facet.node, pst.Var):
        return EntitySplit(facet.node.name, table, others)
    run = compile_expression(facet.node).run
    return _ATTRIBUTE_SPLITS[facet.kind](run, table, others, split)


def _usable(rule: Indexed, facet: Facet, settled: frozenset[Facet]) -> Atom | None:
    """Return the rule's atom for `facet`, if the index may rely on it at this place."""
    atom = rule.atoms.get(facet)
    if atom is None or facet in settled or not atom.needs <= settled:
        return None
    return atom if rule.copies * len(atom.keys) <= RULE_COPIES else None


_Cut: TypeAlias = Callable[[Key], Key]


def _best_facet(rules: Sequence[Indexed], settled: frozenset[Facet]) -> tuple[Facet, _Cut] | None:
    """Choose the facet that leaves a request the fewest rules; None when none helps.

    Entities come first: they can always be read, and an attribute of a `Url` is only worth reading
    where the rules are known to be about urls.
    """
    keys: dict[Facet, Counter[Key]] = {}
    for rule in rules:
        for facet in rule.atoms:
            atom = _usable(rule, facet, settled)
            if atom is not None:
                keys.setdefault(facet, Counter()).update(atom.keys)
    for entities in (True, False):
        choices = [facet for facet in keys if (facet.kind == "entity") is entities]
        visits = {facet: _visits(keys[facet], rules, facet, settled) for facet in choices}
        best = min(choices, key=visits.__getitem__, default=None)
        if best is not None and len(rules) - visits[best] >= len(rules) * WORTHWHILE:
            return best, _cutter(best, keys[best])
    return None


def _visits(
    keys: Counter[Key], rules: Sequence[Indexed], facet: Facet, settled: frozenset[Facet]
) -> float:
    """Estimate the rules a request visits: all of the rest, and those of a key as likely as it."""
    covered = sum(_usable(rule, facet, settled) is not None for rule in rules)
    cut = _cutter(facet, keys)
    sizes: Counter[Key] = Counter()
    for key, count in keys.items():
        sizes[cut(key)] += count
    below = sum(size * size for size in sizes.values()) / sizes.total()
    # Some requests have none of the keys: even one key for all rules is worth asking for.
    return len(rules) - covered + below * MISS_FACTOR


def _cutter(facet: Facet, keys: Iterable[Key]) -> _Cut:
    """Return how keys are shortened: affixes to a bounded number of lengths."""
    if facet.kind not in {"prefix", "suffix"}:
        return lambda key: key
    lengths = sorted({len(str(key)) for key in keys})
    step = -(-len(lengths) // AFFIX_LENGTHS)
    kept = lengths[::step]

    def cut(key: Key) -> Key:
        text = str(key)
        size = kept[bisect_right(kept, len(text)) - 1]
        return text[:size] if facet.kind == "prefix" else text[-size:]

    return cut
