"""limits.toml: how much, how fast.

```
[principal_action]      # one bucket per principal and action
rate = "10/s"           # per s, m, h or d
burst = 20              # at most this many saved up; the rate's count when absent
[principal_resource]
[global_tool]
[tenant]

[budget]                # per principal and day, UTC
decisions_per_day = 100000
executions_per_day = 5000
output_bytes_per_day = 1000000000
```
"""

from __future__ import annotations

import re

from holdfast.policy.diagnostics import displayed
from holdfast.policy.source.reading import Table
from holdfast.policy.source.tables import Bucket, Budget, Limits
from holdfast.proto.limits import RATE_TOKENS

__all__ = ["read_limits"]

_RATE = re.compile(r"([1-9]\d{0,6})/(s|m|h|d)")
_PER_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def read_limits(table: Table) -> Limits:
    """Read limits.toml."""
    found = Limits(
        principal_action=_bucket(table, "principal_action"),
        principal_resource=_bucket(table, "principal_resource"),
        global_tool=_bucket(table, "global_tool"),
        tenant=_bucket(table, "tenant"),
        budget=_budget(table),
    )
    table.finish()
    return found


def _bucket(table: Table, key: str) -> Bucket | None:
    each = table.table(key)
    if each is None:
        return None
    written = each.text("rate")
    rate = _RATE.fullmatch(written)
    tokens, per_ms = (int(rate[1]), _PER_MS[rate[2]]) if rate else (1, 1_000)
    if (rate is None or tokens > RATE_TOKENS) and isinstance(each.data.get("rate"), str):
        hint = f'write `"10/s"` (s, m, h or d), at most {RATE_TOKENS}'
        each.note("rate", "bad-value", f"{displayed(written)} is no rate", hint)
    burst = each.number("burst", tokens, low=1, high=RATE_TOKENS)
    each.finish()
    return Bucket(tokens, per_ms, burst)


def _budget(table: Table) -> Budget:
    each = table.table("budget")
    if each is None:
        return Budget()
    found = Budget(
        decisions_per_day=each.optional_number("decisions_per_day", low=1),
        executions_per_day=each.optional_number("executions_per_day", low=1),
        output_bytes_per_day=each.optional_number("output_bytes_per_day", low=1),
    )
    each.finish()
    return found
