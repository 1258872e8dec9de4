"""A situation as a person would type it, and as JSON.

Everything here may come from recorded traffic: what is shown cannot reprogram a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from holdfast.policy.cedar.values import Datetime, Duration
from holdfast.policy.diagnostics import displayed
from holdfast.policy.facts.model import Facts
from holdfast.policy.show import call_argument
from holdfast.policy.source.tables import Situation

_SHOWN: Final = 400
"""Characters of one witness on one line."""


@dataclass(frozen=True, slots=True)
class Probed:
    """A line of a shipped probe corpus (stored facts), asked by one subject."""

    subject: str
    facts: Facts


Witness = Situation | Probed


def spoken(witness: Witness) -> str:
    """Return a witness in one line: `fs.write path=src/app.py as ci-bot`."""
    words = _probe(witness) if isinstance(witness, Probed) else _situation(witness)
    return displayed(" ".join(words), _SHOWN)[1:-1]


def _probe(probe: Probed) -> list[str]:
    things = ", ".join(f"{touch.action} {touch.resource.uid}" for touch in probe.facts.touches)
    return [f"{probe.facts.kind} (a stored probe):", things, "as", probe.subject]


def _situation(situation: Situation) -> list[str]:
    params = [f"{name}={_word(value)}" for name, value in situation.params.items()]
    return [situation.kind, *params, *_moment(situation)]


def _word(value: object) -> str:
    if isinstance(value, str) and value and not set(value) & set(" \"'=\n\t"):
        return value
    return json.dumps(_listed(value), ensure_ascii=False)


def _moment(situation: Situation) -> list[str]:
    words: list[str] = []
    if situation.subject is not None:
        words.append(f"as {situation.subject}")
    words += [
        f"{name} {value}"
        for name, value in (
            ("at", _text(Datetime, situation.at_ms)),
            ("policy_age", _text(Duration, situation.policy_age_ms)),
            ("site", situation.site),
            ("deployment", situation.deployment),
        )
        if value is not None
    ]
    if situation.approvals:
        words.append(f"approved {','.join(sorted(situation.approvals))}")
    words += [f"{host}={','.join(to)}" for host, to in sorted(situation.resolve.items())]
    if situation.pinned:
        words.append(f"pinned {','.join(_pinned(situation))}")
    if situation.workspaces:
        words.append(f"workspaces {','.join(situation.workspaces)}")
    return words


def _pinned(situation: Situation) -> list[str]:
    return sorted(f"{server}/{tool}" for server, tool in situation.pinned)


def _text(kind: type[Datetime | Duration], number: int | None) -> str | None:
    return None if number is None else call_argument(kind(number))


def witness_json(witness: Witness) -> dict[str, object]:
    """Return a witness as JSON values; a situation is a line that probes/*.jsonl takes."""
    if isinstance(witness, Probed):
        touches = [[touch.action, str(touch.resource.uid)] for touch in witness.facts.touches]
        return {"as": witness.subject, "kind": witness.facts.kind, "touches": touches}
    fields: dict[str, object] = {
        "as": witness.subject,
        "approvals": sorted(witness.approvals) or None,
        "at": _text(Datetime, witness.at_ms),
        "policy_age": _text(Duration, witness.policy_age_ms),
        "site": witness.site,
        "deployment": witness.deployment,
        "resolve": {host: list(to) for host, to in witness.resolve.items()} or None,
        "pinned": _pinned(witness) or None,
        "workspaces": list(witness.workspaces) or None,
    }
    kept = {name: value for name, value in fields.items() if value is not None}
    return {"kind": witness.kind, "params": _listed(witness.params), **kept}


def _listed(value: object) -> object:
    """Return a value with what JSON has: frozen tables and tuples as objects and lists."""
    if isinstance(value, Mapping):
        table = cast("Mapping[object, object]", value)
        return {str(name): _listed(inner) for name, inner in table.items()}
    if isinstance(value, list | tuple):
        return [_listed(inner) for inner in cast("Sequence[object]", value)]
    return value
