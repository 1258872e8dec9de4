"""Who gets what, as a table; and three-valued truth."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cedarpy
import pytest

from holdfast.policy.author.kleene import truth_of, verdict_of
from holdfast.policy.author.who import WhoRow, as_json, who
from holdfast.policy.cedar.program import compile_program
from holdfast.policy.cedar.values import Entity, Record, Request, Uid
from holdfast.policy.policy import Policy
from holdfast.proto.errors import HoldfastError

ASKS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("asks.toml").read_text(encoding="utf-8")
)["ask"]


def shown(row: WhoRow) -> str:
    text = f"{row.subject} {row.answer} {', '.join(ref.id for ref in row.rules)}".rstrip()
    if row.needs:
        text += f" needs {', '.join(row.needs)}"
    return text + "".join(f" {'if' if one.wanted else 'unless'} {one.text}" for one in row.depends)


@pytest.mark.parametrize(
    "ask", ASKS, ids=lambda ask: f"{ask['base']} {ask['action']} {ask['thing']}"
)
def test_rows_as_listed(load: Callable[..., Policy], ask: dict[str, Any]) -> None:
    policy = load(ask["base"])
    if "refused" in ask:
        with pytest.raises(HoldfastError) as refused:
            who(policy, ask["action"], ask["thing"])
        assert refused.value.code.value == ask["refused"]
        return
    rows = who(policy, ask["action"], ask["thing"])
    assert [shown(row) for row in rows] == ask["rows"]
    assert [row["answer"] for row in as_json(rows)] == [row.answer for row in rows]


def test_an_erring_rule_denies_and_an_absolute_forbid_wins(load: Callable[..., Policy]) -> None:
    overflow = (
        '@id("odd") forbid(principal, action == Action::"fs.read", resource is Path) '
        "when { resource.depth + 9223372036854775807 > 0 };"
    )
    policy = load("repo", [{"file": "rules/repo.cedar", "add": overflow}])
    assert shown(who(policy, "fs.read", "src/x")[0]) == "coder deny odd"
    gated = (
        '@id("late") @needs("maintainer") forbid(principal, action == Action::"fs.read", '
        "resource is Path) when { context.local_hour > 20 } "
        'unless { context.approvals.contains("maintainer") };'
    )
    policy = load("repo", [{"file": "rules/repo.cedar", "add": gated}])
    assert shown(who(policy, "fs.read", "src/x")[0]) == (
        "coder depends edit-repo, late if context.local_hour > 20"
    )
    # `.env` is forbidden whatever the hour.
    assert shown(who(policy, "fs.read", ".env")[0]) == "coder deny no-credentials"


def test_what_a_template_reaches_rests_on_made_up_parameters(load: Callable[..., Policy]) -> None:
    tool = """
[tool."ping.send"]
effect = "write"
run = "runtime"
http = { method = "GET", url = "https://d.example/{word}" }
[tool."ping.send".params]
word = { type = "string" }
"""
    rules = """
@id("ping") permit(principal, action == Action::"ping.send", resource);
@id("ping-net") permit(principal, action == Action::"net.request", resource in Domain::"d.example")
when { resource.path != "/secret" };
"""
    edits = [{"file": "tools.toml", "add": tool}, {"file": "rules/site.cedar", "add": rules}]
    (row, *_) = who(load("site", edits), "ping.send", "")
    assert row.answer == "depends"
    assert 'resource.path != "/secret"' in {one.text for one in row.depends}


UNKNOWN = frozenset({"context.hour", "context.params", "resource.size"})
REQUEST = Request(
    Entity(Uid("Agent", "a")),
    Entity(Uid("Action", "x")),
    Entity(Uid("Path", "p"), {"name": "n", "size": 3}),
    {"hour": 3, "params": Record({"env": "prod"}), "site": "lyon", "flag": True},
)


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ('resource.name == "n"', "true"),
        ("resource.size == 3", "open"),
        ("!(context.hour == 3)", "open"),
        ('!(resource.name == "n") && context.hour == 3', "false"),
        ('context.hour == 3 && resource.name == "m"', "false"),
        ('context.hour == 3 || resource.name == "n"', "true"),
        ('context.hour == 3 || resource.name == "m"', "open"),
        ('resource.name == "m" || context.hour == 3', "open"),
        ('resource.name == "n" || context.hour == 3', "true"),
        ('resource.missing == "n" || context.hour == 3', "error"),
        ('!(resource.missing == "n" || context.hour == 3)', "error"),
        ('!(resource.name == "n" || context.hour == 3)', "false"),
        ('!(resource.name == "m" && context.hour == 3)', "true"),
        ('if resource.name == "n" then context.hour == 3 else true', "open"),
        ('if resource.name == "m" then context.hour == 3 else true', "true"),
        ("if resource.missing then context.hour == 3 else true", "error"),
        ("if context.hour == 3 then true else true", "true"),
        ("if context.hour == 3 then true else false", "open"),
        ("context has hour", "open"),
        ("context has site", "true"),
        ("context.params has env", "open"),
        ('(if true then context else context).site == "lyon"', "open"),
        ("{a: context.site} has a", "true"),
        ("(if true then context.params else context.params) has env", "open"),
        ('context.params == {env: "prod"}', "open"),
        ("resource is Path", "true"),
        ('resource == Path::"p" && resource is Path in Path::"p"', "true"),
        ("[context.hour].contains(3)", "open"),
    ],
)
def test_truth_with_unknown_facts(condition: str, truth: str) -> None:
    text = f"permit(principal, action, resource) when {{ {condition} }};"
    rule = cedarpy.policies_to_pst(text).static_policies["policy0"]
    assert truth_of(rule.clauses[0].expr, REQUEST, UNKNOWN) == truth


@pytest.mark.parametrize(
    ("clauses", "answer"),
    [
        ("", "yes"),
        ("when { context.hour == 3 }", "open"),
        ("when { context.hour == 3 } unless { true }", "no"),
        ("when { context.hour == 3 } when { resource.missing }", "open"),
        ("when { resource.missing }", "error"),
    ],
)
def test_a_rule_with_unknown_facts(clauses: str, answer: str) -> None:
    rule = cedarpy.policies_to_pst(f"permit(principal, action, resource) {clauses};")
    program = compile_program([rule.static_policies["policy0"]])
    assert verdict_of(program, 0, REQUEST, UNKNOWN).answer == answer
