"""Stored facts as an intent somebody could type.

Rules of this file:
1. It guesses: facts do not hold the order of options, or what was written to a file. Whoever
   uses a guess judges it anew; one that shows something else is dropped.
2. What has no plain form (a patch, a line that redirects) stays stored facts, and is shown so.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from holdfast.policy.author.spoken import Probed
from holdfast.policy.cedar.values import IpAddr, Record, Value, set_values
from holdfast.policy.facts.model import Touch
from holdfast.policy.show import call_argument
from holdfast.policy.source.tables import Situation

_CONTENT: Final = 64
"""Characters that stand for a file's content, at most: shrinking shortens them."""
_ARGUMENTS: Final = ("arg1", "arg2", "arg3", "arg4")

Params = Mapping[str, object]


def retyped(probe: Probed) -> Situation | None:
    """Return an intent that may well have these facts, or None."""
    guess = _GUESSES.get(probe.facts.kind)
    if guess is None or not probe.facts.touches:
        return None
    params = guess(probe.facts.touches)
    if params is None:
        return None
    resolve = {
        str(touch.resource.attrs["host"]): (call_argument(address),)
        for touch in probe.facts.touches
        if isinstance(address := touch.resource.attrs.get("ip"), IpAddr)
    }
    return Situation(probe.subject, probe.facts.kind, params, resolve=resolve)


def _path(touches: tuple[Touch, ...]) -> Params:
    return {"path": touches[0].resource.attrs["path"]}


def _write(touches: tuple[Touch, ...]) -> Params:
    size = touches[0].resource.attrs["size"]
    return {**_path(touches), "content": "x" * min(_CONTENT, size if isinstance(size, int) else 0)}


def _argv(touch: Touch) -> list[str]:
    context = touch.context
    words = [str(context[name]) for name in ("subcommand", *_ARGUMENTS) if context[name]]
    flags = context["flags"]
    given = sorted(str(flag) for flag in set_values(flags)) if isinstance(flags, frozenset) else []
    first = 1 if context["subcommand"] else 0
    return [touch.resource.uid.id, *words[:first], *given, *words[first:]]


def _exec(touches: tuple[Touch, ...]) -> Params | None:
    runs = [touch for touch in touches if touch.action == "process.exec"]
    return {"argv": _argv(runs[0])} if len(runs) == 1 else None


def _shell(touches: tuple[Touch, ...]) -> Params:
    runs = [touch for touch in touches if touch.action == "process.exec"]
    return {"command": "; ".join(shlex.join(_argv(touch)) for touch in runs)}


def _request(touches: tuple[Touch, ...]) -> Params:
    return {"url": touches[0].resource.uid.id, "method": touches[0].context["method"]}


def _secret(touches: tuple[Touch, ...]) -> Params:
    return {"name": touches[0].resource.uid.id, **touches[0].context}


def _publish(touches: tuple[Touch, ...]) -> Params:
    repo = touches[0].resource.attrs
    remote = f"https://{repo['host']}/{repo['owner']}/{repo['name']}"
    return {"remote": remote, "branch": repo["branch"], "force": touches[0].context["force"]}


def _call(touches: tuple[Touch, ...]) -> Params:
    return {name: touches[0].resource.attrs[name] for name in ("server", "tool")}


def _echo(touches: tuple[Touch, ...]) -> Params | None:
    params: Value | None = touches[0].context.get("params")
    return params.fields if isinstance(params, Record) else None


_GUESSES: Final[Mapping[str, Callable[[tuple[Touch, ...]], Params | None]]] = MappingProxyType(
    {
        "fs.read": _path,
        "fs.list": _path,
        "fs.delete": _path,
        "fs.write": _write,
        "process.exec": _exec,
        "shell.exec": _shell,
        "net.request": _request,
        "secret.checkout": _secret,
        "secret.use": _secret,
        "repo.publish": _publish,
        "mcp.call": _call,
        "tool.echo": _echo,
    }
)
