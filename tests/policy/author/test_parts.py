"""The small parts of author tools: combinations, mentions, intents, words, directions."""

# ruff: noqa: E501 - rows of tables and rules are read as lines

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import cedarpy
import pytest
from hypothesis import given, strategies as st

from holdfast.policy.actions import BUILT_IN
from holdfast.policy.author import directions, settings
from holdfast.policy.author.asks import asks_for
from holdfast.policy.author.combine import ordered, picks, spread
from holdfast.policy.author.custom_asks import decimal_text
from holdfast.policy.author.meaning import meaning_of, plain, short_id
from holdfast.policy.author.mentions import Mentions, mentions_of, neighbours
from holdfast.policy.author.shrink import STEPS, shrink
from holdfast.policy.author.situations import Refusal, stand
from holdfast.policy.author.spoken import spoken, witness_json
from holdfast.policy.cedar.values import Datetime, Decimal, Duration, Uid, decimal, ip
from holdfast.policy.policy import Policy
from holdfast.policy.source.read_cases import read_probes
from holdfast.policy.source.tables import Evidence, Sandbox, Situation, UidIdentity
from holdfast.proto.decision import Obligations
from holdfast.proto.limits import INTEGER_MAX, INTEGER_MIN


def mentions(condition: str, scope: str = "principal, action, resource") -> Mentions:
    rules = cedarpy.policies_to_pst(f"permit({scope}) when {{ {condition} }};").static_policies
    return mentions_of([rules["policy0"]])


@given(sizes=st.lists(st.integers(0, 9), max_size=5), limit=st.integers(1, 60))
def test_picks_are_distinct_bounded_and_begin_with_the_first(sizes: list[int], limit: int) -> None:
    found = list(picks(sizes, limit))
    assert len(found) == min(limit, math.prod(sizes))
    assert len(set(found)) == len(found)
    assert all(at < size for one in found for at, size in zip(one, sizes, strict=True))
    if found:
        assert found[0] == (0,) * len(sizes)


def test_picks_use_every_value_of_every_axis() -> None:
    found = list(spread([range(10), range(7), range(9)], 60))
    assert [len({one[axis] for one in found}) for axis in range(3)] == [10, 7, 9]
    assert ordered([3, 1], [1, 2]) == [3, 1, 2]


@pytest.mark.parametrize(
    ("condition", "fact", "kind", "values"),
    [
        ("resource.size < 10", "resource.size", int, [9, 10, 11]),
        ("resource.size > -(10)", "resource.size", int, [-9, -10, -11, 9, 10, 11]),
        ("resource.size > -10", "resource.size", int, [-9, -10, -11]),
        ('resource.name like "a*b"', "resource.name", str, ["ab", "axb"]),
        ('["x", "y"].contains(context.subcommand)', "context.subcommand", str, ["x", "y"]),
        ("context.runs_code", "context.runs_code", bool, [False, True]),
        ("!context.runs_code || false", "context.runs_code", bool, [False, True]),
        ("(if context.shell then resource.size else 3) == 4", "context.shell", bool, []),
        (
            'context.policy_age < duration("1s")',
            "context.policy_age",
            Duration,
            [Duration(1000), Duration(1001), Duration(999)],
        ),
        (
            'context.now < datetime("1970-01-01")',
            "context.now",
            Datetime,
            [Datetime(-1), Datetime(0), Datetime(1)],
        ),
        (
            'context.params.price.lessThan(decimal("1.0"))',
            "context.params.price",
            Decimal,
            [Decimal(10000), Decimal(10001), Decimal(9999)],
        ),
        (
            'resource.ip.isInRange(ip("10.0.0.0/8"))',
            "resource.ip",
            type(ip("::")),
            [ip("10.0.0.0/8")],
        ),
        ('context.now < datetime("never")', "context.now", Datetime, []),
        ("context.params.flag == true", "context.params.flag", bool, [False, True]),
        ("resource has ip", "resource.ip", bool, []),
        ('{a: resource.name}.a == "x"', "resource.name", str, ["x"]),
        ('resource is Path in Dir::"src"', "resource.name", str, []),
    ],
)
def test_values_on_both_sides_of_a_comparison(
    condition: str, fact: str, kind: type, values: list[object]
) -> None:
    assert mentions(condition).of(fact, kind) == sorted(values, key=repr)


def test_entities_of_scope_and_conditions() -> None:
    found = mentions(
        'resource in [Dir::"a", Dir::"b"]', 'principal in Group::"g", action, resource is Path'
    )
    assert found.uids("Dir") == ["a", "b"]
    assert found.uids("Group") == ["g"]
    assert found.uids("Nothing") == []


def test_neighbours_stay_in_64_bits() -> None:
    assert neighbours(INTEGER_MAX) == [INTEGER_MAX - 1, INTEGER_MAX]
    assert neighbours(INTEGER_MIN) == [INTEGER_MIN, INTEGER_MIN + 1]
    assert neighbours(Uid("A", "b")) == [Uid("A", "b")]


