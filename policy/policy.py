"""A compiled policy: the program, what its rules mean to people, and the tables beside them.

A `Policy` exists only if its whole folder was right: nothing half-loaded. It is immutable, so
one reference assignment swaps it and every request uses one policy throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from holdfast.policy.cedar.program import Program
    from holdfast.policy.cedar.values import Entity
    from holdfast.policy.facts.mentions import Known
    from holdfast.policy.obligations import Owed
    from holdfast.policy.source.tables import (
        Approval,
        Case,
        Limits,
        Manifest,
        Probe,
        Profile,
        Tool,
        Who,
    )
    from holdfast.proto.decision import RuleRef
    from holdfast.proto.ids import PolicyRef


@dataclass(frozen=True, slots=True)
class Rule:
    """What people need of one rule; its meaning is in the program, at `index`."""

    index: int
    id: str
    effect: Literal["permit", "forbid"]
    ref: RuleRef
    reason: str = ""
    hint: str = ""
    needs: str | None = None
    profile: str | None = None
    advice: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Everything a decision depends on, besides the intent, the principal and the moment."""

    ref: PolicyRef
    ref_text: str
    manifest: Manifest
    program: Program
    rules: tuple[Rule, ...]
    """Aligned with `program.rules`."""
    actions: Mapping[str, Entity]
    who: Who
    tools: Mapping[str, Tool]
    known: Known
    """What normalisers are told: the same tools, and the paths that rules name."""
    approvals: Mapping[str, Approval]
    profiles: Mapping[str, Profile]
    default_profile: Profile
    owed: Owed
    limits: Limits
    texts: Mapping[str, str]
    """Rule file to its text, for explanations."""
    cases: tuple[Case, ...]
    probes: tuple[Probe, ...]
