"""Profiles merge to the strictest of each field, whatever their order."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, strategies as st

from holdfast.policy.obligations import Owed, merge
from holdfast.policy.source.tables import Evidence, Profile
from holdfast.proto.decision import Obligations, Sandbox

LOOSE = Profile("loose")
BUILD = Profile(
    "build",
    sandbox=Sandbox.WORKSPACE,
    timeout_ms=60_000,
    output_bytes=1000,
    network=frozenset({"a.example", "b.example"}),
    redact=frozenset({"tokens"}),
    hide=frozenset({".env"}),
)
QUIET = Profile(
    "quiet",
    sandbox=Sandbox.STRICT,
    timeout_ms=90_000,
    output_lines=10,
    network=frozenset({"b.example", "c.example"}),
    redact=frozenset({"emails"}),
    untrusted_output=True,
    evidence=Evidence(copies=2, within_ms=5000),
)
WITNESSED = Profile("witnessed", evidence=Evidence(copies=1, within_ms=1000))

CASES = [
    ((), Obligations()),
    ((LOOSE,), Obligations(profiles=("loose",))),
    (
        (BUILD, QUIET),
        Obligations(
            sandbox=Sandbox.STRICT,
            timeout_ms=60_000,
            output_bytes=1000,
            output_lines=10,
            network=frozenset({"b.example"}),
            redact=frozenset({"tokens", "emails"}),
            hide=frozenset({".env"}),
            untrusted_output=True,
            evidence_copies=2,
            evidence_within_ms=5000,
            profiles=("build", "quiet"),
        ),
    ),
    (
        (QUIET, WITNESSED),
        Obligations(
            sandbox=Sandbox.STRICT,
            timeout_ms=90_000,
            output_lines=10,
            network=frozenset({"b.example", "c.example"}),
            redact=frozenset({"emails"}),
            untrusted_output=True,
            evidence_copies=2,
            evidence_within_ms=1000,
            profiles=("quiet", "witnessed"),
        ),
    ),
]


@pytest.mark.parametrize(("profiles", "merged"), CASES)
def test_merge(profiles: tuple[Profile, ...], merged: Obligations) -> None:
    for order in itertools.permutations(profiles):
        assert merge(order) == merged
    assert merge([*profiles, *profiles]) == merged


def test_an_empty_network_is_no_network_and_stays_so() -> None:
    offline = Profile("offline", network=frozenset())
    assert merge([offline, BUILD, LOOSE]).network == frozenset()
    assert merge([LOOSE]).network is None


_HOSTS = st.frozensets(st.sampled_from(["a", "b", "c"]))
_NUMBERS = st.none() | st.integers(1, 5)
_PROFILES = st.builds(
    Profile,
    st.sampled_from(["p", "q", "r", "s"]),
    sandbox=st.sampled_from(Sandbox),
    timeout_ms=_NUMBERS,
    output_bytes=_NUMBERS,
    output_lines=_NUMBERS,
    network=st.none() | _HOSTS,
    redact=_HOSTS,
    hide=_HOSTS,
    untrusted_output=st.booleans(),
    evidence=st.none() | st.builds(Evidence, st.integers(0, 3), st.integers(1, 5)),
)


@given(st.lists(_PROFILES, unique_by=lambda profile: profile.name), _PROFILES)
def test_one_more_profile_never_loosens(profiles: list[Profile], more: Profile) -> None:
    profiles = [profile for profile in profiles if profile.name != more.name]
    before, after = merge(profiles), merge([*profiles, more])
    assert after.sandbox >= before.sandbox
    assert _least(after.timeout_ms) <= _least(before.timeout_ms)
    assert _least(after.output_bytes) <= _least(before.output_bytes)
    assert _least(after.output_lines) <= _least(before.output_lines)
    assert _least(after.evidence_within_ms) <= _least(before.evidence_within_ms)
    assert after.evidence_copies >= before.evidence_copies
    assert after.redact >= before.redact
    assert after.hide >= before.hide
    assert after.untrusted_output >= before.untrusted_output
    if before.network is not None:
        assert after.network is not None
        assert after.network <= before.network


def _least(limit: int | None) -> float:
    return float("inf") if limit is None else limit


def test_what_a_combination_owes_is_merged_once_and_bounded() -> None:
    profiles = {f"p{i}": Profile(f"p{i}", timeout_ms=i + 1) for i in range(11)}
    owed = Owed(BUILD, profiles)
    names = frozenset({"p3", "p5"})
    assert owed.under(names) is owed.under(names)
    assert owed.under(names) == merge([BUILD, profiles["p3"], profiles["p5"]])
    everything = [frozenset(f"p{i}" for i in range(11) if mask >> i & 1) for mask in range(1 << 11)]
    for chosen in everything:
        assert owed.under(chosen).profiles == tuple(sorted({*chosen, "build"}))
