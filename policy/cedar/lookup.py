"""How one node of the index finds what stands under the keys an attribute's value has.

Rules: a look-up returns everything under every key that the value satisfies, and raises
`EvaluationError` for a value whose type no rule of this kind can use: each of them errs on it.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

from holdfast.policy.cedar.atoms import FacetKind, Key
from holdfast.policy.cedar.ipaddr import IpAddr, Network
from holdfast.policy.cedar.operators import expect, expect_set, expect_string
from holdfast.policy.cedar.values import Value

N = TypeVar("N")
LookUp: TypeAlias = Callable[[Value], Collection[N]]


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
    prefixes = Prefixes(str(key) for key in table)
    return lambda value: [table[key] for key in prefixes.of(expect_string(value))]


def by_suffix(table: Mapping[Key, N]) -> LookUp[N]:
    """Find by how the value, a string, ends: by how it begins, read backwards."""
    mirrored = {str(key)[::-1]: node for key, node in table.items()}
    prefixes = Prefixes(mirrored)
    longest = max(map(len, mirrored))
    return lambda value: [
        mirrored[key] for key in prefixes.of(expect_string(value)[-longest:][::-1])
    ]


def by_network(table: Mapping[Key, N]) -> LookUp[N]:
    """Find by the ranges the value, an address or a range, is in."""
    lengths = sorted({(key.version, key.prefix) for key in table if isinstance(key, Network)})

    def look_up(value: Value) -> list[N]:
        address = expect(IpAddr, value)
        networks = [
            address.network(prefix)
            for version, prefix in lengths
            if version == address.version and prefix <= address.prefix
        ]
        return [table[network] for network in networks if network in table]

    return look_up


class Prefixes:
    """A set of strings that finds all its members some text begins with, in one binary search.

    Why that is enough: let P be a member that the text begins with, and K the greatest member not
    above the text. P <= K <= text, and every string between P and a string that begins with P
    begins with P itself. So each such P is K or a prefix of K, and those are linked at build time.
    """

    __slots__ = ("_shorter", "_sorted")

    def __init__(self, members: Iterable[str]) -> None:
        self._sorted = sorted(members)
        self._shorter: dict[str, str | None] = {}
        chain: list[str] = []
        for member in self._sorted:
            while chain and not member.startswith(chain[-1]):
                chain.pop()
            self._shorter[member] = chain[-1] if chain else None
            chain.append(member)

    def of(self, text: str) -> list[str]:
        """Return the members that `text` begins with, longest first."""
        place = bisect_right(self._sorted, text)
        member = self._sorted[place - 1] if place else None
        found: list[str] = []
        while member is not None:
            if text.startswith(member):
                found.append(member)
            member = self._shorter[member]
        return found


LOOK_UPS: Final[Mapping[FacetKind, Callable[[Mapping[Key, N]], LookUp[N]]]] = MappingProxyType(
    {
        "value": by_value,
        "member": by_member,
        "prefix": by_prefix,
        "suffix": by_suffix,
        "network": by_network,
    }
)
