"""What an adapter asks, read strictly."""

from __future__ import annotations

import json

import pytest

from holdfast.proto import limits
from holdfast.proto.errors import HoldfastError, InvalidRequest
from holdfast.proto.intent import Intent, Run, parse_intent
from holdfast.proto.reasons import REASONS, Code, Fault

OK = {"kind": "fs.read", "params": {"path": "src/app.py"}}


def test_the_least_there_is() -> None:
    assert parse_intent(b'{"kind":"tool.echo"}') == Intent("tool.echo", {})


def test_everything() -> None:
    body = {
        **OK,
        "run": "caller",
        "idempotency_key": "k-1",
        "labels": {"ticket": "OPS-7"},
        "dry_run": True,
    }
    assert parse_intent(json.dumps(body).encode()) == Intent(
        "fs.read",
        {"path": "src/app.py"},
        run=Run.CALLER,
        idempotency_key="k-1",
        labels={"ticket": "OPS-7"},
        dry_run=True,
    )


REFUSED: list[tuple[object, str, str]] = [
    ("[]", "body", "not an object"),
    ("{", "body", ""),
    ('{"kind":"fs.read","kind":"fs.write"}', "body", "duplicate key"),
    ({**OK, "principal": "root"}, "principal", "unknown field"),
    ({**OK, "param": {}}, "param", "unknown field"),
    ({"params": {}}, "kind", "not a dotted"),
    ({"kind": "FS.read"}, "kind", "not a dotted"),
    ({"kind": "read"}, "kind", "not a dotted"),
    ({"kind": "a." + "b" * limits.KIND_BYTES}, "kind", "not a dotted"),
    ({"kind": 7}, "kind", "not a dotted"),
    ({**OK, "params": []}, "params", "not an object"),
    ({**OK, "params": None}, "params", "not an object"),
    ({**OK, "run": "me"}, "run", "neither"),
    ({**OK, "run": None}, "run", "neither"),
    ({**OK, "idempotency_key": ""}, "idempotency_key", "printable"),
    ({**OK, "idempotency_key": "a b"}, "idempotency_key", "printable"),
    ({**OK, "idempotency_key": "k" * 129}, "idempotency_key", "printable"),
    ({**OK, "idempotency_key": 1}, "idempotency_key", "printable"),
    ({**OK, "labels": []}, "labels", "not an object"),
    ({**OK, "labels": {str(i): "" for i in range(17)}}, "labels", "at most 16"),
    ({**OK, "labels": {"a": 1}}, "labels.a", "not a text"),
    ({**OK, "labels": {"a": "x" * 256}}, "labels.a", "at most 256 bytes"),
    ({**OK, "dry_run": "false"}, "dry_run", "neither true nor false"),
    ({**OK, "dry_run": 0}, "dry_run", "neither true nor false"),
]


@pytest.mark.parametrize(("body", "field", "says"), REFUSED)
def test_is_refused(body: object, field: str, says: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_intent((body if isinstance(body, str) else json.dumps(body)).encode())
    assert refused.value.field == field
    assert says in refused.value.message
    assert refused.value.hint
    assert (refused.value.status, refused.value.fault) == (400, Fault.CALLER)


def test_a_misspelt_field_is_suggested() -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_intent(json.dumps({**OK, "param": {}}).encode())
    assert refused.value.hint == "did you mean `params`?"


def test_a_label_that_just_fits_is_read() -> None:
    body = {**OK, "labels": {"a": "x" * 255}}
    assert parse_intent(json.dumps(body).encode()).labels["a"] == "x" * 255


def test_every_code_has_one_row_and_every_row_helps() -> None:
    assert set(REASONS) == set(Code)
    for code, row in REASONS.items():
        assert row.code is code
        assert row.text
        assert row.todo
        assert not row.text.endswith(".")
    assert HoldfastError(Code.INTERNAL, "x").hint == REASONS[Code.INTERNAL].todo
