"""Hosts and addresses: every spelling to one canonical form, and our own classes."""

from __future__ import annotations

import ipaddress

import pytest

from holdfast.policy.cedar.values import IpAddr, Uid, ip
from holdfast.policy.facts import addresses
from holdfast.policy.facts.addresses import (
    address_text,
    ip_class,
    looks_numeric,
    parse_address,
    parse_v4_number,
    parse_v6,
    unmapped,
)
from holdfast.policy.facts.hosts import Host, canonical_host, domain_ancestors
from holdfast.policy.facts.model import InvalidIntent


def address(text: str) -> IpAddr:
    found = parse_v6(text) if ":" in text else parse_v4_number(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("example.com", "example.com"),
        ("EXAMPLE.Com", "example.com"),
        ("a-b.c--d.e", "a-b.c--d.e"),
        ("localhost", "localhost"),
        ("1a.example", "1a.example"),
        ("127.0.0.1x", "127.0.0.1x"),
        ("faß.de", "xn--fa-hia.de"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("例え。jp", "xn--r8jz45g.jp"),
        ("\uff45xample.com", "example.com"),
        ("אב.example", "xn--4dbc.example"),
        ("127.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0X7F000001", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("①②⑦.⓪.⓪.①", "127.0.0.1"),
        ("\uff11\uff12\uff17\u30020.0.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("1.2.65535", "1.2.255.255"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[2001:DB8:0:0:1:0:0:1]", "2001:db8::1:0:0:1"),
        ("[1:0:2:3:4:5:6:7]", "1:0:2:3:4:5:6:7"),
        ("[1::]", "1::"),
        ("[::]", "::"),
        ("a" * 63 + ".x", "a" * 63 + ".x"),
    ],
)
def test_canonical(text: str, canonical: str) -> None:
    host = canonical_host(text)
    assert host.text == canonical
    assert canonical_host(canonical) == host
    assert host.in_url == (f"[{canonical}]" if ":" in canonical else canonical)
    assert canonical_host(host.in_url) == host


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (5, "must be a string"),
        ("example.com.", "ends with a dot"),
        ("127.0.0.1.", "ends with a dot"),
        ("例え。", "ends with a dot"),
        (".", "ends with a dot"),
        ("a..b", "not a host name"),
        (".a", "not a host name"),
        ("é..b", "not a host name"),
        ("a_b.c", "not a host name"),
        ("-a.b", "not a host name"),
        ("a-.b", "not a host name"),
        ("a b", "not a host name"),
        ("a/b", "not a host name"),
        ("a@b", "not a host name"),
        ("é_.b", "not a host name"),
        ("xn--", "not a host name"),
        ("xn--a", "not a host name"),
        ("a.xn--ls8h.b", "not a host name"),
        ("☃.net", "not a host name"),
        ("אaב.example", "not a host name"),
        ("1-.אב", "not a host name"),
        ("0a.אב", "not a host name"),
        ("a" * 64, "not a host name"),
        ("é" * 60 + "x", "not a host name"),
        (".".join(["a" * 50] * 5), "not a host name"),
        (".".join(["a" * 50] * 9), "not a host name"),
        ("%31%32%37.0.0.1", "percent escape"),
        ("a%2eb", "percent escape"),
        ("exa\u00admple.com", "invisible"),
        ("a\u200db.example", "invisible"),
        ("a\nb", "control"),
        ("a\x00", "control"),
        ("e\u0301.example", "NFC"),
        ("\ud800.example", "surrogate"),
        ("1.2.3.256", "no IPv4 address"),
        ("256.1", "no IPv4 address"),
        ("1.2.3.4.5", "no IPv4 address"),
        ("4294967296", "no IPv4 address"),
        ("1.2.3.08", "no IPv4 address"),
        ("a.0x", "no IPv4 address"),
        ("0x.1", "no IPv4 address"),
        ("1..2", "no IPv4 address"),
        ("a.1", "no IPv4 address"),
        ("0xg.1", "no IPv4 address"),
        ("1" * 65, "no IPv4 address"),
        ("example.0xff", "no IPv4 address"),
        ("[fe80::1%25eth0]", "no IPv6 address"),
        ("fe80::1%eth0", "no IPv6 address"),
        ("[::1", "no IPv6 address"),
        ("[]", "no IPv6 address"),
        ("[1:2:3:4:5:6:7]", "no IPv6 address"),
        ("[1:2:3:4:5:6:7:8:9]", "no IPv6 address"),
        ("[1:2:3:4::5:6:7:8]", "no IPv6 address"),
        ("[1::2::3]", "no IPv6 address"),
        ("[:::1]", "no IPv6 address"),
        ("[12345::]", "no IPv6 address"),
        ("[g::]", "no IPv6 address"),
        ("[::1.2.3]", "no IPv6 address"),
        ("[::1.2.3.256]", "no IPv6 address"),
        ("[::1.2.3.0004]", "no IPv6 address"),
        ("[::1.2.3.1000]", "no IPv6 address"),
        ("[::1.2.3.]", "no IPv6 address"),
        ("[::1.2.3.x]", "no IPv6 address"),
        ("[1.2.3.4::]", "no IPv6 address"),
        ("example.com:80", "no IPv6 address"),
    ],
)
def test_refused(text: object, message: str) -> None:
    with pytest.raises(InvalidIntent, match=message) as caught:
        canonical_host(text, field="destination")
    assert caught.value.field == "destination"
    assert caught.value.hint


