"""URLs: the one spelling that is judged and sent.

Rules of this file:
1. Accepted is what the WHATWG parser and RFC 3986 read alike, and already in normal form: only
   http and https in lower case, no userinfo, no fragment (it is never sent), no backslash, no
   characters a parser would encode or drop. The host may be spelt any way `hosts` takes; the
   canonical URL is what facts, payload and wire hold.
2. Path and query are byte-identical to what was asked. So the path may not hold what a server
   behind us might fold: dot segments at any depth of escaping, empty segments, escaped
   backslashes or control characters, escapes of unreserved characters or in lower case.
3. The default port may be written and is dropped, as is the missing `/` supplied. Nothing else
   is ever changed.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import unquote_to_bytes

from holdfast.policy.facts.hosts import Host, canonical_host
from holdfast.policy.facts.model import InvalidIntent
from holdfast.policy.facts.names import quote, require_bytes_at_most, require_seen
from holdfast.proto.limits import PORT_MAX, URL_BYTES, URL_UNESCAPES

DEFAULT_PORTS = {"http": 80, "https": 443}

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]/?#@:\\ ]+)(?::(?P<port>[0-9]+))?"
    r"(?P<path>/[^?# ]*)?(?:\?(?P<query>[^# ]+))?"
)
# What nearly every URL is: nothing to map, unescape or fold. All others go rule by rule.
_SEGMENT = r"[A-Za-z0-9\-_~!$&'()*+,=:@][A-Za-z0-9\-._~!$&'()*+,=:@]*"
_PLAIN = re.compile(
    rf"(https?)://([A-Za-z0-9.\-]+)(/|(?:/{_SEGMENT})+/?)(?:\?([A-Za-z0-9\-._~!$&()*+,;=:@/?]+))?"
)
# RFC 3986: pchar and `/`; the query has `?` too, and what browsers leave alone in it, without `'`.
_PATH = re.compile(r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-F]{2})*)+", re.ASCII)
_QUERY = re.compile(r"(?:[A-Za-z0-9\-._~!$&()*+,;=:@/?\[\]|]|%[0-9A-F]{2})+", re.ASCII)
_NEEDLESS = re.compile(r"%(?:2D|2E|3[0-9]|4[1-9A-F]|5[0-9A]|5F|6[1-9A-F]|7[0-9A])")
_DOTS = re.compile(r"(?:^|[/\\])\s*\.{1,2}\s*(?:[/\\;?#]|$)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")


class ParsedUrl(NamedTuple):
    """A URL in its one spelling; `href` is that spelling, and what is sent."""

    scheme: str
    host: Host
    port: int
    path: str
    query: str
    href: str


def parse_url(text: object, *, field: str = "url") -> ParsedUrl:
    """Return the parts of an accepted URL, else raise InvalidIntent with what to change."""
    if isinstance(text, str) and len(text) <= URL_BYTES and (plain := _PLAIN.fullmatch(text)):
        scheme, host_text, path, query = plain.groups()
        host = canonical_host(host_text, field=field)
        href = text
        if host.text != host_text:
            href = f"{scheme}://{host.text}{text[plain.end(2) :]}"
        return ParsedUrl(scheme, host, DEFAULT_PORTS[scheme], path, query or "", href)
    url = require_seen(text, field=field)
    require_bytes_at_most(url, URL_BYTES, field=field)
    match = _URL.fullmatch(url)
    if match is None:
        raise _why_not(url, field)
    scheme, host_text, port_text, path, query = match.groups()
    host = canonical_host(host_text, field=field)
    default = DEFAULT_PORTS[scheme]
    port = default if port_text is None else _port(port_text, field)
    path = path or "/"
    if path != "/":
        _require_path(path, field)
    if query is not None:
        _require_query(query, field)
    shown = "" if port == default else f":{port}"
    asked = "" if query is None else f"?{query}"
    href = f"{scheme}://{host.in_url}{shown}{path}{asked}"
    return ParsedUrl(scheme, host, port, path, query or "", href)


_REFUSALS = (
    (r" ", "holds a space", "escape it: `%20`"),
    (r"\\", "holds a backslash", "some read it as `/`: write `/`, or `%5C` in a query"),
    (r"\A(?![A-Za-z][A-Za-z0-9+.\-]*:)", "has no scheme", "begin with `https://`"),
    (r"\A(?![Hh][Tt][Tt][Pp][Ss]?:)", "is neither http nor https", "only those two"),
    (r"\A(?!https?:)", "has its scheme in capitals", "write it in lower case"),
    (r"\Ahttps?:(?!//[^/?#])", "has no host", "`https://host/path`"),
    (r"\Ahttps?://[^/?#]*@", "carries a user name", "credentials go into a header"),
    (r"#", "has a fragment", "drop it: it is never sent"),
    (r"\A[^?]*\?\Z", "has an empty query", "drop the `?`"),
)


def _why_not(url: str, field: str) -> InvalidIntent:
    for pattern, wrong, hint in _REFUSALS:
        if re.search(pattern, url):
            return InvalidIntent(field, f"{quote(url)} {wrong}", hint)
    return InvalidIntent(
        field, f"{quote(url)} has a malformed host or port", "`https://host:8443/`"
    )


def _port(text: str, field: str) -> int:
    if text[0] == "0" or len(text) > len(str(PORT_MAX)) or int(text) > PORT_MAX:
        raise InvalidIntent(field, f"port {quote(text)} is no port", f"1 to {PORT_MAX}")
    return int(text)


def _require_path(path: str, field: str) -> None:
    if _PATH.fullmatch(path) is None:
        raise InvalidIntent(
            field,
            f"path {quote(path)} is not normal",
            "escape as `%2F`, in capitals, all but RFC 3986",
        )
    if "//" in path:
        raise InvalidIntent(field, f"path {quote(path)} has an empty segment", "single `/` only")
    if "%" in path:
        _require_escapes(path, field)
    elif "/." in path and _DOTS.search(path):
        raise _dots(path, field)


def _require_escapes(path: str, field: str) -> None:
    """Refuse a path that another decoder could read as another path."""
    _require_needed(path, field)
    current = path
    for _ in range(URL_UNESCAPES):
        raw = unquote_to_bytes(current)
        try:
            decoded = raw.decode("utf-8")
        except UnicodeDecodeError:
            # Overlong forms (`%C0%AE` for a dot) are what this stops.
            raise InvalidIntent(
                field, f"path {quote(path)} is not UTF-8 under its escapes", "escape UTF-8 bytes"
            ) from None
        if _CONTROL.search(decoded):
            raise InvalidIntent(
                field, f"path {quote(path)} hides a control character or backslash", "remove it"
            )
        # Some servers fold `‥` and full-width dots; NFKC is what they fold by.
        if _DOTS.search(current) or _DOTS.search(normalize("NFKC", decoded)):
            raise _dots(path, field)
        if decoded == current:
            return
        current = decoded
    raise InvalidIntent(field, f"path {quote(path)} is escaped too often", "escape once")


def _require_needed(text: str, field: str) -> None:
    needless = _NEEDLESS.search(text)
    if needless:
        char = chr(int(needless.group()[1:], 16))
        raise InvalidIntent(field, f"{quote(text)} escapes `{char}`", f"write `{char}` itself")


def _dots(path: str, field: str) -> InvalidIntent:
    return InvalidIntent(
        field,
        f"path {quote(path)} holds a dot segment",
        "write where it leads, without `.` and `..`",
    )


def _require_query(query: str, field: str) -> None:
    if _QUERY.fullmatch(query) is None:
        raise InvalidIntent(
            field, f"query {quote(query)} is not normal", "escape as `%27`, in capitals"
        )
    if "%" in query:
        _require_needed(query, field)
