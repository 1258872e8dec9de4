"""Shorter ways to evaluate what real rules ask most: one operand is a constant.

Rule: a shortcut means exactly what the general operator in `operators.py` means, errors included.
It only knows one operand in advance. Whatever is not here takes the general way.
"""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from cedarpy import pst

from holdfast.policy.cedar.frame import Frame, Run, Test
from holdfast.policy.cedar.operators import BINARY, expect_bool, expect_set, expect_string
from holdfast.policy.cedar.pattern import Pattern
from holdfast.policy.cedar.values import Member, Uid, Value, as_member

_Compare = Callable[[Any, Any], bool]

_ORDERS: Final[Mapping[str, _Compare]] = MappingProxyType(
    {
        "less": operator.lt,
        "less_eq": operator.le,
        "greater": operator.gt,
        "greater_eq": operator.ge,
    }
)


def with_right_constant(op: pst.BinaryOpName, run: Run, constant: Value) -> Test | None:
    """Return a short way to evaluate `run op constant`, if there is one."""
    if op == "eq" and isinstance(constant, str | Uid):
        # Nothing but a string equals a string: no need to tell `true` from `1`.
        return lambda frame: run(frame) == constant
    if op == "contains":
        return _contains(run, as_member(constant))
    compare = _ORDERS.get(op)
    if compare is not None and constant.__class__ is int:
        return _ordered(op, compare, run, constant)
    return None


def with_left_constant(op: pst.BinaryOpName, constant: Value, run: Run) -> Test | None:
    """Return a short way to evaluate `constant op run`, if there is one."""
    if op == "eq":
        return with_right_constant(op, run, constant)
    if op == "contains" and isinstance(constant, frozenset):
        if all(isinstance(member, str) for member in constant):
            return lambda frame: run(frame) in constant
        return lambda frame: as_member(run(frame)) in constant
    return None


def _contains(run: Run, member: Member) -> Test:
    def test(frame: Frame) -> bool:
        value = run(frame)
        if isinstance(value, frozenset):
            return member in value
        return member in expect_set(value)

    return test


def _ordered(op: pst.BinaryOpName, compare: _Compare, run: Run, constant: Value) -> Test:
    general = BINARY[op]

    def test(frame: Frame) -> bool:
        value = run(frame)
        if value.__class__ is int:
            return compare(value, constant)
        return bool(general(value, constant))  # the error the general operator makes of it

    return test


def checked(run: Run) -> Test:
    """Evaluate what may yield anything as a condition: only a bool is one."""

    def test(frame: Frame) -> bool:
        value = run(frame)
        return value if value is True or value is False else expect_bool(value)

    return test


def like(run: Run, pattern: Pattern) -> Test | None:
    """Return how to evaluate `run like pattern`, if it does not read the whole text."""
    if pattern.affix == "prefix":
        prefix = pattern.prefix

        def begins(frame: Frame) -> bool:
            text = run(frame)
            return (text if isinstance(text, str) else expect_string(text)).startswith(prefix)

        return begins
    if pattern.affix == "suffix":
        suffix = pattern.suffix

        def ends(frame: Frame) -> bool:
            text = run(frame)
            return (text if isinstance(text, str) else expect_string(text)).endswith(suffix)

        return ends
    matches = pattern.matches
    return None if pattern.scans else lambda frame: matches(expect_string(run(frame)))


def has_on_variable(variable: str, name: str) -> Test | None:
    """Return a short way to evaluate `variable has name`, if there is one."""
    if variable == "context":
        return lambda frame: name in frame.context
    if variable == "resource":
        return lambda frame: name in frame.resource.attrs
    if variable == "principal":
        return lambda frame: name in frame.principal.attrs
    return None
