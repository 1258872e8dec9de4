"""Intents worth asking about one action, given what rules mention: axes and their combinations.

Rules of this file:
1. An intent is made of parameters, never of facts: what is tried is what an adapter could ask.
2. The first value of every axis is an ordinary one, so that the first intent is an ordinary one.
3. Every list is bounded; combinations beyond the bound are spread evenly, not cut off.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from types import MappingProxyType
from typing import Final, NamedTuple

from holdfast.policy.author.combine import ordered, picks, spread
from holdfast.policy.author.custom_asks import tool_params
from holdfast.policy.author.mentions import Mentions
from holdfast.policy.cedar.values import IpAddr
from holdfast.policy.facts.addresses import V4_BITS, V6_BITS, address_text
from holdfast.policy.facts.programs import TOOLSETS
from holdfast.policy.source.tables import Tool
from holdfast.proto.limits import PATH_SEGMENTS

ASKS: Final = 240
"""Intents per action and rule, before subjects and moments multiply them."""
_CONTENT: Final = 65_536
"""Bytes of content a witness may carry; a rule about larger files is tried up to here."""
_NONE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})

_CODE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "git": ("-c", "core.pager=x", "log"),
        "find": (".", "-exec", "true", ";"),
        "tar": ("-x", "--to-command=true"),
        "awk": ('BEGIN { system("true") }',),
        "perl": ("-e", "1"),
        "ruby": ("-e", "1"),
        "node": ("-e", "1"),
    }
)
"""Arguments that make a program run something else; any other is tried with `-c true`."""
_ADDRESSES: Final = (
    "93.184.215.14",
    "10.0.0.7",
    "172.16.0.7",
    "192.168.0.7",
    "127.0.0.1",
    "169.254.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "240.0.0.1",
    "0.0.0.0",  # noqa: S104 - an address to judge, nothing listens
    "2606:4700::1111",
    "fd00::7",
    "::1",
    "fe80::1",
    "ff02::1",
)
"""Some of every class and both families: a class and a range part on one of them."""


class Ask(NamedTuple):
    """What is asked, without who and when."""

    kind: str
    params: Mapping[str, object]
    resolve: Mapping[str, tuple[str, ...]] = _NONE


def asks_for(action: str, mentions: Mentions, tools: Sequence[Tool]) -> list[Ask]:
    """Return intents that touch something by this action; `tools` are its declarations."""
    if tools:
        paths, urls = paths_of(mentions), [url for url, _ in urls_of(mentions)]
        found: Iterable[Ask] = (
            Ask(tool.kind, params)
            for tool in tools
            for params in spread_params(tool_params(tool, mentions, paths, urls))
        )
    else:
        found = _BUILT_IN[action](action, mentions)
    return list(islice(found, ASKS * max(1, len(tools))))


def spread_params(axes: Mapping[str, Sequence[object]]) -> Iterator[dict[str, object]]:
    """Return combinations of parameters."""
    for values in spread(list(axes.values()), ASKS):
        yield dict(zip(axes, values, strict=True))


# ---- paths -------------------------------------------------------------------------------------


def paths_of(mentions: Mentions) -> list[str]:
    """Return workspace paths on both sides of what is said about paths."""
    folders = ordered(["src"], (d for d in mentions.uids("Dir") if not d.startswith("/")))
    names = ordered(
        ["x"],
        mentions.of("resource.name", str),
        (f"x.{ext}" for ext in mentions.of("resource.ext", str) if ext),
        [".x"] if mentions.of("resource.hidden", bool) else (),
        [".env"] if mentions.of("resource.sensitive", bool) else (),
    )
    deep = [
        "/".join(["d"] * (depth - 1) + ["x"])
        for depth in mentions.of("resource.depth", int)
        if 0 < depth <= PATH_SEGMENTS
    ]
    named = ordered(mentions.uids("Path"), mentions.of("resource.path", str))
    below = [name if folder == "." else f"{folder}/{name}" for folder in folders for name in names]
    return ordered(below[:1], (path for path in named if path[:1] != "/"), below, names, deep)


def _outside(mentions: Mentions) -> list[str]:
    named = ordered(mentions.uids("Path"), mentions.of("resource.path", str))
    return [path for path in named if path[:1] == "/" and path[1:2] != "/"]


def _path_asks(action: str, mentions: Mentions) -> Iterator[Ask]:
    paths = paths_of(mentions)
    if action == "fs.write":
        sizes = ordered([0], (n for n in mentions.of("resource.size", int) if 0 <= n <= _CONTENT))
        for one, other in picks([len(paths), len(sizes)], ASKS):
            yield Ask(action, {"path": paths[one], "content": "x" * sizes[other]})
    else:
        yield from (Ask(action, {"path": path}) for path in paths)
    program = {"fs.read": "cat", "fs.list": "ls", "fs.delete": "rm"}.get(action, "tee")
    for path in _outside(mentions):
        yield Ask("process.exec", {"argv": [program, path]})


# ---- programs ----------------------------------------------------------------------------------


def _programs(mentions: Mentions) -> list[str]:
    of_sets = [name for one in mentions.uids("Toolset") for name in TOOLSETS.get(one, ())[:2]]
    named = ordered(
        mentions.uids("Program"),
        mentions.of("resource.name", str),
        mentions.of("resource.path", str),
    )
    return ordered(named, of_sets, ["true"])


def _exec_asks(_action: str, mentions: Mentions) -> Iterator[Ask]:
    positions = [ordered([""], mentions.of(f"context.arg{number}", str)) for number in (1, 2, 3, 4)]
    words = ordered(
        [()],
        ((word,) for word in mentions.of("context.subcommand", str)),
        (tuple(word for word in four if word) for four in spread(positions, ASKS)),
        ((word,) for word in mentions.of("context.args", str)),
        [tuple(mentions.of("context.args", str))],
    )
    single = mentions.of("context.flags", str)
    flags = ordered([()], ((flag,) for flag in single), [tuple(single)])
    code = [False, True] if mentions.of("context.runs_code", bool) else [False]
    workdirs = ordered([""], mentions.of("context.workdir", str))
    shells = [False, True] if mentions.of("context.shell", bool) else [False]
    programs = _programs(mentions)
    axes = (programs, words, flags, code, workdirs, shells)
    for a, b, c, d, e, f in picks([len(axis) for axis in axes], ASKS):
        program = programs[a]
        extra = _CODE.get(program, ("-c", "true")) if code[d] else ()
        yield _run([program, *extra, *words[b], *flags[c]], workdirs[e], shell=shells[f])


def _run(argv: list[str], workdir: str, *, shell: bool) -> Ask:
    params: dict[str, object] = {"workdir": workdir} if workdir else {}
    if shell:
        return Ask("shell.exec", {"command": shlex.join(argv), **params})
    return Ask("process.exec", {"argv": argv, **params})


# ---- hosts and URLs ----------------------------------------------------------------------------


def urls_of(mentions: Mentions) -> list[tuple[str, str]]:
    """Return URLs on both sides of what is said about them, each with its host."""
    hosts = ordered(
        mentions.of("resource.host", str),
        (host for name in mentions.uids("Domain") for host in (name, f"x.{name}")),
        ["example.com"],
    )
    schemes = ordered(["https"], mentions.of("resource.scheme", str))
    ports = ordered([""], (f":{n}" for n in mentions.of("resource.port", int) if n > 0))
    paths = ordered(["/"], mentions.of("resource.path", str))
    queries = ordered([""], (f"?{q}" for q in mentions.of("resource.query", str) if q))
    made = [
        (f"{scheme}://{host}{port}{path}{query}", host)
        for host, scheme, port, path, query in spread([hosts, schemes, ports, paths, queries], ASKS)
    ]
    return ordered(made[:1], ((url, "") for url in mentions.uids("Url")), made)


def _url_asks(action: str, mentions: Mentions) -> Iterator[Ask]:
    addresses = ordered([""], _edges(mentions.of("resource.ip", IpAddr)))
    classes = mentions.of("resource.ip_class", str)
    tests = mentions.of("resource.ip", bool)
    if classes or tests or len(addresses) > 1:
        addresses = ordered(addresses, _ADDRESSES)
    methods = ordered(["GET"], mentions.of("context.method", str))
    headers = ordered([()], ((name,) for name in mentions.of("context.headers", str)))
    sizes = ordered([0], (n for n in mentions.of("context.size", int) if 0 <= n <= _CONTENT))
    urls = urls_of(mentions)
    axes = (urls, addresses, methods, headers, sizes)
    for a, b, c, d, e in picks([len(axis) for axis in axes], ASKS):
        (url, host), address = urls[a], addresses[b]
        params: dict[str, object] = {"url": url, "method": methods[c]}
        if headers[d]:
            params["headers"] = dict.fromkeys(headers[d], "x")
        if sizes[e]:
            params["body"] = "x" * sizes[e]
        resolve = {host: (address,)} if host and address else _NONE
        yield Ask(action, params, resolve)


def _edges(ranges: Iterable[IpAddr]) -> Iterator[str]:
    """Return the first and last address of each range, and those just outside of it."""
    for one in ranges:
        bits = V4_BITS if one.version == 4 else V6_BITS  # noqa: PLR2004 - the IP version
        for number in (one.first, one.last, one.first - 1, one.last + 1):
            if 0 <= number < 1 << bits:
                yield address_text(IpAddr(one.version, number, bits))


# ---- secrets, repositories, upstream tools -----------------------------------------------------


def _secret_asks(action: str, mentions: Mentions) -> Iterator[Ask]:
    names = ordered(mentions.uids("Secret"), mentions.of("resource.name", str), ["x"])
    destinations = ordered(mentions.of("context.destination", str), ["example.com"])
    uses = ordered([1], (n for n in mentions.of("context.uses", int) if 0 < n <= 1000))  # noqa: PLR2004
    for a, b, c in picks([len(names), len(destinations), len(uses)], ASKS):
        yield Ask(action, {"name": names[a], "destination": destinations[b], "uses": uses[c]})


def _repo_asks(action: str, mentions: Mentions) -> Iterator[Ask]:
    hosts = ordered(mentions.of("resource.host", str), ["example.com"])
    owners = ordered(mentions.of("resource.owner", str), ["x"])
    names = ordered(mentions.of("resource.name", str), ["x"])
    branches = ordered(mentions.of("resource.branch", str), ["x"])
    whole = [
        (ident.rpartition("#")[0], ident.rpartition("#")[2]) for ident in mentions.uids("Repo")
    ]
    made = [
        (f"{host}/{owner}/{name}", branch)
        for host, owner, name, branch in spread([hosts, owners, names, branches], ASKS)
    ]
    for place, branch in ordered(whole, made):
        for force in (False, True):
            yield Ask(action, {"remote": f"https://{place}", "branch": branch, "force": force})


def _mcp_asks(action: str, mentions: Mentions) -> Iterator[Ask]:
    servers = ordered(mentions.uids("McpServer"), mentions.of("resource.server", str), ["x"])
    tools = ordered(mentions.of("resource.tool", str), ["x"])
    whole = [
        (ident.partition("/")[0], ident.partition("/")[2]) for ident in mentions.uids("McpTool")
    ]
    for server, tool in ordered(whole, product(servers, tools)):
        yield Ask(action, {"server": server, "tool": tool})


def _echo_asks(action: str, mentions: Mentions) -> Iterator[Ask]:
    for text in ordered(["x"], mentions.of("context.params.text", str)):
        yield Ask(action, {"text": text})


_BUILT_IN: Final[Mapping[str, Callable[[str, Mentions], Iterator[Ask]]]] = MappingProxyType(
    {
        "fs.read": _path_asks,
        "fs.list": _path_asks,
        "fs.write": _path_asks,
        "fs.delete": _path_asks,
        "process.exec": _exec_asks,
        "net.request": _url_asks,
        "secret.checkout": _secret_asks,
        "secret.use": _secret_asks,
        "repo.publish": _repo_asks,
        "mcp.call": _mcp_asks,
        "tool.echo": _echo_asks,
    }
)
