"""IP addresses: every spelling a URL parser takes, one canonical text, and our own classes.

Rules of this file:
1. A number is read as browsers and C libraries read it: decimal, octal (`0177`), hexadecimal
   (`0x7f`), one to four parts (`127.1`). Whatever the spelling, there is one canonical text.
2. The classes are our own table (`NETWORKS`), first match wins. The standard library calls
   NAT64, 6to4 and multicast global; each of them reaches, or may reach, what is not.
3. An address that carries another one (mapped, NAT64, 6to4, Teredo) is judged as what it
   carries when that is not public. Only a mapped or NAT64 address may be public by it.
4. What the table does not know is reserved.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from holdfast.policy.cedar.values import IpAddr

IpClass: TypeAlias = Literal[
    "public",
    "private",
    "loopback",
    "link_local",
    "cgnat",
    "metadata",
    "multicast",
    "reserved",
    "unspecified",
]

V4_BITS = 32
V6_BITS = 128
_V4_PARTS = 4
_V6_GROUPS = 8
_OCTET = 255
_DIGITS = frozenset("0123456789")
_OCTAL = frozenset("01234567")
_HEX = frozenset("0123456789abcdefABCDEF")
_DIGITS_TRIED = 64
_GROUP_DIGITS = 4


class Network(NamedTuple):
    """One row of the address table."""

    prefix: str
    name: IpClass
    why: str


NETWORKS_V4 = (
    Network("169.254.169.254/32", "metadata", "instance metadata of most clouds"),
    Network("169.254.169.253/32", "metadata", "name server of a cloud's instances"),
    Network("169.254.169.123/32", "metadata", "time server of a cloud's instances"),
    Network("169.254.170.2/32", "metadata", "container task credentials"),
    Network("169.254.170.23/32", "metadata", "pod identity credentials"),
    Network("169.254.0.23/32", "metadata", "instance metadata of one cloud"),
    Network("169.254.42.42/32", "metadata", "instance metadata of one cloud"),
    Network("100.100.100.200/32", "metadata", "instance metadata inside the CGNAT block"),
    Network("168.63.129.16/32", "metadata", "a cloud's host agent, at a public address"),
    Network("192.0.0.192/32", "metadata", "instance metadata at a protocol address"),
    Network("0.0.0.0/32", "unspecified", "this host, on this network"),
    Network("0.0.0.0/8", "reserved", "this network (RFC 791)"),
    Network("10.0.0.0/8", "private", "RFC 1918"),
    Network("100.64.0.0/10", "cgnat", "RFC 6598"),
    Network("127.0.0.0/8", "loopback", "RFC 1122"),
    Network("169.254.0.0/16", "link_local", "RFC 3927"),
    Network("172.16.0.0/12", "private", "RFC 1918"),
    Network("192.0.0.0/24", "reserved", "protocol assignments, RFC 6890"),
    Network("192.0.2.0/24", "reserved", "documentation, RFC 5737"),
    Network("192.31.196.0/24", "reserved", "AS112, RFC 7535"),
    Network("192.52.193.0/24", "reserved", "AMT, RFC 7450"),
    Network("192.88.99.0/24", "reserved", "6to4 relays, withdrawn by RFC 7526"),
    Network("192.168.0.0/16", "private", "RFC 1918"),
    Network("192.175.48.0/24", "reserved", "AS112, RFC 7534"),
    Network("198.18.0.0/15", "reserved", "benchmarking, RFC 2544"),
    Network("198.51.100.0/24", "reserved", "documentation, RFC 5737"),
    Network("203.0.113.0/24", "reserved", "documentation, RFC 5737"),
    Network("224.0.0.0/4", "multicast", "RFC 5771"),
    Network("240.0.0.0/4", "reserved", "RFC 1112, and the limited broadcast address"),
    Network("0.0.0.0/0", "public", "everything else"),
)

NETWORKS_V6 = (
    Network("::/128", "unspecified", "this host"),
    Network("::1/128", "loopback", "RFC 4291"),
    Network("fd00:ec2::254/128", "metadata", "instance metadata"),
    Network("fd00:ec2::253/128", "metadata", "name server of a cloud's instances"),
    Network("fd00:ec2::123/128", "metadata", "time server of a cloud's instances"),
    Network("fd00:ec2::23/128", "metadata", "pod identity credentials"),
    Network("fd20:ce::254/128", "metadata", "instance metadata"),
    Network("fd00:42::42/128", "metadata", "instance metadata"),
    Network("64:ff9b:1::/48", "reserved", "NAT64 of local use: it may carry anything"),
    Network("100::/64", "reserved", "discard only, RFC 6666"),
    Network("100:0:0:1::/64", "reserved", "dummy prefix, RFC 9780"),
    Network("2001::/23", "reserved", "protocol assignments, RFC 2928: ORCHID, benchmarking, AMT"),
    Network("2001:db8::/32", "reserved", "documentation, RFC 3849"),
    Network("2620:4f:8000::/48", "reserved", "AS112, RFC 7534"),
    Network("3fff::/20", "reserved", "documentation, RFC 9637"),
    Network("5f00::/16", "reserved", "segment routing, RFC 9602"),
    Network("fc00::/7", "private", "unique local, RFC 4193"),
    Network("fe80::/10", "link_local", "RFC 4291"),
    Network("fec0::/10", "private", "site local, withdrawn by RFC 3879"),
    Network("ff00::/8", "multicast", "RFC 4291"),
    Network("2000::/3", "public", "global unicast, all that is assigned"),
    Network("::/0", "reserved", "everything else is not assigned"),
)

MAPPED = 0xFFFF << 32
_NAT64 = 0x0064FF9B << 96
_TRANSLATED = 0xFFFF << 48
_SIX_TO_FOUR = 0x2002
_TEREDO = 0x20010000
_ISATAP = (0x00005EFE, 0x02005EFE)
_LOW = 0xFFFFFFFF


def ip_class(address: IpAddr) -> IpClass:
    """Return the class of an address, as what it carries when it carries another one."""
    if address.version == 4:  # noqa: PLR2004 - the IP version
        return _v4_class(address.address)
    return _v6_class(address.address)


def unmapped(address: IpAddr) -> IpAddr:
    """Return the IPv4 address a mapped one is: what a socket really connects to."""
    if address.version == 6 and address.address >> 32 == MAPPED >> 32:  # noqa: PLR2004
        return IpAddr(4, address.address & _LOW, V4_BITS)
    return address


def parse_address(text: str) -> IpAddr | None:
    """Return the address a canonical text is (as resolvers give them), else None."""
    value = parse_v6(text) if ":" in text else parse_v4_number(text)
    if value is None or address_text(value) != text:
        return None
    return value


def parse_v4_number(text: str) -> IpAddr | None:
    """Return the IPv4 address that `text` is in any spelling, None when it is none."""
    parts = text.split(".")
    if len(parts) > _V4_PARTS:
        return None
    numbers: list[int] = []
    for part in parts:
        number = _number(part)
        if number is None:
            return None
        numbers.append(number)
    *heads, last = numbers
    # The last number fills all the bytes that are left: 127.1 is 127.0.0.1.
    if any(number > _OCTET for number in heads) or last >= 256 ** (_V4_PARTS - len(heads)):
        return None
    value = last
    for place, number in enumerate(heads):
        value += number << (8 * (3 - place))
    return IpAddr(4, value, V4_BITS)


def _number(text: str) -> int | None:
    if not text or len(text) > _DIGITS_TRIED:
        return None
    if text[:2] in ("0x", "0X"):
        # `0x` alone is zero to a browser: nobody means it, so it is refused.
        digits = text[2:]
        return int(digits, 16) if digits and _HEX.issuperset(digits) else None
    if text[0] == "0" and len(text) > 1:
        return int(text, 8) if _OCTAL.issuperset(text) else None
    return int(text) if _DIGITS.issuperset(text) else None


def looks_numeric(host: str) -> bool:
    """Whether a host's last label is a number, so that it must be an IPv4 address or nothing."""
    last = host.rpartition(".")[2]
    return _DIGITS.issuperset(last) or (last[:2] in ("0x", "0X") and _HEX.issuperset(last[2:]))


