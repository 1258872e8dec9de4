"""Generated policies and requests that meet often: small vocabularies, wrong types included."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import cedarpy
from cedarpy import pst
from hypothesis import strategies as st

from holdfast.policy.cedar.program import Outcome, Program, compile_program
from holdfast.policy.cedar.values import Entity, IpAddr, Record, Request, Uid, Value, ip, make_set

# The engine's stubs leave the insides of its dicts open.
AUTHORIZE = cast(
    "Callable[..., cedarpy.AuthzResult]",
    cedarpy.is_authorized,  # pyright: ignore[reportUnknownMemberType]
)

PRINCIPALS = ('Agent::"a"', 'Agent::"b"', 'Person::"p"')
GROUPS = ('Group::"g"', 'Group::"h"')
DIRS = ('Dir::"src"', 'Dir::"src/gen"', 'Dir::"."')
RESOURCES = ('Path::"src/a.py"', 'Path::"src/gen/b.md"', 'Url::"https://x"')
ACTIONS = ('Action::"read"', 'Action::"write"', 'Action::"fs"')

SCOPES_P = (
    "principal",
    *(f"principal == {p}" for p in PRINCIPALS),
    *(f"principal in {g}" for g in GROUPS),
    "principal is Agent",
    'principal is Agent in Group::"g"',
)
SCOPES_A = (
    "action",
    *(f"action == {a}" for a in ACTIONS),
    'action in Action::"fs"',
    'action in [Action::"read", Action::"write"]',
    "action in []",
)
SCOPES_R = (
    "resource",
    *(f"resource == {r}" for r in RESOURCES),
    *(f"resource in {d}" for d in DIRS),
    "resource is Path",
    'resource is Path in Dir::"src"',
    "resource is Url",
)

CONDITIONS = (
    'resource.ext == "py"',
    '"md" == resource.ext',
    "resource.ext == 1",
    "resource.size == 1",
    "resource.size == true",
    '["py", "md"].contains(resource.ext)',
    "[1, true].contains(resource.size)",
    "[1, 2].contains(resource.size)",
    'resource.path like "src/*"',
    'resource.path like "src/gen/*"',
    'resource.path like "src/*.py"',
    'resource.path like "*.py"',
    'resource.path like "*b.md"',
    'resource.path like "*gen*"',
    'resource.path like "src/a.py"',
    'resource.path like "*"',
    'resource.path like "src/*" || resource.path like "lib/*"',
    'resource.path like "src/*" || resource.ext == "md"',
    'context.flags.contains("-f")',
    "context.flags.contains(1)",
    'context.flags.containsAny(["-f", "-v"])',
    'context.flags.containsAll(["-f", "-v"])',
    "context.flags.containsAll([])",
    "context.flags.containsAny([])",
    'context.who == Agent::"a"',
    'context.who in Group::"g"',
    "context.n > 2",
    "context.n <= 2",
    "context.n + 9223372036854775807 > 0",
    'context.deep.x == "y"',
    "context has n",
    "context has deep.x",
    "resource has ip",
    'resource.ip.isInRange(ip("10.0.0.0/8"))',
    'resource.ip.isInRange(ip("10.1.0.0/16"))',
    'resource.ip.isInRange(ip("::/0"))',
    'resource.ip.isInRange(ip("nonsense"))',
    'resource has ip && resource.ip.isInRange(ip("10.1.2.0/24"))',
    'resource in Dir::"src"',
    'resource in [Dir::"src/gen", Dir::"lib"]',
    'resource in Dir::"src" || resource is Url',
    'principal == Agent::"a" || principal == Agent::"b"',
    'principal in Group::"h"',
    "principal in resource",
    "principal == context.who",
    "resource is Path",
    'resource is Path in Dir::"src/gen"',
    'context.who is Agent in Group::"g"',
    "context is Agent",
    "true",
    "false",
    "resource.hidden",
    "resource.nothing == 1",
    "if resource is Path then resource.hidden else false",
)

_combined = st.recursive(
    st.sampled_from(CONDITIONS),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) && ({two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) || ({two[1]})"),
        inner.map(lambda one: f"!({one})"),
    ),
    max_leaves=4,
)
_clauses = st.lists(
    st.tuples(st.sampled_from(("when", "when", "when", "unless")), _combined).map(
        lambda clause: f"{clause[0]} {{ {clause[1]} }}"
    ),
    max_size=2,
).map(" ".join)


def _rule(effect: str, principal: str, action: str, resource: str, clauses: str) -> str:
    return f"{effect}({principal}, {action}, {resource}) {clauses};"


rule_texts = st.builds(
    _rule,
    st.sampled_from(("permit", "permit", "forbid")),
    st.sampled_from(SCOPES_P),
    st.sampled_from(SCOPES_A),
    st.sampled_from(SCOPES_R),
    _clauses,
)

# Rules told apart by attributes alone: what the index makes of them is not hidden by scopes.
ATTRIBUTE_CONDITIONS = (
    'resource.ext == "py"',
    'resource.ext == "md"',
    "resource.ext == 1",
    "resource.ext == 2",
    '["py", 1].contains(resource.ext)',
    'resource.path like "s*"',
    'resource.path like "src/*"',
    'resource.path like "src/gen/*"',
    'resource.path like "src/gen/*.py"',
    'resource.path like "src/a.py"',
    'resource.path like "lib/*"',
    'resource.path like "*.py"',
    'resource.path like "*.md"',
    'resource.path like "*b.md"',
    'resource.path like "*gen*"',
    'context.flags.contains("-f")',
    'context.flags.contains("-v")',
    "context.flags.contains(1)",
    'context.flags.containsAll(["-f", "-v"])',
    'context.flags.containsAny(["-v", "-x"])',
    'resource.ip.isInRange(ip("10.0.0.0/8"))',
    'resource.ip.isInRange(ip("10.0.0.0/7"))',
    'resource.ip.isInRange(ip("10.1.0.0/16"))',
    'resource.ip.isInRange(ip("10.1.2.3"))',
    'resource.ip.isInRange(ip("::1"))',
)


def _attribute_rule(effect: str, parts: list[str], kind: str) -> str:
    return f"{effect}(principal, action, resource) {kind} {{ {' && '.join(parts)} }};"


attribute_rule_texts = st.builds(
    _attribute_rule,
    st.sampled_from(("permit", "forbid")),
    st.lists(st.sampled_from(ATTRIBUTE_CONDITIONS), min_size=1, max_size=3),
    st.sampled_from(("when", "when", "when", "when", "when", "unless")),
)


def compile_text(*rules: str) -> Program:
    """Compile rule texts, numbered in order."""
    return compile_program(templates("\n".join(rules)))


def templates(text: str) -> Sequence[pst.Template]:
    return list(cedarpy.policies_to_pst(text).static_policies.values())


def uid(text: str) -> Uid:
    kind, _, name = text.partition("::")
    return Uid(kind, name.strip('"'))


def _uids(texts: Sequence[str]) -> st.SearchStrategy[frozenset[Uid]]:
    return st.frozensets(st.sampled_from([uid(text) for text in texts]))


_values: st.SearchStrategy[Value] = st.sampled_from(
    ["py", "md", "src/a.py", "src/gen/b.md", "src", "", 1, True, False, 3, uid(PRINCIPALS[0])]
)
_members: st.SearchStrategy[Value] = st.sampled_from(["-f", "-v", "-x", 1, True])
_attrs = st.fixed_dictionaries(
    {},
    optional={
        "ext": st.one_of(st.sampled_from(["py", "md"]), _values),
        "path": st.one_of(st.sampled_from(["src/a.py", "src/gen/b.md", "lib/x"]), _values),
        "size": _values,
        "hidden": st.one_of(st.booleans(), _values),
        "ip": st.one_of(
            st.sampled_from([ip("10.1.2.3"), ip("10.0.0.0/7"), ip("::1"), ip("10.1.0.0/16")]),
            _values,
        ),
    },
)
_context = st.fixed_dictionaries(
    {},
    optional={
        "flags": st.one_of(st.lists(_members).map(make_set), _values),
        "n": _values,
        "who": st.one_of(st.sampled_from([uid(text) for text in PRINCIPALS]), _values),
        "deep": st.one_of(_values.map(lambda value: Record({"x": value})), _values),
    },
)


def _request(
    principal: Uid,
    groups: frozenset[Uid],
    action: Uid,
    actions: frozenset[Uid],
    resource: Uid,
    dirs: frozenset[Uid],
    attrs: dict[str, Value],
    context: dict[str, Value],
) -> Request:
    thing = Entity(resource, attrs, dirs)
    return Request(Entity(principal, {}, groups), Entity(action, {}, actions), thing, context)


requests = st.builds(
    _request,
    st.sampled_from([uid(text) for text in PRINCIPALS]),
    _uids(GROUPS),
    st.sampled_from([uid(text) for text in ACTIONS[:2]]),
    _uids(ACTIONS[2:]),
    st.sampled_from([uid(text) for text in RESOURCES]),
    _uids(DIRS),
    _attrs,
    _context,
)


# ---- the engine's side -------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """A decision in the words both sides share."""

    allowed: bool
    reasons: tuple[str, ...]
    errors: int


def ours(program: Program, outcome: Outcome) -> Answer:
    reasons = sorted(program.rules[index].id for index in outcome.determining)
    return Answer(outcome.allowed, tuple(reasons), len(outcome.errors))


def engine(policies: cedarpy.PolicySet, request: Request) -> Answer:
    entities = [
        entity_json(entity) for entity in (request.principal, request.action, request.resource)
    ]
    question = {
        "principal": str(request.principal.uid),
        "action": str(request.action.uid),
        "resource": str(request.resource.uid),
        "context": {name: as_json(value) for name, value in request.context.items()},
    }
    answer = AUTHORIZE(question, policies, json.dumps(entities))
    reasons = tuple(sorted(answer.diagnostics.reasons))
    return Answer(answer.allowed, reasons, len(answer.diagnostics.errors))


def entity_json(entity: Entity) -> Mapping[str, Any]:
    return {
        "uid": entity.uid._asdict(),
        "attrs": {name: as_json(value) for name, value in entity.attrs.items()},
        "parents": [parent._asdict() for parent in entity.ancestors],
    }


def as_json(value: object) -> Any:  # noqa: ANN401
    match value:
        case Uid():
            return {"__entity": value._asdict()}
        case Record():
            return {name: as_json(item) for name, item in value.fields.items()}
        case frozenset():
            return [
                as_json(getattr(item, "value", item)) for item in cast("frozenset[object]", value)
            ]
        case IpAddr(4, address, prefix):
            text = ".".join(str(byte) for byte in address.to_bytes(4))
            return {"__extn": {"fn": "ip", "arg": f"{text}/{prefix}"}}
        case IpAddr():
            return {"__extn": {"fn": "ip", "arg": "::1"}}
        case _:
            return value
