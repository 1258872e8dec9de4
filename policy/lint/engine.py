"""The Cedar engine's strict validator, and a place for what it says.

It reports errors per rule without a place. Most are found here first, with one, by the other
checks; a rule it refuses and nobody has blamed yet gets its words, at the best place that
can be found in them. Nothing it refuses is ever let through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import cedarpy
from cedarpy import pst

from holdfast.policy.diagnostics import Problem, displayed
from holdfast.policy.lint.draft import Draft
from holdfast.policy.source.rules import SourceRule

__all__ = ["check_schema", "validate"]

SAID_WIDTH = 200
"""Characters of the engine's own words that are shown."""

_FOR_POLICY = re.compile(r"^for policy `[^`]*`, ")
_LITERALS: Mapping[str, tuple[str, str]] = {
    "IP address": ("ip", 'for example `ip("10.0.0.0/8")`'),
    "decimal value": ("decimal", 'for example `decimal("1.25")`, at most four places'),
    "datetime value": ("datetime", 'for example `datetime("2026-03-01T12:00:00Z")`'),
    "duration value": ("duration", 'for example `duration("7d")` or `duration("1h30m")`'),
}
_FAILED = re.compile(r'failed to parse as an? (?P<what>[^:]+): `"(?P<text>.*)"`$', re.DOTALL)
_FAILED_IP = re.compile(r'failed to parse as (?P<what>IP address): `"(?P<text>.*)"`$', re.DOTALL)
_OPTIONAL = re.compile(r"access to optional attribute `(?P<attr>[^`]+)`")
_INTERNAL = re.compile(r"__cedar::internal::(\w+)")


def check_schema(schema: str) -> str:
    """Return why the engine refuses a schema, or ""."""
    try:
        cedarpy.Schema.from_str(schema)
    except ValueError as refusal:
        return str(refusal)
    return ""


def validate(draft: Draft, rules: Sequence[SourceRule], schema: str) -> list[Problem]:
    """Return what the engine says of rules that nobody has blamed yet."""
    text = "\n".join(rule.text for rule in rules)
    result = cedarpy.validate_policies(  # pyright: ignore[reportUnknownMemberType] - its `dict` is bare
        text, cedarpy.Schema.from_str(schema)
    )
    if result.validation_passed:
        return []
    problems: list[Problem] = []
    refused: set[int] = set()
    for error in sorted(result.errors, key=lambda each: each.error):  # the engine's order varies
        index = _index_of(error.policy_id, len(rules))
        if index is None:
            problems.append(_unplaced(rules[0], error.error, draft))
        elif index not in refused:
            refused.add(index)
            problems.append(_placed(rules[index], error.error, draft))
    return problems or [_unplaced(rules[0], "no reason given", draft)]


def _index_of(policy_id: str, count: int) -> int | None:
    """Return the position the engine's name for a rule stands for."""
    number = policy_id.removeprefix("policy")
    index = int(number) if number.isdecimal() else count
    return index if index < count else None


def _unplaced(first: SourceRule, said: str, draft: Draft) -> Problem:
    message = f"the Cedar engine refuses the rules: {displayed(said)}"
    return draft.spans.problem(
        first.template, "invalid-rule", message, "report this", part="effect"
    )


def _placed(rule: SourceRule, said: str, draft: Draft) -> Problem:
    words = _FOR_POLICY.sub("", said)
    for pattern, place in _PLACES:
        found = pattern.search(words)
        problem = place(found, rule, draft) if found else None
        if problem is not None:
            return problem
    plain = _INTERNAL.sub(lambda found: found[1], words)
    message = f"{displayed(rule.id)} is refused by the schema: {plain[:SAID_WIDTH]}"
    hint = "see what the rule is asked with `holdfast policy facts`"
    return draft.spans.problem(rule.template, "invalid-rule", message, hint, part="effect")


def _bad_literal(found: re.Match[str], rule: SourceRule, draft: Draft) -> Problem | None:
    name, hint = _LITERALS.get(found["what"], ("", ""))
    for node in rule.nodes:
        match node:
            case pst.UnaryOp(op, pst.StringLit(value) as text) if op == name:
                if value == found["text"]:
                    message = f"{displayed(value)} is no {name}"
                    return draft.spans.problem(text, "bad-literal", message, hint)
            case _:
                pass
    return None


def _not_literal(_found: re.Match[str], rule: SourceRule, draft: Draft) -> Problem | None:
    for node in rule.nodes:
        match node:
            case pst.UnaryOp("ip" | "decimal" | "datetime" | "duration" as op, arg):
                if not isinstance(arg, pst.StringLit):
                    message = f"`{op}` takes a text written in the rule"
                    hint = f'write `{op}("...")`; attributes have their types already'
                    return draft.spans.problem(arg, "bad-literal", message, hint)
            case _:
                pass
    return None


def _optional(found: re.Match[str], rule: SourceRule, draft: Draft) -> Problem | None:
    for node in rule.nodes:
        match node:
            case pst.GetAttr(base, attr) if attr == found["attr"]:
                holder = draft.spans.text(base)
                message = f"`{attr}` may be absent"
                hint = f"ask first: `{holder} has {attr} && ...`"
                return draft.spans.problem(node, "unknown-attribute", message, hint, part="attr")
            case _:
                pass
    return None


def _empty_set(_found: re.Match[str], rule: SourceRule, draft: Draft) -> Problem | None:
    for node in rule.nodes:
        if isinstance(node, pst.Set) and not node.elements:
            message = "an empty set has no type"
            hint = "nothing is in it: remove the condition, or `isEmpty()`"
            return draft.spans.problem(node, "type-mismatch", message, hint)
    return None


_Place = Callable[[re.Match[str], SourceRule, Draft], Problem | None]
_PLACES: tuple[tuple[re.Pattern[str], _Place], ...] = (
    (_FAILED, _bad_literal),
    (_FAILED_IP, _bad_literal),
    (re.compile(r"may not be called with non-literal"), _not_literal),
    (_OPTIONAL, _optional),
    (re.compile(r"empty set literals are forbidden"), _empty_set),
)
