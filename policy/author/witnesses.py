"""Situations made up from the rules that changed, so that no change hides behind missing tests.

Rules of this file:
1. A rule that was added, removed or changed is tried, and so is every rule that speaks of a
   group, a subject or a tool that changed: the rule reads the same and does something else.
2. A rule is tried alone, and beside each rule of the other effect and each gate: a narrower
   forbid opens only what something permits, a new permit only what nothing forbids.
3. The work is bounded and spread evenly over what is to be tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from cedarpy import pst

from holdfast.policy.author.asks import asks_for
from holdfast.policy.author.combine import ordered, picks
from holdfast.policy.author.meaning import plain, rule_meanings
from holdfast.policy.author.mentions import Mentions, mentions_of
from holdfast.policy.author.situations import NOON
from holdfast.policy.author.spoken import Probed
from holdfast.policy.cedar.values import Datetime, Duration, Entity, Uid
from holdfast.policy.facts.model import Facts
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Situation, Who

SITUATIONS: Final = 20_000
"""Situations made up for one comparison."""
PER_TRY: Final = 600
"""Situations made up for one rule, beside one partner, by one action."""
PARTNERS: Final = 12
SUBJECTS: Final = 8
MOMENTS: Final = 60

_DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
_MIDNIGHT: Final = NOON - 12 * _HOUR_MS
_HOURS: Final = 24
_YEAR_10000: Final = 253_402_300_800_000
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MADE_OF: Final[Mapping[str, str]] = {
    "Dir": "Path",
    "Workspace": "Path",
    "Toolset": "Program",
    "Domain": "Url",
    "McpServer": "McpTool",
}
_TOUCHES: Final[Mapping[str, str]] = {
    "fs": "Path",
    "process": "Program",
    "net": "Url",
    "secret": "Secret",
    "repo": "Repo",
    "mcp": "McpTool",
}


@dataclass(frozen=True, slots=True)
class _Try:
    """Rules to satisfy together, by one action."""

    templates: tuple[pst.Template, ...]
    action: str


def changed_rules(old: Policy, new: Policy) -> tuple[str, ...]:
    """Return the ids of rules that do, or may do, something else."""
    was, now = rule_meanings(old), rule_meanings(new)
    changed = {name for name in {*was, *now} if was.get(name) != now.get(name)}
    stirred = _stirred(old.who, new.who)
    for policy in (old, new):
        for rule in policy.rules:
            found = mentions_of([policy.program.rules[rule.index].template])
            if any(ident in found.uids(kind) for kind, ident in stirred):
                changed.add(rule.id)
    return tuple(sorted(changed))


def _stirred(old: Who, new: Who) -> set[Uid]:
    """Return the subjects and groups that are others than before."""
    found: set[Uid] = set()
    for name in {subject.id for who in (old, new) for subject in who.subjects}:
        was, now = old.subject(name), new.subject(name)
        if plain(was) == plain(now) and old.groups_of(name) == new.groups_of(name):
            continue
        for subject in (was, now):
            if subject is not None:
                found.add(Uid(subject.kind, name))
        if was is None or now is None or was.kind != now.kind:
            groups = old.groups_of(name) | new.groups_of(name)
        else:
            groups = old.groups_of(name) ^ new.groups_of(name)
        found |= {Uid("Group", group) for group in groups}
    return found


def witnesses(old: Policy, new: Policy, changed: Sequence[str]) -> Iterator[Situation]:
    """Yield situations worth judging under both policies."""
    tries = list(_tries(old, new, changed))
    if not tries:
        return
    each = max(24, min(PER_TRY, SITUATIONS // len(tries)))
    made = (one for attempt in tries for one in islice(_attempt(old, new, attempt, each), each))
    yield from islice(made, SITUATIONS)


def probed(old: Policy, new: Policy, facts: Facts) -> Iterator[Probed]:
    """Yield stored facts, asked by one of each class of subject that both policies know."""
    classes: dict[tuple[str, frozenset[str], frozenset[str]], str] = {}
    for subject in new.who.subjects:
        if old.who.subject(subject.id) is not None:
            groups = (old.who.groups_of(subject.id), new.who.groups_of(subject.id))
            classes.setdefault((subject.kind, *groups), subject.id)
    for name in islice(classes.values(), SUBJECTS):
        yield Probed(name, facts)


# ---- what to try -------------------------------------------------------------------------------


def _tries(old: Policy, new: Policy, changed: Sequence[str]) -> Iterator[_Try]:
    versions = _versions(old, new)
    actions = {**old.actions, **new.actions}
    types = {name: _touched(name, old, new) for name in actions}
    other = {kind for kind in {*old.tools, *new.tools} if _tool(old, kind) != _tool(new, kind)}
    for name in sorted(versions):
        for action in sorted(actions):
            if name not in changed and action not in other:
                continue
            mine = [t for t in versions[name] if _covers(t, actions[action], types[action])]
            if not mine:
                continue
            yield _Try(tuple(mine), action)
            partners = (
                (*mine, *theirs)
                for partner, theirs in sorted(versions.items())
                if partner != name
                and (theirs[0].effect != mine[0].effect or "needs" in theirs[0].annotations)
                and any(_covers(t, actions[action], types[action]) for t in theirs)
            )
            for templates in islice(partners, PARTNERS):
                yield _Try(templates, action)


def _versions(old: Policy, new: Policy) -> dict[str, list[pst.Template]]:
    found: dict[str, list[pst.Template]] = {}
    for policy in (new, old):
        for rule in policy.rules:
            found.setdefault(rule.id, []).append(policy.program.rules[rule.index].template)
    return found


def _tool(policy: Policy, kind: str) -> object:
    return plain(policy.tools.get(kind))


def _touched(action: str, old: Policy, new: Policy) -> frozenset[str]:
    """Return the types of thing an action touches."""
    tools = [policy.tools[action] for policy in (old, new) if action in policy.tools]
    if tools:
        return frozenset(tool.resource.type if tool.resource else "Tool" for tool in tools)
    return frozenset({_TOUCHES.get(action.partition(".")[0], "Tool")})


def _covers(template: pst.Template, action: Entity, types: frozenset[str]) -> bool:
    """Say whether a rule's scope may match what an action touches."""
    match template.action:
        case pst.ActionEq(entity):
            named: tuple[pst.EntityUid, ...] = (entity,)
        case pst.ActionIn(entities):
            named = entities
        case _:
            named = ()
    if named and not any(Uid(str(one.type), one.id) in action.keys for one in named):
        return False
    match template.resource:
        case pst.ScopeIs(entity_type) | pst.ScopeIsIn(entity_type, _):
            wanted = str(entity_type)
        case pst.ScopeEq(pst.EntityUid(kind, _)) | pst.ScopeIn(pst.EntityUid(kind, _)):
            wanted = _MADE_OF.get(str(kind), str(kind))
        case _:
            return True
    return wanted in types


