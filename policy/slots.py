"""Which policy decides: a pure state machine over sealed bundles.

The rules this file must obey:

1. Nothing but a sealed `VerifiedBundle` is ever active; a `DevBundle` only where a deployment is
   named that is known not to be `prod`: a misspelt one must not open the door.
2. Whatever decides was offered first, and was compiled from exactly the bundle it is named by.
3. A new policy is on probation until it has run `probation_ms` without an internal fault; only
   then is it the last known good. A fault on probation falls back to the last known good, and
   where there is none, to deny-all. Errors a rule makes never end probation: an agent can
   provoke those, and must not be able to choose the policy.
4. Rejecting an offer changes nothing that decides.
5. Wrong order is our own bug (`RuntimeError`); a wrong bundle is an answer (`Refused`).
6. `Slots` is a value. Whoever holds the reference swaps it by one assignment, so every request
   uses one policy throughout.

    DENY_ALL --activate--> PROBATION --settle--> LAST_KNOWN_GOOD
        ^                   |  ^  |                  |
        |                   |  |  +--activate--------+ (the next one; the last good one stays)
        +---fault, nothing--+  +-----activate--------+
            good is left    |
                            +--fault, rollback--> LAST_KNOWN_GOOD (the one before)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from holdfast.policy.policy import Policy
from holdfast.proto.bundle import Bundle, DevBundle, VerifiedBundle

UNSIGNED: Final = frozenset({"dev", "ci", "staging"})
"""Deployments in which an unsigned folder may decide."""


class Standing(StrEnum):
    """What decides right now."""

    DENY_ALL = "deny_all"
    PROBATION = "probation"
    LAST_KNOWN_GOOD = "last_known_good"


class Happened(StrEnum):
    """What a transition did; the runtime journals each in this order, before it takes effect."""

    OFFERED = "bundle.offered"
    REJECTED = "bundle.rejected"
    ACTIVATED = "bundle.activated"
    SETTLED = "bundle.settled"
    ROLLED_BACK = "bundle.rolled_back"
    DENYING_ALL = "bundle.denying_all"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, to which policy, and why."""

    happened: Happened
    policy_ref: str
    why: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A bundle and the policy compiled from it."""

    bundle: Bundle
    policy: Policy

    def __post_init__(self) -> None:
        """Refuse a policy that was compiled from something else: the danger is a mix-up."""
        if self.policy.ref != self.bundle.ref:
            raise RuntimeError(f"{self.policy.ref} was not compiled from {self.bundle.ref}")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an offer was not taken."""

    why: str
    hint: str


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """What decides, what it falls back to, and what is offered."""

    deployment: str
    probation_ms: int
    active: Slot | None = None
    good: Slot | None = None
    offered: Slot | None = None
    probation_ends_ms: int | None = None

    @property
    def standing(self) -> Standing:
        """What decides right now."""
        if self.active is None:
            return Standing.DENY_ALL
        return Standing.LAST_KNOWN_GOOD if self.active is self.good else Standing.PROBATION

    @property
    def policy(self) -> Policy | None:
        """The policy that decides; None denies everything."""
        return self.active.policy if self.active is not None else None

    def offer(self, slot: Slot) -> tuple[Slots, tuple[Event, ...]] | Refused:
        """Take a candidate. It decides nothing yet."""
        match slot.bundle:
            case VerifiedBundle():
                pass
            case DevBundle():
                if self.deployment not in UNSIGNED:
                    return Refused(
                        f"an unsigned folder cannot decide under deployment `{self.deployment}`",
                        "publish it: holdfast bundle publish",
                    )
            case _:
                assert_never(slot.bundle)
        event = Event(Happened.OFFERED, str(slot.bundle.ref))
        return replace(self, offered=slot), (event,)

    def reject(self, why: str) -> tuple[Slots, tuple[Event, ...]]:
        """Drop the candidate. What decides stays as it is."""
        slot = self._candidate()
        return replace(self, offered=None), (Event(Happened.REJECTED, str(slot.bundle.ref), why),)

    def activate(self, now_ms: int) -> tuple[Slots, tuple[Event, ...]]:
        """Let the candidate decide, on probation. The last known good stays as the way back."""
        slot = self._candidate()
        after = replace(
            self, active=slot, offered=None, probation_ends_ms=now_ms + self.probation_ms
        )
        return after, (Event(Happened.ACTIVATED, str(slot.bundle.ref)),)

    def tick(self, now_ms: int) -> tuple[Slots, tuple[Event, ...]]:
        """End probation when its time is over."""
        if self.active is None or self.probation_ends_ms is None:
            return self, ()
        if now_ms < self.probation_ends_ms:
            return self, ()
        settled = replace(self, good=self.active, probation_ends_ms=None)
        return settled, (Event(Happened.SETTLED, str(self.active.bundle.ref)),)

    def fault(self, why: str) -> tuple[Slots, tuple[Event, ...]]:
        """Our own evaluator failed on the active policy, not a rule: stop using it."""
        if self.active is None:
            raise RuntimeError("nothing is active, so nothing can have failed")
        if self.standing is Standing.LAST_KNOWN_GOOD:
            # There is no better policy to go to: deny everything, loudly.
            return self._deny_all(why)
        return self._back(why)

    def rollback(self, why: str) -> tuple[Slots, tuple[Event, ...]] | Refused:
        """Go back from a policy on probation to the last known good one."""
        if self.standing is not Standing.PROBATION:
            return Refused("nothing is on probation", "publish the older policy as a new revision")
        return self._back(why)

    def _back(self, why: str) -> tuple[Slots, tuple[Event, ...]]:
        if self.good is None:
            return self._deny_all(why)
        after = replace(self, active=self.good, probation_ends_ms=None)
        return after, (Event(Happened.ROLLED_BACK, str(self.good.bundle.ref), why),)

    def _deny_all(self, why: str) -> tuple[Slots, tuple[Event, ...]]:
        failed = str(self.active.bundle.ref) if self.active is not None else ""
        after = replace(self, active=None, good=None, probation_ends_ms=None)
        return after, (Event(Happened.DENYING_ALL, failed, why),)

    def _candidate(self) -> Slot:
        if self.offered is None:
            raise RuntimeError("nothing was offered")
        return self.offered
