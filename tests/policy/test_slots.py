"""Which policy decides: every transition, and the laws over any sequence of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from holdfast.policy.policy import Policy
from holdfast.policy.slots import Event, Happened, Refused, Slot, Slots, Standing
from holdfast.proto.bundle import Bundle, DevBundle, seal_verified
from holdfast.proto.digests import Blake3Fingerprint, Sha256Digest
from holdfast.proto.ids import BundleName, PolicyRef

PROBATION_MS = 1000


def _ref(revision: int) -> PolicyRef:
    return PolicyRef(BundleName("demo"), revision, Sha256Digest(f"{revision:064x}"))


def _verified(revision: int) -> Bundle:
    return seal_verified(_ref(revision), {}, Blake3Fingerprint("ab" * 32))


@pytest.fixture(scope="module")
def slot_of(policy_of: Callable[..., Policy]) -> Callable[[Bundle], Slot]:
    policies: dict[str, Policy] = {}

    def make(bundle: Bundle) -> Slot:
        ref = str(bundle.ref)
        if ref not in policies:
            policies[ref] = policy_of("permit(principal, action, resource);", ref=bundle.ref)
        return Slot(bundle, policies[ref])

    return make


def _after(result: tuple[Slots, tuple[Event, ...]] | Refused) -> Slots:
    assert not isinstance(result, Refused), result
    return result[0]


def test_from_nothing_to_the_last_known_good(slot_of: Callable[[Bundle], Slot]) -> None:
    slots = Slots("prod", PROBATION_MS)
    assert (slots.standing, slots.policy) == (Standing.DENY_ALL, None)
    one = slot_of(_verified(1))
    offered = slots.offer(one)
    assert not isinstance(offered, Refused)
    slots, events = offered
    assert (slots.standing, [event.happened for event in events]) == (
        Standing.DENY_ALL,
        [Happened.OFFERED],
    )
    slots, events = slots.activate(now_ms=0)
    assert (slots.standing, slots.policy) == (Standing.PROBATION, one.policy)
    assert slots.tick(PROBATION_MS - 1) == (slots, ())
    slots, events = slots.tick(PROBATION_MS)
    assert (slots.standing, slots.good) == (Standing.LAST_KNOWN_GOOD, one)
    assert events == (Event(Happened.SETTLED, str(one.bundle.ref)),)
    assert slots.tick(PROBATION_MS * 9) == (slots, ())


def test_rejecting_changes_nothing_that_decides(slot_of: Callable[[Bundle], Slot]) -> None:
    slots = _after(Slots("prod", PROBATION_MS).offer(slot_of(_verified(1))))
    slots = slots.activate(0)[0]
    offered = _after(slots.offer(slot_of(_verified(2))))
    rejected, events = offered.reject("check 3")
    assert (rejected.active, rejected.good, rejected.offered) == (slots.active, slots.good, None)
    assert events == (Event(Happened.REJECTED, str(_ref(2)), "check 3"),)
    with pytest.raises(RuntimeError, match="nothing was offered"):
        rejected.reject("again")
    with pytest.raises(RuntimeError, match="nothing was offered"):
        rejected.activate(0)


def test_a_fault_on_probation_goes_back_to_the_good_one(
    slot_of: Callable[[Bundle], Slot],
) -> None:
    slots = _after(Slots("prod", PROBATION_MS).offer(slot_of(_verified(1)))).activate(0)[0]
    slots = slots.tick(PROBATION_MS)[0]
    good = slots.good
    assert good is not None
    slots = _after(slots.offer(slot_of(_verified(2)))).activate(5000)[0]
    assert (slots.standing, slots.good) == (Standing.PROBATION, good)
    for back in (slots.fault("raised"), slots.rollback("asked")):
        assert not isinstance(back, Refused)
        after, events = back
        assert (after.active, after.standing) == (good, Standing.LAST_KNOWN_GOOD)
        assert events[0].happened is Happened.ROLLED_BACK
        assert after.tick(99_999) == (after, ())


def test_a_fault_without_a_way_back_denies_all(slot_of: Callable[[Bundle], Slot]) -> None:
    first = _after(Slots("prod", PROBATION_MS).offer(slot_of(_verified(1)))).activate(0)[0]
    settled = first.tick(PROBATION_MS)[0]
    for slots in (first, settled):
        after, events = slots.fault("raised")
        assert (after.standing, after.policy) == (Standing.DENY_ALL, None)
        assert events == (Event(Happened.DENYING_ALL, str(_ref(1)), "raised"),)
        with pytest.raises(RuntimeError, match="nothing is active"):
            after.fault("again")
    refused = settled.rollback("asked")
    assert isinstance(refused, Refused)
    assert refused.hint


def test_an_unsigned_folder_never_decides_in_prod(slot_of: Callable[[Bundle], Slot]) -> None:
    dev = slot_of(DevBundle.of_folder(BundleName("demo"), {"rules/a.cedar": b""}))
    for deployment in ("prod", "Prod", "production", " prod", ""):
        refused = Slots(deployment, PROBATION_MS).offer(dev)
        assert isinstance(refused, Refused)
        assert "unsigned" in refused.why
    for deployment in ("dev", "ci", "staging"):
        assert _after(Slots(deployment, PROBATION_MS).offer(dev)).offered is dev


def test_a_policy_of_another_bundle_is_our_bug(slot_of: Callable[[Bundle], Slot]) -> None:
    with pytest.raises(RuntimeError, match="was not compiled from"):
        Slot(_verified(1), slot_of(_verified(2)).policy)


_STEPS = st.lists(
    st.sampled_from(("offer", "offer-dev", "reject", "activate", "tick", "fault", "rollback")),
    max_size=25,
)
_MAY_CHANGE_WHAT_DECIDES = {"activate", "fault", "rollback"}


def _take(
    step: str, slots: Slots, now: int, slot_of: Callable[[Bundle], Slot]
) -> tuple[Slots, tuple[Event, ...]] | Refused:
    dev = DevBundle.of_folder(BundleName("demo"), {"rules/a.cedar": bytes([now % 3])})
    steps: dict[str, Callable[[], tuple[Slots, tuple[Event, ...]] | Refused]] = {
        "offer": lambda: slots.offer(slot_of(_verified(now % 3 + 1))),
        "offer-dev": lambda: slots.offer(slot_of(dev)),
        "reject": lambda: slots.reject("no"),
        "activate": lambda: slots.activate(now),
        "tick": lambda: slots.tick(now),
        "fault": lambda: slots.fault("raised"),
        "rollback": lambda: slots.rollback("asked"),
    }
    try:
        return steps[step]()
    except RuntimeError:
        return slots, ()  # wrong order is our own bug, refused: nothing changed


@given(steps=_STEPS, deployment=st.sampled_from(("prod", "dev")))
def test_laws_over_any_sequence(
    slot_of: Callable[[Bundle], Slot], steps: list[str], deployment: str
) -> None:
    slots = Slots(deployment, PROBATION_MS)
    ever_offered: set[int] = set()
    for number, step in enumerate(steps):
        result = _take(step, slots, number * 400, slot_of)
        if isinstance(result, Refused):
            continue
        before, (slots, events) = slots, result
        ever_offered.add(id(slots.offered))
        if slots.active is not before.active:
            assert step in _MAY_CHANGE_WHAT_DECIDES
            assert events
            assert slots.active is None or id(slots.active) in ever_offered
        assert deployment != "prod" or not isinstance(
            slots.active and slots.active.bundle, DevBundle
        )
        assert (slots.policy is None) == (slots.standing is Standing.DENY_ALL)