CONDITIONS = (
    'resource.name == "n.py" && resource.ext == "py" && resource.ext == "" && resource.hidden && resource.sensitive',
    'resource.depth > 2 && resource.depth < 100 && resource.size < 5 && resource.path == "a/b" && resource.path == "/etc/x"',
    'context.arg1 == "one" && context.arg2 == "two" && context.args.contains("three") && context.flags.contains("-f")',
    'context.runs_code && context.workdir == "src" && context.shell && context.subcommand == "diff"',
    'resource.host == "a.example" && resource.scheme == "http" && resource.port == 81 && resource.query == "q" && resource.query == ""',
    'resource.ip.isLoopback() && resource.ip.isInRange(ip("0.0.0.0/1")) && resource.ip_class == "private" && context.method == "POST"',
    'context.headers.contains("accept") && context.size > 3',
    'resource.owner == "o" && resource.branch == "main" && resource.server == "s" && resource.tool == "t"',
    'context.destination == "b.example" && context.uses < 3 && context.params.text == "hi"',
    'resource in [Dir::"src", Dir::"//docs", Dir::".", Domain::"d.example", Toolset::"vcs", Toolset::"x", McpServer::"m"]',
    'resource in [Path::"p/q", Program::"git", Url::"https://u.example/", Secret::"k", Repo::"h.example/o/n#main", McpTool::"m/u"]',
)
EVERYTHING = " && ".join(CONDITIONS)


@pytest.mark.parametrize("action", sorted(BUILT_IN))
@pytest.mark.parametrize("condition", ["true", EVERYTHING])
def test_every_action_has_intents_that_touch_it(
    load: Callable[..., Policy], action: str, condition: str
) -> None:
    asks = asks_for(action, mentions(condition), ())
    assert asks
    touched: set[str] = set()
    for ask in asks:
        stood = stand(load("repo"), Situation("coder", ask.kind, ask.params, resolve=ask.resolve))
        if not isinstance(stood.facts, Refusal):
            touched |= {touch.action for touch in stood.facts.touches}
    assert action in touched


def test_intents_of_a_tool_use_all_its_types(load: Callable[..., Policy]) -> None:
    site = load(
        "site",
        [
            {
                "file": "tools.toml",
                "add": '\n[tool."a.secret"]\neffect="read"\nrun="caller"\nresource={type="Secret",param="s"}\n'
                '[tool."a.secret".params]\ns={type="string"}\nn={type="set<int>"}\n'
                '[tool."a.url"]\neffect="read"\nrun="caller"\nresource={type="Url",param="u"}\n'
                '[tool."a.url".params]\nu={type="string"}\nd={type="decimal"}\n',
            },
            {
                "file": "rules/site.cedar",
                "add": '@id("s") permit(principal, action == Action::"a.secret", resource == Secret::"k")'
                " when { context.params.n.contains(4) };\n"
                '@id("u") permit(principal, action == Action::"a.url", resource in Domain::"d.example")'
                ' when { context.params.d.lessThan(decimal("2.5")) };\n',
            },
        ],
    )
    found = mentions_of([rule.template for rule in site.program.rules])
    for kind in ("a.secret", "a.url", "report.make", "deploy.run"):
        asks = asks_for(kind, found, [site.tools[kind]])
        good = [
            ask
            for ask in asks
            if not isinstance(stand(site, Situation("pump", ask.kind, ask.params)).facts, Refusal)
        ]
        assert good


@given(units=st.integers(INTEGER_MIN, INTEGER_MAX))
def test_decimals_are_written_as_they_are_read(units: int) -> None:
    assert decimal(decimal_text(Decimal(units))) == Decimal(units)


def test_a_meaning_has_no_hints_and_no_order() -> None:
    def one(text: str) -> str:
        return meaning_of(cedarpy.policies_to_pst(text).static_policies["policy0"])

    base = one('@id("a") @needs("x") permit(principal, action, resource);')
    assert base == one(
        '@hint("h") @needs("x") @id("b") @reason("r") permit(principal, action, resource);'
    )
    assert base != one('@id("a") permit(principal, action, resource);')
    assert base != one('@id("a") @needs("x") forbid(principal, action, resource);')
    assert short_id("a") != short_id("b")
    assert plain(Sandbox.STRICT) == "strict"
    assert plain(MappingProxyType({"a": (frozenset({2, 1}), None)})) == {"a": [[1, 2], None]}


FULL = Situation(
    subject="coder",
    kind="fs.write",
    params={"path": "a b", "content": "x" * 9, "argv": ["a", "b"], "n": 3},
    approvals=frozenset({"m", "n"}),
    at_ms=0,
    policy_age_ms=5,
    site="s\x1b[2J",
    deployment="prod",
    resolve={"h": ("10.0.0.1",), "i": ()},
    pinned=frozenset({("github", "read/x"), ("a", "b")}),
    workspaces=("docs", "site"),
)