# ---- situations --------------------------------------------------------------------------------


def _attempt(old: Policy, new: Policy, attempt: _Try, limit: int) -> Iterator[Situation]:
    mentions = mentions_of(attempt.templates)
    tools = [tools[attempt.action] for tools in (new.tools, old.tools) if attempt.action in tools]
    asks = asks_for(attempt.action, mentions, tools)
    needs = {template.annotations.get("needs", "") for template in attempt.templates} - {""}
    held = [frozenset[str](), frozenset(needs)] if needs else [frozenset[str]()]
    subjects, moments = _subjects(old, new, mentions), _moments(mentions)
    sizes = [len(asks), len(subjects), len(moments), len(held)]
    for a, b, c, d in picks(sizes, limit):
        ask, moment = asks[a], moments[c]
        yield Situation(
            subject=subjects[b],
            kind=ask.kind,
            params=ask.params,
            approvals=held[d],
            at_ms=moment.at_ms,
            policy_age_ms=moment.policy_age_ms,
            site=moment.site,
            deployment=moment.deployment,
            resolve=ask.resolve,
        )


class _Moment(NamedTuple):
    """When and where, in a situation's own fields; None is what a situation without it means."""

    at_ms: int | None
    policy_age_ms: int | None
    site: str | None
    deployment: str | None


def _moments(mentions: Mentions) -> list[_Moment]:
    instants, ages = _instants(mentions), ordered([None], _ages(mentions))
    sites = ordered([None], mentions.of("context.site", str))
    deployments = ordered([None], mentions.of("context.deployment", str))
    return [
        _Moment(instants[a], ages[b], sites[c], deployments[d])
        for a, b, c, d in picks([len(instants), len(ages), len(sites), len(deployments)], MOMENTS)
    ]


def _ages(mentions: Mentions) -> Iterator[int]:
    for age in mentions.of("context.policy_age", Duration):
        if age.milliseconds >= 0:
            yield age.milliseconds


def _instants(mentions: Mentions) -> list[int | None]:
    """Return instants: each weekday at each hour that is spoken of, and each date."""
    days = [_DAYS.index(day) for day in mentions.of("context.weekday", str) if day in _DAYS]
    hours = [hour for hour in mentions.of("context.local_hour", int) if 0 <= hour < _HOURS]
    dates = (one.epoch for one in mentions.of("context.now", Datetime))
    found = ordered([None], (epoch for epoch in dates if 0 <= epoch < _YEAR_10000))
    if days or hours:
        # The day after the last one spoken of stands for the others.
        days = ordered(days or [0], [(max(days, default=0) + 1) % len(_DAYS)])
        for day in days:
            found += [_MIDNIGHT + day * _DAY_MS + hour * _HOUR_MS for hour in hours or [12]]
    return found


def _subjects(old: Policy, new: Policy, mentions: Mentions) -> list[str | None]:
    """Return subjects in and outside of what is spoken of; None where nobody is known."""
    sides = (new.who, old.who)
    groups = mentions.uids("Group")
    projects = mentions.of("principal.project", str)
    everybody = ordered(*(who.agents for who in sides), *(who.people for who in sides))
    names = [subject.id for subject in everybody]
    moved = [name for name in names if old.who.groups_of(name) != new.who.groups_of(name)]
    members = [
        sorted(who.members(group))[:1] for group in groups for who in sides if group in who.groups
    ]
    found = ordered(
        moved[: SUBJECTS // 2],
        *members,
        mentions.uids("Agent"),
        mentions.uids("Person"),
        (subject.id for subject in everybody if subject.project in projects),
        names,
    )
    known = [name for name in found if name in names]
    return [*known[:SUBJECTS]] or [None]