@pytest.mark.parametrize(
    ("host", "domains"),
    [
        ("a.plant.internal", {"a.plant.internal", "plant.internal", "internal"}),
        ("localhost", {"localhost"}),
        ("127.1", {"127.0.0.1"}),
        ("[::1]", {"::1"}),
    ],
)
def test_domains_are_suffixes_at_label_borders(host: str, domains: set[str]) -> None:
    found = domain_ancestors(canonical_host(host))
    assert found == {Uid("Domain", name) for name in domains}


CLASSES = {
    "public": [
        "8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255",
        "2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808",
    ],
    "private": [
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1",
        "fd12:3456::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::1",
        "::10.0.0.1", "::ffff:0:10.0.0.1",
    ],
    "loopback": [
        "127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
        "2002:7f00:1::", "2001:0:1:2:3:4:80ff:fffe", "::127.0.0.1", "2606:4700::5efe:7f00:1",
        "2606:4700::200:5efe:7f00:1",
    ],
    "link_local": ["169.254.0.1", "169.254.255.255", "fe80::1", "febf::1", "::ffff:169.254.1.1"],
    "cgnat": ["100.64.0.1", "100.127.255.255", "::ffff:100.64.0.1"],
    "metadata": [
        "169.254.169.254", "100.100.100.200", "fd00:ec2::254", "168.63.129.16", "192.0.0.192",
        "169.254.170.2", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::",
        "fd20:ce::254",
    ],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "::ffff:224.0.0.1"],
    "reserved": [
        "0.0.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "240.0.0.1", "255.255.255.255", "192.88.99.1", "2001:db8::1", "100::1", "3fff::1",
        "5f00::1", "64:ff9b:1::1", "4000::1", "2002:808:808::1", "2001:0:1:2:3:4:f7f7:f7f7",
        "::8.8.8.8", "2001:10::1", "::ffff:0:808:808", "2606:4700::5efe:808:808",
    ],
    "unspecified": ["0.0.0.0", "::", "::ffff:0.0.0.0", "64:ff9b::"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name"), [(text, name) for name, texts in CLASSES.items() for text in texts]
)
def test_class(text: str, name: str) -> None:
    assert ip_class(address(text)) == name


def test_public_is_never_what_the_standard_library_calls_private() -> None:
    for network in addresses.NETWORKS_V4 + addresses.NETWORKS_V6:
        if network.name == "public":
            continue
        first = ipaddress.ip_network(network.prefix)[0]
        assert ip_class(address(str(first))) != "public", network
    for text in CLASSES["public"]:
        plain = ipaddress.ip_address(address_text(unmapped(address(text))))
        assert plain.is_global, text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("64:ff9b::7f00:1", "64:ff9b::7f00:1"),
        ("::fffe:7f00:1", "::fffe:7f00:1"),
    ],
)
def test_unmapped_is_what_a_socket_connects_to(text: str, shown: str) -> None:
    assert address_text(unmapped(address(text))) == shown


@pytest.mark.parametrize("text", ["127.0.0.1", "::1", "2001:db8::1", "1:0:2:3:4:5:6:7"])
def test_canonical_texts_are_addresses_to_cedar_too(text: str) -> None:
    assert parse_address(text) == ip(text)


@pytest.mark.parametrize(
    "text", ["127.1", "::0001", "::ffff:1.2.3.4", "x", "1:2", "::%1", "1.2.3.999"]
)
def test_other_texts_are_no_canonical_address(text: str) -> None:
    assert parse_address(text) is None


@pytest.mark.parametrize(
    ("text", "numeric"),
    [("a.1", True), ("a.0x1f", True), ("a.0x", True), ("a.1x", False), ("a.0xg", False)],
)
def test_a_last_label_that_is_a_number(text: str, numeric: bool) -> None:
    assert looks_numeric(text) is numeric


def test_a_broken_table_does_not_load() -> None:
    with pytest.raises(ValueError, match="300"):
        addresses.compiled((addresses.Network("300.0.0.0/8", "private", ""),), addresses.V4_BITS)


def test_a_host_is_a_value() -> None:
    assert Host("a", None) == canonical_host("A")
