"""The words generated worlds are made of: few, shared and close to one another.

Rules of this file: two independent draws from a pool must often be equal and often be neighbours,
because a rule that never nearly matches tests nothing. Each `HOT` pool is small on purpose; each
`ODD` pool holds the spellings that implementations get wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final, Literal

Kind = Literal[
    "bool", "long", "string", "entity", "strings", "longs", "entities", "mixed", "record",
    "ip", "decimal", "datetime", "duration",
]  # fmt: skip

KINDS: Final[tuple[Kind, ...]] = (
    "bool", "long", "string", "entity", "strings", "longs", "entities", "mixed", "record",
    "ip", "decimal", "datetime", "duration",
)  # fmt: skip

LONG_MIN: Final = -(2**63)
LONG_MAX: Final = 2**63 - 1

HOT_LONGS: Final = (-1, 0, 1, 2, 3, 7)
ODD_LONGS: Final = (
    LONG_MIN, LONG_MIN + 1, LONG_MAX, LONG_MAX - 1, 3_037_000_500, -3_037_000_500, 2**32, -(2**31),
    2**62, -(2**62), 1_000_000, 60_000, 86_400_000,
)  # fmt: skip

HOT_STRINGS: Final = ("", "a", "ab", "a/b", "src/a.py", "1", "*")
ODD_STRINGS: Final = (
    "a*b", "a\\b", 'q"uote', "'", "a\nb", "\t\r", "\x00", "\x7f", "é", "e\u0301", "ß", "İ", "日本",
    "\U0001f600", "\u202eabc", "true", "src//a.py", "/", "A", "a" * 40, "User", "\ufeff", "ﬁ",
)  # fmt: skip

ATTRIBUTES: Final[dict[str, Kind]] = {
    "n": "long", "m": "long", "s": "string", "t": "string", "b": "bool", "e": "entity",
    "ss": "strings", "ls": "longs", "es": "entities", "xs": "mixed", "r": "record",
    "ip": "ip", "net": "ip", "d": "decimal", "at": "datetime", "du": "duration",
    "odd key": "long", "if": "string", "": "bool", "é": "record", "__cedar": "long",
}  # fmt: skip

# One world speaks of this many of them: data and policies then meet more often.
IN_PLAY: Final = 8

TAGS: Final[dict[str, Kind]] = {
    "s": "string", "k": "long", "a/b": "bool", "": "strings", "é": "entity", "x": "ip",
}  # fmt: skip

TAGS_BY_KIND: Final[dict[Kind, tuple[str, ...]]] = {
    kind: tuple(name for name, of in TAGS.items() if of == kind) for kind in KINDS
}

PEOPLE: Final = (
    ("User", "a"), ("User", "b"), ("Ns::User", "a"), ("User", 'q"é\\'), ("Group", "a"),
)  # fmt: skip
GROUPS: Final = (("Group", "a"), ("Group", "b"), ("Group", ""), ("Ns::Group", "a"), ("Team", "a*"))
THINGS: Final = (
    ("Doc", "a"), ("Doc", "b"), ("Doc", "src/a.py"), ("Ns::Deep::Doc", "a"), ("Doc", "\n"),
)  # fmt: skip
FOLDERS: Final = (("Dir", "a"), ("Dir", "."), ("Dir", "src"), ("Doc", "b"), ("Dir", "日本"))
ACTIONS: Final = (("Action", "read"), ("Action", "write"), ("Action", "a"), ("Ns::Action", "read"))
ACTION_GROUPS: Final = (("Action", "all"), ("Action", "some"))
STRANGERS: Final = (("User", "nobody"), ("Ghost", "a"), ("Doc", "absent"))
TYPES: Final = (
    "User",
    "Group",
    "Doc",
    "Dir",
    "Ns::User",
    "Ns::Deep::Doc",
    "Action",
    "Team",
    "Ghost",
)

# What every implementation must read (first) and refuse (second).
IPS: Final = (
    "10.0.0.1", "10.0.0.2", "10.0.0.0/8", "10.0.0.0/24", "10.0.0.1/32", "10.0.0.1/24",
    "10.0.0.255", "10.0.1.0", "127.0.0.1", "::1",
)  # fmt: skip
ODD_IPS: Final = (
    "0.0.0.0/0", "255.255.255.255", "10.0.0.0/31", "10.0.0.2/31", "127.0.0.0/8", "127.0.0.0/7",
    "126.255.255.255", "128.0.0.0", "127.255.255.255/9", "224.0.0.0/4", "224.0.0.0/3", "239.0.0.1",
    "240.0.0.0", "223.255.255.255", "::", "::/0", "::1/128", "::1/127", "::2", "ff00::/8",
    "ff00::/7", "fe80::1", "feff:ffff::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
    "1:2:3:4::/48", "ABCD:ef01::0001", "::ffff:a00:1", "10.0.0.1/0", "fFfF::/16", "0::1",
)  # fmt: skip
BAD_IPS: Final = (
    "", "10.0.0", "10.0.0.1.1", "10.0.0.256", "10.0.0.01", "00.0.0.1", "10.0.0.1/33", "10.0.0.1/08",
    "10.0.0.1/", "/8", "10.0.0.1/8/8", "10.0.0.1/+8", "10.0.0.1/-1", "10.0.0.1 ", " 10.0.0.1",
    "10.0.0.1\n", "10.0.0.1/8\n", "0x0a.0.0.1", "167772161", "10.1", "१0.0.0.1", "10.0.0.1/٨",
    "::ffff:10.0.0.1", "1::2::3", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8",
    "::12345", "::g", "::1%eth0", "[::1]", "::1/129", "::1/0128", "::1/1000", ":1::", "1:", ":",
    "::1/", "::00001", "localhost", "10.0.0.1:80", "1_0.0.0.1", "10.0.0.1/2_4", "10..0.1", "::-1",
)  # fmt: skip

DECIMALS: Final = ("0.0", "1.0", "1.00", "1.5", "1.25", "-1.0", "2.0", "10.0", "9.9")
ODD_DECIMALS: Final = (
    "-0.0", "0.0001", "-0.0001", "-0.5", "1.0000", "00001.0", "922337203685477.5807",
    "-922337203685477.5808", "922337203685477.5806", "-922337203685477.5807",
    "0000000000000000000.1",
    "1.5000", "1.0500", "1.05",
)  # fmt: skip
BAD_DECIMALS: Final = (
    "", "1", "1.", ".1", "-.1", "-", "-.", "+1.0", "1.00000", "1.0.0", "1,0", "1e1", "1.0e1",
    " 1.0",
    "1.0 ", "1.0\n", "--1.0", "1.-1", "1.+1", "922337203685477.5808", "-922337203685477.5809",
    "99999999999999999999.0", "1_0.0", "1.1_1", "१.0", "1.१", "NaN", "inf.0", "0x1.0", "1.²",
    "-9223372036854775808.0",
)  # fmt: skip

DATETIMES: Final = (
    "2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.001Z", "2024-01-01T01:00:00+0100",
    "2024-01-02", "2023-12-31T23:59:59.999Z", "2024-01-01T12:00:00Z", "1970-01-01",
)  # fmt: skip
ODD_DATETIMES: Final = (
    "1969-12-31T23:59:59.999Z", "1969-12-31", "1968-02-29T13:00:00Z", "0000-01-01", "0000-02-29",
    "0000-01-01T00:00:00+2359", "9999-12-31T23:59:59-2359", "9999-12-31", "2024-02-29",
    "2000-02-29",
    "1900-02-28", "2024-12-31T23:59:59Z", "2024-01-01T00:00:00-0000", "2024-01-01T00:00:00+0000",
    "2024-01-01T23:30:00-0030", "2024-01-01T00:30:00.500+0030", "0001-01-01T00:00:00Z",
)  # fmt: skip
BAD_DATETIMES: Final = (
    "", "2024", "2024-1-01", "2024-01-1", "2024-13-01", "2024-00-01", "2024-01-32", "2024-01-00",
    "2023-02-29", "1900-02-29", "2024-04-31", "2024-01-01 ", "2024-01-01\n", "2024-01-01T00:00:00",
    "2024-01-01T00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T23:59:60Z",
    "2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.0000Z", "2024-01-01t00:00:00Z",
    "2024-01-01T00:00:00z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00+01:00",
    "2024-01-01T00:00:00+2400", "2024-01-01T00:00:00+0060", "2024-01-01T00:00:00+01",
    "2024-01-01T00:00:00.001", "2024-01-01Z", "20240101", "10000-01-01", "-2024-01-01",
    "+2024-01-01", "\uff12024-01-01", "2024-01-01T00:00:00Z\n", "2024/01/01",
    "2024-01-01T00:00:00+9959",
    "2024-01-01T00:00:00,001Z", "2024-01-01+0100", " 2024-01-01", "2024-01-01T00:00:00 +0100",
    "2024-01-01T00:00:61Z", "2024-01-01T00:00:00\u22120100", "2024-01-01T00:00:00GMT",
)  # fmt: skip

DURATIONS: Final = ("0ms", "1ms", "1s", "1000ms", "1m", "60s", "1h", "1d", "24h", "-1d", "1500ms")
ODD_DURATIONS: Final = (
    "-0ms", "0d", "-1ms", "-1500ms", "-90s", "1d1h1m1s1ms", "2h30m", "1d0h0m0s0ms", "-1d12h",
    "999ms",
    "59999ms", "-59999ms", "3599s", "9223372036854775807ms", "-9223372036854775808ms", "00000001d",
    "106751991167d", "-106751991167d", "9223372036854775s", "0000000000000000000000001ms", "36h",
    "90m",
)  # fmt: skip
BAD_DURATIONS: Final = (
    "", "-", "1", "d", "ms", "1D", "1ms1s", "1h1d", "1m1m", "1s ", " 1s", "1s\n", "+1s", "--1s",
    "1.5s", "1d-1h", "1 s", "9223372036854775808ms", "-9223372036854775809ms", "106751991168d",
    "-106751991168d", "99999999999999999999d", "1us", "1w", "1y", "P1D", "१s", "1_0s", "1M", "1Ms",
    "9223372036854775807ms1s", "1sm", "1mms", "0x1s", "-1d-1h", "1e3s", "9223372036854776s",
    "106751991167d9223372036854775807ms", "1²s",
)  # fmt: skip

# Pieces a `like` pattern is glued from; None is the wildcard.
PATTERN_PIECES: Final = (
    None,
    None,
    None,
    "a",
    "b",
    "a/b",
    "src",
    "/",
    ".py",
    "*",
    "é",
    "\\",
    "",
    '"',
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The attributes one world speaks of."""

    attributes: dict[str, Kind]
    by_kind: dict[Kind, tuple[str, ...]]

    @classmethod
    def drawn(cls, rng: Random) -> Lexicon:
        """A random part of the vocabulary."""
        names = rng.sample(tuple(ATTRIBUTES), IN_PLAY)
        attributes: dict[str, Kind] = {name: ATTRIBUTES[name] for name in names}
        by_kind: dict[Kind, tuple[str, ...]] = {
            kind: tuple(name for name, of in attributes.items() if of == kind) for kind in KINDS
        }
        return cls(attributes, by_kind)
