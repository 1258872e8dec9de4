"""Values as their author would write them."""

from __future__ import annotations

import pytest

from holdfast.policy.cedar.values import (
    Datetime,
    Record,
    Uid,
    Value,
    datetime,
    decimal,
    duration,
    ip,
    make_set,
)
from holdfast.policy.show import cedar_text, json_fields, json_form

TEXTS: list[tuple[Value, str]] = [
    (True, "true"),
    (False, "false"),
    (-5, "-5"),
    ('a"b\n', '"a\\"b\\n"'),
    (Uid("Dir", "src"), 'Dir::"src"'),
    (make_set(["b", "a", True]), '["a", "b", true]'),
    (Record({"b": 1, "a": "x"}), '{a: "x", b: 1}'),
    (ip("10.0.0.1"), 'ip("10.0.0.1")'),
    (ip("10.0.0.0/8"), 'ip("10.0.0.0/8")'),
    (ip("::1"), 'ip("::1")'),
    (ip("fd00::/8"), 'ip("fd00::/8")'),
    (decimal("12.5"), 'decimal("12.5")'),
    (decimal("-0.0001"), 'decimal("-0.0001")'),
    (decimal("3.0"), 'decimal("3.0")'),
    (datetime("2026-01-05"), 'datetime("2026-01-05T00:00:00Z")'),
    (datetime("0001-01-05T00:00:00Z"), 'datetime("0001-01-05T00:00:00Z")'),
    (datetime("2026-01-05T01:02:03.004Z"), 'datetime("2026-01-05T01:02:03.004Z")'),
    (Datetime(10**17), 'datetime("100000000000000000 ms since 1970")'),
    (duration("1d2h3m4s5ms"), 'duration("1d2h3m4s5ms")'),
    (duration("-90m"), 'duration("-1h30m")'),
    (duration("0s"), 'duration("0ms")'),
]


@pytest.mark.parametrize(("value", "text"), TEXTS, ids=[text for _, text in TEXTS])
def test_cedar_text(value: Value, text: str) -> None:
    assert cedar_text(value) == text


def test_json() -> None:
    fields: dict[str, Value] = {
        "b": True,
        "a": make_set(["y", "x"]),
        "c": Record({"n": 1}),
        "d": ip("::1"),
    }
    assert json_fields(fields) == {"a": ["x", "y"], "b": True, "c": {"n": 1}, "d": 'ip("::1")'}
    assert json_form("x") == "x"
