"""Host names: every accepted spelling to one canonical host.

Rules of this file:
1. A name becomes ASCII lower case: UTS 46 (non-transitional, STD3 rules), then IDNA 2008 label
   by label. A label that claims to be encoded (`xn--`) must decode to what encodes to it.
2. A host whose last label is a number is an IPv4 address or nothing, after the mapping: `①②⑦.1`
   is 127.0.0.1. IPv6 may be in brackets; zone ids are refused, they name an interface. So are
   IPv4-mapped addresses: `::ffff:10.0.0.1` would be 10.0.0.1 to a socket and not to a rule.
3. A trailing dot is refused, not removed: with and without it are two names to some servers'
   rules and one to every resolver.
4. Invisible characters, percent escapes and text that is not NFC are refused before any mapping.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import bidirectional

from holdfast.policy.cedar.values import IpAddr, Uid
from holdfast.policy.facts.addresses import (
    address_text,
    looks_numeric,
    parse_v4_number,
    parse_v6,
    unmapped,
)
from holdfast.policy.facts.model import InvalidIntent
from holdfast.policy.facts.names import quote, require_seen
from holdfast.proto.limits import HOST_BYTES, HOST_LABEL_BYTES

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_CACHED_HOSTS = 1024
_CACHED_DOMAINS = 128  # one may have 127 suffixes
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


class Host(NamedTuple):
    """A canonical host: an ASCII lower-case name, or an address with its canonical text."""

    text: str
    address: IpAddr | None

    @property
    def in_url(self) -> str:
        """The host as it stands in a URL: an IPv6 address in brackets."""
        return f"[{self.text}]" if ":" in self.text else self.text


def canonical_host(text: object, *, field: str = "host") -> Host:
    """Return the canonical host of any accepted spelling, else raise InvalidIntent."""
    if isinstance(text, str) and len(text) <= HOST_BYTES:
        return _cached_host(text, field)
    return _host(text, field)


def _host(given: object, field: str) -> Host:
    text = require_seen(given, field=field)
    if not text:
        raise InvalidIntent(field, "is empty", "name a host")
    if text[0] == "[" or ":" in text:
        return _v6_host(text, field)
    name = text.lower() if text.isascii() else _mapped(text, field)
    if "%" in name:
        raise InvalidIntent(field, f"{quote(text)} holds a percent escape", "write it unescaped")
    if name.endswith("."):
        raise InvalidIntent(field, f"{quote(text)} ends with a dot", "drop the dot")
    if looks_numeric(name):
        address = parse_v4_number(name)
        if address is None:
            raise InvalidIntent(
                field, f"{quote(text)} ends in a number and is no IPv4 address", "`192.0.2.1`"
            )
        return Host(address_text(address), address)
    return Host(_checked(name, text, field), None)


_cached_host = lru_cache(maxsize=_CACHED_HOSTS)(_host)


def _v6_host(text: str, field: str) -> Host:
    bare = text[1:-1] if text[0] == "[" and text[-1] == "]" else text
    address = parse_v6(bare)
    if address is None:
        hint = "drop the zone" if "%" in bare else "`[2001:db8::1]`, and a port only in a URL"
        raise InvalidIntent(field, f"{quote(text)} is no IPv6 address", hint)
    plain = unmapped(address)
    if plain is not address:
        raise InvalidIntent(
            field, f"{quote(text)} is an IPv4 address", f"write `{address_text(plain)}`"
        )
    return Host(address_text(address), address)


def _mapped(text: str, field: str) -> str:
    # The tables are large, and most hosts are ASCII.
    import idna  # noqa: PLC0415

    try:
        return idna.uts46_remap(text, std3_rules=True)
    except idna.IDNAError as error:
        raise _not_a_host(text, field) from error


def _checked(name: str, text: str, field: str) -> str:
    if not name.isascii() or "xn--" in name:
        name = _encoded(name, text, field)
    if (
        _NAME.fullmatch(name) is None
        or len(name) > HOST_BYTES
        or any(len(label) > HOST_LABEL_BYTES for label in name.split("."))
    ):
        raise _not_a_host(text, field)
    return name


def _encoded(name: str, text: str, field: str) -> str:
    import idna  # noqa: PLC0415

    if "" in name.split("."):
        raise _not_a_host(text, field)
    shown: list[str] = []
    try:
        labels = [_encoded_label(label, shown) for label in name.split(".")]
        if any(bidirectional(char) in _RIGHT_TO_LEFT for label in shown for char in label):
            # One label written right to left makes every label subject to the bidi rule.
            for label in shown:
                idna.check_bidi(label, check_ltr=True)
    except idna.IDNAError as error:
        raise _not_a_host(text, field) from error
    return ".".join(labels)


def _encoded_label(label: str, shown: list[str]) -> str:
    import idna  # noqa: PLC0415

    if label.isascii() and not label.startswith("xn--"):
        shown.append(label)
        return label
    encoded = idna.alabel(label).decode("ascii")
    shown.append(idna.ulabel(encoded))
    return encoded


def _not_a_host(text: str, field: str) -> InvalidIntent:
    return InvalidIntent(
        field,
        f"{quote(text)} is not a host name",
        "letters, digits and inner hyphens, at most 63 in a label and 253 in all",
    )


@lru_cache(maxsize=_CACHED_DOMAINS)
def domain_ancestors(host: Host) -> frozenset[Uid]:
    """Return the Domain of a host and of every suffix of it at a label border."""
    text = host.text
    ancestors = [Uid("Domain", text)]
    if host.address is None:
        dot = text.find(".")
        while dot != -1:
            ancestors.append(Uid("Domain", text[dot + 1 :]))
            dot = text.find(".", dot + 1)
    return frozenset(ancestors)
