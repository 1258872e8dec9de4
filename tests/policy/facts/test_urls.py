"""URLs: one spelling, judged and sent; net.request's touches."""

from __future__ import annotations

import pytest

from holdfast.policy.cedar.values import Uid, ip
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable, World
from holdfast.policy.facts.urls import (
    OWNED_HEADERS,
    parse_url,
    resolved_addresses,
    url_entities,
    url_entity,
    url_touches,
)

WORLD = World(
    workspaces={},
    resolved={
        "api.example.com": ("93.184.216.34", "2606:4700::1"),
        "internal.example": ("10.0.0.7", "10.0.0.7"),
        "mapped.example": ("::ffff:169.254.169.254",),
        "empty.example": (),
        "broken.example": ("fe80::1%eth0",),
        "wide.example": tuple(f"10.0.{n}.1" for n in range(65)),
    },
)


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("https://example.com/a/b?c=d", None),
        ("https://example.com", "https://example.com/"),
        ("https://example.com?q=1", "https://example.com/?q=1"),
        ("http://EXAMPLE.com:80/X", "http://example.com/X"),
        ("https://example.com:443/", "https://example.com/"),
        ("http://example.com:443/", None),
        ("https://example.com:8443/", None),
        ("https://127.1/", "https://127.0.0.1/"),
        ("https://①②⑦.1/", "https://127.0.0.1/"),
        ("https://[::1]:8443/", None),
        ("https://[0::1]/", "https://[::1]/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://h/a%2Fb", None),
        ("https://h/a%20b/", None),
        ("https://h/caf%C3%A9", None),
        ("https://h/100%25", None),
        ("https://h/%252F", None),
        ("https://h/a.b/...x/..x/x..", None),
        ("https://h/a;b=1,2/(x)!$&'*+=:@~", None),
        ("https://h/?a[]=1|2&b=/?&c=%27%C0%AE", None),
        ("https://h/?u=https://other/../x", None),
        ("https://h/?t=%7E", None),
        ("https://HTTPS.HTTPS/HTTPS", "https://https.https/HTTPS"),
        ("http://1/1", "http://0.0.0.1/1"),
        ("http://tt.p/", None),
    ],
)
def test_accepted(text: str, href: str | None) -> None:
    url = parse_url(text)
    assert url.href == (href or text)
    assert parse_url(url.href) == url


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (1, "must be a string"),
        ("", "no scheme"),
        ("example.com/x", "no scheme"),
        ("//example.com/x", "no scheme"),
        ("ftp://h/", "neither http nor https"),
        ("file:///etc/passwd", "neither http nor https"),
        ("javascript:alert(1)", "neither http nor https"),
        ("HTTPS://h/", "in capitals"),
        ("https:/h/", "has no host"),
        ("https:h", "has no host"),
        ("https:///h", "has no host"),
        ("https://", "has no host"),
        ("https://user@h/", "carries a user name"),
        ("https://user:pw@h/", "carries a user name"),
        ("https://good.example@evil.example/", "carries a user name"),
        ("https://h/#top", "has a fragment"),
        ("https://h#@evil.example/", "has a fragment"),
        ("https://h/?", "empty query"),
        ("https://h?", "empty query"),
        ("https://h:/", "malformed host or port"),
        ("https://h:x/", "malformed host or port"),
        ("https://[::1/", "malformed host or port"),
        ("https://h:0/", "is no port"),
        ("https://h:080/", "is no port"),
        ("https://h:65536/", "is no port"),
        ("https://h:123456/", "is no port"),
        ("https://h /", "holds a space"),
        ("https://h/a b", "holds a space"),
        ("https:\\\\h\\x", "backslash"),
        ("https://h\\@evil.example/", "backslash"),
        ("https://h/\tx", "control character"),
        ("https://h/\r\nHost: x", "control character"),
        ("https://h/\u202e", "invisible"),
        ("https://h_x/", "not a host name"),
        ("https://h./", "ends with a dot"),
        ("https://999.1/", "no IPv4 address"),
        ("https://%68/", "percent escape"),
        ("https://h/é", "is not normal"),
        ("https://h/%2f", "is not normal"),
        ("https://h/%zz", "is not normal"),
        ("https://h/%", "is not normal"),
        ("https://h/%u002e", "is not normal"),
        ("https://h/<x>", "is not normal"),
        ("https://h//x", "empty segment"),
        ("https://h/x//", "empty segment"),
        ("https://h/.", "dot segment"),
        ("https://h/./x", "dot segment"),
        ("https://h/a/..", "dot segment"),
        ("https://h/a/../b", "dot segment"),
        ("https://h/..;/x", "dot segment"),
        ("https://h/a%20/.;x/b", "dot segment"),
        ("https://h/%2E%2E/x", "escapes `.`"),
        ("https://h/%61dmin", "escapes `a`"),
        ("https://h/..%2Fx", "dot segment"),
        ("https://h/a%2F..%2Fx", "dot segment"),
        ("https://h/%252E%252E%252Fx", "dot segment"),
        ("https://h/..%3Bx", "dot segment"),
        ("https://h/%20..%20/x", "dot segment"),
        ("https://h/%E2%80%A5/x", "dot segment"),
        ("https://h/%EF%BC%8E%EF%BC%8E/x", "dot segment"),
        ("https://h/..%5Cx", "backslash"),
        ("https://h/x%00", "control character"),
        ("https://h/x%0D%0Ay", "control character"),
        ("https://h/x%250D", "control character"),
        ("https://h/%C0%AE", "not UTF-8"),
        ("https://h/%ED%A0%80", "not UTF-8"),
        ("https://h/%2525252F", "escaped too often"),
        ("https://h/?q='", "is not normal"),
        ("https://h/?q=%2f", "is not normal"),
        ("https://h/?q=é", "is not normal"),
        ("https://h/?q=%41", "escapes `A`"),
        ("https://h/" + "x" * 8192, "bytes long"),
    ],
)
def test_refused(text: object, message: str) -> None:
    with pytest.raises(InvalidIntent, match=message) as caught:
        parse_url(text, field="u")
    assert caught.value.field == "u"
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("https://api.example.com/", [("public", "93.184.216.34"), ("public", "2606:4700::1")]),
        ("https://internal.example/", [("private", "10.0.0.7")]),
        ("https://mapped.example/", [("metadata", "169.254.169.254")]),
        ("https://empty.example/", [("unresolved", None)]),
        ("https://unknown.example/", [("unresolved", None)]),
        ("https://127.1/", [("loopback", "127.0.0.1")]),
        ("https://[fe80::1]/", [("link_local", "fe80::1")]),
    ],
)
def test_one_entity_for_each_address(text: str, facts: list[tuple[str, str | None]]) -> None:
    entities = url_entities(text, WORLD)
    found = [(e.attrs["ip_class"], e.attrs.get("ip")) for e in entities]
    assert found == [(name, ip(address) if address else None) for name, address in facts]


