"""What a policy folder's TOML files mean, as frozen values.

Rules of this file:
1. Values only. Reading, positions and complaints live in the `read_*` modules beside it.
2. A value that exists is right: every name was checked, every duration is milliseconds,
   every collection is immutable. Nothing below re-checks what a reader promised.
3. A field says what leaving it out means; None is "says nothing", never "anything goes",
   except where the docstring says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from holdfast.policy.source.tool_tables import (
    MISSING,
    BoolType,
    DecimalType,
    Effect,
    EnumType,
    ExecTemplate,
    HttpTemplate,
    IntType,
    Missing,
    OpaqueType,
    Param,
    ParamRef,
    ParamType,
    Place,
    SetType,
    StringType,
    Tool,
    ToolResource,
)
from holdfast.proto.decision import Sandbox

__all__ = [
    "BASELINE_PROFILE",
    "MISSING",
    "Accepted",
    "Approval",
    "BoolType",
    "Bucket",
    "Budget",
    "Case",
    "DecimalType",
    "Effect",
    "EngineRange",
    "EnumType",
    "Evidence",
    "ExecTemplate",
    "Expectation",
    "HttpTemplate",
    "IntType",
    "KeyIdentity",
    "Limits",
    "Manifest",
    "Missing",
    "OpaqueType",
    "Param",
    "ParamRef",
    "ParamType",
    "Place",
    "Probe",
    "Profile",
    "Sandbox",
    "SetType",
    "Situation",
    "SpiffeIdentity",
    "StringType",
    "Subject",
    "TokenIdentity",
    "Tool",
    "ToolResource",
    "TransportIdentity",
    "UidIdentity",
    "Who",
]

Expectation = Literal["allow", "deny", "pending"]


# holdfast.toml


@dataclass(frozen=True, slots=True)
class EngineRange:
    """The semantics the rules were written for, and the oldest runtime that knows them."""

    semantics: int = 1
    min_runtime: str = "0.1.0"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A flip somebody looked at: the witness whose answer changed, and why that is right."""

    witness: str
    before: Expectation
    after: Expectation
    why: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """holdfast.toml."""

    name: str
    default_profile: str | None = None
    """A name of profiles.toml; None is `BASELINE_PROFILE`."""
    engine: EngineRange = EngineRange()
    probe_corpus: str = "core-1"
    validity_ms: int | None = None
    """How long a release of this folder is valid; None is without end."""
    accepted: tuple[Accepted, ...] = ()


# who.toml


@dataclass(frozen=True, slots=True)
class UidIdentity:
    """A Unix user id, as the kernel reports it for a socket's peer."""

    uid: int


@dataclass(frozen=True, slots=True)
class SpiffeIdentity:
    """A SPIFFE id, as a verified certificate carries it."""

    spiffe: str


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """The id of a key that signs requests."""

    key: str


@dataclass(frozen=True, slots=True)
class TokenIdentity:
    """An OIDC issuer and the claims a token of it must carry, all of them."""

    issuer: str
    claims: tuple[tuple[str, str], ...]


TransportIdentity = UidIdentity | SpiffeIdentity | KeyIdentity | TokenIdentity


@dataclass(frozen=True, slots=True)
class Subject:
    """An agent or a person: who they are to the transport and to the rules."""

    kind: Literal["Agent", "Person"]
    id: str
    identities: tuple[TransportIdentity, ...]
    groups: frozenset[str] = frozenset()
    """Named directly; `Who.groups_of` adds what those groups are in."""
    project: str = ""
    owner: str | None = None
    """The person an agent belongs to; they never approve what it asks."""
    pep: bool = False
    """May ask on behalf of others (AuthZEN), on the operator listener only."""


@dataclass(frozen=True, slots=True)
class Who:
    """who.toml: subjects in the order written, and every group with all it is in."""

    subjects: tuple[Subject, ...] = ()
    groups: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    """Every group, declared or implied, to all the groups above it (itself left out)."""

    @property
    def agents(self) -> tuple[Subject, ...]:
        """Every agent, in the order written; the first is a test's default."""
        return tuple(subject for subject in self.subjects if subject.kind == "Agent")

    @property
    def people(self) -> tuple[Subject, ...]:
        """Every person, in the order written."""
        return tuple(subject for subject in self.subjects if subject.kind == "Person")

    def subject(self, name: str) -> Subject | None:
        """Return the agent or person of that id (ids are unique over both)."""
        return next((subject for subject in self.subjects if subject.id == name), None)

    def identified_by(self, identity: TransportIdentity) -> Subject | None:
        """Return who an authenticated uid, SPIFFE id or key is.

        A token is presented with claims of its own: use `bearer_of` for those.
        """
        return next((s for s in self.subjects if identity in s.identities), None)

    def bearer_of(self, issuer: str, claims: Mapping[str, object]) -> Subject | None:
        """Return whom a verified token speaks for: every claim listed is there and equal."""
        for subject in self.subjects:
            for identity in subject.identities:
                if (
                    isinstance(identity, TokenIdentity)
                    and identity.issuer == issuer
                    and all(claims.get(name) == value for name, value in identity.claims)
                ):
                    return subject
        return None

    def groups_of(self, name: str) -> frozenset[str]:
        """Return every group a subject is in, through other groups too."""
        subject = self.subject(name)
        return frozenset() if subject is None else self._above(subject)

    def members(self, group: str) -> frozenset[str]:
        """Return the ids of everyone in a group, through other groups too."""
        return frozenset(s.id for s in self.subjects if group in self._above(s))

    def memberships(self) -> Mapping[str, frozenset[str]]:
        """Return the members of every group."""
        found: dict[str, set[str]] = {group: set() for group in self.groups}
        for subject in self.subjects:
            for group in self._above(subject):
                found[group].add(subject.id)
        return {group: frozenset(ids) for group, ids in found.items()}

    def _above(self, subject: Subject) -> frozenset[str]:
        return subject.groups.union(*(self.groups[group] for group in subject.groups))


