"""What changed in the tables beside the rules: approvals, profiles, tools, limits, who.

Rules of this file:
1. Every field of every table is compared; a field nobody classified counts as opening.
2. A smaller quorum, a longer limit, a wider network, a new member: each is a flip although no
   decision changes with it. Only what clearly takes something away is a tightening.
3. Order and places are no change.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from holdfast.policy.author.directions import (
    Tightens,
    at_least,
    at_most,
    evidence,
    never,
    slots,
    subset,
    superset,
)
from holdfast.policy.author.flips import Flip, FlipKind, Rank
from holdfast.policy.author.meaning import plain, short_id
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Expectation, Subject, Who

_SHOWN: Final = 200
"""Characters of one value in a flip."""
_UNSAID: Final[tuple[object, ...]] = (None, "", "missing", [])
"""Values of fields that say nothing by being there."""


def table_flips(old: Policy, new: Policy) -> Iterator[Flip]:
    """Yield a flip for everything that changed beside the rules."""
    yield from _named("approval", old.approvals, new.approvals, APPROVAL, "pending")
    yield from _named("profile", _profiles(old), _profiles(new), PROFILE, "allow")
    yield from _named("tool", old.tools, new.tools, _TOOL, "allow")
    yield from _fields("limits", "limits", old.limits, new.limits, _LIMITS, "allow")
    yield from _who(old.who, new.who)


def _profiles(policy: Policy) -> Mapping[str, object]:
    # The default is compared under its role: naming another profile changes every run.
    default = dataclasses.replace(policy.default_profile, name="")
    return {**policy.profiles, "(default)": default}


def _named(
    kind: FlipKind,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    tightens: Mapping[str, Tightens],
    answer: Expectation,
) -> Iterator[Flip]:
    for name in sorted({*old, *new}):
        was, now = old.get(name), new.get(name)
        if was is None:
            # A new tool can be asked for; a new approval or profile binds nothing by itself.
            rank = Rank.LOOSENED if kind == "tool" else Rank.TIGHTENED
            yield _flip(kind, name, None, now, rank, answer)
        elif now is None:
            rank = Rank.TIGHTENED if kind == "tool" else Rank.LOOSENED
            yield _flip(kind, name, was, None, rank, answer)
        else:
            yield from _fields(kind, name, was, now, tightens, answer)


def _fields(
    kind: FlipKind,
    name: str,
    was: Any,  # noqa: ANN401 - two of one dataclass, whichever
    now: Any,  # noqa: ANN401
    tightens: Mapping[str, Tightens],
    answer: Expectation,
) -> Iterator[Flip]:
    for field in dataclasses.fields(was):
        before, after = getattr(was, field.name), getattr(now, field.name)
        if plain(before) != plain(after):
            tighter = tightens.get(field.name, never)(before, after)
            rank = Rank.TIGHTENED if tighter else Rank.LOOSENED
            yield _flip(kind, f"{name} {field.name}", before, after, rank, answer)


def _flip(
    kind: FlipKind,
    subject: str,
    was: object,
    now: object,
    rank: Rank,
    before: Expectation,
    after: Expectation | None = None,
) -> Flip:
    return Flip(
        id=short_id(kind, subject, plain(was), plain(now)),
        kind=kind,
        rank=rank,
        subject=subject,
        before=before,
        after=after or before,
        was=_shown(was),
        now=_shown(now),
    )


def _shown(value: object) -> str:
    if value is None:
        return "none"
    text = _compact(plain(value))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _compact(value: object) -> str:
    """Write a plain value for a reader: `[env enum(values ["dev", "prod"])]`."""
    if isinstance(value, list):
        return f"[{', '.join(_compact(one) for one in cast('list[object]', value))}]"
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=True)
    table = dict(cast("dict[str, object]", value))
    kind = table.pop("type", "")
    if isinstance(kind, dict):  # a parameter of a tool: what has a type and a name
        name = table.pop("name")
        return f"{name} {_compact({**cast('dict[str, object]', kind), **table})}"
    said = [f"{name} {_compact(field)}" for name, field in table.items() if field not in _UNSAID]
    named = str(kind).removesuffix("Type").lower()
    return f"{named}({', '.join(said)})" if said or not named else named


# ---- which way a field goes --------------------------------------------------------------------

APPROVAL: Final[Mapping[str, Tightens]] = {
    "slots": slots,
    "ttl_ms": at_most,
    "pending_ttl_ms": at_most,
    "uses": at_most,
    "exclude": superset,
    "distinct_groups": lambda _was, now: now,
    "emergency": lambda _was, now: not now,
    "scope": lambda _was, now: now == "exact",
    "assurance": lambda _was, now: now == "signed",
}
PROFILE: Final[Mapping[str, Tightens]] = {
    "sandbox": at_least,
    "timeout_ms": at_most,
    "output_bytes": at_most,
    "output_lines": at_most,
    "network": subset,
    "redact": superset,
    "hide": superset,
    "untrusted_output": lambda _was, now: now,
    "evidence": evidence,
}
_TOOL: Final[Mapping[str, Tightens]] = {"timeout_ms": at_most}
_LIMITS: Final[Mapping[str, Tightens]] = {}


# ---- who ---------------------------------------------------------------------------------------


def _who(old: Who, new: Who) -> Iterator[Flip]:
    before = {subject.id: subject for subject in old.subjects}
    after = {subject.id: subject for subject in new.subjects}
    for name in sorted({*before, *after}):
        if name not in before:
            now = _seen(new, after[name])
            yield _flip("who", name, None, now, Rank.LOOSENED, "deny", "allow")
        elif name not in after:
            was = _seen(old, before[name])
            yield _flip("who", name, was, None, Rank.TIGHTENED, "allow", "deny")
        else:
            yield from _subject(name, _seen(old, before[name]), _seen(new, after[name]))


def _seen(who: Who, subject: Subject) -> dict[str, object]:
    """Return what rules and approvals see of a subject: groups through groups."""
    return {
        "kind": subject.kind,
        "identities": frozenset(subject.identities),
        "groups": who.groups_of(subject.id),
        "project": subject.project,
        "owner": subject.owner or "",
        "pep": subject.pep,
    }


def _subject(name: str, was: Mapping[str, object], now: Mapping[str, object]) -> Iterator[Flip]:
    for field, before in was.items():
        after = now[field]
        if plain(before) == plain(after):
            continue
        # Leaving a group can open as well: a forbid may have named it.
        lost = field == "identities" and _members(after) <= _members(before)
        dropped = field == "pep" and not after
        rank = Rank.TIGHTENED if lost or dropped else Rank.LOOSENED
        yield _flip("who", f"{name} {field}", before, after, rank, "allow")


def _members(identities: object) -> frozenset[object]:
    return cast("frozenset[object]", identities)
