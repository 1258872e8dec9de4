"""URLs as entities, and what net.request touches.

Rules of this file:
1. A host with several addresses is as many touches: all must be allowed, and the payload names
   exactly the addresses that were judged.
2. A path with an escaped slash or a `;` is judged twice: as written, and as the many servers
   read it that unescape the one and drop the other (`/admin%2Fkeys`, `/admin;x/keys`). Which of
   them answers, nobody here can say, so both must be allowed.
3. What decides who answers (`host`, the framing and hop-by-hop headers) belongs to the executor,
   never to the caller: a `host` header would ask another server than the judged one. `_` counts
   as `-` there, as it does for every server behind CGI or WSGI.
4. Header names are lower case in facts, payload and on the wire; values are visible ASCII, so
   that nothing can be smuggled behind a line break.
5. The body is opaque: judged by its size, bound by the payload's digest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, cast

from holdfast.policy.cedar.values import Entity, IpAddr, Uid, Value
from holdfast.policy.facts.addresses import (
    address_text,
    ip_class,
    parse_v4_number,
    parse_v6,
    unmapped,
)
from holdfast.policy.facts.hosts import Host, domain_ancestors
from holdfast.policy.facts.model import InvalidIntent, Touch, Unjudgeable, World
from holdfast.policy.facts.names import quote, require_bytes_at_most, require_match, require_text
from holdfast.policy.facts.params import Judged, choice, content_bytes, require_fields
from holdfast.policy.facts.url_grammar import ParsedUrl as ParsedUrl, parse_url as parse_url
from holdfast.proto.limits import HEADER_BYTES, HEADERS, REQUESTS_PER_INTENT

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OWNED_HEADERS = frozenset({
    "host", "content-length", "transfer-encoding", "te", "trailer", "connection", "keep-alive",
    "proxy-connection", "proxy-authorization", "proxy-authenticate", "upgrade", "expect",
    "http2-settings", "via", "forwarded", "x-http-method-override", "x-http-method",
    "x-method-override",
    "x-original-url", "x-original-host", "x-rewrite-url", "x-host", "x-real-ip",
    "x-client-ip", "x-cluster-client-ip", "x-originating-ip", "x-remote-ip", "x-remote-addr",
    "true-client-ip", "cf-connecting-ip", "client-ip", "accept-encoding",
})  # fmt: skip
"""Headers a caller may not set: they change who answers or asks, what is asked, or the framing."""
OWNED_PREFIX = "x-forwarded-"
"""Nor any that begins like this: what a proxy says of who asks, and for which host."""

_REQUIRED = frozenset({"url"})
_OPTIONAL = frozenset({"method", "headers", "body", "encoding"})
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_|~]{1,64}", re.ASCII)
_VALUE = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?", re.ASCII)
_ESCAPED_SLASH = re.compile(r"%(?:25)*2[Ff]")
_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"/{2,}")
_UNRESOLVED = (None,)
_PLAIN_REQUEST: Mapping[str, Value] = MappingProxyType(
    {"method": "GET", "headers": frozenset(), "size": 0}
)


class Answer(NamedTuple):
    """One address of a host, with everything facts and payload say about it."""

    address: IpAddr
    text: str
    ip_class: str
    ip: IpAddr


@lru_cache(maxsize=1024)
def _answer(address: IpAddr) -> Answer:
    return Answer(address, address_text(address), ip_class(address), unmapped(address))


def _resolved(host: Host, world: World, field: str) -> tuple[Answer, ...]:
    if host.address is not None:
        return (_answer(host.address),)
    texts = world.resolved.get(host.text, ())
    if len(texts) > REQUESTS_PER_INTENT:
        raise Unjudgeable(
            field,
            f"{quote(host.text)} has {len(texts)} addresses",
            f"the most is {REQUESTS_PER_INTENT}",
        )
    found = _answers(texts)
    if found is None:
        raise Unjudgeable(
            field,
            f"{quote(host.text)} resolved to {quote(' '.join(texts))}: not all are addresses",
            "mend what the name server answers",
        )
    return found


@lru_cache(maxsize=1024)
def _answers(texts: tuple[str, ...]) -> tuple[Answer, ...] | None:
    """Return the distinct addresses of a resolver's answer; mapped ones may end dotted."""
    found = [parse_v6(text) if ":" in text else parse_v4_number(text) for text in texts]
    known = [_answer(address) for address in found if address is not None]
    return tuple(dict.fromkeys(known)) if len(known) == len(texts) else None


