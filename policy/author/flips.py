"""A change of what a policy does, one region each, ordered by how much it opens.

Rules of this file:
1. What opens comes first and what tightens last, whatever else is true of them.
2. A flip's id names the change, not the situation that shows it: it covers the meaning of every
   rule involved, before and after. So tests that come and go keep an acceptance, and any further
   change to one of those rules ends it.
3. Whether something opens is decided against us: what is not clearly a tightening opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

from holdfast.policy.author.spoken import Witness, spoken, witness_json
from holdfast.policy.source.tables import Expectation

FlipKind = Literal[
    "decision",  # another answer
    "needs",  # pending before and after, for other approvals
    "obligations",  # allowed before and after, owing something else
    "rule",  # a rule changed, and no situation tried reaches it
    "approval",
    "profile",
    "tool",
    "limits",
    "who",
]


class Rank(IntEnum):
    """The order in which flips are read."""

    DENY_TO_ALLOW = 0
    PENDING_TO_ALLOW = 1
    DENY_TO_PENDING = 2
    LOOSENED = 3
    """Same answer, or nobody can say: weaker quorum, longer limits, other members."""
    ALLOW_TO_PENDING = 4
    PENDING_TO_DENY = 5
    ALLOW_TO_DENY = 6
    TIGHTENED = 7


_RANKS: Final = {
    ("deny", "allow"): Rank.DENY_TO_ALLOW,
    ("pending", "allow"): Rank.PENDING_TO_ALLOW,
    ("deny", "pending"): Rank.DENY_TO_PENDING,
    ("allow", "pending"): Rank.ALLOW_TO_PENDING,
    ("pending", "deny"): Rank.PENDING_TO_DENY,
    ("allow", "deny"): Rank.ALLOW_TO_DENY,
}


@dataclass(frozen=True, slots=True)
class Flip:
    """One region whose answer, or whose price, is another one."""

    id: str
    kind: FlipKind
    rank: Rank
    subject: str
    """The actions, or the name of what changed in a table."""
    before: Expectation
    after: Expectation
    was: str
    """Rules before, or the value of the table before, as it is shown."""
    now: str
    rules_before: tuple[str, ...] = ()
    rules_after: tuple[str, ...] = ()
    witness: Witness | None = None
    seen: int = 0
    """How many of the situations tried lie in this region."""
    why: str | None = None
    """Why it is right, when holdfast.toml accepts it."""

    @property
    def accepted(self) -> bool:
        """Whether somebody looked at it."""
        return self.why is not None

    @property
    def opens(self) -> bool:
        """Whether more may happen afterwards."""
        return self.rank <= Rank.LOOSENED

    @property
    def arrow(self) -> str:
        """From which answer to which; where the answer stays, whether that is tighter."""
        if self.before != self.after:
            return f"{self.before.upper()} -> {self.after.upper()}"
        return "CHANGED" if self.opens else "TIGHTENED"


def rank_of(before: Expectation, after: Expectation) -> Rank:
    """Return where a change between two different answers stands."""
    return _RANKS[before, after]


def in_order(flips: list[Flip]) -> tuple[Flip, ...]:
    """Return flips in the order they are read."""
    return tuple(sorted(flips, key=lambda flip: (flip.rank, flip.kind, flip.subject, flip.id)))


def describe(flip: Flip) -> str:
    """Return a flip as one line of plain text."""
    arrow = flip.arrow
    if flip.witness is not None:
        return f"{arrow}  {spoken(flip.witness)}  ({flip.was} -> {flip.now})"
    return f"{arrow}  {flip.kind} {flip.subject}: {flip.was} -> {flip.now}"


def flip_json(flip: Flip) -> dict[str, object]:
    """Return what `--json` prints of a flip."""
    return {
        "id": flip.id,
        "kind": flip.kind,
        "direction": flip.rank.name.lower(),
        "opens": flip.opens,
        "subject": flip.subject,
        "before": flip.before,
        "after": flip.after,
        "was": flip.was,
        "now": flip.now,
        "rules_before": list(flip.rules_before),
        "rules_after": list(flip.rules_after),
        "witness": None if flip.witness is None else witness_json(flip.witness),
        "seen": flip.seen,
        "accepted": flip.why,
    }