def parse_v6(text: str) -> IpAddr | None:
    """Return the IPv6 address that `text` is, None when it is none. Zone ids are no address."""
    head_text, elided, tail_text = text.partition("::")
    tail = _groups(tail_text if elided else head_text, last=True)
    head = _groups(head_text, last=False) if elided else []
    if head is None or tail is None:
        return None
    missing = _V6_GROUPS - len(head) - len(tail)
    if missing < 1 if elided else missing != 0:
        return None
    value = 0
    for group in (*head, *([0] * missing), *tail):
        value = value << 16 | group
    return IpAddr(6, value, V6_BITS)


def _groups(text: str, *, last: bool) -> list[int] | None:
    if not text:
        return []
    pieces = text.split(":")
    groups: list[int] = []
    for place, piece in enumerate(pieces):
        if last and place == len(pieces) - 1 and "." in piece:
            embedded = _dotted(piece)
            if embedded is None:
                return None
            groups += [embedded >> 16, embedded & 0xFFFF]
        elif piece and len(piece) <= _GROUP_DIGITS and _HEX.issuperset(piece):
            groups.append(int(piece, 16))
        else:
            return None
    return groups


def _dotted(text: str) -> int | None:
    parts = text.split(".")
    if len(parts) != _V4_PARTS:
        return None
    value = 0
    for part in parts:
        if not part or not _DIGITS.issuperset(part) or (part[0] == "0" and part != "0"):
            return None
        if len(part) > 3 or int(part) > _OCTET:  # noqa: PLR2004 - digits of 255
            return None
        value = value << 8 | int(part)
    return value