def resolved_addresses(host: Host, world: World, *, field: str) -> tuple[IpAddr, ...]:
    """Return the addresses a host is, or was resolved to; none when it was not."""
    return tuple([answer.address for answer in _resolved(host, world, field)])


def url_entity(url: ParsedUrl, address: IpAddr | None) -> Entity:
    """Return the entity of a URL as one of its host's addresses would answer it."""
    return _entity(url, None if address is None else _answer(address))


def _entity(url: ParsedUrl, answer: Answer | None) -> Entity:
    attributes: dict[str, Value] = {
        "scheme": url.scheme,
        "host": url.host.text,
        "port": url.port,
        "path": url.path,
        "query": url.query,
        "ip_class": "unresolved",
    }
    if answer is not None:
        attributes["ip_class"] = answer.ip_class
        attributes["ip"] = answer.ip
    return Entity(Uid("Url", url.href), attributes, domain_ancestors(url.host))


def _entities(url: ParsedUrl, answers: tuple[Answer, ...]) -> tuple[Entity, ...]:
    found = tuple([_entity(url, answer) for answer in answers or _UNRESOLVED])
    if ";" in url.path or "%2" in url.path:
        path = _folded(url.path)
        if path != url.path:
            start = url.href.find(url.path, len(url.scheme) + 3)
            href = url.href[:start] + path + url.href[start + len(url.path) :]
            found += _entities(url._replace(path=path, href=href), answers)
    return found


def _folded(path: str) -> str:
    """Return the path as servers read it that unescape slashes and drop `;` parameters."""
    return _SLASHES.sub("/", _PARAMETERS.sub("", _ESCAPED_SLASH.sub("/", path)))


def url_entities(text: object, world: World, *, field: str = "url") -> tuple[Entity, ...]:
    """Return a URL's entities: one for each address of its host, one when it is unresolved."""
    url = parse_url(text, field=field)
    return parsed_entities(url, world, field=field)


def parsed_entities(url: ParsedUrl, world: World, *, field: str = "url") -> tuple[Entity, ...]:
    """Return the same for an address that was read elsewhere (`ssh:`, `git:`)."""
    return _entities(url, _resolved(url.host, world, field))


def url_touches(params: Mapping[str, object], world: World) -> Judged:
    """Return what a net.request touches, one touch for each address, and its payload."""
    require_fields(params, required=_REQUIRED, optional=_OPTIONAL)
    url = parse_url(params["url"], field="url")
    answers = _resolved(url.host, world, "url")
    payload: dict[str, object] = {
        "method": "GET",
        "url": url.href,
        "addresses": tuple([answer.text for answer in answers]),
    }
    context = _PLAIN_REQUEST if len(params) == 1 else _options(params, payload)
    entities = _entities(url, answers)
    return Judged(tuple([Touch("net.request", one, context) for one in entities]), payload)


def _options(params: Mapping[str, object], payload: dict[str, object]) -> Mapping[str, Value]:
    """Add what was asked beside the URL to the payload; return the facts of it."""
    method = payload["method"] = choice(params, "method", METHODS, "GET")
    headers = _headers(params.get("headers", {}))
    payload["headers"] = tuple([f"{name}: {content}" for name, content in headers.items()])
    body = payload["body"] = content_bytes(params, "body", "encoding")
    return {"method": method, "headers": frozenset(headers), "size": len(body)}


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise InvalidIntent("headers", "must be an object", '`{"accept": "text/html"}`')
    given = cast("Mapping[object, object]", value)
    if len(given) > HEADERS:
        raise InvalidIntent("headers", f"are {len(given)}", f"the most is {HEADERS}")
    found: dict[str, str] = {}
    for name, content in given.items():
        _add_header(found, name, content)
    return found


def _add_header(found: dict[str, str], name: object, content: object) -> None:
    text = require_match(name, _HEADER, field="headers", rule="a header name is an HTTP token")
    key = text.lower()
    folded = key.replace("_", "-")
    if folded in OWNED_HEADERS or folded.startswith(OWNED_PREFIX):
        raise InvalidIntent(
            f"headers.{key}", "is not yours to set", "leave it out: it follows from the request"
        )
    if key in found:
        raise InvalidIntent(f"headers.{key}", "is given twice", "once, in lower case")
    content = require_text(content, field=f"headers.{key}")
    require_bytes_at_most(content, HEADER_BYTES, field=f"headers.{key}")
    if _VALUE.fullmatch(content) is None:
        raise InvalidIntent(
            f"headers.{key}",
            f"{quote(content)} is not visible ASCII",
            "no line breaks, tabs, or spaces at the ends",
        )
    found[key] = content
