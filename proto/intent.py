"""What an adapter asks, read strictly.

Rules:
1. No field of an intent can name a principal, a role or a decision: an unknown field is refused.
2. Nothing is defaulted that changes what would run; nothing is coerced.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from holdfast.proto import limits
from holdfast.proto.errors import InvalidRequest
from holdfast.proto.strict_json import JsonError, JsonValue, loads

_KIND: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+").fullmatch
_KEY: Final = re.compile(r"[\x21-\x7e]+").fullmatch
_FIELDS: Final = ("kind", "params", "run", "idempotency_key", "labels", "dry_run")


class Run(StrEnum):
    """Who runs the tool once it is allowed."""

    RUNTIME = "runtime"
    CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Intent:
    """What an adapter asks to do."""

    kind: str
    params: Mapping[str, JsonValue]
    run: Run = Run.RUNTIME
    idempotency_key: str | None = None
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    dry_run: bool = False


def parse_intent(body: bytes) -> Intent:
    """Read an intent from a request body, or raise `InvalidRequest` naming the field."""
    try:
        value = loads(body)
    except JsonError as bad:
        raise InvalidRequest("body", str(bad), hint="send one strict JSON object") from None
    return intent_from(value)


def intent_from(value: JsonValue) -> Intent:
    """Make an intent of an already strict JSON value."""
    if not isinstance(value, dict):
        raise InvalidRequest("body", "not an object", hint='send {"kind": ..., "params": {...}}')
    for name in value:
        if name not in _FIELDS:
            near = difflib.get_close_matches(name, _FIELDS, 1)
            guess = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(_FIELDS)}"
            raise InvalidRequest(name, "unknown field", hint=guess)
    return Intent(
        kind=_kind(value.get("kind")),
        params=_params(value.get("params", {})),
        run=_run(value.get("run", Run.RUNTIME.value)),
        idempotency_key=_idempotency_key(value.get("idempotency_key")),
        labels=_labels(value.get("labels", {})),
        dry_run=_dry_run(value.get("dry_run", False)),
    )


def _kind(value: JsonValue) -> str:
    if not isinstance(value, str) or len(value) > limits.KIND_BYTES or not _KIND(value):
        raise InvalidRequest("kind", "not a dotted lower-case name", hint="for example `fs.read`")
    return value


def _params(value: JsonValue) -> Mapping[str, JsonValue]:
    if not isinstance(value, dict):
        raise InvalidRequest("params", "not an object", hint='for example {"path": "src/app.py"}')
    return MappingProxyType(value)


def _run(value: JsonValue) -> Run:
    try:
        return Run(value) if isinstance(value, str) else Run("")
    except ValueError:
        raise InvalidRequest("run", "neither `runtime` nor `caller`") from None


def _idempotency_key(value: JsonValue) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > limits.IDEMPOTENCY_KEY_BYTES or not _KEY(value):
        raise InvalidRequest(
            "idempotency_key",
            f"not 1 to {limits.IDEMPOTENCY_KEY_BYTES} printable ASCII characters without spaces",
        )
    return value


def _labels(value: JsonValue) -> Mapping[str, str]:
    if not isinstance(value, dict) or len(value) > limits.LABELS:
        raise InvalidRequest("labels", f"not an object of at most {limits.LABELS} texts")
    labels: dict[str, str] = {}
    for name, text in value.items():
        if not isinstance(text, str) or len(f"{name}{text}".encode()) > limits.LABEL_BYTES:
            raise InvalidRequest(
                f"labels.{name[:80]}", f"not a text of at most {limits.LABEL_BYTES} bytes"
            )
        labels[name] = text
    return MappingProxyType(labels)


def _dry_run(value: JsonValue) -> bool:
    if not isinstance(value, bool):
        raise InvalidRequest("dry_run", "neither true nor false")
    return value