def address_text(address: IpAddr) -> str:
    """Return the canonical text: dotted quad, or RFC 5952 without an embedded dotted quad."""
    value = address.address
    if address.version == 4:  # noqa: PLR2004 - the IP version
        return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"
    groups = [value >> shift & 0xFFFF for shift in range(112, -1, -16)]
    start, length = _longest_zeros(groups)
    if length < 2:  # noqa: PLR2004 - one zero group is written out
        return ":".join(f"{group:x}" for group in groups)
    head = ":".join(f"{group:x}" for group in groups[:start])
    tail = ":".join(f"{group:x}" for group in groups[start + length :])
    return f"{head}::{tail}"


def _longest_zeros(groups: list[int]) -> tuple[int, int]:
    best, length, run = 0, 0, 0
    for place, group in enumerate(groups):
        run = run + 1 if group == 0 else 0
        if run > length:
            best, length = place - run + 1, run
    return best, length


class Row(NamedTuple):
    """A network as the bits an address must begin with."""

    shift: int
    value: int
    name: IpClass


def compiled(networks: tuple[Network, ...], bits: int) -> tuple[Row, ...]:
    """Return a table in the form it is searched in; ValueError names a row that is no network."""
    rows: list[Row] = []
    for network in networks:
        text, _, length = network.prefix.partition("/")
        address = parse_v6(text) if bits == V6_BITS else parse_v4_number(text)
        if address is None:
            raise ValueError(network.prefix)
        shift = bits - int(length)
        rows.append(Row(shift, address.address >> shift, network.name))
    return tuple(rows)


_ROWS_V4 = compiled(NETWORKS_V4, V4_BITS)
_ROWS_V6 = compiled(NETWORKS_V6, V6_BITS)


def _v4_class(value: int) -> IpClass:
    return next(row.name for row in _ROWS_V4 if value >> row.shift == row.value)


def _v6_class(value: int) -> IpClass:
    carried = _carried(value)
    if carried is not None:
        inner, may_be_public = carried
        name = _v4_class(inner)
        return "reserved" if name == "public" and not may_be_public else name
    return next(row.name for row in _ROWS_V6 if value >> row.shift == row.value)


def _carried(value: int) -> tuple[int, bool] | None:
    """Return the IPv4 address inside a transition address, and whether it may make it public."""
    low = value & _LOW
    if value >> 32 in (MAPPED >> 32, _NAT64 >> 32):
        return low, True
    if value >> 112 == _SIX_TO_FOUR:
        return value >> 80 & _LOW, False
    if value >> 96 == _TEREDO:
        # The client's address, every bit inverted.
        return low ^ _LOW, False
    if value >> 32 == _TRANSLATED >> 32 or (value >> 32 == 0 and value > 1):
        return low, False
    if value >> 32 & _LOW in _ISATAP:
        return low, False
    return None
