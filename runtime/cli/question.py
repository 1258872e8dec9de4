"""From words to a question: which intent, asked by whom, when, in which world.

Rules of this file:
1. A value is text unless the parameter wants something else; what wants it is a table, so the
   same words always mean the same intent. `NAME:=JSON` says it outright.
2. Nothing is repaired. Words that are no intent are a usage error; an intent that is malformed
   is a denial, as it is over HTTP.
3. Hosts are looked up only for what the intent would really connect to, after everything else
   about it was understood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from holdfast.policy.cedar.values import Entity
from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.model import Facts, World
from holdfast.policy.judge import Held
from holdfast.policy.moment import Moment
from holdfast.policy.policy import Policy
from holdfast.policy.principals import principal_entity
from holdfast.policy.source.tables import (
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    OpaqueType,
    SetType,
    StringType,
    Tool,
)
from holdfast.proto.env import Env
from holdfast.proto.errors import HoldfastError
from holdfast.proto.intent import Intent, intent_from, parse_intent
from holdfast.proto.limits import BODY_BYTES, CONTENT_BYTES
from holdfast.proto.reasons import Code
from holdfast.proto.strict_json import JsonError, JsonValue, loads
from holdfast.runtime.cli.grammar import Call, Usage
from holdfast.runtime.cli.terminal import Terminal

_JSON_PARAMETERS: Final = frozenset(
    {
        ("process.exec", "argv"),
        ("process.exec", "env"),
        ("net.request", "headers"),
        ("secret.checkout", "uses"),
        ("secret.use", "uses"),
        ("repo.publish", "force"),
        ("mcp.call", "arguments"),
    }
)
"""Parameters of built-in kinds that are not text."""
_JSON_TYPES: Final = (IntType, BoolType, SetType, OpaqueType)
_TEXT_TYPES: Final = (StringType, DecimalType, EnumType)
_STDIN_BYTES: Final = BODY_BYTES + 2 * CONTENT_BYTES
_EXEC: Final = "process.exec"
NO_AGENT_HINT: Final = """\
name a person with `--as ID`, or add an agent to who.toml:
[[agent]]
id = "agent"
uid = 1001"""


class Question(NamedTuple):
    """Everything a decision depends on besides the policy."""

    facts: Facts
    principal: Entity
    moment: Moment
    held: tuple[Held, ...]


def intent_of(call: Call, terminal: Terminal, tools: Mapping[str, Tool]) -> Intent:
    """Read the intent from the words, or from standard input."""
    kind, *words = call.operands
    if kind == "-":
        if words or call.rest is not None:
            raise Usage("`-` reads the whole intent", "leave the other operands out")
        return _from_stdin(terminal)
    params = parameters(kind, words, tools)
    if call.rest is not None:
        _take_argv(kind, params, call.rest)
    return intent_from({"kind": kind, "params": params})


def _from_stdin(terminal: Terminal) -> Intent:
    stream = getattr(terminal.stdin, "buffer", None)
    body = (
        terminal.stdin.read(_STDIN_BYTES + 1).encode("utf-8", "surrogateescape")
        if stream is None
        else stream.read(_STDIN_BYTES + 1)
    )
    if len(body) > _STDIN_BYTES:
        raise HoldfastError(Code.INVALID_REQUEST, "the intent is too long", hint="send less")
    return parse_intent(body)


def _take_argv(kind: str, params: dict[str, JsonValue], rest: Sequence[str]) -> None:
    if kind != _EXEC:
        raise Usage(f"`{kind}` takes no `--`", f"`--` is followed by the words of a {_EXEC}")
    if "argv" in params:
        raise Usage("the argument vector is given twice", "as `argv=[...]` or after `--`")
    params["argv"] = list(rest)


def parameters(kind: str, words: Sequence[str], tools: Mapping[str, Tool]) -> dict[str, JsonValue]:
    """Read `NAME=VALUE` and `NAME:=JSON` words."""
    params: dict[str, JsonValue] = {}
    for word in words:
        name, equals, value = word.partition("=")
        explicit = name.endswith(":")
        name = name.removesuffix(":")
        if not equals or not name:
            raise Usage(f"`{word}` is not NAME=VALUE", _assignment_hint(kind, word))
        if name in params:
            raise Usage(f"`{name}` is given twice", "give it once, or write a JSON list")
        params[name] = _explicit(name, value) if explicit else _implied(kind, name, value, tools)
    return params


def _assignment_hint(kind: str, word: str) -> str:
    if kind == _EXEC:
        return f"`holdfast ask {_EXEC} -- {word} ...` asks about a command"
    if word.startswith("="):
        return "name the parameter before the `=`"
    return f"write `path={word}`, or whatever it is the value of"


def _explicit(name: str, value: str) -> JsonValue:
    try:
        return loads(_utf8(value))
    except JsonError as bad:
        raise Usage(f"`{name}` is not JSON: {bad}", f"`{name}=` takes it as text") from None


def _implied(kind: str, name: str, value: str, tools: Mapping[str, Tool]) -> JsonValue:
    if not _wants_json(kind, name, tools):
        return value
    try:
        return loads(_utf8(value))
    except JsonError:
        # Left as text: the normaliser says what the parameter must be, better than JSON can.
        return value


def _wants_json(kind: str, name: str, tools: Mapping[str, Tool]) -> bool:
    tool = tools.get(kind)
    if tool is None:
        return (kind, name) in _JSON_PARAMETERS
    return any(param.name == name and isinstance(param.type, _JSON_TYPES) for param in tool.params)


def _utf8(text: str) -> bytes:
    # Words that are not UTF-8 arrive as surrogates; as bytes they are what the caller typed.
    return text.encode("utf-8", "surrogateescape")


def ask_in(policy: Policy, intent: Intent, call: Call, env: Env, world: World) -> Question:
    """Stand in the world and ask; raise InvalidIntent, Unjudgeable or HoldfastError."""
    principal = asker(policy, call.one("--as"))
    facts = _resolved_facts(policy, intent, call, env, world)
    held = tuple(Held(name) for name in held_names(policy, call))
    return Question(facts, principal, moment_of(call, env), held)


def held_names(policy: Policy, call: Call) -> tuple[str, ...]:
    """Return the approvals to count as held."""
    names = call.all("--approve")
    for name in names:
        if name not in policy.approvals:
            known = ", ".join(sorted(policy.approvals)) or "none"
            raise Usage(f"no approval `{name}` in approvals.toml", f"it has: {known}")
    return tuple(dict.fromkeys(names))


def asker(policy: Policy, name: str | None) -> Entity:
    """Return the principal: the one named, else the first agent of who.toml."""
    who = policy.who
    if name is None:
        if not who.agents:
            raise HoldfastError(
                Code.UNKNOWN_PRINCIPAL,
                "who.toml has no agent",
                hint=NO_AGENT_HINT,
            )
        return principal_entity(who, who.agents[0])
    subject = who.subject(name)
    if subject is None:
        known = ", ".join(one.id for one in who.subjects)
        hint = f"it has: {known}" if known else NO_AGENT_HINT
        raise HoldfastError(
            Code.UNKNOWN_PRINCIPAL, f"nobody called `{name}` in who.toml", hint=hint
        )
    return principal_entity(who, subject)


def moment_of(call: Call, env: Env) -> Moment:
    """Return the moment asked about: given, with its own offset from UTC, or now."""
    text = call.one("--at")
    if text is None:
        return Moment(env.clock.now_ms(), env.clock.utc_offset_minutes())
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Usage(f"`{text}` is not a time", "write it as 2026-01-05T12:00:00Z") from None
    offset = at.utcoffset()
    if offset is None:
        raise Usage(f"`{text}` has no offset from UTC", "end it with Z or +01:00")
    return Moment(round(at.timestamp() * 1000), round(offset.total_seconds() / 60))


def _resolved_facts(policy: Policy, intent: Intent, call: Call, env: Env, world: World) -> Facts:
    given = _given_addresses(call)
    world = replace(world, resolved=given)
    facts = facts_of(intent.kind, intent.params, policy.known, world)
    if given:
        return facts
    wanted = {
        str(touch.resource.attrs["host"])
        for touch in facts.touches
        if touch.resource.attrs.get("ip_class") == "unresolved"
    }
    found = {host: env.resolver.addresses(host) for host in sorted(wanted)}
    known = {host: addresses for host, addresses in found.items() if addresses}
    if not known:
        return facts
    return facts_of(intent.kind, intent.params, policy.known, replace(world, resolved=known))


def _given_addresses(call: Call) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in call.all("--resolve"):
        host, equals, addresses = word.partition("=")
        if not equals or not host or not addresses:
            raise Usage(f"`{word}` is not HOST=ADDR", "write `--resolve example.org=192.0.2.1`")
        found[host] = (*found.get(host, ()), *addresses.split(","))
    return MappingProxyType(found)
