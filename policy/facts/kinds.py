"""Every kind of intent and its normaliser: one table, one door from parameters to facts.

Rules:
1. A kind that is not in the table and not in tools.toml is refused.
2. A normaliser returns what is judged and what is executed from one parse; the digest binds
   the kind and the whole payload, so changing any leaf of an intent changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from holdfast.policy.cedar.values import Record
from holdfast.policy.facts.custom import custom_touches, tool_entity
from holdfast.policy.facts.execs import exec_touches, shell_exec_touches
from holdfast.policy.facts.files import fs_touches
from holdfast.policy.facts.mentions import Known
from holdfast.policy.facts.model import Facts, Touch, World
from holdfast.policy.facts.names import require_text, suggest
from holdfast.policy.facts.params import Judged, require_fields
from holdfast.policy.facts.repos import repo_touches
from holdfast.policy.facts.secrets import secret_touches
from holdfast.policy.facts.upstream import mcp_touches
from holdfast.policy.facts.urls import url_touches
from holdfast.proto import canonical_json
from holdfast.proto.errors import HoldfastError
from holdfast.proto.reasons import Code

_DIGEST_DOMAIN: Final = b"holdfast payload v1\x00"

Normaliser = Callable[[str, Mapping[str, object], Known, World], Judged]


def _echo(params: Mapping[str, object]) -> Judged:
    require_fields(params, required={"text"})
    text = require_text(params["text"], field="text")
    touch = Touch("tool.echo", tool_entity("tool.echo"), {"params": Record({"text": text})})
    return Judged((touch,), {"text": text})


def _fs(kind: str, params: Mapping[str, object], known: Known, world: World) -> Judged:
    return fs_touches(kind, params, world, known.mentioned)


KINDS: Final[Mapping[str, Normaliser]] = MappingProxyType(
    {
        "fs.read": _fs,
        "fs.list": _fs,
        "fs.write": _fs,
        "fs.patch": _fs,
        "fs.delete": _fs,
        "process.exec": lambda _, params, known, world: exec_touches(params, known, world),
        "shell.exec": lambda _, params, known, world: shell_exec_touches(params, known, world),
        "net.request": lambda _, params, _known, world: url_touches(params, world),
        "secret.checkout": lambda kind, params, _, world: secret_touches(kind, params, world),
        "secret.use": lambda kind, params, _, world: secret_touches(kind, params, world),
        "repo.publish": lambda _, params, _known, world: repo_touches(params, world),
        "mcp.call": lambda _, params, _known, world: mcp_touches(params, world),
        "tool.echo": lambda _, params, _known, _world: _echo(params),
    }
)


def facts_of(kind: str, params: Mapping[str, object], known: Known, world: World) -> Facts:
    """Return the facts of an intent; raise InvalidIntent, Unjudgeable or HoldfastError.

    `known` is the policy's own (`policy.known`): what its rules name is looked for below every
    directory that is touched with all it holds.
    """
    if (normalise := KINDS.get(kind)) is not None:
        judged = normalise(kind, params, known, world)
    elif (tool := known.tools.get(kind)) is not None:
        judged = custom_touches(tool, params, world)
    else:
        raise HoldfastError(
            Code.UNKNOWN_KIND, f"no kind `{kind}`", hint=suggest(kind, [*KINDS, *known.tools])
        )
    payload = judged.payload
    # Behind a proxy: whoever holds facts cannot change what their digest says is executed.
    return Facts(kind, judged.touches, MappingProxyType(payload), payload_digest(kind, payload))


def payload_digest(kind: str, payload: Mapping[str, object]) -> str:
    """Name what would be executed; bytes are named by their own digest."""
    form = canonical_json.dumps(_digestible(payload))
    return "sha256:" + sha256(b"%b%b\x00%b" % (_DIGEST_DOMAIN, kind.encode(), form)).hexdigest()


def _digestible(payload: Mapping[str, object]) -> Mapping[str, object]:
    for value in payload.values():
        if value.__class__ is bytes:
            break
    else:
        return payload
    return {
        name: sha256(value).hexdigest() if isinstance(value, bytes) else value
        for name, value in payload.items()
    }
