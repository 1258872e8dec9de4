"""Why: matched rules, the condition that failed, and the nearest change."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from holdfast.policy.explain import Explanation, explain
from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.model import World
from holdfast.policy.judge import Held, judge
from holdfast.policy.loader import Loaded, Refused, load_policy
from holdfast.policy.moment import Moment
from holdfast.policy.policy import Policy
from holdfast.policy.principals import principal_entity
from holdfast.proto.decision import Verdict

NOON = Moment(1_767_614_400_000)
WORLD = World(workspaces={"main": "/workspace"})

FOLDER = {
    "holdfast.toml": 'name = "demo"\n',
    "who.toml": (
        '[[agent]]\nid = "builder"\nuid = 1001\ngroups = ["builders"]\n'
        '[[person]]\nid = "alice"\nuid = 2000\ngroups = ["owners"]\n'
    ),
    "approvals.toml": '[owner]\nslots = [["owners"]]\nttl = "30m"\n',
    "rules/a.cedar": """
@id("edit") permit(principal in Group::"builders", action in Action::"fs", resource in Dir::".");
@id("no-credentials")
forbid(principal, action, resource is Path)
when { resource.sensitive || resource.name like ".env*" };
@id("git-config") @needs("owner")
forbid(principal, action in Action::"write", resource is Path)
when { resource in Dir::".git" }
unless { context.approvals.contains("owner") };
@id("look")
permit(principal, action == Action::"process.exec", resource == Program::"git")
when { ["status", "diff"].contains(context.subcommand) && !context.runs_code };
@id("not-at-night")
forbid(principal, action == Action::"fs.delete", resource)
unless { context.local_hour >= 8 };
@id("odd")
forbid(principal, action == Action::"fs.list", resource)
when { resource.depth + 9223372036854775807 > 5 };
""",
}


@pytest.fixture(scope="module")
def policy() -> Policy:
    loaded = load_policy({name: text.encode() for name, text in FOLDER.items()})
    assert isinstance(loaded, Loaded), loaded
    return loaded.policy


def _why(
    policy: Policy,
    kind: str,
    params: Mapping[str, object],
    *,
    held: tuple[str, ...] = (),
    moment: Moment = NOON,
) -> Explanation:
    principal = principal_entity(policy.who, policy.who.agents[0])
    facts = facts_of(kind, params, policy.known, WORLD)
    approvals = [Held(name) for name in held]
    shown = explain(policy, facts, principal, moment, approvals)
    # An explanation is of the decision, never of another one.
    assert shown.decision == judge(policy, facts, principal, moment, approvals)
    json.dumps(shown.as_json())
    return shown


NEAREST = [
    (
        "fs.read",
        {"path": "src/a.py"},
        (
            "without `edit` it would be denied; `no-credentials` would forbid it if"
            ' `resource.sensitive || resource.name like ".env*"` held'
        ),
    ),
    (
        "fs.read",
        {"path": ".env"},
        "`no-credentials` would not forbid it if `resource.sensitive` did not hold",
    ),
    (
        "fs.write",
        {"path": ".git/HEAD", "content": ""},
        "`git-config` would be lifted by the approval `owner`",
    ),
    (
        "process.exec",
        {"argv": ["git", "push"]},
        '`look` would permit it if `["status", "diff"].contains(context.subcommand)` held',
    ),
    (
        "process.exec",
        {"argv": ["ls"]},
        "`look` would permit it if",
    ),
    (
        "process.exec",
        {"argv": ["git", "-c", "alias.x=!sh", "push"]},
        (
            '`look` would permit it if `["status", "diff"].contains(context.subcommand)` held'
            " and `context.runs_code` did not hold"
        ),
    ),
    ("tool.echo", {"text": "x"}, "no rule permits anything of this kind"),
    ("fs.list", {"path": "src"}, "`odd` would have to be mended: "),
]


@pytest.mark.parametrize(("kind", "params", "says"), NEAREST)
def test_nearest_change(policy: Policy, kind: str, params: Mapping[str, object], says: str) -> None:
    shown = _why(policy, kind, params)
    assert says in shown.resources[0].nearest


def test_what_the_rules_saw(policy: Policy) -> None:
    shown = _why(policy, "fs.read", {"path": "src/a.py"})
    assert (shown.principal, shown.groups) == ('Agent::"builder"', ("builders",))
    (one,) = shown.resources
    assert one.parents == ('Dir::"."', 'Dir::"src"', 'Dir::"src/a.py"', 'Workspace::"main"')
    assert one.resource["ext"] == "py"
    assert one.context["weekday"] == "mon"
    assert [rule.rule.id for rule in one.matched] == ["edit"]
    assert one.matched[0].matched
    assert one.matched[0].failed is None


def test_the_condition_that_failed_is_shown_where_it_stands(policy: Policy) -> None:
    shown = _why(policy, "process.exec", {"argv": ["git", "push"]})
    near = shown.resources[0].near[0]
    failed = near.failed
    assert failed is not None
    assert (near.rule.id, failed.file, failed.line) == ("look", "rules/a.cedar", 12)
    assert failed.text == '["status", "diff"].contains(context.subcommand)'
    assert FOLDER["rules/a.cedar"].splitlines()[failed.line - 1][failed.column - 1] == "["
    assert ("context.subcommand", '"push"') in failed.operands
    assert [condition.result for condition in near.conditions][-1] == "false"


def test_an_unless_is_explained_the_right_way_round(policy: Policy) -> None:
    night = Moment(NOON.now_ms - 9 * 3_600_000)
    shown = _why(policy, "fs.delete", {"path": "a.py"}, moment=night)
    assert shown.resources[0].nearest == (
        "`not-at-night` would not forbid it if `context.local_hour >= 8` held"
    )
    by_day = _why(policy, "fs.delete", {"path": "a.py"})
    near = {shown.rule.id: shown for shown in by_day.resources[0].near}
    assert by_day.decision.allowed
    failed = near["not-at-night"].failed
    assert failed is not None
    assert (failed.wanted, failed.result, failed.text) == (
        False,
        "true",
        "context.local_hour >= 8",
    )


def test_of_an_or_only_the_side_that_held_is_named(policy: Policy) -> None:
    (shown,) = _why(policy, "fs.read", {"path": ".envrc"}).resources
    assert shown.decision.decision is Verdict.DENY
    forbid = next(rule for rule in shown.matched if rule.rule.id == "no-credentials")
    sides = forbid.conditions[-1].alternatives
    assert [side.text for side in sides] == [
        "resource.sensitive",
        'resource.name like ".env*"',
    ]
    assert shown.nearest.startswith("`no-credentials` would not forbid it if `resource.")


def test_an_approval_that_is_held_is_seen(policy: Policy) -> None:
    shown = _why(policy, "fs.write", {"path": ".git/HEAD", "content": ""}, held=("owner",))
    assert shown.decision.allowed
    assert shown.resources[0].context["approvals"] == frozenset({"owner"})


def test_a_forbid_without_a_permit_says_both(policy: Policy) -> None:
    shown = _why(policy, "process.exec", {"argv": ["cat", "/home/x/.ssh/id_rsa"]})
    outside = shown.resources[1]
    assert outside.nearest.startswith("`no-credentials` would not forbid it")
    assert "; also nothing permits it: `edit` would permit it if" in outside.nearest


def test_json_names_rules_places_and_conditions(policy: Policy) -> None:
    resources = _why(policy, "fs.read", {"path": ".env"}).as_json()["resources"]
    assert isinstance(resources, list)
    resource = resources[0]
    assert isinstance(resource, dict)
    assert resource["uid"] == 'Path::".env"'
    matched = resource["matched"]
    assert isinstance(matched, list)
    rule = next(one for one in matched if isinstance(one, dict) and one["effect"] == "forbid")
    assert isinstance(rule, dict)
    assert (rule["id"], rule["line"], rule["matched"]) == ("no-credentials", 3, True)


def test_two_permits_and_a_rule_without_conditions() -> None:
    folder = {
        **FOLDER,
        "rules/a.cedar": '@id("all") permit(principal, action, resource);'
        '@id("all-2") permit(principal, action, resource);',
        "approvals.toml": "",
    }
    loaded = load_policy({name: text.encode() for name, text in folder.items()})
    assert isinstance(loaded, Loaded)
    shown = _why(loaded.policy, "fs.read", {"path": "a"})
    assert shown.resources[0].nearest == "2 rules permit it"
    folder["rules/a.cedar"] += '@id("none") forbid(principal, action, resource);'
    loaded = load_policy({name: text.encode() for name, text in folder.items()})
    if isinstance(loaded, Refused):
        pytest.fail(str(loaded))
    shown = _why(loaded.policy, "fs.read", {"path": "a"})
    assert shown.resources[0].nearest == "`none` forbids everything"
