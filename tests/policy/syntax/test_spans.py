"""The law: the text of a node's span reads as that node again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cedarpy import pst
from hypothesis import given, strategies as st

from holdfast.policy.cedar.syntax import Spans, parse_rules
from holdfast.policy.source.rules import walk

RULE = "permit(principal, action, resource) when {\n %s };"
LEAVES = st.sampled_from(
    ["true", "1", "-7", '"a\\u{62}"', "principal", "resource", "context", 'A::B::"c"', "[]", "{}"]
)


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    forms = [
        "({0} && {1})", "({0} || {1})", "({0} == {1})", "({0} + {1}) * {1}", "!({0})", "-({0})",
        "{0}.a", '{0}["b c"]', "({0} has d)", '({0} like "e*")', "({0} is A::B)",
        "({0} is A in {1})", "(if {0} then {1} else {0})", "[{0}, {1}]", '{{a: {0}, "b": {1}}}',
        "{0}.contains({1})", "{0}.isEmpty()", "ip({0})", "({0} in {1})", "({0} < {1})",
    ]  # fmt: skip
    return st.builds(str.format, st.sampled_from(forms), inner, inner)


EXPRESSIONS = st.recursive(LEAVES, _grow, max_leaves=8)


def _expressions(template: pst.Template) -> Iterator[object]:
    for clause in template.clauses:
        yield from walk(clause.expr)


@given(EXPRESSIONS)
def test_an_expressions_text_is_the_expression(written: str) -> None:
    parsed = parse_rules(RULE % written, "a.cedar")
    if parsed.problems:
        assert {problem.code for problem in parsed.problems} <= {"too-deep"}
        return
    (template,) = parsed.templates
    for node in _expressions(template):
        if isinstance(node, pst.EntityUid | pst.EntityType | pst.Char | pst.Wildcard):
            continue
        text = parsed.spans.text(node)
        (again,) = parse_rules(RULE % text, "b.cedar").templates
        assert again.clauses[0].expr == node, text


WHOLE = """
// a comment
@id("a") @reason
permit(
  principal is Agent in Group::"g",
  action in [Action::"x", Action::"y"],
  resource == Path::"p"
)
when { context has a.b && resource.name like "x*" }
unless { !(context.c["d"] is E) };
"""


def _text(spans: Spans, node: object, part: str) -> str:
    span = spans.part(node, part)
    return WHOLE[span.start : span.end] if span else "nowhere"


def test_parts_of_a_rule() -> None:
    parsed = parse_rules(WHOLE, "a.cedar")
    (rule,) = parsed.templates
    spans = parsed.spans
    assert spans.text(rule) == WHOLE[WHOLE.index("@id") :].rstrip()
    assert _text(spans, rule, "@id") == "@id"
    assert _text(spans, rule, "@id=") == '"a"'
    assert _text(spans, rule, "@reason") == "@reason"
    assert spans.part(rule, "@reason=") is None
    assert _text(spans, rule, "effect") == "permit"
    assert spans.text(rule.principal) == 'principal is Agent in Group::"g"'
    assert spans.text(rule.action) == 'action in [Action::"x", Action::"y"]'
    assert spans.text(rule.resource) == 'resource == Path::"p"'
    assert _text(spans, rule.resource, "var") == "resource"
    assert isinstance(rule.action, pst.ActionIn)
    assert [spans.text(uid) for uid in rule.action.entities] == ['Action::"x"', 'Action::"y"']
    assert [spans.text(clause).split(" ")[0] for clause in rule.clauses] == ["when", "unless"]
    found = {type(node).__name__: node for node in _expressions(rule)}
    assert _text(spans, found["Like"], "op") == "like"
    assert _text(spans, found["Like"], "pattern") == '"x*"'
    assert _text(spans, found["HasAttr"], "attr") == "b"
    assert _text(spans, found["Is"], "op") == "is"
    assert _text(spans, found["UnaryOp"], "op") == "!"


def test_places_are_lines_and_columns() -> None:
    parsed = parse_rules(WHOLE, "a.cedar")
    span = parsed.spans.of(parsed.templates[0])
    assert span is not None
    assert (span.file, span.line, span.column) == ("a.cedar", 3, 1)


def test_a_node_nobody_wrote_stands_nowhere() -> None:
    spans = parse_rules("permit(principal, action, resource);", "a.cedar").spans
    stranger = pst.BoolLit(value=True)
    assert spans.of(stranger) is None
    assert spans.part(stranger, "op") is None
    assert spans.text(stranger) == ""
    spans.copy_of(stranger, pst.BoolLit(value=False))
    assert spans.of(pst.BoolLit(value=False)) is None


def test_spans_of_several_files_are_one_table() -> None:
    one = parse_rules("permit(principal, action, resource);", "a.cedar")
    two = parse_rules("\nforbid(principal, action, resource);", "b.cedar")
    whole = Spans.merged([one.spans, two.spans])
    places = [whole.of(each.templates[0]) for each in (one, two)]
    assert [(p.file, p.line) for p in places if p] == [("a.cedar", 1), ("b.cedar", 2)]


@pytest.mark.parametrize("space", ["\x85", "\xa0", "\u2028", "\u3000", "\x0b"])
def test_unicode_space_is_space(space: str) -> None:
    assert not parse_rules(f"permit(principal,{space}action, resource);", "a.cedar").problems


@pytest.mark.parametrize("other", ["\x1c", "\x1f", "\u200b", "\u180e", "\ufeff"])
def test_what_only_python_calls_space_is_not(other: str) -> None:
    problems = parse_rules(f"permit(principal,{other}action, resource);", "a.cedar").problems
    assert [problem.code for problem in problems] == ["unexpected-character"]
