"""The program at its edges: budgets, what it refuses, what a trace shows, what values are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cedarpy
import pytest
from cedarpy import pst
from hypothesis import given

from holdfast.policy.cedar.conjuncts import cannot_err
from holdfast.policy.cedar.encode import encode_expression, encode_template
from holdfast.policy.cedar.errors import UnknownConstruct
from holdfast.policy.cedar.expressions import compile_expression, uid_of
from holdfast.policy.cedar.pattern import compile_pattern
from holdfast.policy.cedar.program import Outcome, compile_program
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
    set_values,
    type_name,
)
from holdfast.proto.limits import TREE_DEPTH
from tests.policy.cedar.worlds import compile_text, rule_texts, templates

PERMIT = "permit(principal, action, resource)"


def request(context: dict[str, Value] | None = None) -> Request:
    ann, read, page = Uid("Agent", "a"), Uid("Action", "read"), Uid("Path", "p")
    return Request(Entity(ann), Entity(read), Entity(page), context or {})


# ---- budget ------------------------------------------------------------------------------------

HEAVY: dict[str, tuple[str, Value]] = {
    "a pattern over a long text": ('context.x like "*a*b*"', "z" * 100_000),
    "an infix over a long text": ('context.x like "*ab*"', "z" * 100_000),
    "a long text to parse": ("ip(context.x) == context.x", "1" * 100_000),
    "a big set": ("context.x.containsAll(context.x)", make_set(range(5_000))),
    "two big sets": ("context.x == context.x", make_set(range(5_000))),
    "a big set of entities": (
        "principal in context.x",
        make_set(Uid("G", str(n)) for n in range(5_000)),
    ),
}


@pytest.mark.parametrize("name", HEAVY)
def test_work_that_grows_with_the_request_is_charged(name: str) -> None:
    condition, value = HEAVY[name]
    program = compile_text(f"{PERMIT} when {{ {condition} || true }};", f"{PERMIT};")
    outcome = program.evaluate(request({"x": value}), steps=500)
    assert not outcome.allowed
    assert outcome.permits == ()
    assert [error.index for error in outcome.errors] == [0]
    assert "more steps" in outcome.errors[0].message
    assert program.evaluate(request({"x": value})).permits[-1] == 1


def test_a_program_larger_than_the_budget_denies() -> None:
    program = compile_text(*([f"{PERMIT} when {{ context.n > 0 }};"] * 50))
    outcome = program.evaluate(request({"n": 1}), steps=60)
    assert (outcome.permits, len(outcome.errors)) == ((), 1)
    assert program.evaluate(request({"n": 1}), steps=10_000).steps > 60


# ---- what is refused ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Novelty:
    """A node some later engine might bring."""

    op: str = "eq"


STRANGE: Any = Novelty()
TRUE = pst.BoolLit(True)
GOOD = templates(f"{PERMIT} when {{ true }};")[0]
UID = pst.EntityUid(pst.EntityType("A"), "a")
SLOT = pst.Slot("principal")
BAD_TEMPLATES = {
    "an unknown effect": replace(GOOD, effect=STRANGE),
    "an unknown scope": replace(GOOD, principal=STRANGE),
    "an unknown clause": replace(GOOD, clauses=(STRANGE,)),
    "an unlinked slot": replace(GOOD, principal=pst.ScopeEq(SLOT)),
    "an unlinked slot with a type": replace(
        GOOD, resource=pst.ScopeIsIn(pst.EntityType("A"), pst.Slot("resource"))
    ),
    "an unknown node": replace(GOOD, clauses=(pst.When(STRANGE),)),
}
BAD_EXPRESSIONS: dict[str, Any] = {
    "an unknown node": STRANGE,
    "an unknown unary operator": pst.UnaryOp(STRANGE, TRUE),
    "an unknown binary operator": pst.BinaryOp(STRANGE, TRUE, TRUE),
    "an unknown variable": pst.Var(STRANGE),
    "an unknown pattern element": pst.Like(pst.StringLit("a"), (STRANGE,)),
    "a slot": SLOT,
    "a node within": pst.Set((TRUE, STRANGE)),
}


@pytest.mark.parametrize("name", BAD_TEMPLATES)
def test_a_rule_that_is_not_modelled_refuses_the_program(name: str) -> None:
    with pytest.raises(UnknownConstruct):
        compile_program([GOOD, BAD_TEMPLATES[name]])


@pytest.mark.parametrize("name", BAD_EXPRESSIONS)
def test_an_expression_that_is_not_modelled_is_refused(name: str) -> None:
    with pytest.raises(UnknownConstruct):
        compile_expression(BAD_EXPRESSIONS[name])


def nested(levels: int) -> pst.Expr:
    node: pst.Expr = TRUE
    for _ in range(levels - 1):
        node = pst.Set((node,))
    return node


def test_nesting_has_a_ceiling_that_the_engine_shares() -> None:
    compile_expression(nested(TREE_DEPTH))
    encode_expression(nested(TREE_DEPTH))
    for refuse in (compile_expression, encode_expression):
        with pytest.raises(UnknownConstruct, match="deeper than 100"):
            refuse(nested(TREE_DEPTH + 1))
    deepest = "[" * 98 + "1" + "]" * 98
    assert compile_text(f"{PERMIT} when {{ {deepest} == 1 }};").evaluate(request()).errors == ()


def test_long_chains_are_not_deep() -> None:
    chain: pst.Expr = TRUE
    for _ in range(5_000):
        chain = pst.BinaryOp("and", chain, TRUE)
    program = compile_program([replace(GOOD, clauses=(pst.When(chain),))])
    assert program.evaluate(request()).allowed
    assert len(program.trace(0, request()).steps) == 5_001


WRAPS: dict[str, Callable[[pst.Expr], pst.Expr]] = {
    "or": lambda node: pst.BinaryOp("or", node, TRUE),
    "minus": lambda node: pst.UnaryOp("neg", node),
    "attribute": lambda node: pst.GetAttr(node, "x"),
    "has": lambda node: pst.HasAttr(node, ("x",)),
    "is": lambda node: pst.Is(TRUE, pst.EntityType("A"), node),
    "if": lambda node: pst.IfThenElse(TRUE, TRUE, node),
    "record": lambda node: pst.Record(pst.FrozenMap({"a": node})),
}


@pytest.mark.parametrize("name", WRAPS)
def test_a_tree_too_deep_to_recurse_into_is_refused_and_not_tried(name: str) -> None:
    node: pst.Expr = TRUE
    for _ in range(5_000):
        node = WRAPS[name](node)
    with pytest.raises(UnknownConstruct, match="deeper than 100"):
        compile_program([replace(GOOD, clauses=(pst.When(node),))])


@pytest.mark.parametrize(("attrs", "there"), [(("a", "b"), True), (("a", "c"), False)])
def test_has_on_a_chain_of_attributes(attrs: tuple[str, ...], there: bool) -> None:
    base = pst.Var("context")
    for names, wanted in ((attrs, there), (("z", *attrs), False)):
        has = replace(GOOD, clauses=(pst.When(pst.HasAttr(base, names)),))
        outcome = compile_program([has]).evaluate(request({"a": Record({"b": 1})}))
        assert (outcome.allowed, outcome.errors) == (wanted, ())


def test_uid_of_a_literal() -> None:
    assert uid_of(UID) == Uid("A", "a")
    with pytest.raises(UnknownConstruct):
        uid_of(SLOT)


# ---- traces ------------------------------------------------------------------------------------


def test_a_trace_shows_every_condition_in_order() -> None:
    program = compile_text(
        'permit(principal is Agent, action == Action::"read", resource in Dir::"src")'
        ' when { context.n > 2 && (context.s == "a" || context.s like "b*" || context.q) }'
        " unless { context.off };"
    )
    page = Entity(Uid("Path", "p"), {}, frozenset({Uid("Dir", "src")}))
    base = request({"n": 3, "s": "bc", "off": False})
    trace = program.trace(0, Request(base.principal, base.action, page, base.context))
    assert trace.satisfied
    assert trace.failed is None
    shown = [(step.part, step.clause, step.result, step.wanted) for step in trace.steps]
    assert shown == [
        ("principal", -1, "true", True),
        ("action", -1, "true", True),
        ("resource", -1, "true", True),
        ("when", 0, "true", True),
        ("when", 0, "true", True),
        ("unless", 1, "false", False),
    ]
    alternatives = trace.steps[4].alternatives
    assert [side.result for side in alternatives] == ["false", "true", "not reached"]
    assert [operand.value for operand in trace.steps[3].operands] == [3]
    stopped = program.trace(0, base)
    failed = stopped.failed
    assert failed is not None
    assert (failed.part, failed.result) == ("resource", "false")
    assert [step.result for step in stopped.steps[3:]] == ["not reached"] * 3


def test_a_trace_says_why_an_operand_has_no_value() -> None:
    program = compile_text(f"{PERMIT} when {{ context.gone == 1 }};")
    (step,) = program.trace(0, request()).steps
    assert step.result == "error"
    assert step.operands[0].value is None
    assert "gone" in step.operands[0].message == step.message


def test_a_trace_knows_where_the_author_wrote_it() -> None:
    (rule,) = templates(f"{PERMIT} when {{ true }};")
    (clause,) = rule.clauses

    here: Any = object()

    class Table:
        def of(self, node: object) -> Any:  # noqa: ANN401
            return here if node is clause.expr else None

    program = compile_program([rule], spans=Table())
    assert program.trace(0, request()).steps[0].span is here


# ---- outcomes and values -----------------------------------------------------------------------


def test_outcomes_compare_by_what_they_say() -> None:
    assert Outcome((0,), (), (), 1) == Outcome((0,), (), (), 9)
    assert Outcome((0,), (), ()) != Outcome((), (0,), ())
    assert Outcome((0,), (), ()) != 1
    assert Outcome((0,), (1,), ()).determining == (1,)
    assert not Outcome((0,), (1,), ()).allowed
    assert "permits=(0,)" in repr(Outcome((0,), (), ()))


def test_values_are_cedars_not_pythons() -> None:
    assert make_set([True, 1]) != make_set([1])
    assert sorted(map(repr, make_set([True, False]))) == ["false", "true"]
    assert set(map(type, set_values(make_set([True, 1])))) == {bool, int}
    one, other = Record({"a": 1, "b": "x"}), Record({"b": "x", "a": 1})
    assert one == other
    assert hash(one) == hash(other) == hash(one)
    assert one != Record({"a": True, "b": "x"})
    assert one != {"a": 1, "b": "x"}
    assert (one["a"], "a" in one, sorted(one), len(one)) == (1, True, ["a", "b"], 2)
    assert "'a': 1" in repr(one)


def test_uids_and_requests_print_as_cedar() -> None:
    assert str(Uid("Ns::T", 'a"\\\n\u200b')) == 'Ns::T::"a\\"\\\\\\n\\u{200b}"'
    assert repr(request()) == 'Request(Agent::"a", Action::"read", Path::"p")'
    assert repr(Entity(Uid("A", "a"))) == 'Entity(A::"a")'


def test_entities_compare_by_everything() -> None:
    me = Uid("A", "a")
    assert Entity(me, {"x": 1}) == Entity(me, {"x": 1})
    assert hash(Entity(me)) == hash(Entity(me, {"x": 1}))
    assert Entity(me, {"x": 1}) != Entity(me, {"x": True})
    assert Entity(me, tags={"x": 1}) != Entity(me)
    assert Entity(me, ancestors=frozenset({me})) != Entity(me)
    assert Entity(me) != Entity(Uid("A", "b"))
    assert Entity(me) != me


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (True, "bool"),
        (1, "long"),
        ("", "string"),
        (Uid("A", "a"), "entity"),
        (frozenset({"a"}), "set"),
        (Record({}), "record"),
        (ip("::1"), "ipaddr"),
        (decimal("1.0"), "decimal"),
        (datetime("2024-01-01"), "datetime"),
        (duration("1d"), "duration"),
    ],
)
def test_every_value_has_a_type_name(value: Value, name: str) -> None:
    assert type_name(value) == name


def test_a_text_with_control_characters_still_compiles() -> None:
    pattern = compile_pattern((pst.Char("\0"), pst.Wildcard(), pst.Wildcard()))
    assert pattern.matches("\0x")
    assert not pattern.matches("x")


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("true", True),
        ("!(principal is Agent)", True),
        ("principal == resource || context has x", True),
        ("principal != resource && 1 == 2", True),
        ('principal in [resource, A::"a"]', True),
        ('resource is Path in Dir::"a"', True),
        ("resource is Path in context.x", False),
        ("context is Path", False),
        ("context in principal", False),
        ("principal in context.x", False),
        ("context has x.y", False),
        ("context.x == 1", False),
        ("1 < 2", False),
        ("!context.x", False),
        ("true && context.x", False),
    ],
)
def test_what_cannot_err_is_known(text: str, sure: bool) -> None:
    (clause,) = templates(f"{PERMIT} when {{ {text} }};")[0].clauses
    assert cannot_err(clause.expr) is sure


# ---- canonical bytes ---------------------------------------------------------------------------

EVERYTHING = (
    '@id("a") permit(principal == A::"a", action == Action::"x", resource in R::"r");'
    'permit(principal is N::A, action in [Action::"x"], resource is R in R::"r") when {'
    ' (if true then -1 else 2) == 3 && context has a.b && context.x like "a*\\*" &&'
    ' principal is A && principal is A in A::"b" && [1, {a: "x", b: !false}] == [] &&'
    " principal.t } unless { false };"
)


def test_every_kind_of_node_has_bytes() -> None:
    encoded = [encode_template(rule) for rule in templates(EVERYTHING)]
    assert len(set(encoded)) == 2
    assert encoded == [encode_template(rule) for rule in templates(EVERYTHING)]


@given(rule_texts, rule_texts)
def test_bytes_are_equal_exactly_when_the_trees_are(one: str, other: str) -> None:
    first, second = templates(one)[0], templates(other)[0]
    assert (encode_template(first) == encode_template(second)) is (first == second)


def test_the_bytes_ignore_what_has_no_meaning() -> None:
    one = templates(f'@id("a") @b("c") {PERMIT} when {{ {{a: 1, b: 2}} == 1 }};')[0]
    other = templates(f'@b("c") @id("a") {PERMIT} when {{ {{b: 2, a: 1}} == 1 }};')[0]
    assert encode_template(one) == encode_template(replace(other, id="policy9"))
    assert encode_template(one) != encode_template(replace(one, annotations={"id": "a"}))


@pytest.mark.parametrize("name", [n for n in BAD_TEMPLATES if n != "an unknown effect"])
def test_what_is_not_modelled_has_no_bytes(name: str) -> None:
    with pytest.raises(UnknownConstruct):
        encode_template(BAD_TEMPLATES[name])


def test_a_pattern_that_is_not_modelled_has_no_bytes() -> None:
    with pytest.raises(UnknownConstruct):
        encode_expression(pst.Like(pst.StringLit("a"), (STRANGE,)))
    wild, star = (pst.Like(pst.StringLit("a"), (e,)) for e in (pst.Wildcard(), pst.Char("*")))
    assert encode_expression(wild) != encode_expression(star)


def test_the_engine_is_the_one_these_tests_were_written_for() -> None:
    assert cedarpy.PolicySet.from_str(EVERYTHING).to_pst() == cedarpy.policies_to_pst(EVERYTHING)
