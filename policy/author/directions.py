"""Which way a value went: each function says whether the second allows no more than the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdfast.policy.source.tables import Evidence
from holdfast.proto.decision import Obligations

Tightens = Callable[[Any, Any], bool]
"""Whether the second value allows no more than the first."""


def never(_was: object, _now: object) -> bool:
    """Count every change as opening."""
    return False


def at_most(was: int | None, now: int | None) -> bool:
    """Compare ceilings; None is none."""
    return now is not None and (was is None or now <= was)


def at_least(was: int, now: int) -> bool:
    """Compare floors."""
    return now >= was


def subset(was: frozenset[str] | None, now: frozenset[str] | None) -> bool:
    """Compare what may be reached; None is everything."""
    return now is not None and (was is None or now <= was)


def superset(was: frozenset[str], now: frozenset[str]) -> bool:
    """Compare what is kept away."""
    return now >= was


def slots(was: tuple[frozenset[str], ...], now: tuple[frozenset[str], ...]) -> bool:
    """Say whether every slot that was there is still there, for no more groups than before."""
    left = list(now)
    for slot in was:
        kept = next((one for one in left if one <= slot), None)
        if kept is None:
            return False
        left.remove(kept)
    return True


def evidence(was: Evidence | None, now: Evidence | None) -> bool:
    """Compare copies and their deadline; None asks for none."""
    if now is None:
        return False
    return was is None or (now.copies >= was.copies and now.within_ms <= was.within_ms)


def owes_no_less(was: Obligations, now: Obligations) -> bool:
    """Say whether every obligation is at least as strict as before."""
    return all(
        (
            now.sandbox >= was.sandbox,
            _kept(was.timeout_ms, now.timeout_ms),
            _kept(was.output_bytes, now.output_bytes),
            _kept(was.output_lines, now.output_lines),
            _kept(was.evidence_within_ms, now.evidence_within_ms),
            was.network is None or subset(was.network, now.network),
            superset(was.redact, now.redact),
            superset(was.hide, now.hide),
            now.untrusted_output or not was.untrusted_output,
            now.evidence_copies >= was.evidence_copies,
        )
    )


def _kept(was: int | None, now: int | None) -> bool:
    return was is None or at_most(was, now)
