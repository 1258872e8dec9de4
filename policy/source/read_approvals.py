"""approvals.toml: what satisfies `@needs("<name>")`.

```
[deploy]
slots = [["owners"], ["sre"]]   # one person per slot, each in one of the slot's groups
ttl = "30m"                     # how long an approval can be used
uses = 1                        # how often
exclude = ["contractors"]       # groups whose members never count (the requester never does)
distinct_groups = true          # no two slots are filled from one group
pending_ttl = "1h"              # how long a request waits for its votes
scope = "exact"                 # exactly what was asked, or the "class" of it
assurance = "session"           # votes from a session, or "signed" ones
emergency = false               # may be overridden in an emergency, reviewed afterwards
```
Slots are filled by different people; slots that nobody can fill are a warning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from holdfast.policy.diagnostics import closest, displayed
from holdfast.policy.source.forms import ID
from holdfast.policy.source.reading import Table, as_list, describe
from holdfast.policy.source.tables import Approval, Who
from holdfast.proto.limits import APPROVAL_SLOTS, APPROVAL_USES

__all__ = ["read_approvals"]


def read_approvals(table: Table, who: Who | None) -> Mapping[str, Approval]:
    """Read approvals.toml; groups are checked when who.toml could be read."""
    found: dict[str, Approval] = {}
    for name, each in table.named_tables():
        if not ID.fullmatch(name):
            hint = "lower case letters, digits and dashes, at most 64"
            message = f"{displayed(name)} is not a name"
            table.note(name, "bad-value", message, hint, of_key=True)
        found[name] = _approval(name, each, who)
    return MappingProxyType(found)


def _approval(name: str, table: Table, who: Who | None) -> Approval:
    found = Approval(
        name=name,
        slots=_slots(table, who),
        ttl_ms=table.duration("ttl"),
        pending_ttl_ms=table.duration("pending_ttl", "1h"),
        uses=table.number("uses", 1, low=1, high=APPROVAL_USES),
        exclude=_group_set(table, "exclude", who),
        distinct_groups=table.flag("distinct_groups", default=True),
        emergency=table.flag("emergency", default=False),
        scope=table.choice("scope", ("exact", "class"), "exact"),
        assurance=table.choice("assurance", ("session", "signed"), "session"),
        place=table.place(),
    )
    table.finish()
    if who is not None:
        _warn_unfillable(found, table, who)
    return found


def _slots(table: Table, who: Who | None) -> tuple[frozenset[str], ...]:
    raw = table.raw("slots")
    slots = as_list(raw)
    if not slots:
        message = "`slots` is missing" if raw is None else "`slots` is a list of lists of groups"
        code = "missing-key" if raw is None else "wrong-type"
        if raw is None:
            table.file.note(table.path, code, message, 'write `slots = [["owners"]]`', value=False)
        else:
            table.note("slots", code, message, 'write `slots = [["owners"]]`')
        return ()
    if len(slots) > APPROVAL_SLOTS:
        table.note("slots", "bad-value", f"`slots` has more than {APPROVAL_SLOTS} entries")
    kept = slots[:APPROVAL_SLOTS]
    return tuple(_slot(table, index, slot, who) for index, slot in enumerate(kept))


def _slot(table: Table, index: int, slot: object, who: Who | None) -> frozenset[str]:
    groups = as_list(slot)
    if not groups:
        message = f"a slot is a list of groups, not {describe(slot)}"
        hint = f'write `["{slot}"]`' if isinstance(slot, str) and slot else 'write `["owners"]`'
        table.note_item("slots", index, "wrong-type", message, hint)
        return frozenset()
    for at, group in enumerate(groups):
        path = (*table.path, "slots", index, at)
        if not isinstance(group, str):
            message = f"a slot lists groups, not {describe(group)}"
            table.file.note(path, "wrong-type", message)
        else:
            _check_group(table, path, group, who)
    return frozenset(group for group in groups if isinstance(group, str))


def _check_group(table: Table, path: tuple[str | int, ...], group: str, who: Who | None) -> None:
    if who is not None and group not in who.groups:
        near = closest(group, who.groups)
        hint = f"did you mean `{near}`?" if near else "give a person of who.toml that group"
        table.file.note(path, "unknown-group", f"no group {displayed(group)} in who.toml", hint)


def _group_set(table: Table, key: str, who: Who | None) -> frozenset[str]:
    names = table.texts(key)
    for index, name in enumerate(names):
        _check_group(table, (*table.path, key, index), name, who)
    return frozenset(names)


def _warn_unfillable(approval: Approval, table: Table, who: Who) -> None:
    """Warn when no assignment of different people (of different groups) fills the slots."""
    if not all(slot and slot <= who.groups.keys() for slot in approval.slots):
        return
    people = {person.id for person in who.people}
    members = {group: ids & people for group, ids in who.memberships().items()}
    barred = frozenset[str]().union(*(members.get(group, ()) for group in approval.exclude))
    voters = [
        frozenset[str]().union(*(members[group] for group in slot)) - barred
        for slot in approval.slots
    ]
    groups = [frozenset(g for g in slot if members[g] - barred) for slot in approval.slots]
    count = len(approval.slots)
    if _matched(voters) == count and (not approval.distinct_groups or _matched(groups) == count):
        return
    message = f"nobody can ever give `{approval.name}`: it takes {count} different people"
    if approval.distinct_groups and count > 1:
        message += " of different groups"
    hint = "add people to the groups in who.toml"
    path = (*table.path, "slots")
    table.file.note(path, "unfillable-approval", message, hint, severity="warning")


def _matched(choices: Sequence[frozenset[str]]) -> int:
    """Return how many slots find a choice of their own (augmenting paths)."""
    taken: dict[str, int] = {}

    def seat(slot: int, tried: set[str]) -> bool:
        for name in sorted(choices[slot]):
            if name not in tried:
                tried.add(name)
                if name not in taken or seat(taken[name], tried):
                    taken[name] = slot
                    return True
        return False

    return sum(seat(slot, set()) for slot in range(len(choices)))
