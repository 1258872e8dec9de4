"""One program run while it is judged, and the ledger of everything an intent touches.

Rules of this file:
1. A ledger holds each touch once, `REQUESTS_PER_INTENT` at most, in the order they were found.
2. An operand may be a directory, and then stands for what is below it: inside a workspace it is
   also `in Dir` of its own name (`paths` says so), so `rm -rf .git` is a write in `Dir::".git"`.
3. An operation on everything below a directory touches what the policy's rules name there, and
   below a workspace's root what is known to lie there (`WITNESSES`): no list of files is at hand.
4. A path operand is judged as it is spelt, lexically. Links are the sandbox's to hold.
"""

# ruff: noqa: SIM905 - tables are text that a reviewer reads and extends

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final, Literal, cast

from holdfast.policy.cedar.values import Entity, Value
from holdfast.policy.facts.hosts import canonical_host
from holdfast.policy.facts.mentions import NOTHING, Mentioned, mentioned_below, mentioned_entity
from holdfast.policy.facts.model import InvalidIntent, Touch, Unjudgeable, World
from holdfast.policy.facts.names import quote
from holdfast.policy.facts.programs import resolve_place
from holdfast.policy.facts.urls import ParsedUrl, resolved_addresses, url_entities, url_entity
from holdfast.proto.limits import PROGRAM_NESTING, REQUESTS_PER_INTENT

WITNESSES: Final = (
    ".env",
    ".git/config",
    ".git/hooks/pre-commit",
    ".github/workflows/ci.yml",
    ".claude/settings.json",
)
"""What an operation on everything below a workspace's root is judged to touch as well."""
HOME_WITNESSES: Final = (".aws/credentials", ".bashrc", ".ssh/id_ed25519")
"""The same for everything below, or above, the home directory."""

DEVICES: Final = frozenset(
    "/dev/null /dev/stdin /dev/stdout /dev/stderr /dev/fd/0 /dev/fd/1 /dev/fd/2".split()
)
"""Not files: nothing is read from or kept in them that was not judged where it came from."""

Deep = Literal["", "named", "tracked", "all"]
"""How far an operation reaches below its operand: not at all; to what rules name there; to that
but a repository's own files, which git never lists; to that and what is known to lie there."""

_REPOSITORY: Final = re.compile(r"(?:.*/)?\.git(?:/.*)?", re.DOTALL).fullmatch
_NO_FACTS: Final[Mapping[str, Value]] = {}
_NOTHING: Final[frozenset[str]] = frozenset()

# What the class's own constructor does, without the call of a Python function around it.
_touch = cast(
    "Callable[[tuple[str, Entity, Mapping[str, Value]]], Touch]",
    partial(tuple.__new__, Touch),  # pyright: ignore[reportUnknownMemberType]
)

Script = Callable[["Ledger", str, "Place"], None]


class Place:
    """Where and how a program would run."""

    __slots__ = ("deep", "env", "shell", "stdin", "workdir")
    workdir: str
    shell: bool
    env: Collection[str]
    stdin: str | None
    """What is piped into it, when that is known exactly."""
    deep: bool
    """Its operands stand for whatever is found below them."""

    def __init__(
        self,
        workdir: str,
        *,
        shell: bool = False,
        env: Collection[str] = (),
        stdin: str | None = None,
        deep: bool = False,
    ) -> None:
        """Keep the parts."""
        self.workdir = workdir
        self.shell = shell
        self.env = env
        self.stdin = stdin
        self.deep = deep

    def with_env(self, names: Collection[str], workdir: str) -> Place:
        """Return the place of a program that this one starts."""
        return Place(
            workdir, shell=self.shell, env=(*self.env, *names), stdin=self.stdin, deep=self.deep
        )


