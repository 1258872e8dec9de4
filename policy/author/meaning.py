"""What a rule or a table means, as one short text: equal exactly when nothing changed.

Places, reasons, hints and advice are no meaning: a comment or a better hint is no change of
policy. Order is none either.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, cast

from cedarpy import pst

from holdfast.policy.cedar.encode import encode_template
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Place
from holdfast.proto import canonical_json

_ID_HEX: Final = 16
"""Digits of a flip's id: 64 bits, for a list that a person reads."""
_NO_MEANING: Final = ("id", "reason", "hint", "advice")


def rule_meanings(policy: Policy) -> Mapping[str, str]:
    """Return what each rule means, by its `@id`."""
    return {rule.id: meaning_of(policy.program.rules[rule.index].template) for rule in policy.rules}


def meaning_of(template: pst.Template) -> str:
    """Return a digest of what a rule does: its tree, its `@needs` and its `@profile`."""
    kept = {name: text for name, text in template.annotations.items() if name not in _NO_MEANING}
    plain_one = dataclasses.replace(template, id="", annotations=pst.FrozenMap(kept))
    return hashlib.sha256(encode_template(plain_one)).hexdigest()


def short_id(*parts: object) -> str:
    """Return a short stable name for these parts."""
    return hashlib.sha256(canonical_json.dumps(list(parts))).hexdigest()[:_ID_HEX]


def plain(value: object) -> object:
    """Return a table as JSON values: sets sorted, places left out."""
    match value:
        case Place():
            return None
        case Enum():
            return value.name.lower()
        case frozenset():
            members = cast("frozenset[object]", value)
            return sorted((plain(item) for item in members), key=canonical_json.dumps)
        case tuple() | list():
            return [plain(item) for item in cast("Sequence[object]", value)]
        case Mapping():
            table = cast("Mapping[object, object]", value)
            return {str(name): plain(item) for name, item in table.items()}
        case _ if dataclasses.is_dataclass(value):
            fields = {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
            return {"type": type(value).__name__, **fields}
        case _:
            return value
