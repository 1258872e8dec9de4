"""Cedar's `ipaddr`: one address, or a range written with a prefix length.

Rules (Cedar 4.x):

1. IPv4 is four decimal octets without leading zeros; IPv6 is hexadecimal groups with at most one
   `::`, which stands for at least one group. A text with both a colon and a dot is no address, so
   an IPv4 address embedded in an IPv6 one has exactly one spelling: none.
2. A prefix length is ASCII digits without leading zeros, at most 32 or 128.
3. Host bits are kept: `ip("10.0.0.1/8") != ip("10.0.0.0/8")`, though each is in the other's range.
4. An address of one family is never in a range of the other.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from holdfast.policy.cedar.errors import CedarValueError

_OCTET: Final = r"(0|[1-9][0-9]{0,2})"
_V4: Final = re.compile(rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}")
_GROUPS: Final = re.compile(r"[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4})*")
_PREFIX: Final = re.compile(r"0|[1-9][0-9]{0,2}")

_V4_BITS: Final = 32
_V6_BITS: Final = 128
_V6_GROUPS: Final = 8
_HIGHEST_OCTET: Final = 255
_V4_LOOPBACK_OCTET: Final = 127
_V4_MULTICAST_NIBBLE: Final = 0xE
_V6_MULTICAST_OCTET: Final = 0xFF


class Network(NamedTuple):
    """The leading `prefix` bits of an address: what all addresses of one range share."""

    version: int
    prefix: int
    bits: int


@dataclass(frozen=True, slots=True)
class IpAddr:
    """An address with its prefix length; `first` and `last` bound the range it denotes."""

    version: Literal[4, 6]
    address: int
    prefix: int
    first: int = field(init=False, repr=False, compare=False)
    last: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out the range once: `isInRange` is asked far more often than `ip` is parsed."""
        bits = _V4_BITS if self.version == 4 else _V6_BITS  # noqa: PLR2004 - the IP version
        host_mask = (1 << (bits - self.prefix)) - 1
        object.__setattr__(self, "first", self.address & ~host_mask)
        object.__setattr__(self, "last", self.address | host_mask)

    def is_in_range(self, other: "IpAddr") -> bool:
        """Say whether every address of this range is also one of `other`'s."""
        return (
            self.version == other.version and other.first <= self.first and self.last <= other.last
        )

    def network(self, prefix: int) -> "Network":
        """Return the network of `prefix` bits that the first address of this range is in."""
        bits = _V4_BITS if self.version == 4 else _V6_BITS  # noqa: PLR2004 - the IP version
        return Network(self.version, prefix, self.first >> (bits - prefix))

    def is_loopback(self) -> bool:
        """Say whether this is loopback: 127.0.0.0/8 or ::1."""
        if self.version == 4:  # noqa: PLR2004 - the IP version
            return self.address >> 24 == _V4_LOOPBACK_OCTET and self.prefix >= 8  # noqa: PLR2004
        return self.address == 1 and self.prefix == _V6_BITS

    def is_multicast(self) -> bool:
        """Say whether this is multicast: 224.0.0.0/4 or ff00::/8, wholly inside it."""
        if self.version == 4:  # noqa: PLR2004 - the IP version
            return self.address >> 28 == _V4_MULTICAST_NIBBLE and self.prefix >= 4  # noqa: PLR2004
        return self.address >> 120 == _V6_MULTICAST_OCTET and self.prefix >= 8  # noqa: PLR2004


def ip(text: str) -> IpAddr:
    """Parse `text` exactly as Cedar's `ip()` does."""
    head, slash, tail = text.partition("/")
    v4 = _parse_v4(head)
    address = _parse_v6(head) if v4 is None else v4
    if address is None:
        raise _not_an_ip(text)
    bits = _V6_BITS if v4 is None else _V4_BITS
    prefix = bits
    if slash:
        if _PREFIX.fullmatch(tail) is None or int(tail) > bits:
            raise _not_an_ip(text)
        prefix = int(tail)
    return IpAddr(6 if v4 is None else 4, address, prefix)


def _parse_v4(text: str) -> int | None:
    match = _V4.fullmatch(text)
    if match is None:
        return None
    octets = [int(octet) for octet in match.groups()]
    if max(octets) > _HIGHEST_OCTET:
        return None
    return int.from_bytes(bytes(octets))


def _parse_v6(text: str) -> int | None:
    head_text, elision, tail_text = text.partition("::")
    head, tail = _parse_groups(head_text), _parse_groups(tail_text)
    if head is None or tail is None:
        return None
    missing = _V6_GROUPS - len(head) - len(tail)
    if missing < 1 if elision else missing != 0:
        return None
    address = 0
    for group in (*head, *([0] * missing), *tail):
        address = address << 16 | group
    return address


def _parse_groups(text: str) -> list[int] | None:
    if not text:
        return []
    if _GROUPS.fullmatch(text) is None:
        return None
    return [int(group, 16) for group in text.split(":")]


def _not_an_ip(text: str) -> CedarValueError:
    return CedarValueError(f"`{text}` is not an IP address or range, write `10.0.0.0/8` or `::1`")