# approvals.toml


@dataclass(frozen=True, slots=True)
class Approval:
    """What satisfies `@needs("<name>")`: one person per slot, each of one of its groups."""

    name: str
    slots: tuple[frozenset[str], ...]
    ttl_ms: int
    pending_ttl_ms: int = 3_600_000
    uses: int = 1
    exclude: frozenset[str] = frozenset()
    """Groups whose members never count; the requester never does anyway."""
    distinct_groups: bool = True
    emergency: bool = False
    scope: Literal["exact", "class"] = "exact"
    assurance: Literal["session", "signed"] = "session"
    place: Place = field(default=Place("approvals.toml", 1, 1))


# profiles.toml


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many machines must hold the record, and how soon."""

    copies: int
    within_ms: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What a permitted run owes. None and the empty set say nothing, except `network`."""

    name: str
    sandbox: Sandbox = Sandbox.NONE
    timeout_ms: int | None = None
    output_bytes: int | None = None
    output_lines: int | None = None
    network: frozenset[str] | None = None
    """Hosts a run may reach. None is unrestricted, the empty set is no network."""
    redact: frozenset[str] = frozenset()
    hide: frozenset[str] = frozenset()
    """Workspace paths (`.env`, `secrets/`) and name patterns (`*.pem`) a run never sees."""
    untrusted_output: bool = False
    evidence: Evidence | None = None
    place: Place = field(default=Place("profiles.toml", 1, 1))


BASELINE_PROFILE = Profile(
    name="baseline",
    sandbox=Sandbox.WORKSPACE,
    timeout_ms=60_000,
    output_bytes=1_048_576,
    output_lines=10_000,
)
"""What every run owes when holdfast.toml names no profile of its own."""


# limits.toml


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: `tokens` every `per_ms`, at most `burst` saved up."""

    tokens: int
    per_ms: int
    burst: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What one principal may use in a day (UTC); None is unlimited."""

    decisions_per_day: int | None = None
    executions_per_day: int | None = None
    output_bytes_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """limits.toml; None is no bucket of that kind."""

    principal_action: Bucket | None = None
    principal_resource: Bucket | None = None
    global_tool: Bucket | None = None
    tenant: Bucket | None = None
    budget: Budget = Budget()


# tests/*.toml and probes/*.jsonl


@dataclass(frozen=True, slots=True)
class Situation:
    """Who asks what, and when: everything a decision depends on besides the policy."""

    subject: str | None
    """`as`: an id of who.toml; None is the first agent."""
    kind: str
    params: Mapping[str, object]
    """As JSON reads them: str, int, float, bool, None, list, dict."""
    approvals: frozenset[str] = frozenset()
    """Names held, for every resource of the intent."""
    at_ms: int | None = None
    """Milliseconds since 1970, UTC; None is a fixed instant of whoever runs it."""
    policy_age_ms: int | None = None
    site: str | None = None
    deployment: str | None = None
    resolve: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    pinned: frozenset[tuple[str, str]] = frozenset()
    """(server, tool) of upstream tools whose definition is pinned."""
    workspaces: tuple[str, ...] = ()
    """Workspaces beside `main`; each is at `/<name>`."""


@dataclass(frozen=True, slots=True)
class Case:
    """One policy test."""

    name: str
    situation: Situation
    expect: Expectation
    rules: tuple[str, ...] | None = None
    """Exactly these rules determine the decision; None asks nothing."""
    reason: str | None = None
    needs: frozenset[str] | None = None
    place: Place = field(default=Place("tests/tests.toml", 1, 1))


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe intent of the bundle's own fingerprint corpus."""

    situation: Situation
    place: Place = field(default=Place("probes/probes.jsonl", 1, 1))
