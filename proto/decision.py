"""What a decision says: allow or deny, nothing else, and everything needed to explain it.

What is made for every request is a named tuple: a frozen dataclass takes five times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from holdfast.proto.reasons import Code


class Verdict(StrEnum):
    """The two decisions there are."""

    ALLOW = "allow"
    DENY = "deny"


class Sandbox(IntEnum):
    """How much of the machine a run may see, weakest first: a merge takes the greatest.

    `none`       resource limits only
    `workspace`  only the workspace is writable; the rest is system files, read-only
    `strict`     also: own namespaces, system call filter, no network but the allow list,
                 nothing of the runtime, and the run fails where this cannot be built
    """

    NONE = 0
    WORKSPACE = 1
    STRICT = 2


@dataclass(frozen=True, slots=True)
class Obligations:
    """What whoever runs the tool must do. None means the executor's own ceiling."""

    sandbox: Sandbox = Sandbox.NONE
    timeout_ms: int | None = None
    output_bytes: int | None = None
    output_lines: int | None = None
    network: frozenset[str] | None = None
    """Hosts the tool may reach; None is no restriction, empty is no network."""
    redact: frozenset[str] = frozenset()
    hide: frozenset[str] = frozenset()
    untrusted_output: bool = False
    evidence_copies: int = 0
    evidence_within_ms: int | None = None
    profiles: tuple[str, ...] = ()


class RuleRef(NamedTuple):
    """A rule that determined a decision, and where its author finds it."""

    id: str
    file: str
    line: int


class ResourceDecision(NamedTuple):
    """What was decided about one of the things an intent touches."""

    action: str
    uid: str
    decision: Verdict
    rules: tuple[RuleRef, ...]
    needs: tuple[str, ...] = ()


class Decision(NamedTuple):
    """The answer to one intent."""

    decision: Verdict
    reason_code: Code
    reason: str
    hint: str
    rules: tuple[RuleRef, ...]
    needs: tuple[str, ...]
    """Approvals that would lift it; only where `reason_code` is `approval_pending`."""
    obligations: Obligations
    policy_ref: str
    resources: tuple[ResourceDecision, ...]
    advice: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it may run."""
        return self.decision is Verdict.ALLOW