def test_a_situation_is_spoken_on_one_harmless_line() -> None:
    assert spoken(FULL) == (
        'fs.write path="a b" content=xxxxxxxxx argv=["a", "b"] n=3 as coder '
        "at 1970-01-01T00:00:00Z policy_age 5ms site s\\u{1b}[2J deployment prod approved m,n "
        "h=10.0.0.1 i= pinned a/b,github/read/x workspaces docs,site"
    )
    plain_one = dataclasses.replace(FULL, site="s", resolve={"h.example": ("10.0.0.1",)})
    line = json.dumps(witness_json(plain_one))
    (probe,), problems = read_probes("probes/x.jsonl", line)
    assert problems == []
    assert probe.situation == plain_one
    assert spoken(Situation(None, "fs.read", {})) == "fs.read"


def test_shrinking_leaves_out_what_nothing_rests_on() -> None:
    smallest = shrink(FULL, lambda one: one.kind == "fs.write")
    assert smallest == Situation("coder", "fs.write", {})
    kept = shrink(
        FULL, lambda one: "b" in str(one.params.get("argv")) and one.resolve.get("h") is not None
    )
    assert (kept.params, dict(kept.resolve)) == ({"argv": ["b"]}, {"h": ("10.0.0.1",)})
    longer = shrink(FULL, lambda one: len(str(one.params.get("content", ""))) > 4)
    assert longer.params == {"content": "xxxxx"}


def test_shrinking_is_bounded() -> None:
    tried: list[Situation] = []

    def never(one: Situation) -> bool:
        tried.append(one)
        return False

    many = Situation(None, "x", {"argv": list(range(5 * STEPS))})
    assert shrink(many, never) == many
    assert len(tried) == STEPS


@pytest.mark.parametrize(
    ("name", "was", "now", "tightens"),
    [
        ("at_most", 3, 2, True),
        ("at_most", 3, 4, False),
        ("at_most", None, 4, True),
        ("at_most", 4, None, False),
        ("at_least", 1, 2, True),
        ("at_least", 2, 1, False),
        ("subset", None, frozenset("a"), True),
        ("subset", frozenset("a"), None, False),
        ("subset", frozenset("ab"), frozenset("a"), True),
        ("subset", frozenset("a"), frozenset("ab"), False),
        ("superset", frozenset("a"), frozenset("ab"), True),
        ("superset", frozenset("ab"), frozenset("a"), False),
        ("slots", (frozenset("ab"),), (frozenset("a"),), True),
        ("slots", (frozenset("a"),), (frozenset("ab"),), False),
        ("slots", (frozenset("a"), frozenset("b")), (frozenset("b"),), False),
        ("slots", (frozenset("a"),), (frozenset("b"), frozenset("a")), True),
        ("evidence", None, Evidence(1, 5), True),
        ("evidence", Evidence(1, 5), None, False),
        ("evidence", Evidence(1, 5), Evidence(2, 5), True),
        ("evidence", Evidence(2, 5), Evidence(1, 5), False),
        ("evidence", Evidence(1, 5), Evidence(1, 6), False),
        ("never", 1, 1, False),
    ],
)
def test_which_way_a_value_went(name: str, was: object, now: object, tightens: bool) -> None:
    assert getattr(directions, name)(was, now) is tightens


OWED = Obligations(timeout_ms=5, network=frozenset({"a"}), redact=frozenset({"t"}))


@pytest.mark.parametrize(
    ("now", "tightens"),
    [
        (OWED, True),
        (Obligations(timeout_ms=4, network=frozenset(), redact=frozenset({"t", "u"})), True),
        (Obligations(timeout_ms=6, network=frozenset(), redact=frozenset({"t"})), False),
        (Obligations(timeout_ms=5, redact=frozenset({"t"})), False),
        (Obligations(timeout_ms=5, network=frozenset()), False),
    ],
)
def test_which_way_obligations_went(now: Obligations, tightens: bool) -> None:
    assert directions.owes_no_less(OWED, now) is tightens


@pytest.mark.parametrize(
    ("table", "field", "was", "now", "tightens"),
    [
        (settings.APPROVAL, "distinct_groups", False, True, True),
        (settings.APPROVAL, "distinct_groups", True, False, False),
        (settings.APPROVAL, "emergency", True, False, True),
        (settings.APPROVAL, "emergency", False, True, False),
        (settings.APPROVAL, "scope", "class", "exact", True),
        (settings.APPROVAL, "scope", "exact", "class", False),
        (settings.APPROVAL, "assurance", "session", "signed", True),
        (settings.APPROVAL, "assurance", "signed", "session", False),
        (settings.PROFILE, "untrusted_output", False, True, True),
        (settings.PROFILE, "untrusted_output", True, False, False),
    ],
)
def test_which_way_a_field_went(
    table: Mapping[str, Any], field: str, was: object, now: object, tightens: bool
) -> None:
    assert table[field](was, now) is tightens


def test_identities_are_told_apart() -> None:
    assert plain(frozenset({UidIdentity(3)})) == [{"type": "UidIdentity", "uid": 3}]
