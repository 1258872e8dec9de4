"""secret.checkout and secret.use: which secret, for whom, how often.

Rules of this file:
1. A secret's name is ASCII, in segments: `deploy/npm-token`. It is a name in the vault, never a
   path, so it has no `.` or `..` segment and no leading `/`.
2. A destination is where the secret goes: a host in its canonical spelling, or `program:` and a
   bare program name. Another spelling of a host is refused here, not mapped: it is a fact on the
   context, and facts are what was asked.
3. `uses` counts how often it may be injected, at most 1000; a number a person can approve.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from holdfast.policy.cedar.values import Entity, Uid, Value
from holdfast.policy.facts.hosts import canonical_host
from holdfast.policy.facts.model import InvalidIntent, Touch, World
from holdfast.policy.facts.names import quote, require_bytes_at_most, require_match, require_text
from holdfast.policy.facts.params import Judged, require_fields, whole_number
from holdfast.proto.limits import SECRET_NAME_BYTES, SECRET_USES

_SEGMENT = r"[A-Za-z0-9_]+(?:(?:\.|-+)[A-Za-z0-9_]+)*"
_SECRET = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*", re.ASCII)
_PROGRAM = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+\-]{0,63}", re.ASCII)
_PROGRAM_MARK = "program:"

_REQUIRED = frozenset({"name", "destination"})
_OPTIONAL = frozenset({"uses"})


def secret_touches(kind: str, params: Mapping[str, object], _world: World) -> Judged:
    """Return what a secret.checkout or secret.use touches, and its payload."""
    require_fields(params, required=_REQUIRED, optional=_OPTIONAL)
    entity = secret_entity(params["name"], field="name")
    destination = _destination(params["destination"])
    uses = whole_number(params, "uses", least=1, most=SECRET_USES, default=1)
    context: Mapping[str, Value] = {"destination": destination, "uses": uses}
    return Judged((Touch(kind, entity, context),), {"name": entity.uid.id, **context})


def secret_entity(value: object, *, field: str) -> Entity:
    """Return the entity of a secret's name, else raise InvalidIntent."""
    name = require_match(
        value, _SECRET, field=field, rule="segments of A-Z a-z 0-9 _ . - joined by `/`"
    )
    require_bytes_at_most(name, SECRET_NAME_BYTES, field=field)
    return Entity(Uid("Secret", name), {"name": name})


def _destination(value: object) -> str:
    text = require_text(value, field="destination")
    if text.startswith(_PROGRAM_MARK):
        require_match(
            text[len(_PROGRAM_MARK) :],
            _PROGRAM,
            field="destination",
            rule="a bare program name follows `program:`",
        )
        return text
    host = canonical_host(text, field="destination")
    if host.text != text:
        raise InvalidIntent(
            "destination", f"{quote(text)} is not the host's own spelling", f"write `{host.text}`"
        )
    return text
