"""How one node of the index finds what stands under the keys an attribute's value has.

Rules: a look-up returns everything under every key that the value satisfies, and raises
`EvaluationError` for a value whose type no rule of this kind can use: each of them errs on it.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar, assert_never, cast

from holdfast.policy.cedar.atoms import FacetKind, Key
from holdfast.policy.cedar.ipaddr import IpAddr, Network
from holdfast.policy.cedar.operators import expect, expect_set, expect_string
from holdfast.policy.cedar.values import Value

_BITS: Final[Mapping[int, int]] = MappingProxyType({4: 32, 6: 128})

N = TypeVar("N")
LookUp: TypeAlias = Callable[[Value], Collection[N]]


def look_up(kind: FacetKind, table: Mapping[Key, N]) -> LookUp[N]:
    """Return how to find what stands in `table` for a value of a facet of this `kind`."""
    match kind:
        case "value":
            return by_value(table)
        case "member":
            return by_member(table)
        case "prefix":
            return by_prefix(table)
        case "suffix":
            return by_suffix(table)
        case "network":
            return by_network(table)
        case "entity":
            raise TypeError("an entity is looked up by its keys, not by a value")
        case _:
            assert_never(kind)


def by_value(table: Mapping[Key, N]) -> LookUp[N]:
    """Find by what the value is."""
    get = {key: (node,) for key, node in table.items()}.get
    return lambda value: get(value, ())  # type: ignore[arg-type]


def by_member(table: Mapping[Key, N]) -> LookUp[N]:
    """Find by what the value, a set, contains."""
    keys = frozenset(table)
    return lambda value: [table[key] for key in keys & expect_set(value)]


def by_prefix(table: Mapping[Key, N]) -> LookUp[N]:
    """Find by how the value, a string, begins."""
    return _prefix_finder({str(key): node for key, node in table.items()})


def by_suffix(table: Mapping[Key, N]) -> LookUp[N]:
    """Find by how the value, a string, ends: by how it begins, read backwards."""
    longest = max(len(str(key)) for key in table)
    find = _prefix_finder({str(key)[::-1]: node for key, node in table.items()})
    return lambda value: find(expect_string(value)[-longest:][::-1])


def by_network(table: Mapping[Key, N]) -> LookUp[N]:
    """Find by the ranges the value, an address or a range, is in."""
    lengths = sorted({(key.version, key.prefix) for key in table if isinstance(key, Network)})
    # A network equals the plain tuple of its parts, and a plain tuple is faster to make.
    get = cast("Mapping[tuple[int, ...], N]", table).get

    def find(value: Value) -> list[N]:
        address = expect(IpAddr, value)
        first, bits = address.first, _BITS[address.version]
        networks = [
            get((version, prefix, first >> (bits - prefix)))
            for version, prefix in lengths
            if version == address.version and prefix <= address.prefix
        ]
        return [node for node in networks if node is not None]

    return find


_Link: TypeAlias = "tuple[str, tuple[N, ...], _Link[N] | None]"
"""A prefix, what stands under it, and the next shorter prefix of this one."""


def _prefix_finder(table: Mapping[str, N]) -> LookUp[N]:
    """Find all prefixes of a text in one binary search.

    Why one is enough: let P be a prefix in the table that the text begins with, and K the greatest
    one not above the text. P <= K <= text, and every string between P and a string that begins
    with P begins with P itself. So each such P is K or a prefix of K, and those are linked here.
    """
    prefixes = sorted(table)
    links: list[_Link[N]] = [("", (), None)]  # below all prefixes: nothing is found
    for prefix in prefixes:
        shorter: _Link[N] | None = links[-1]
        while shorter is not None and not (shorter[1] and prefix.startswith(shorter[0])):
            shorter = shorter[2]
        links.append((prefix, (table[prefix],), shorter))

    def find(value: Value) -> Collection[N]:
        text = value if isinstance(value, str) else expect_string(value)
        prefix, nodes, shorter = links[bisect_right(prefixes, text)]
        if shorter is None:  # nearly always
            return nodes if text.startswith(prefix) else ()
        found = list(nodes) if text.startswith(prefix) else []
        while shorter is not None:
            prefix, nodes, shorter = shorter
            if text.startswith(prefix):
                found += nodes
        return found

    return find
