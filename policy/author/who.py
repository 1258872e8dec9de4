"""Who may do what to one thing: a row for everybody in who.toml.

Rules of this file:
1. What the question does not say stays unknown: time, place, how somebody is authenticated, the
   parameters of a tool. A rule whose answer rests on it makes the row "depends", never a guess.
2. A condition that is settled without the unknown (`a || b` with `a` true) settles the rule.
3. Nobody is shown as allowed unless every thing the intent touches is.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from holdfast.policy.author.combine import ordered
from holdfast.policy.author.coverage import source_text
from holdfast.policy.author.custom_asks import tool_params
from holdfast.policy.author.kleene import Unknown, verdict_of
from holdfast.policy.author.mentions import Mentions
from holdfast.policy.author.situations import Refusal, stand
from holdfast.policy.cedar.values import Request
from holdfast.policy.facts.model import Touch
from holdfast.policy.judge import request_for
from holdfast.policy.policy import Policy, Rule
from holdfast.policy.source.tables import Situation, Subject, Tool
from holdfast.proto.decision import RuleRef
from holdfast.proto.errors import HoldfastError, InvalidRequest

Answer = Literal["allow", "pending", "deny", "depends"]

_ALWAYS_UNKNOWN: Final = (
    "context.now",
    "context.weekday",
    "context.local_hour",
    "context.policy_age",
    "context.site",
    "context.deployment",
    "context.digest",
    "principal.auth",
    "principal.assurance",
)
_EXEC: Final = (
    "context.subcommand",
    "context.flags",
    "context.args",
    "context.arg1",
    "context.arg2",
    "context.arg3",
    "context.arg4",
    "context.runs_code",
)
_OF_KIND: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "fs.write": ("resource.size",),
        "process.exec": ("context.workdir", "context.shell"),
        "net.request": ("context.method", "context.headers", "context.size"),
        "secret.checkout": ("context.destination", "context.uses"),
        "secret.use": ("context.destination", "context.uses"),
        "repo.publish": ("context.force",),
        "mcp.call": ("resource.pinned",),
        "tool.echo": ("context.params",),
    }
)


@dataclass(frozen=True, slots=True)
class Depends:
    """A condition that the question leaves open."""

    rule: RuleRef
    effect: Literal["permit", "forbid"]
    text: str
    """As its author wrote it."""
    wanted: bool
    """What it has to be for the rule to match."""


@dataclass(frozen=True, slots=True)
class WhoRow:
    """What one agent or person gets."""

    subject: str
    kind: Literal["Agent", "Person"]
    answer: Answer
    rules: tuple[RuleRef, ...]
    """What determines it; for "depends", what may."""
    needs: tuple[str, ...] = ()
    depends: tuple[Depends, ...] = ()


def who(policy: Policy, action: str, resource_text: str) -> tuple[WhoRow, ...]:
    """Return a row for every agent and person; raise HoldfastError for what cannot be asked."""
    params = _params(policy, action, resource_text)
    unknown = _unknown(policy, action, resource_text)
    return tuple(
        _row(policy, subject, Situation(subject.id, action, params), unknown)
        for subject in policy.who.subjects
    )


# ---- the question ------------------------------------------------------------------------------


def _params(policy: Policy, action: str, text: str) -> Mapping[str, object]:
    tool = policy.tools.get(action)
    if tool is not None:
        return _tool_params(tool, text)
    make = _PARAMS.get(action)
    return make(text) if make is not None else {}


def _argv(text: str) -> Mapping[str, object]:
    try:
        return {"argv": shlex.split(text)}
    except ValueError:
        raise InvalidRequest(
            "resource", "a quote is never closed", hint="write the command as in a shell"
        ) from None


def _repo(text: str) -> Mapping[str, object]:
    remote, _, branch = text.partition("#")
    spelt = remote if "://" in remote or "@" in remote else f"https://{remote}"
    return {"remote": spelt, "branch": branch or "main"}


def _mcp(text: str) -> Mapping[str, object]:
    server, _, tool = text.partition("/")
    return {"server": server, "tool": tool}


_PARAMS: Final[Mapping[str, Callable[[str], Mapping[str, object]]]] = MappingProxyType(
    {
        "fs.read": lambda text: {"path": text},
        "fs.list": lambda text: {"path": text},
        "fs.delete": lambda text: {"path": text},
        "fs.write": lambda text: {"path": text, "content": ""},
        "process.exec": _argv,
        "shell.exec": lambda text: {"command": text},
        "net.request": lambda text: {"url": text},
        "secret.checkout": lambda text: {"name": text, "destination": "example.com"},
        "secret.use": lambda text: {"name": text, "destination": "example.com"},
        "repo.publish": _repo,
        "mcp.call": _mcp,
        "tool.echo": lambda text: {"text": text},
    }
)


def _tool_params(tool: Tool, text: str) -> Mapping[str, object]:
    """Return any lawful parameters; whatever rests on them is unknown."""
    axes = tool_params(tool, Mentions(), (), ())
    params = {name: values[0] for name, values in axes.items() if values}
    return {**params, tool.resource.param: text} if tool.resource is not None else params


def _unknown(policy: Policy, action: str, text: str) -> Callable[[Touch], Unknown]:
    """Return, for each touched thing, the facts that the question leaves open."""
    tool = policy.tools.get(action)
    kind = "process.exec" if action == "shell.exec" else action
    bare = kind == "process.exec" and len(text.split()) <= 1

    def unknown(touch: Touch) -> Unknown:
        open_ = [*_ALWAYS_UNKNOWN, *_OF_KIND.get(touch.action, ())]
        if tool is not None:
            # What a template expands to rests on made-up parameters.
            open_ += ["context.params"] if touch.action == action else ["context"]
            if touch.action != action and touch.resource.uid.type != "Program":
                open_.append("resource")
        if bare and touch.action == "process.exec":
            open_ += _EXEC
        if touch.resource.attrs.get("ip_class") == "unresolved":
            open_ += ["resource.ip_class", "resource.ip"]
        return frozenset(open_)

    return unknown


# ---- the answer --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """What the rules say of one touched thing."""

    answer: Answer
    rules: tuple[Rule, ...] = ()
    needs: tuple[str, ...] = ()
    depends: tuple[Depends, ...] = ()


def _row(
    policy: Policy,
    subject: Subject,
    situation: Situation,
    unknown: Callable[[Touch], Unknown],
) -> WhoRow:
    stood = stand(policy, situation)
    if isinstance(stood.facts, Refusal):
        why = stood.facts
        raise HoldfastError(why.code, why.reason, hint=why.hint)
    base = {**stood.moment.facts(), "digest": stood.facts.digest}
    said = [
        _said(policy, request_for(policy, touch, stood.principal, base, ()), unknown(touch))
        for touch in stood.facts.touches
    ]
    given = {each.answer for each in said}
    answer: Answer = "deny"
    for one in _BEST_FIRST:
        if one in given:
            answer = one
    decisive = [each for each in said if each.answer == answer]
    rules = ordered(*(each.rules for each in decisive))
    return WhoRow(
        subject=subject.id,
        kind=subject.kind,
        answer=answer,
        rules=tuple(sorted((rule.ref for rule in rules), key=lambda ref: ref.id)),
        needs=tuple(sorted({name for each in decisive for name in each.needs})),
        depends=tuple(ordered(*(each.depends for each in decisive))),
    )


_BEST_FIRST: Final[tuple[Answer, ...]] = ("allow", "pending", "depends", "deny")


def _said(policy: Policy, request: Request, unknown: Unknown) -> _Said:
    """Weigh every rule on one thing, as `judge` does, with a third answer for the unknown."""
    matching: dict[str, list[Rule]] = {"permit": [], "forbid": []}
    maybe: dict[str, list[Rule]] = {"permit": [], "forbid": []}
    open_: list[Depends] = []
    erring: list[Rule] = []
    for rule in policy.rules:
        verdict = verdict_of(policy.program, rule.index, request, unknown)
        if verdict.answer == "error":
            erring.append(rule)
        elif verdict.answer == "yes":
            matching[rule.effect].append(rule)
        elif verdict.answer == "open":
            maybe[rule.effect].append(rule)
            open_ += [
                Depends(rule.ref, rule.effect, source_text(policy, step.span), step.wanted)
                for step in verdict.open
            ]
    if erring:
        return _Said("deny", tuple(erring))
    absolute = [rule for rule in matching["forbid"] if rule.needs is None]
    if absolute:
        return _Said("deny", tuple(absolute))
    if not matching["permit"] and not maybe["permit"]:
        return _Said("deny")
    return _permitted(matching, maybe, open_)


def _permitted(
    matching: Mapping[str, list[Rule]],
    maybe: Mapping[str, list[Rule]],
    open_: list[Depends],
) -> _Said:
    gates = matching["forbid"]
    needs = tuple(sorted({rule.needs for rule in gates if rule.needs is not None}))
    if matching["permit"]:
        # A permit that is sure makes what other permits rest on irrelevant.
        permits = matching["permit"]
        open_ = [one for one in open_ if one.effect == "forbid"]
    else:
        permits = maybe["permit"]
    if open_:
        return _Said("depends", (*permits, *gates, *maybe["forbid"]), needs, tuple(open_))
    return _Said("pending", tuple(gates), needs) if gates else _Said("allow", tuple(permits))


# ---- shown -------------------------------------------------------------------------------------


def as_json(rows: Iterable[WhoRow]) -> list[dict[str, object]]:
    """Return what `--json` prints."""
    return [
        {
            "subject": row.subject,
            "kind": row.kind.lower(),
            "answer": row.answer,
            "rules": [{"id": ref.id, "file": ref.file, "line": ref.line} for ref in row.rules],
            "needs": list(row.needs),
            "depends": [
                {
                    "rule": one.rule.id,
                    "effect": one.effect,
                    "condition": one.text,
                    "wanted": one.wanted,
                }
                for one in row.depends
            ],
        }
        for row in rows
    ]
