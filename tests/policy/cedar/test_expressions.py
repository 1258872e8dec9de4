"""Every line of `expressions.txt`, by the compiled evaluator and by the Cedar engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import cedarpy
import pytest

from holdfast.policy.cedar.program import Outcome, compile_program
from holdfast.policy.cedar.values import (
    Entity,
    Record,
    Request,
    Uid,
    datetime,
    decimal,
    duration,
    ip,
    make_set,
)
from tests.policy.cedar.worlds import AUTHORIZE

ANN, BOB, NOBODY = Uid("Agent", "ann"), Uid("Agent", "bob"), Uid("Agent", "nobody")


def groups(*names: str) -> frozenset[Uid]:
    return frozenset(Uid("Group", name) for name in names)


PRINCIPAL = Entity(
    ANN,
    {"name": "ann", "age": 30, "admin": True, "boss": BOB, "nick": Record({"short": "a"})},
    groups("devs", "staff"),
    {"team": "blue", "n": 3},
)
RESOURCE = Entity(
    Uid("Path", "src/a.py"),
    {
        "ext": "py",
        "size": 10,
        "ip": ip("10.1.2.3"),
        "price": decimal("1.5"),
        "born": datetime("2024-01-01"),
        "kept": duration("1d"),
        "owners": make_set([ANN, BOB]),
        "mixed": make_set([1, True, "x"]),
        "on": False,
        "low": -(2**63),
    },
    frozenset({Uid("Dir", "src"), Uid("Dir", ".")}),
)
ACTION = Entity(Uid("Action", "fs.read"), ancestors=frozenset({Uid("Action", "read")}))
REQUEST = Request(
    PRINCIPAL,
    ACTION,
    RESOURCE,
    {
        "n": 3,
        "s": "a*b",
        "flags": frozenset({"-f", "-v"}),
        "who": ANN,
        "deep": Record({"er": Record({"est": 1})}),
        "no": False,
    },
    {BOB: Entity(BOB, {"name": "bob", "boss": NOBODY})},
)


def _uid(text: str) -> dict[str, str]:
    kind, name = text.split(" ")
    return {"type": kind, "id": name}


def _extn(function: str, text: str) -> dict[str, dict[str, str]]:
    return {"__extn": {"fn": function, "arg": text}}


PEER_ENTITIES: list[dict[str, Any]] = [
    {
        "uid": _uid("Agent ann"),
        "attrs": {
            "name": "ann",
            "age": 30,
            "admin": True,
            "boss": {"__entity": _uid("Agent bob")},
            "nick": {"short": "a"},
        },
        "parents": [_uid("Group devs")],
        "tags": {"team": "blue", "n": 3},
    },
    {"uid": _uid("Group devs"), "attrs": {}, "parents": [_uid("Group staff")]},
    {
        "uid": _uid("Agent bob"),
        "attrs": {"name": "bob", "boss": {"__entity": _uid("Agent nobody")}},
        "parents": [],
    },
    {
        "uid": _uid("Path src/a.py"),
        "attrs": {
            "ext": "py",
            "size": 10,
            "ip": _extn("ip", "10.1.2.3"),
            "price": _extn("decimal", "1.5"),
            "born": _extn("datetime", "2024-01-01"),
            "kept": _extn("duration", "1d"),
            "owners": [{"__entity": _uid("Agent ann")}, {"__entity": _uid("Agent bob")}],
            "mixed": [1, True, "x"],
            "on": False,
            "low": -(2**63),
        },
        "parents": [_uid("Dir src")],
    },
    {"uid": _uid("Dir src"), "attrs": {}, "parents": [_uid("Dir .")]},
    {"uid": _uid("Action fs.read"), "attrs": {}, "parents": [_uid("Action read")]},
]
PEER_REQUEST = {
    "principal": 'Agent::"ann"',
    "action": 'Action::"fs.read"',
    "resource": 'Path::"src/a.py"',
    "context": {
        "n": 3,
        "s": "a*b",
        "flags": ["-f", "-v"],
        "who": {"__entity": _uid("Agent ann")},
        "deep": {"er": {"est": 1}},
        "no": False,
    },
}
TABLE: Final = [
    line.split(maxsplit=1)
    for line in (Path(__file__).parent / "expressions.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def verdict(outcome: Outcome) -> str:
    if outcome.errors:
        return "error"
    return "true" if outcome.allowed else "false"


def rule(expression: str) -> str:
    return f"permit(principal, action, resource) when {{ {expression} }};"


@pytest.mark.parametrize(("wanted", "expression"), TABLE)
def test_an_expression_evaluates_to_what_the_table_says(wanted: str, expression: str) -> None:
    rules = list(cedarpy.policies_to_pst(rule(expression)).static_policies.values())
    program = compile_program(rules)
    assert verdict(program.evaluate(REQUEST)) == wanted
    trace = program.trace(0, REQUEST)
    assert trace.satisfied is (wanted == "true")
    failed = trace.failed
    assert (failed is not None and failed.result == "error") is (wanted == "error")


@pytest.mark.parametrize(("wanted", "expression"), TABLE)
def test_negated_it_is_the_opposite_and_an_error_stays_one(wanted: str, expression: str) -> None:
    text = rule(expression).replace(" when ", " unless ")
    rules = list(cedarpy.policies_to_pst(text).static_policies.values())
    opposite = {"true": "false", "false": "true", "error": "error"}[wanted]
    assert verdict(compile_program(rules).evaluate(REQUEST)) == opposite


def test_the_engine_agrees_with_the_whole_table() -> None:
    entities = json.dumps(PEER_ENTITIES)
    for wanted, expression in TABLE:
        answer = AUTHORIZE(PEER_REQUEST, rule(expression), entities)
        found = "error" if answer.diagnostics.errors else str(answer.allowed).lower()
        assert found == wanted, expression
