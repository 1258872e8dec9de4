"""net.request: parameters to touches.

Rules of this file:
1. What decides who answers (`host`, the framing and hop-by-hop headers) belongs to the executor,
   never to the caller: a `host` header would ask another server than the judged one.
2. Header names are lower case in facts, payload and on the wire; values are visible ASCII, so
   that nothing can be smuggled behind a line break.
3. The body is opaque: judged by its size, bound by its digest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import cast

from holdfast.policy.cedar.values import Value
from holdfast.policy.facts.addresses import address_text
from holdfast.policy.facts.model import InvalidIntent, Touch, World
from holdfast.policy.facts.names import quote, require_bytes_at_most, require_match, require_text
from holdfast.policy.facts.params import Judged, choice, content_bytes, require_fields
from holdfast.policy.facts.urls import parse_url, parsed_entities, resolved_addresses

MAX_HEADERS = 64
MAX_HEADER_BYTES = 8192

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OWNED_HEADERS = frozenset({
    "host", "content-length", "transfer-encoding", "te", "trailer", "connection", "keep-alive",
    "proxy-connection", "proxy-authorization", "proxy-authenticate", "upgrade", "expect",
    "http2-settings", "via", "forwarded", "x-forwarded-for", "x-forwarded-host",
    "x-forwarded-proto", "x-http-method-override", "x-http-method", "x-method-override",
    "x-original-url", "x-rewrite-url", "x-host", "x-real-ip", "accept-encoding",
})  # fmt: skip
"""Headers a caller may not set: they change who answers, what is asked, or how it is framed."""

_REQUIRED = frozenset({"url"})
_OPTIONAL = frozenset({"method", "headers", "body", "encoding"})
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_|~]{1,64}", re.ASCII)
_VALUE = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?", re.ASCII)
_NO_HEADERS: Mapping[str, object] = {}


def url_touches(params: Mapping[str, object], world: World) -> Judged:
    """Return what a net.request touches, one touch for each address, and its payload."""
    require_fields(params, required=_REQUIRED, optional=_OPTIONAL)
    method = choice(params, "method", METHODS, "GET")
    url = parse_url(params["url"], field="url")
    headers = _headers(params.get("headers", _NO_HEADERS))
    body = content_bytes(params, "body", "encoding")
    context: Mapping[str, Value] = {
        "method": method,
        "headers": frozenset(headers),
        "size": len(body),
    }
    touches = tuple(Touch("net.request", entity, context) for entity in parsed_entities(url, world))
    payload = {
        "method": method,
        "url": url.href,
        "host": url.host.text,
        "port": url.port,
        "addresses": tuple(
            address_text(a) for a in resolved_addresses(url.host, world, field="url")
        ),
        "headers": tuple(headers.items()),
        "body": body,
        "body_digest": f"sha256:{hashlib.sha256(body).hexdigest()}",
    }
    return Judged(touches, payload)


def _headers(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise InvalidIntent("headers", "must be an object", '`{"accept": "text/html"}`')
    given = cast("Mapping[object, object]", value)
    if len(given) > MAX_HEADERS:
        raise InvalidIntent("headers", f"are {len(given)}", f"the most is {MAX_HEADERS}")
    found: dict[str, str] = {}
    for name, content in given.items():
        _add_header(found, name, content)
    return found


def _add_header(found: dict[str, str], name: object, content: object) -> None:
    text = require_match(name, _HEADER, field="headers", rule="a header name is an HTTP token")
    key = text.lower()
    if key in OWNED_HEADERS:
        raise InvalidIntent(
            f"headers.{key}", "is not yours to set", "leave it out: it follows from the request"
        )
    if key in found:
        raise InvalidIntent(f"headers.{key}", "is given twice", "once, in lower case")
    content = require_text(content, field=f"headers.{key}")
    require_bytes_at_most(content, MAX_HEADER_BYTES, field=f"headers.{key}")
    if _VALUE.fullmatch(content) is None:
        raise InvalidIntent(
            f"headers.{key}",
            f"{quote(content)} is not visible ASCII",
            "no line breaks, tabs, or spaces at the ends",
        )
    found[key] = content
