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
from holdfast.policy.facts.model import Facts, Touch, World
from holdfast.policy.facts.names import require_text, suggest
from holdfast.policy.facts.params import Judged, require_fields
from holdfast.policy.facts.repos import repo_touches
from holdfast.policy.facts.secrets import secret_touches
from holdfast.policy.facts.upstream import mcp_touches
from holdfast.policy.facts.urls import url_touches
from holdfast.policy.source.tables import Tool
from holdfast.proto import canonical_json
from holdfast.proto.errors import HoldfastError
from holdfast.proto.reasons import Code

_DIGEST_DOMAIN: Final = b"holdfast payload v1\x00"

Normaliser = Callable[[str, Mapping[str, object], World], Judged]


def _echo(_kind: str, params: Mapping[str, object], _world: World) -> Judged:
    require_fields(params, required={"text"})
    text = require_text(params["text"], field="text")
    touch = Touch("tool.echo", tool_entity("tool.echo"), {"params": Record({"text": text})})
    return Judged((touch,), {"text": text})


KINDS: Final[Mapping[str, Normaliser]] = MappingProxyType(
    {
        "fs.read": fs_touches,
        "fs.list": fs_touches,
        "fs.write": fs_touches,
        "fs.patch": fs_touches,
        "fs.delete": fs_touches,
        "process.exec": lambda _kind, params, world: exec_touches(params, world),
        "shell.exec": lambda _kind, params, world: shell_exec_touches(params, world),
        "net.request": lambda _kind, params, world: url_touches(params, world),
        "secret.checkout": secret_touches,
        "secret.use": secret_touches,
        "repo.publish": lambda _kind, params, world: repo_touches(params, world),
        "mcp.call": lambda _kind, params, world: mcp_touches(params, world),
        "tool.echo": _echo,
    }
)


def facts_of(
    kind: str, params: Mapping[str, object], tools: Mapping[str, Tool], world: World
) -> Facts:
    """Return the facts of an intent; raise InvalidIntent, Unjudgeable or HoldfastError."""
    if (normalise := KINDS.get(kind)) is not None:
        judged = normalise(kind, params, world)
    elif (tool := tools.get(kind)) is not None:
        judged = custom_touches(tool, params, world)
    else:
        raise HoldfastError(
            Code.UNKNOWN_KIND, f"no kind `{kind}`", hint=suggest(kind, [*KINDS, *tools])
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
