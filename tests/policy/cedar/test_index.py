"""What the index may and may not take for granted, one small policy each."""

from __future__ import annotations

from itertools import product

import pytest

from holdfast.policy.cedar.atoms import Key
from holdfast.policy.cedar.ipaddr import ip
from holdfast.policy.cedar.lookup import by_prefix, by_suffix, look_up
from holdfast.policy.cedar.program import Program
from holdfast.policy.cedar.values import Entity, Request, Uid, Value, make_set
from tests.policy.cedar.worlds import compile_text

VALUES: tuple[Value, ...] = (
    *("src/a.py", "src/gen/b.py", "src/", "src", "py", "", "lib/c.md"),
    *(1, 2, True, False, make_set(["-f", "-v"]), make_set([1]), make_set([True])),
    *(ip("10.1.2.3"), ip("10.0.0.0/7"), ip("11.0.0.0/8"), ip("::1")),
)
FAMILIES = {
    "one value each": ('resource.x == "py"', 'resource.x == "md"', 'resource.x == "c"'),
    "numbers and truth values": ("resource.x == 1", "resource.x == 2", "resource.x == 3"),
    "several numbers": ("[1, 2].contains(resource.x)", "[3, 1].contains(resource.x)"),
    "mixed alternatives": ('resource.x == "py" || resource.x == 1', "resource.x == 2"),
    "a prefix": ('resource.x like "src/*"', 'resource.x like "lib/*"', 'resource.x like "s*"'),
    "a prefix is not the pattern": ('resource.x like "src/*.md"', 'resource.x like "src/*.py"'),
    "a whole text": ('resource.x like "src/a.py"', 'resource.x like "src/b.py"'),
    "a suffix": ('resource.x like "*.py"', 'resource.x like "*a.py"', 'resource.x like "*.md"'),
    "members": ('resource.x.contains("-f")', 'resource.x.contains("-x")'),
    "number members": ("resource.x.contains(1)", "resource.x.contains(2)"),
    "all members": ('resource.x.containsAll(["-f", "-x"])', 'resource.x.containsAll(["-v"])'),
    "any member": ('resource.x.containsAny(["-f", "-x"])', 'resource.x.containsAny(["-q"])'),
    "no member": ("resource.x.containsAll([])", "resource.x.containsAny([])"),
    "networks": (
        'resource.x.isInRange(ip("10.0.0.0/8"))',
        'resource.x.isInRange(ip("10.1.0.0/16"))',
        'resource.x.isInRange(ip("10.0.0.0/7"))',
        'resource.x.isInRange(ip("::/0"))',
    ),
    "a network that is none": ('resource.x.isInRange(ip("10"))', 'resource.x.isInRange(ip("1"))'),
    "an error comes first": ('resource.y == 1 && resource.x == "py"', 'resource.x == "py"'),
    "an error comes second": ('resource.x == "py" && resource.y == 1', 'resource.x == "md"'),
    "a guard": ('resource has x && resource.x == "py"', "resource has x && resource.x == 1"),
    "a negation": ('!(resource.x == "py")', '!(resource.x == "md")'),
    "an unknown set": ('["py", resource.z].contains(resource.x)', 'resource.x == "py"'),
    "an unknown member": ("resource.x.contains(resource.z)", 'resource.x.contains("-f")'),
    "not an attribute": ('"abc".contains("a")', '["a"].contains("a")', '"abc" like "a*"'),
    "an entity": ('resource == Path::"p"', 'resource == Path::"q"', 'Path::"p" == resource'),
    "entities": ('resource in [Dir::"d", Dir::"e"]', "resource in []", 'resource in Dir::"e"'),
    "no set of entities, before what cannot be": (
        "resource in [[]] && resource in []",
        "resource is Path in [[]] && resource in []",
        "!(action in [[]]) && resource in []",
        'resource in Dir::"e"',
    ),
    "unknown entities": ("resource in [resource.x]", "resource in principal"),
    "a type": ("resource is Path", "resource is Url", 'resource is Path in Dir::"d"'),
    "alternatives of one kind": ('resource is Path || resource in Dir::"d"', "resource is Url"),
    "alternatives of two kinds": ("resource is Path || principal is Agent", "resource is Url"),
    "more than one network of things": (
        'resource.x == "py" && resource is Path',
        'resource is Path && resource.x == "py" && resource in Dir::"d"',
    ),
}


def request(values: dict[str, Value], kind: str = "Path", name: str = "p") -> Request:
    resource = Entity(Uid(kind, name), values, frozenset({Uid("Dir", "d")}))
    return Request(Entity(Uid("Agent", "a")), Entity(Uid("Action", "read")), resource)


def family(conditions: tuple[str, ...]) -> Program:
    """Repeat conditions until the index finds it worth telling them apart."""
    rules = [f"permit(principal, action, resource) when {{ {text} }};" for text in conditions]
    return compile_text(*(rules * 4))


@pytest.mark.parametrize("name", FAMILIES)
def test_the_index_finds_exactly_what_a_scan_finds(name: str) -> None:
    program = family(FAMILIES[name])
    asked = [request({"x": value, "z": "z"}) for value in VALUES]
    asked += [request({"x": value, "y": 1}) for value in VALUES]
    asked += [request({}), request({"x": "py"}, "Url", "q"), request({"x": "py"}, "Path", "q")]
    answers = [program.scan(one) for one in asked]
    assert [program.evaluate(one) for one in asked] == answers
    assert any(one.permits or one.errors for one in answers), "this family is never tried"


@pytest.mark.parametrize("count", [1, 3, 4, 40])
def test_it_visits_few_rules_whatever_their_number(count: int) -> None:
    rules = [
        f'permit(principal, action, resource) when {{ resource.x == "{n}" }};' for n in range(count)
    ]
    program = compile_text(*rules)
    outcome = program.evaluate(request({"x": "0"}))
    assert outcome.permits == (0,)
    assert outcome.steps <= 20
    assert program.scan(request({"x": "0"})).steps >= 3 * count


def test_a_rule_for_several_actions_is_found_once_for_an_action_in_all_of_them() -> None:
    scope = 'action in [Action::"read", Action::"fs", Action::"all"]'
    program = compile_text(*([f"permit(principal, {scope}, resource);"] * 5))
    groups = frozenset({Uid("Action", "fs"), Uid("Action", "all")})
    plain = request({})
    asked = Request(plain.principal, Entity(plain.action.uid, {}, groups), plain.resource)
    assert program.evaluate(asked).permits == (0, 1, 2, 3, 4)
    assert program.evaluate(asked) == program.scan(asked)


def test_a_rule_with_many_alternatives_does_not_fill_the_index() -> None:
    many = ", ".join(f'"{n}"' for n in range(100))
    rules = [f"permit(principal, action, resource) when {{ [{many}].contains(resource.x) }};"] * 8
    program = compile_text(*rules)
    assert program.evaluate(request({"x": "7"})).permits == tuple(range(8))


def test_prefixes_that_begin_with_each_other_are_all_found() -> None:
    words = ["", "a", "ab", "abc", "abd", "b", "ba", "é"]
    table: dict[Key, str] = {word: word for word in words}
    for text in ("".join(letters) for letters in product("abcd", repeat=4)):
        wanted = sorted(word for word in words if text.startswith(word))
        assert sorted(by_prefix(table)(text)) == wanted
        ends = sorted(word for word in words if text.endswith(word))
        assert sorted(by_suffix(table)(text)) == ends


def test_an_entity_is_not_looked_up_by_a_value() -> None:
    with pytest.raises(TypeError, match="by its keys"):
        look_up("entity", {})
