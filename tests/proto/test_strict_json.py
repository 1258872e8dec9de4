"""JSON as two readers can agree on it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from holdfast.proto.limits import JSON_DEPTH
from holdfast.proto.strict_json import JsonError, loads

REFUSED = {
    "duplicate key": (b'{"a":1,"b":2,"a":3}', "duplicate key `a`"),
    "duplicate by escape": (b'{"a":1,"\\u0061":3}', "duplicate key `a`"),
    "nested duplicate": (b'[{"a":{"x":1,"x":1}}]', "duplicate key `x`"),
    "NaN": (b"[NaN]", "`NaN` is not JSON"),
    "infinity": (b"[-Infinity]", "`-Infinity` is not JSON"),
    "a float that overflows": (b"1e999", "`1e999` does not fit a double"),
    "one more than 63 bits": (b"9223372036854775808", "does not fit a 64-bit integer"),
    "one less than 63 bits": (b"-9223372036854775809", "does not fit a 64-bit integer"),
    "a thousand digits": (b"1" * 1000, "does not fit a 64-bit integer"),
    "lone surrogate": (b'"\\ud800"', "a lone surrogate is not text"),
    "lone surrogate in a key": (b'{"\\udc00":1}', "a lone surrogate is not text"),
    "lone surrogate deeper": (b'[[{"a":["\\ud800x"]}]]', "a lone surrogate is not text"),
    "surrogate in raw UTF-8": (b'"\xed\xa0\x80"', "not UTF-8 at byte 1"),
    "overlong": (b'"\xc0\xaf"', "not UTF-8 at byte 1"),
    "byte order mark": (b"\xef\xbb\xbf{}", "expecting value"),
    "utf-16": ("{}".encode("utf-16"), "not UTF-8 at byte 0"),
    "trailing": (b"{} {}", "extra data"),
    "trailing comma": (b"[1,]", ""),
    "single quotes": (b"{'a':1}", ""),
    "comment": (b"[1/*x*/]", ""),
    "leading zero": (b"01", ""),
    "plus": (b"+1", ""),
    "control in text": (b'"a\nb"', ""),
    "empty": (b"", "expecting value"),
    "too deep": (b"[" * 33 + b"]" * 33, "nested deeper than 32 levels"),
    "too deep, objects": (b'{"a":' * 33 + b"1" + b"}" * 33, "nested deeper than 32 levels"),
    "a hundred thousand": (b"[" * 100_000, "nested deeper than 32 levels"),
    "unclosed text before depth": (b'"' + b"[" * 40, "nested deeper than 32 levels"),
}


@pytest.mark.parametrize(("body", "says"), REFUSED.values(), ids=REFUSED)
def test_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(JsonError) as refused:
        loads(body)
    assert says in str(refused.value)


ACCEPTED = {
    "integer edges": (b"[9223372036854775807,-9223372036854775808]", [2**63 - 1, -(2**63)]),
    "a float stays one": (b"[1.0]", [1.0]),
    "brackets in text do not nest": (b'"' + b"[{" * 99 + b'"', "[{" * 99),
    "escaped quote before brackets": (b'"\\"' + b"[" * 99 + b'"', '"' + "[" * 99),
    "pair of surrogates": (b'"\\ud83d\\ude00"', "\U0001f600"),
    "deepest": (b"[" * JSON_DEPTH + b"]" * JSON_DEPTH, None),
    "literals": (b" [true,false,null] ", [True, False, None]),
}


@pytest.mark.parametrize(("body", "value"), ACCEPTED.values(), ids=ACCEPTED)
def test_is_read(body: bytes, value: object) -> None:
    read = loads(body)
    if value is not None:
        assert read == value
        assert json.dumps(read) == json.dumps(value)  # 1.0 is not 1


def test_public_suite() -> None:
    folder = Path(os.environ.get("HOLDFAST_VECTORS", "../shared/vectors")) / "jsontestsuite"
    cases = sorted(folder.rglob("*.json"))
    if not cases:
        pytest.skip("jsontestsuite is not here")
    stricter = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
    wrong: list[str] = []
    for case in cases:
        try:
            loads(case.read_bytes())
            read = True
        except JsonError:
            read = False
        must_read = case.name.startswith("y_") and case.name not in stricter
        must_refuse = case.name.startswith("n_") or case.name in stricter
        if (must_read and not read) or (must_refuse and read):
            wrong.append(case.name)
    assert wrong == []


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        loads(data)
    except JsonError:
        return


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner) | st.dictionaries(st.text('ab\\"\u00e9'), inner),
        max_leaves=20,
    )
)
def test_what_everybody_writes_is_read_back(value: object) -> None:
    assert loads(json.dumps(value).encode()) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value
