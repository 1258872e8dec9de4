"""The behavioural fingerprint: a name for what a policy does, not for how it is written.

BLAKE3 in derive-key mode over length-prefixed parts, in this order:

1. the semantics id of the engine;
2. every rule's typed tree in our own canonical encoding, sorted by `@id`;
3. who, tools, approvals, profiles, the default profile and limits in canonical form;
4. the hash of the built-in probe corpus that the folder names (stored facts: a better
   normaliser never changes an old fingerprint);
5. the hash of the folder's own probes;
6. every decision on both: effect, determining rules, obligations, needs, for the whole intent and
   for each thing it touches.

The same text with another meaning (an evaluator bug, platform drift, an older engine) has another
fingerprint and does not activate. The build computes it with the reference engine as well and
refuses on any difference.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final, cast

from blake3 import blake3

from holdfast.policy.author.situations import judge_situation
from holdfast.policy.cedar.encode import encode_template
from holdfast.policy.cedar.values import Entity, Uid
from holdfast.policy.facts.stored import read_corpus
from holdfast.policy.judge import Evaluate, Held, judge
from holdfast.policy.moment import Moment
from holdfast.policy.source.tables import Place
from holdfast.proto import canonical_json
from holdfast.proto.decision import Decision
from holdfast.proto.digests import Blake3Fingerprint

if TYPE_CHECKING:
    from holdfast.policy.policy import Policy

SEMANTICS: Final = 1
"""Raised whenever the same rules could decide differently; a runtime keeps every older one."""

_CONTEXT: Final = "holdfast 2026-11-20 behavioural fingerprint v1"
_HOUR_MS: Final = 3_600_000
_MONDAY_NOON: Final = 1_767_614_400_000  # 2026-01-05T12:00:00Z
_PRINCIPALS: Final = 8
"""Classes of principal (kind and set of groups) the corpus is asked for; sorted, so stable."""

_MOMENTS: Final = (
    Moment(_MONDAY_NOON, site="probe", deployment="prod"),
    Moment(
        _MONDAY_NOON + 5 * 24 * _HOUR_MS - 9 * _HOUR_MS,  # Saturday, three in the morning
        policy_age_ms=30 * 24 * _HOUR_MS,
        site="probe",
        deployment="dev",
    ),
)


def fingerprint(
    policy: Policy, corpus: bytes, *, evaluate: Evaluate | None = None
) -> Blake3Fingerprint:
    """Compute it; `evaluate` replaces the compiled program, by the reference engine say."""
    hasher = blake3(derive_key_context=_CONTEXT)
    for part in _parts(policy, corpus, evaluate):
        hasher.update(len(part).to_bytes(8, "big"))
        hasher.update(part)
    return Blake3Fingerprint(hasher.hexdigest())


def _parts(policy: Policy, corpus: bytes, evaluate: Evaluate | None) -> Iterator[bytes]:
    yield str(SEMANTICS).encode()
    for rule in sorted(policy.rules, key=lambda rule: rule.id):
        yield rule.id.encode()
        yield encode_template(policy.program.rules[rule.index].template)
    for table in (
        policy.who,
        list(policy.tools.values()),
        list(policy.approvals.values()),
        list(policy.profiles.values()),
        policy.default_profile,
        policy.limits,
    ):
        yield canonical_json.dumps(plain(table))
    yield blake3(corpus).digest()
    yield blake3(canonical_json.dumps([plain(probe) for probe in policy.probes])).digest()
    for decision in _decisions(policy, corpus, evaluate):
        yield canonical_json.dumps(_what_was_decided(decision))


def _decisions(policy: Policy, corpus: bytes, evaluate: Evaluate | None) -> Iterator[Decision]:
    principals = list(_principals(policy))
    known = read_corpus(corpus)
    held = [Held(name) for name in sorted(policy.approvals)]
    for moment in _MOMENTS:
        for principal in principals:
            for facts in known:
                yield judge(policy, facts, principal, moment, evaluate=evaluate)
                if held:
                    yield judge(policy, facts, principal, moment, held, evaluate=evaluate)
    for probe in policy.probes:
        yield judge_situation(policy, probe.situation, evaluate=evaluate)


def _principals(policy: Policy) -> Iterable[Entity]:
    """One stranger of each kind, and one of each class that who.toml makes."""
    classes = {("Agent", frozenset[str]()), ("Person", frozenset[str]())}
    classes |= {(who.kind, policy.who.groups_of(who.id)) for who in policy.who.subjects}
    chosen = sorted(classes, key=lambda one: (one[0], len(one[1]), sorted(one[1])))[:_PRINCIPALS]
    for kind, groups in chosen:
        yield Entity(
            Uid(kind, "probe"),
            {"project": "probe", "auth": "mtls", "assurance": "session"},
            frozenset(Uid("Group", group) for group in groups),
        )


def _what_was_decided(decision: Decision) -> object:
    return {
        "decision": decision.decision.value,
        "reason_code": decision.reason_code.value,
        "rules": [rule.id for rule in decision.rules],
        "needs": list(decision.needs),
        "obligations": plain(decision.obligations),
        "resources": [
            [one.decision.value, [rule.id for rule in one.rules], list(one.needs)]
            for one in decision.resources
        ],
    }


def plain(value: object) -> object:
    """Return a table as JSON values: sets sorted, places left out (a line number is no meaning).

    Only our own values have the key "": what an author wrote (a default, a probe's parameters)
    stands below "=", so that none of it can pass for one of them.
    """
    if isinstance(value, Place):
        return None
    if isinstance(value, Enum):
        return {"": type(value).__name__, "value": value.value}
    if isinstance(value, frozenset):
        members = [plain(item) for item in cast("frozenset[object]", value)]
        return sorted(members, key=canonical_json.dumps)
    if isinstance(value, tuple | list):
        return [plain(item) for item in cast("Iterable[object]", value)]
    if isinstance(value, Mapping):
        fields = cast("Mapping[object, object]", value)
        return {"=": {str(name): plain(item) for name, item in fields.items()}}
    if dataclasses.is_dataclass(value):
        named = {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"": type(value).__name__, **named}
    return value
