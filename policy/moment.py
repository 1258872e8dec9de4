"""The facts of the moment: what time it is, where, and how old the policy is. A value, given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from holdfast.policy.cedar.values import Datetime, Duration, Value

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
_THURSDAY: Final = 3  # 1970-01-01


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where an intent is judged."""

    now_ms: int
    utc_offset_minutes: int = 0
    policy_age_ms: int = 0
    site: str = ""
    deployment: str = "dev"

    def facts(self) -> dict[str, Value]:
        """Return the part of `context` that is the same for every resource of an intent."""
        local_ms = self.now_ms + self.utc_offset_minutes * 60_000
        return {
            "now": Datetime(self.now_ms),
            "weekday": _DAYS[(local_ms // _DAY_MS + _THURSDAY) % 7],
            "local_hour": local_ms % _DAY_MS // _HOUR_MS,
            "policy_age": Duration(self.policy_age_ms),
            "site": self.site,
            "deployment": self.deployment,
        }
