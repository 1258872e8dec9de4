"""What an allowed intent owes: every profile that applies, merged to the strictest of each.

Rules:
1. The default profile always applies; a permit's `@profile` can only tighten it.
2. Each field has one direction: minimum limits, intersected networks, united redactions and
   hidden paths, the strictest sandbox, the most evidence. The merge is associative, commutative
   and idempotent, so the order of rules and of requests changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from holdfast.policy.source.tables import Profile
from holdfast.proto.decision import Obligations, Sandbox

_REMEMBERED: Final = 1024
"""Combinations of profiles whose merge is kept; real policies have a handful."""


class Owed:
    """What each combination of profiles owes, merged once."""

    __slots__ = ("_default", "_merged", "_profiles")

    def __init__(self, default: Profile, profiles: Mapping[str, Profile]) -> None:
        """Take the profile that always applies, and those that rules may name."""
        self._default = default
        self._profiles = profiles
        self._merged: dict[frozenset[str], Obligations] = {}

    def under(self, names: frozenset[str]) -> Obligations:
        """Return what is owed when permits with these profiles determined the decision."""
        owed = self._merged.get(names)
        if owed is None:
            owed = merge([self._default, *(self._profiles[name] for name in names)])
            if len(self._merged) < _REMEMBERED:
                self._merged[names] = owed
        return owed


def merge(profiles: Iterable[Profile]) -> Obligations:
    """Merge profiles; each counts once however many rules name it."""
    by_name = {profile.name: profile for profile in profiles}
    chosen = [by_name[name] for name in sorted(by_name)]
    evidence = [profile.evidence for profile in chosen if profile.evidence is not None]
    return Obligations(
        sandbox=max((profile.sandbox for profile in chosen), default=Sandbox.NONE),
        timeout_ms=_least(profile.timeout_ms for profile in chosen),
        output_bytes=_least(profile.output_bytes for profile in chosen),
        output_lines=_least(profile.output_lines for profile in chosen),
        network=_common(profile.network for profile in chosen),
        redact=frozenset[str]().union(*(profile.redact for profile in chosen)),
        hide=frozenset[str]().union(*(profile.hide for profile in chosen)),
        untrusted_output=any(profile.untrusted_output for profile in chosen),
        evidence_copies=max((owed.copies for owed in evidence), default=0),
        evidence_within_ms=_least(owed.within_ms for owed in evidence),
        profiles=tuple(profile.name for profile in chosen),
    )


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)


def _common(networks: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    common: frozenset[str] | None = None
    for network in networks:
        if network is not None:
            common = network if common is None else common & network
    return common
