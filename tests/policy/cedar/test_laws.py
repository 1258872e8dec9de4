"""The laws of the program, one property each. The generated worlds are in `worlds.py`."""

from __future__ import annotations

from random import Random

import cedarpy
from hypothesis import given, settings, strategies as st

from holdfast.policy.cedar.program import Outcome
from holdfast.policy.cedar.values import Request
from tests.policy.cedar.worlds import (
    attribute_rule_texts,
    compile_text,
    engine,
    ours,
    requests,
    rule_texts,
)

policies = st.lists(rule_texts, min_size=1, max_size=24)
asked = st.lists(requests, min_size=1, max_size=6)


def shape(outcome: Outcome, *rules: str) -> tuple[set[str], ...]:
    """Name rules by their text, so that outcomes of different programs compare."""
    errors = {rules[error.index] for error in outcome.errors}
    return (
        {rules[index] for index in outcome.permits},
        {rules[index] for index in outcome.forbids},
        errors,
    )


attribute_policies = st.lists(attribute_rule_texts, min_size=8, max_size=24)


@settings(max_examples=200)
@given(st.one_of(policies, attribute_policies), asked)
def test_a_rule_the_index_skips_would_neither_match_nor_err(
    rules: list[str], several: list[Request]
) -> None:
    program = compile_text(*rules)
    for request in several:
        assert program.evaluate(request) == program.scan(request)


@settings(max_examples=60)
@given(st.one_of(policies, attribute_policies), asked)
def test_the_cedar_engine_gives_the_same_answer(rules: list[str], several: list[Request]) -> None:
    program = compile_text(*rules)
    policy_set = cedarpy.PolicySet.from_str("\n".join(rules))
    for request in several:
        assert ours(program, program.evaluate(request)) == engine(policy_set, request)


@settings(max_examples=60)
@given(policies, policies, requests)
def test_other_rules_change_nothing_of_what_a_rule_says(
    rules: list[str], others: list[str], request: Request
) -> None:
    alone = compile_text(*rules).evaluate(request)
    together = compile_text(*rules, *others).evaluate(request)
    mine = range(len(rules))
    assert alone.permits == tuple(n for n in together.permits if n in mine)
    assert alone.forbids == tuple(n for n in together.forbids if n in mine)
    assert alone.errors == tuple(error for error in together.errors if error.index in mine)


@settings(max_examples=60)
@given(policies, st.randoms(use_true_random=False), requests)
def test_order_and_duplicates_change_nothing(
    rules: list[str], random: Random, request: Request
) -> None:
    changed = rules + rules[: len(rules) // 2]
    random.shuffle(changed)
    one, other = compile_text(*rules).evaluate(request), compile_text(*changed).evaluate(request)
    assert shape(one, *rules) == shape(other, *changed)
    assert one.allowed is other.allowed


@settings(max_examples=60)
@given(policies, requests)
def test_forbid_wins_and_only_a_permit_allows(rules: list[str], request: Request) -> None:
    outcome = compile_text(*rules).evaluate(request)
    assert outcome.allowed is (bool(outcome.permits) and not outcome.forbids)
    permits = [rule for rule in rules if rule.startswith("permit")]
    if not permits:
        assert not outcome.allowed
    only_permits = compile_text(*(permits or ["permit(principal, action, resource);"]))
    assert not only_permits.evaluate(request).forbids


@settings(max_examples=60)
@given(policies, requests)
def test_a_trace_says_what_the_program_says(rules: list[str], request: Request) -> None:
    program = compile_text(*rules)
    outcome = program.scan(request)
    errors = {error.index: error.message for error in outcome.errors}
    for index in range(len(rules)):
        trace = program.trace(index, request)
        assert trace.satisfied is (index in {*outcome.permits, *outcome.forbids})
        failed = trace.failed
        if index in errors:
            assert failed is not None
            assert (failed.result, failed.message) == ("error", errors[index])
        elif failed is not None:
            assert failed.result == ("false" if failed.wanted else "true")