def test_the_parts_others_build_on() -> None:
    url = parse_url("https://mapped.example/")
    (address,) = resolved_addresses(url.host, WORLD, field="u")
    assert (url_entity(url, address),) == url_entities(url.href, WORLD)
    assert url_entity(url, None).attrs["ip_class"] == "unresolved"


def test_entity() -> None:
    (entity,) = url_entities("https://a.internal.example:8443/x/y?z=1", WORLD)
    assert entity.uid == Uid("Url", "https://a.internal.example:8443/x/y?z=1")
    assert dict(entity.attrs) == {
        "scheme": "https",
        "host": "a.internal.example",
        "port": 8443,
        "path": "/x/y",
        "query": "z=1",
        "ip_class": "unresolved",
    }
    assert Uid("Domain", "internal.example") in entity.ancestors


@pytest.mark.parametrize(
    ("host", "message"),
    [("broken.example", "not all are addresses"), ("wide.example", "65 addresses")],
)
def test_addresses_nobody_can_judge(host: str, message: str) -> None:
    with pytest.raises(Unjudgeable, match=message):
        url_entities(f"https://{host}/", WORLD)


def test_request() -> None:
    judged = url_touches(
        {
            "url": "https://api.example.com",
            "method": "POST",
            "headers": {"Accept": "text/html", "x-empty": ""},
            "body": "é",
        },
        WORLD,
    )
    assert [t.action for t in judged.touches] == ["net.request"] * 2
    assert dict(judged.touches[0].context) == {
        "method": "POST",
        "headers": frozenset({"accept", "x-empty"}),
        "size": 2,
    }
    assert dict(judged.payload) == {
        "method": "POST",
        "url": "https://api.example.com/",
        "addresses": ("93.184.216.34", "2606:4700::1"),
        "headers": ("accept: text/html", "x-empty: "),
        "body": "é".encode(),
    }


def test_request_by_default() -> None:
    judged = url_touches({"url": "https://10.1/"}, WORLD)
    assert dict(judged.touches[0].context) == {"method": "GET", "headers": frozenset(), "size": 0}
    assert judged.payload["addresses"] == ("10.0.0.1",)
    assert judged.payload.keys() == {"method", "url", "addresses"}
    empty = url_touches({"url": "https://10.1/", "encoding": "base64"}, WORLD)
    assert (empty.touches, empty.payload["body"]) == (judged.touches, b"")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "url"),
        ({"url": "https://h/", "verb": "GET"}, "verb"),
        ({"url": "https://h/", "method": "get"}, "method"),
        ({"url": "https://h/", "method": "CONNECT"}, "method"),
        ({"url": "https://h/", "method": 1}, "method"),
        ({"url": "https://h/", "body": b"x"}, "body"),
        ({"url": "https://h/", "encoding": "gzip"}, "encoding"),
        ({"url": "https://h/", "headers": ["a: b"]}, "headers"),
        ({"url": "https://h/", "headers": None}, "headers"),
        ({"url": "https://h/", "headers": {"a b": "x"}}, "headers"),
        ({"url": "https://h/", "headers": {"": "x"}}, "headers"),
        ({"url": "https://h/", "headers": {1: "x"}}, "headers"),
        ({"url": "https://h/", "headers": {"a": 1}}, "headers.a"),
        ({"url": "https://h/", "headers": {"a": "x\r\ny"}}, "headers.a"),
        ({"url": "https://h/", "headers": {"a": "x\ty"}}, "headers.a"),
        ({"url": "https://h/", "headers": {"a": " x"}}, "headers.a"),
        ({"url": "https://h/", "headers": {"a": "x "}}, "headers.a"),
        ({"url": "https://h/", "headers": {"a": "é"}}, "headers.a"),
        ({"url": "https://h/", "headers": {"a": "x" * 8193}}, "headers.a"),
        ({"url": "https://h/", "headers": {"Ab": "1", "aB": "2"}}, "headers.ab"),
        ({"url": "https://h/", "headers": {f"h{n}": "" for n in range(65)}}, "headers"),
    ],
)
def test_request_refused(params: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidIntent) as caught:
        url_touches(params, WORLD)
    assert caught.value.field == field


@pytest.mark.parametrize("name", sorted(OWNED_HEADERS))
def test_headers_that_follow_from_the_request(name: str) -> None:
    with pytest.raises(InvalidIntent, match="not yours to set"):
        url_touches({"url": "https://h/", "headers": {name.title(): "x"}}, WORLD)
