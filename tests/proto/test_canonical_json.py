"""One byte string per JSON value."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from holdfast.proto.canonical_json import dumps, number

NUMBERS = [
    (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-1.5, "-1.5"), (100.0, "100"), (10.25, "10.25"),
    (0.1, "0.1"), (0.000001, "0.000001"), (1e-7, "1e-7"), (1.5e-7, "1.5e-7"),
    (123456789012345680000.0, "123456789012345680000"), (1e21, "1e+21"), (1e23, "1e+23"),
    (9007199254740992.0, "9007199254740992"), (333333333.33333329, "333333333.3333333"),
    (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
    (-1e-10, "-1e-10"), (1e16, "10000000000000000"), (1.5e300, "1.5e+300"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), NUMBERS)
def test_numbers_are_written_as_ecmascript_does(value: float, text: str) -> None:
    assert number(value) == text


FORMS: list[tuple[object, bytes]] = [
    ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
    ({}, b"{}"),
    ([], b"[]"),
    ((1, 2), b"[1,2]"),
    ('\u20ac$\x0f\nA\'B"\\"/', b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\"/"'),
    ({"\U0001f600": 1, "\ufb33": 2}, '{"\U0001f600":1,"\ufb33":2}'.encode()),
    (2**63 - 1, b"9223372036854775807"),
    ({"b": "x\x7f\u2028é\n", "a": ("y", "")}, '{"a":["y",""],"b":"x\x7f\u2028é\\n"}'.encode()),
    ({"a": ("y", 1)}, b'{"a":["y",1]}'),
    ({"\U0001f600": "1", "\ufb33": "2"}, '{"\U0001f600":"1","\ufb33":"2"}'.encode()),
    (1.0, b"1"),
    (False, b"false"),
]


@pytest.mark.parametrize(("value", "form"), FORMS, ids=range(len(FORMS)))
def test_form(value: object, form: bytes) -> None:
    assert dumps(value) == form


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (2**63, ValueError),
        (-(2**63) - 1, ValueError),
        (float("nan"), ValueError),
        (float("inf"), ValueError),
        ({1: 2}, TypeError),
        (b"x", TypeError),
        ({"a": {1}}, TypeError),
    ],
)
def test_what_json_cannot_hold_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        dumps(value)


def test_public_suite() -> None:
    folder = Path(os.environ.get("HOLDFAST_VECTORS", "../shared/vectors")) / "jcs" / "testdata"
    cases = sorted((folder / "input").glob("*.json"))
    if not cases:
        pytest.skip("jcs is not here")
    for case in cases:
        want = (folder / "output" / case.name).read_bytes()
        assert dumps(json.loads(case.read_bytes())) == want, case.name


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text('aé\U0001f600\\"'),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("ab\U0001f600"), inner),
        max_leaves=15,
    )
)
def test_form_is_json_of_the_same_value_and_the_only_one(value: object) -> None:
    form = dumps(value)
    assert json.loads(form) == value
    assert dumps(json.loads(form)) == form
