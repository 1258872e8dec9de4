"""process.exec and shell.exec: parameters to touches.

Rules of this file:
1. `workdir` is a directory of a workspace in the one spelling of a path: `.`, `src`, or
   `//docs/drafts` in the workspace `docs`.
2. `env` only adds names to the program's environment; which names make it run other code is
   judged with the argv. A shell string takes none: it can name its own.
3. Standard input is bound by the payload and not judged: what a program does with it is what
   the program is permitted to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, cast

from holdfast.policy.facts.argv import is_plain, plain_touches, require_argv
from holdfast.policy.facts.mentions import Known
from holdfast.policy.facts.model import MAIN_WORKSPACE, InvalidIntent, World
from holdfast.policy.facts.names import quote, require_text
from holdfast.policy.facts.params import Judged, content_bytes, require_fields
from holdfast.policy.facts.paths import parse_relative, require_own, require_workspace
from holdfast.policy.facts.shell import shell_touches
from holdfast.proto.limits import ENV_NAMES

_ENV_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII).fullmatch

_ARGV: Final = frozenset({"argv"})
_ARGV_OPTIONS: Final = frozenset({"workdir", "env", "stdin", "stdin_encoding"})
_COMMAND: Final = frozenset({"command"})
_COMMAND_OPTIONS: Final = frozenset({"workdir"})


def exec_touches(params: Mapping[str, object], known: Known, world: World) -> Judged:
    """Return what an argv touches, and its payload."""
    require_fields(params, required=_ARGV, optional=_ARGV_OPTIONS)
    argv, plain = _argv(params["argv"])
    workdir = _workdir(params, world)
    env = _env(params["env"]) if "env" in params else {}
    payload: dict[str, object] = {"argv": argv, "workdir": workdir}
    if env:
        payload["env"] = MappingProxyType(env)
    if "stdin" in params or "stdin_encoding" in params:
        payload["stdin"] = content_bytes(params, "stdin", "stdin_encoding")
    if not plain:
        require_argv(argv)
    touches = plain_touches(argv, workdir=workdir, world=world, env=env, mentioned=known.mentioned)
    return Judged(touches, payload)


def shell_exec_touches(params: Mapping[str, object], known: Known, world: World) -> Judged:
    """Return what a shell string touches, and its payload."""
    require_fields(params, required=_COMMAND, optional=_COMMAND_OPTIONS)
    command = require_text(params["command"], field="command")
    workdir = _workdir(params, world)
    touches = shell_touches(command, workdir=workdir, world=world, mentioned=known.mentioned)
    return Judged(touches, {"command": command, "workdir": workdir})


def _argv(value: object) -> tuple[tuple[str, ...], bool]:
    """Return the words, and whether nothing more needs to be asked of them."""
    if not isinstance(value, list | tuple):
        raise InvalidIntent("argv", "must be a list of strings", 'for example ["git", "status"]')
    items = tuple(cast("Iterable[object]", value))
    if is_plain(items):
        return cast("tuple[str, ...]", items), True
    words = (require_text(item, field=f"argv[{at}]") for at, item in enumerate(items))
    return tuple(words), False


def _workdir(params: Mapping[str, object], world: World) -> str:
    if "workdir" not in params:
        return "."
    text = require_text(params["workdir"], field="workdir")
    name, inner = "", text
    if text.startswith("//"):
        name, slash, inner = text[2:].partition("/")
        require_workspace(name, world, field="workdir")
        if not slash:
            return text
    parse_relative(inner, field="workdir", root=not name)
    require_own(inner, name or MAIN_WORKSPACE, world, field="workdir")
    return text


def _env(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise InvalidIntent("env", "must be an object of strings", 'for example {"CI": "1"}')
    names: dict[object, object] = dict(value)  # pyright: ignore[reportUnknownArgumentType]
    if len(names) > ENV_NAMES:
        raise InvalidIntent("env", f"has {len(names)} names", f"the most is {ENV_NAMES}")
    return dict(_variable(name, text) for name, text in names.items())


def _variable(name: object, value: object) -> tuple[str, str]:
    if not isinstance(name, str) or not _ENV_NAME(name):
        raise InvalidIntent("env", f"{quote(str(name))} is no name", "letters, digits and `_`")
    text = require_text(value, field=f"env.{name}")
    if "\0" in text:
        raise InvalidIntent(f"env.{name}", "holds a NUL", "no variable can")
    return name, text
