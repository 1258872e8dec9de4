"""A museum of holes: intents that were once judged as something else than they would do.

Each row was allowed, or judged under another name, before it was found. None may come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast

import pytest

from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.mentions import Known
from holdfast.policy.facts.model import Facts, InvalidIntent, World
from holdfast.policy.source.tables import (
    HttpTemplate,
    OpaqueType,
    Param,
    ParamRef,
    SetType,
    StringType,
    Tool,
    ToolResource,
)

WORLD = World(
    workspaces={"main": "/work/tree", "docs": "/work/tree/docs", "notes": "/notes"},
    resolved={"h.example": ("192.0.2.1",)},
)
_PATCH = "diff --git a/{0} b/{0}\nnew file mode 100644\nindex 0000000..e69de29\n"

_X = "--- a/x\n+++ b/x\n"
_END = "\\ No newline at end of file\n"

TOOLS = {
    tool.kind: tool
    for tool in (
        Tool("x.opaque", "write", "caller", params=(Param("o", OpaqueType()),)),
        Tool("x.set", "write", "caller", params=(Param("s", SetType(StringType())),)),
        Tool(
            "x.path",
            "write",
            "caller",
            params=(Param("p", StringType()),),
            resource=ToolResource("Path", "p"),
        ),
        Tool(
            "x.url",
            "read",
            "caller",
            params=(Param("at", StringType()),),
            resource=ToolResource("Url", "at"),
        ),
        Tool(
            "x.http",
            "write",
            "caller",
            params=(Param("p", StringType()),),
            template=HttpTemplate("GET", ("https://h.example/v1/", ParamRef("p"))),
        ),
    )
}


@dataclass(frozen=True)
class Exhibit:
    name: str
    kind: str
    params: Mapping[str, object] = field(default_factory=dict[str, object])
    refused: str = ""
    """What the refusal says; "" is none."""
    touches: str = ""
    """Ids of all that is touched, joined by spaces."""


MUSEUM = [
    # Two workspaces, one inside the other: one file had two names, and a forbid knew one.
    Exhibit("a file of an inner workspace", "fs.read", {"path": "docs/a.md"}, "workspace `docs`"),
    Exhibit("the inner workspace itself", "fs.list", {"path": "docs"}, "workspace `docs`"),
    Exhibit("a file beside it", "fs.read", {"path": "docs2/a.md"}, touches="docs2/a.md"),
    Exhibit(
        "by its own name",
        "fs.read",
        {"path": "a.md", "workspace": "docs"},
        touches="//docs/a.md",
    ),
    Exhibit("a root", "fs.list", {"workspace": "docs"}, touches="//docs"),
    Exhibit("an inner file, deleted", "fs.delete", {"path": "docs/a"}, "workspace `docs`"),
    Exhibit("an inner file, written", "fs.write", {"path": "docs/a", "content": ""}, "`docs`"),
    Exhibit("an inner file, patched", "fs.patch", {"patch": _PATCH.format("docs/a")}, "`docs`"),
    Exhibit("an inner file, by a tool", "x.path", {"p": "docs/a"}, "workspace `docs`"),
    Exhibit(
        "an inner working directory",
        "process.exec",
        {"argv": ["true"], "workdir": "docs/x"},
        "workspace `docs`",
    ),
    # Opaque parameters went into the payload unread: what no digest can hold was an exception
    # nobody expected, and a caller in the same process could change it after it was judged.
    Exhibit("an opaque NaN", "x.opaque", {"o": float("nan")}, "number out of range"),
    Exhibit("an opaque giant", "x.opaque", {"o": [2**64]}, "number out of range"),
    Exhibit("an opaque half character", "x.opaque", {"o": {"\ud800": 1}}, "surrogate"),
    Exhibit("opaque bytes", "x.opaque", {"o": b"x"}, "hold a bytes"),
    Exhibit("opaque text", "x.opaque", {"o": "x"}, touches="x.opaque"),
    Exhibit("an address that is none", "x.url", {"at": "ftp://h/"}, "at: "),  # named by its param
    # An IPv4 address in IPv6 clothes: no rule about `10.0.0.1` or its Domain matched it.
    Exhibit("a mapped address", "net.request", {"url": "http://[::ffff:10.0.0.1]/"}, "10.0.0.1"),
    Exhibit("the same in hex", "net.request", {"url": "http://[::ffff:a00:1]/"}, "IPv4 address"),
    Exhibit(
        "a mapped destination",
        "secret.use",
        {"name": "x", "destination": "::ffff:a00:1"},
        "is an IPv4 address",
    ),
    # `path like "/admin/*"` is meant to be about what the server takes for /admin/.
    Exhibit(
        "an escaped slash",
        "net.request",
        {"url": "https://h.example/admin%2Fkeys?a=1"},
        touches="https://h.example/admin%2Fkeys?a=1 https://h.example/admin/keys?a=1",
    ),
    Exhibit(
        "an escaped slash, escaped again",
        "net.request",
        {"url": "https://h.example/admin%252Fkeys"},
        touches="https://h.example/admin%252Fkeys https://h.example/admin/keys",
    ),
    Exhibit(
        "an escaped slash beside a slash",
        "net.request",
        {"url": "https://h.example/%2Fadmin/"},
        touches="https://h.example/%2Fadmin/ https://h.example/admin/",
    ),
    Exhibit(
        "path parameters",
        "net.request",
        {"url": "https://h.example/admin;v=1/keys"},
        touches="https://h.example/admin;v=1/keys https://h.example/admin/keys",
    ),
    Exhibit(
        "other escapes",
        "net.request",
        {"url": "https://h.example/a%20b/100%25"},
        touches="https://h.example/a%20b/100%25",
    ),
    Exhibit(
        "a slash in a tool's parameter",
        "x.http",
        {"p": "keys/root"},
        touches="x.http https://h.example/v1/keys%2Froot https://h.example/v1/keys/root",
    ),
    # Judged as a deletion, with lines that an applier of hunks would have left or written.
    *(
        Exhibit(f"a patch: {name}", "fs.patch", {"patch": patch}, refused)
        for name, patch, refused in (
            (
                "a deletion that writes",
                "--- a/x\n+++ /dev/null\n@@ -1 +1 @@\n-b\n+c\n",
                "new lines",
            ),
            (
                "a deletion that leaves",
                "--- a/x\n+++ /dev/null\n@@ -1,2 +1 @@\n-b\n c\n",
                "new lines",
            ),
            (
                "a creation over a file",
                "--- /dev/null\n+++ b/x\n@@ -1 +1 @@\n-b\n+c\n",
                "old lines",
            ),
            ("parts upwards", _X + "@@ -9 +9 @@\n-b\n+c\n@@ -1 +1 @@\n-b\n+c\n", "in order"),
            ("parts that overlap", _X + "@@ -1 +1 @@\n-b\n+c\n@@ -1 +2 @@\n-b\n+c\n", "in order"),
            (
                "a part after the end",
                _X + f"@@ -1 +1 @@\n-b\n+c\n{_END}@@ -3 +3 @@\n-b\n+c\n",
                "order",
            ),
            (
                "a line after the end",
                _X + f"@@ -1,2 +1,2 @@\n a\n{_END}-b\n+c\n",
                "end of its file",
            ),
            ("an old line after its end", _X + f"@@ -1,2 +1 @@\n-a\n{_END}-b\n+c\n", "end of its"),
            ("nothing", _X + "@@ -0,0 +0,0 @@\n", "changes nothing"),
            ("only what was there", _X + "@@ -1 +1 @@\n a\n", "changes nothing"),
            ("two modes", _PATCH.format("x") + "old mode 100644\nnew mode 100755\n", "two modes"),
        )
    ),
    Exhibit(
        "a patch whose both ends have no newline",
        "fs.patch",
        {"patch": _X + f"@@ -1,2 +1,2 @@\n a\n-b\n{_END}+c\n{_END}"},
        touches="x",
    ),
    Exhibit(
        "a patch of pure additions",
        "fs.patch",
        {"patch": _X + "@@ -0,0 +1 @@\n+a\n@@ -1,0 +3 @@\n+a\n@@ -2 +5 @@\n-b\n+c\n"},
        touches="x",
    ),
    # CGI and WSGI know no difference between `-` and `_`.
    *(
        Exhibit(
            f"header {name}",
            "net.request",
            {"url": "https://h.example/", "headers": {name: "x"}},
            "is not yours to set",
        )
        for name in ("X_Http_Method_Override", "x_forwarded_for", "X-Forwarded-Port", "Client-IP")
    ),
]


def judged(exhibit: Exhibit) -> Facts:
    return facts_of(exhibit.kind, exhibit.params, Known(TOOLS), WORLD)


@pytest.mark.parametrize("exhibit", MUSEUM, ids=lambda exhibit: exhibit.name)
def test_exhibit(exhibit: Exhibit) -> None:
    if exhibit.refused:
        with pytest.raises(InvalidIntent, match=exhibit.refused):
            judged(exhibit)
    else:
        found = [touch.resource.uid.id for touch in judged(exhibit).touches]
        assert " ".join(found) == exhibit.touches


def changeable(value: object) -> list[object]:
    """Every value inside a payload that somebody could change."""
    if isinstance(value, MappingProxyType):
        inner = cast("Mapping[str, object]", value).values()
        return [found for one in inner for found in changeable(one)]
    if isinstance(value, tuple):
        return [found for one in cast("tuple[object, ...]", value) for found in changeable(one)]
    return [] if isinstance(value, str | bytes | int | float | None) else [value]


CALLS: list[tuple[str, dict[str, object]]] = [
    ("fs.read", {"path": "a"}),
    ("fs.write", {"path": "a", "content": "x"}),
    ("fs.patch", {"patch": _PATCH.format("a")}),
    ("process.exec", {"argv": ["true"], "env": {"CI": "1"}, "stdin": "x"}),
    ("shell.exec", {"command": "true"}),
    ("net.request", {"url": "https://h.example/", "headers": {"accept": "x"}}),
    ("secret.use", {"name": "x", "destination": "h.example"}),
    ("repo.publish", {"remote": "https://h.example/o/n", "branch": "b"}),
    ("mcp.call", {"server": "s", "tool": "t", "arguments": {"a": [{"b": []}]}}),
    ("tool.echo", {"text": "x"}),
    ("x.opaque", {"o": [{"a": [1]}]}),
    ("x.set", {"s": ["a"]}),
    ("x.http", {"p": "a"}),
]


@pytest.mark.parametrize(("kind", "params"), CALLS, ids=lambda part: str(part)[:20])
def test_nobody_changes_a_payload_behind_its_digest(kind: str, params: dict[str, object]) -> None:
    payload = facts_of(kind, params, Known(TOOLS), WORLD).payload
    assert changeable(payload) == []
    with pytest.raises(TypeError):
        payload["more"] = 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("workspaces", "message"),
    [
        ({"docs/drafts": "/d"}, "is no workspace's name"),  # `//docs/drafts` is a folder of `docs`
        ({"": "/d"}, "is no workspace's name"),
        ({".": "/d"}, "is no workspace's name"),
        ({"main": "d"}, "no normal absolute path"),
        ({"main": "/d/../e"}, "no normal absolute path"),  # no operand would ever be below it
        ({"main": "/d/./e"}, "no normal absolute path"),
        ({"main": "//d"}, "no normal absolute path"),
    ],
)
def test_settings_that_give_one_file_two_names(workspaces: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        World(workspaces=workspaces)
    assert World(workspaces={"main": "/"}).workspaces == {"main": "/"}
