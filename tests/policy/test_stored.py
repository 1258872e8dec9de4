"""Facts as bytes and back, and the shipped corpus as it was frozen."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import pytest
from hypothesis import given, strategies as st

from holdfast.policy.cedar.values import (
    Datetime,
    Decimal,
    Duration,
    Entity,
    IpAddr,
    Record,
    Uid,
    Value,
    ip,
    make_set,
    same,
)
from holdfast.policy.facts.model import Facts, Touch
from holdfast.policy.facts.stored import (
    CorpusDamaged,
    read_corpus,
    read_facts,
    read_value,
    store_facts,
    store_value,
)
from holdfast.policy.probes import CORPORA
from holdfast.proto import canonical_json
from holdfast.proto.strict_json import JsonValue, loads

_LONG = st.integers(-(2**63), 2**63 - 1)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


def _v4(address: int) -> IpAddr:
    return IpAddr(4, address, 32)


def _v6(address: int, prefix: int) -> IpAddr:
    return IpAddr(6, address, prefix)


_IPS = st.builds(_v4, st.integers(0, 2**32 - 1)) | st.builds(
    _v6, st.integers(0, 2**128 - 1), st.integers(0, 128)
)
VALUES = st.recursive(
    st.booleans()
    | _LONG
    | _TEXT
    | st.builds(Uid, _TEXT, _TEXT)
    | _IPS
    | st.builds(Decimal, _LONG)
    | st.builds(Datetime, _LONG)
    | st.builds(Duration, _LONG),
    lambda inner: (
        st.lists(inner, max_size=3).map(make_set)
        | st.dictionaries(_TEXT, inner, max_size=3).map(Record)
    ),
    max_leaves=6,
)


@given(VALUES)
def test_a_value_comes_back_through_bytes(value: Value) -> None:
    stored = loads(canonical_json.dumps(store_value(value)))
    assert same(read_value(stored), value)


@given(VALUES, VALUES)
def test_two_values_are_never_stored_alike(one: Value, other: Value) -> None:
    alike = canonical_json.dumps(store_value(one)) == canonical_json.dumps(store_value(other))
    assert alike == same(one, other)


def test_facts_come_back() -> None:
    entity = Entity(Uid("Path", "a"), {"size": 1, "hidden": False}, frozenset({Uid("Dir", ".")}))
    facts = Facts(
        "fs.read", (Touch("fs.read", entity, {"x": ip("::1/64")}),), {"kept": "here"}, "sha256:0"
    )
    back = read_facts(loads(canonical_json.dumps(store_facts(facts))))
    assert (back.kind, back.digest, back.payload) == (facts.kind, facts.digest, {})
    assert back.touches[0] == facts.touches[0]


DAMAGED: list[JsonValue] = [
    None,
    1.5,
    [],
    {},
    {"set": [1], "ip": 1},
    {"sets": [1]},
    {"set": 1},
    {"record": []},
    {"entity": ["a"]},
    {"entity": ["a", 1]},
    {"ip": [4, "1", 33]},
    {"ip": [4, "1ffffffff", 32]},
    {"ip": [5, "1", 1]},
    {"ip": [6, "01", 1]},
    {"ip": [6, "1", -1]},
    {"ip": [6, "1"]},
    {"decimal": "1"},
    {"datetime": True},
]


@pytest.mark.parametrize("value", DAMAGED)
def test_what_is_no_stored_value_is_refused(value: JsonValue) -> None:
    with pytest.raises(CorpusDamaged):
        read_value(value)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"kind": "a", "digest": "b", "touches": [], "more": 1},
        {"kind": 1, "digest": "b", "touches": []},
        {"kind": "a", "digest": "b", "touches": [{"action": "x"}]},
    ],
)
def test_what_is_no_stored_line_is_refused(line: JsonValue) -> None:
    with pytest.raises(CorpusDamaged):
        read_facts(line)


@pytest.mark.parametrize("name", CORPORA)
def test_a_shipped_corpus_is_the_one_that_was_frozen(name: str) -> None:
    data = (files("holdfast.policy.probes") / f"{name}.jsonl").read_bytes()
    assert hashlib.sha256(data).hexdigest() == CORPORA[name]
    facts = read_corpus(data)
    kinds = {one.kind for one in facts}
    assert {"fs.read", "process.exec", "shell.exec", "net.request", "mcp.call"} <= kinds
    assert all(one.touches for one in facts)
    again = b"".join(canonical_json.dumps(store_facts(one)) + b"\n" for one in facts)
    assert again == data
