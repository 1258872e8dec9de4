"""The facts of the moment."""

from __future__ import annotations

import pytest

from holdfast.policy.cedar.values import Datetime, Duration, datetime
from holdfast.policy.moment import Moment

CASES = [
    ("1970-01-01T00:00:00Z", 0, "thu", 0),
    ("2026-01-05T12:00:00Z", 0, "mon", 12),
    ("2026-01-04T23:59:59Z", 0, "sun", 23),
    ("2026-01-04T23:30:00Z", 60, "mon", 0),
    ("2026-01-05T00:30:00Z", -60, "sun", 23),
    ("2026-01-05T00:00:00Z", 345, "mon", 5),
    ("1969-12-31T23:00:00Z", 0, "wed", 23),
]


@pytest.mark.parametrize(("at", "offset", "weekday", "hour"), CASES)
def test_site_time(at: str, offset: int, weekday: str, hour: int) -> None:
    now = datetime(at)
    facts = Moment(now.epoch, utc_offset_minutes=offset).facts()
    assert (facts["weekday"], facts["local_hour"], facts["now"]) == (weekday, hour, now)


def test_the_rest_is_as_given() -> None:
    facts = Moment(5, policy_age_ms=7, site="lyon", deployment="prod").facts()
    assert facts == {
        "now": Datetime(5),
        "weekday": "thu",
        "local_hour": 0,
        "policy_age": Duration(7),
        "site": "lyon",
        "deployment": "prod",
    }