class Ledger:
    """Everything an intent touches."""

    __slots__ = ("_seen", "depth", "mentioned", "script", "touches", "world")

    def __init__(self, world: World, script: Script, mentioned: Mentioned = NOTHING) -> None:
        """Start empty; `script` judges a shell string that some program would run."""
        self.world = world
        self.mentioned = mentioned
        self.script = script
        self.touches: list[Touch] = []
        self._seen: set[object] = set()
        self.depth = 0

    def add(self, action: str, resource: Entity, context: Mapping[str, Value], key: object) -> None:
        """Add one touch, once."""
        mark = (action, resource.uid, key)
        if mark in self._seen:
            return
        if len(self.touches) >= REQUESTS_PER_INTENT:
            raise InvalidIntent(
                "argv",
                f"touches more than {REQUESTS_PER_INTENT} things",
                "ask for a part of it at a time",
            )
        self._seen.add(mark)
        self.touches.append(_touch((action, resource, context)))

    def path(self, actions: Sequence[str], text: str, workdir: str, *, deep: Deep = "") -> None:
        """Add what a path operand names, under each action."""
        if not text or text in DEVICES:
            return
        self.entity(actions, resolve_place(text, workdir=workdir, world=self.world), deep=deep)
        if text[0] == "~":
            # A shell or the program itself may take it for the home directory: both are judged.
            home = resolve_place(text, workdir=workdir, world=self.world, home=True)
            self.entity(actions, home, deep=deep)

    def entity(self, actions: Sequence[str], entity: Entity, *, deep: Deep) -> None:
        """Add a path that is known, under each action, and what lies below it."""
        ident = entity.uid.id
        for action in actions:
            self.add(action, entity, _NO_FACTS, None)
        if not deep:
            return
        for path in mentioned_below(ident, self.mentioned, self.world):
            found = mentioned_entity(path)
            if deep != "tracked" or _REPOSITORY(ident) or not _REPOSITORY(found.uid.id):
                for action in actions:
                    self.add(action, found, _NO_FACTS, None)
        if deep == "all" and (ident == "." or ident[0] == "/"):
            for path in self._below(ident):
                found = resolve_place(path, workdir=".", world=self.world)
                for action in actions:
                    self.add(action, found, _NO_FACTS, None)

    def _below(self, ident: str) -> list[str]:
        """Return what is known to lie below a root that holds everything."""
        where = ident
        if ident == ".":
            where = self.world.workspaces.get("main", "/")
        elif ident.startswith("//"):
            name, _, inner = ident[2:].partition("/")
            where = f"{self.world.workspaces[name]}/{inner}".rstrip("/")
        lead = where.rstrip("/") + "/"
        found: list[str] = []
        for root in self.world.workspaces.values():
            if f"{root}/".startswith(lead):
                found.extend(f"{root}/{name}" for name in WITNESSES)
        if f"{self.world.home}/".startswith(lead):
            found.extend(f"{self.world.home}/{name}" for name in HOME_WITNESSES)
        return found

    def net(
        self, url: str, *, method: str = "GET", headers: frozenset[str] = _NOTHING, size: int = 0
    ) -> None:
        """Add the addresses a URL stands for."""
        context: Mapping[str, Value] = {"method": method, "headers": headers, "size": size}
        if url.startswith(("http://", "https://")):
            entities = url_entities(url, self.world, field="argv")
        else:
            parsed = _other_scheme(url)
            addresses = resolved_addresses(parsed.host, self.world, field="argv") or (None,)
            entities = tuple(url_entity(parsed, address) for address in addresses)
        for entity in entities:
            self.add("net.request", entity, context, (method, headers, entity.attrs.get("ip")))

    def deeper(self) -> None:
        """Count one more program inside a program."""
        self.depth += 1
        if self.depth > PROGRAM_NESTING:
            raise Unjudgeable(
                "argv", f"nests more than {PROGRAM_NESTING} programs", "ask for the inner one"
            )


_OTHER: Final = re.compile(
    r"(?P<scheme>ssh|git|ftp|ftps|sftp|rsync|ws|wss|tcp)://(?:[A-Za-z0-9._\-]+@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]/?#@:\\]+)(?::(?P<port>[0-9]{1,5}))?(?P<path>/[!-~]*)?"
)
_PORTS: Final = {
    "ssh": 22, "git": 9418, "ftp": 21, "ftps": 990, "sftp": 22, "rsync": 873, "ws": 80,
    "wss": 443, "tcp": 0,
}  # fmt: skip


def _other_scheme(url: str) -> ParsedUrl:
    match = _OTHER.fullmatch(url)
    if match is None:
        raise Unjudgeable(
            "argv", f"nobody can say where {quote(url)} leads", "write it as https:// or ssh://"
        )
    scheme, host_text, port_text, path = match.groups()
    host = canonical_host(host_text, field="argv")
    default = _PORTS[scheme]
    port = int(port_text) if port_text else default
    shown = "" if port == default else f":{port}"
    href = f"{scheme}://{host.in_url}{shown}{path or '/'}"
    return ParsedUrl(scheme, host, port, path or "/", "", href)
