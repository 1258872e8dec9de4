"""who.toml: who the transport's identities are.

```
[[agent]]
id = "ci-bot"                              # the principal is Agent::"ci-bot"
uid = 1001                                 # at least one of uid, spiffe, key, issuer + claims
spiffe = "spiffe://plant.example/ci"
key = "ci-2026"
issuer = "https://login.example"
claims = { sub = "repo:acme/app", aud = "holdfast" }
groups = ["release-bots"]
project = "app"
owner = "alice"                            # a person; never approves what this agent asks
pep = false                                # may ask on behalf of others (AuthZEN)

[[person]]                                 # the same, without owner and pep
id = "alice"
key = "alice-laptop"
groups = ["owners"]

[[group]]                                  # only needed for nesting
id = "release-bots"
in = ["bots"]
```
A group named by a subject or by another group is declared by that. Two subjects that one
identity could both mean are refused: nobody could say who asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, assert_never

from holdfast.policy.diagnostics import displayed
from holdfast.policy.source.forms import ID
from holdfast.policy.source.reading import Table, TomlFile
from holdfast.policy.source.tables import (
    KeyIdentity,
    SpiffeIdentity,
    Subject,
    TokenIdentity,
    TransportIdentity,
    UidIdentity,
    Who,
)
from holdfast.proto.limits import GROUPS, GROUPS_PER_SUBJECT, SUBJECTS, UID_MAX

__all__ = ["read_who"]

SUBJECT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,127}")
SPIFFE = re.compile(r"spiffe://[a-z0-9._-]{1,255}(?:/[A-Za-z0-9._-]{1,255}){1,16}")
ISSUER = re.compile(r"https://[^\s?#]{1,500}")
KEY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,255}")
_NO_UID = 2**32


def read_who(table: Table) -> Who:
    """Read who.toml."""
    subjects: list[Subject] = []
    tables: list[Table] = []
    for kind, key in (("Agent", "agent"), ("Person", "person")):
        for each in table.tables(key):
            subjects.append(_subject(each, "Agent" if kind == "Agent" else "Person"))
            tables.append(each)
    parents = _groups(table)
    table.finish()
    _refuse_doubles(subjects, tables)
    _refuse_ambiguous(subjects, tables)
    _check_owners(subjects, tables)
    for subject in subjects:
        for group in subject.groups:
            parents.setdefault(group, ())
    if len(subjects) > SUBJECTS or len(parents) > GROUPS:
        message = f"{len(subjects)} agents and people in {len(parents)} groups"
        hint = f"at most {SUBJECTS}, in {GROUPS}: map them by claims instead"
        table.file.note((), "too-large", message, hint)
        return Who()
    closed = _closed(parents)
    _refuse_cycles(closed, table.file)
    return Who(tuple(subjects), closed)


def _subject(table: Table, kind: Literal["Agent", "Person"]) -> Subject:
    name = table.name("id", form=SUBJECT_ID)
    identities = tuple(_identities(table))
    if not identities and not table.broken:
        message = f"nothing says how {displayed(name)} is recognised"
        hint = "add `uid`, `spiffe`, `key`, or `issuer` with `claims`"
        table.note("id", "missing-key", message, hint)
    groups = table.texts("groups", limit=GROUPS_PER_SUBJECT)
    _check_group_names(table, "groups", groups)
    found = Subject(
        kind=kind,
        id=name,
        identities=identities,
        groups=frozenset(groups),
        project=table.text("project", ""),
        owner=table.optional_text("owner") if kind == "Agent" else None,
        pep=table.flag("pep", default=False) if kind == "Agent" else False,
    )
    table.finish()
    return found


def _identities(table: Table) -> Iterator[TransportIdentity]:
    uid = table.optional_number("uid", high=UID_MAX)
    if uid is not None:
        yield UidIdentity(uid)
    spiffe = table.optional_text("spiffe")
    if spiffe is not None:
        if not SPIFFE.fullmatch(spiffe):
            hint = "write `spiffe://trust-domain/path`"
            table.note("spiffe", "bad-value", "this is no SPIFFE id", hint)
        yield SpiffeIdentity(spiffe)
    key = table.optional_text("key")
    if key is not None:
        table.check_name("key", key, form=KEY_ID)
        yield KeyIdentity(key)
    yield from _token(table)


def _token(table: Table) -> Iterator[TokenIdentity]:
    issuer, claims = table.optional_text("issuer"), table.table("claims")
    if issuer is None:
        if claims is not None:
            table.note("claims", "missing-key", "`claims` without `issuer`", "add `issuer`")
        return
    if not ISSUER.fullmatch(issuer):
        table.note("issuer", "bad-value", "this is no issuer", "an issuer is an https address")
    if claims is None or not claims.data:
        message = "every token of this issuer would be this one"
        table.note("issuer", "missing-key", message, 'add `claims = { sub = "..." }`')
        return
    pairs = tuple(sorted((name, claims.text(name)) for name in claims.data))
    yield TokenIdentity(issuer, pairs)


def _check_group_names(table: Table, key: str, names: tuple[str, ...]) -> None:
    for index, name in enumerate(names):
        if not ID.fullmatch(name):
            hint = "lower case letters, digits and dashes, at most 64"
            table.note_item(key, index, "bad-value", f"{displayed(name)} is not a name", hint)


def _groups(table: Table) -> dict[str, tuple[str, ...]]:
    """Read every `[[group]]`, and declare what it is in."""
    parents: dict[str, tuple[str, ...]] = {}
    for each in table.tables("group"):
        name = each.name("id")
        above = each.texts("in", limit=GROUPS_PER_SUBJECT)
        _check_group_names(each, "in", above)
        each.finish()
        if name in parents:
            message = f"group {displayed(name)} stands twice"
            each.note("id", "duplicate-name", message, "join the two")
        parents[name] = above
    for above in list(parents.values()):
        for group in above:
            parents.setdefault(group, ())
    return parents


def _closed(parents: Mapping[str, tuple[str, ...]]) -> Mapping[str, frozenset[str]]:
    """Return every group with all that is above it."""
    closed: dict[str, frozenset[str]] = {}
    for group in parents:
        above: set[str] = set()
        todo = list(parents[group])
        while todo:
            one = todo.pop()
            if one not in above:
                above.add(one)
                todo.extend(parents[one])
        closed[group] = frozenset(above)
    return MappingProxyType(closed)


def _refuse_cycles(closed: Mapping[str, frozenset[str]], file: TomlFile) -> None:
    groups = file.places
    for index in range(len(groups)):
        if ("group", index, "in") not in groups:
            continue
        start, end = file.where(("group", index, "id"), value=True)
        name = file.source.text[start:end].strip("\"'")
        if name in closed.get(name, frozenset()):
            message = f"group {displayed(name)} is in itself"
            circle = " -> ".join(sorted(g for g in closed[name] if name in closed[g]))
            file.note(("group", index, "in"), "cycle", message, f"in a circle: {circle}")


def _refuse_doubles(subjects: list[Subject], tables: list[Table]) -> None:
    seen: set[str] = set()
    for subject, table in zip(subjects, tables, strict=True):
        if subject.id in seen:
            message = f"{displayed(subject.id)} stands twice"
            hint = "ids are unique over agents and people"
            table.note("id", "duplicate-name", message, hint)
        seen.add(subject.id)


def _refuse_ambiguous(subjects: list[Subject], tables: list[Table]) -> None:
    """Refuse identities that could mean two subjects."""
    taken: dict[TransportIdentity, str] = {}
    tokens: dict[str, list[tuple[TokenIdentity, str]]] = {}
    for subject, table in zip(subjects, tables, strict=True):
        for identity in subject.identities:
            if isinstance(identity, TokenIdentity):
                earlier = tokens.setdefault(identity.issuer, [])
                other = next((name for one, name in earlier if _overlap(one, identity)), None)
                earlier.append((identity, subject.id))
            else:
                other = taken.get(identity)
                taken[identity] = subject.id
            if other is not None:
                message = f"{displayed(other)} is recognised by this as well"
                hint = "one identity means one subject"
                table.note(_key_of(identity), "duplicate-name", message, hint)


def _overlap(one: TokenIdentity, other: TokenIdentity) -> bool:
    """Return whether one token could carry the claims of both."""
    claims = dict(one.claims)
    return all(claims.get(name, value) == value for name, value in other.claims)


def _key_of(identity: TransportIdentity) -> str:
    match identity:
        case UidIdentity():
            return "uid"
        case SpiffeIdentity():
            return "spiffe"
        case KeyIdentity():
            return "key"
        case TokenIdentity():
            return "claims"
        case _:
            assert_never(identity)


def _check_owners(subjects: list[Subject], tables: list[Table]) -> None:
    people = {subject.id for subject in subjects if subject.kind == "Person"}
    for subject, table in zip(subjects, tables, strict=True):
        if subject.owner is not None and subject.owner not in people:
            message = f"no person {displayed(subject.owner)}"
            table.note("owner", "unknown-name", message, "declare them with `[[person]]`")
