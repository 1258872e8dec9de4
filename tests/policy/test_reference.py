"""The engine answers in the program's terms, on every kind of value."""

from __future__ import annotations

from collections.abc import Callable

import cedarpy
import pytest

from holdfast.policy.cedar.program import compile_program
from holdfast.policy.cedar.values import (
    Entity,
    Record,
    Request,
    Uid,
    Value,
    datetime,
    decimal,
    duration,
    ip,
    make_set,
)
from holdfast.policy.reference import reference_engine

VALUES: dict[str, tuple[Value, str]] = {
    "bool": (True, "true"),
    "long": (5, "5"),
    "text": ('a"\\b', '"a\\"\\\\b"'),
    "entity": (Uid("T", "x"), 'T::"x"'),
    "set": (make_set([1, True, "a"]), '[1, true, "a"]'),
    "record": (Record({"a": 1, "b": Record({})}), "{a: 1, b: {}}"),
    "ip": (ip("10.0.0.0/8"), 'ip("10.0.0.0/8")'),
    "decimal": (decimal("1.25"), 'decimal("1.25")'),
    "datetime": (datetime("2026-01-05T01:02:03.004Z"), 'datetime("2026-01-05T01:02:03.004Z")'),
    "duration": (duration("1h30m"), 'duration("1h30m")'),
}


def _answers(
    rules: str, context: dict[str, Value], resource: Entity, *more: Entity
) -> list[tuple[tuple[int, ...], tuple[int, ...], list[int]]]:
    templates = list(cedarpy.policies_to_pst(rules).static_policies.values())
    request = Request(
        Entity(Uid("Agent", "a")),
        Entity(Uid("Action", "do")),
        resource,
        context,
        {entity.uid: entity for entity in more},
    )
    askers: list[Callable[[Request], object]] = [
        compile_program(templates).evaluate,
        reference_engine(templates),
    ]
    outcomes = [ask(request) for ask in askers]
    return [
        (one.permits, one.forbids, [error.index for error in one.errors])  # type: ignore[attr-defined]
        for one in outcomes
    ]


@pytest.mark.parametrize("name", VALUES)
def test_both_see_the_same_value(name: str) -> None:
    value, text = VALUES[name]
    rules = (
        f"permit(principal, action, resource) when {{ context.x == {text} }};"
        f"permit(principal, action, resource) when {{ resource.x == {text} }};"
        f'permit(principal, action, resource) when {{ resource.getTag("x") == {text} }};'
        f"permit(principal, action, resource) when {{ context.x != {text} }};"
    )
    resource = Entity(Uid("T", "r"), {"x": value}, frozenset({Uid("G", "g")}), {"x": value})
    assert _answers(rules, {"x": value}, resource) == [((0, 1, 2), (), [])] * 2


def test_both_err_on_the_same_rules_and_know_the_same_entities() -> None:
    rules = """
        forbid(principal, action, resource) when { context.n + 9223372036854775807 > 0 };
        forbid(principal, action, resource in G::"g");
        permit(principal, action, resource) when { T::"other".x == 1 };
        permit(principal, action, resource) when { G::"g" in G::"top" };
        permit(principal, action, resource) when { resource.missing };
    """
    resource = Entity(Uid("T", "r"), {}, frozenset({Uid("G", "g")}))
    other = Entity(Uid("T", "other"), {"x": 1})
    group = Entity(Uid("G", "g"), {}, frozenset({Uid("G", "top")}))
    assert _answers(rules, {"n": 1}, resource, other, group) == [((2, 3), (1,), [0, 4])] * 2


def test_a_request_the_engine_refuses_is_an_error_never_an_answer() -> None:
    templates = list(
        cedarpy.policies_to_pst("permit(principal, action, resource);").static_policies.values()
    )
    request = Request(
        Entity(Uid("not a type", "a")), Entity(Uid("Action", "do")), Entity(Uid("T", "r"))
    )
    with pytest.raises(ValueError, match="refuses the request"):
        reference_engine(templates)(request)
