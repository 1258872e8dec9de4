"""Paths that rules name, and the law that no recursive command passes a rule about one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from holdfast.policy.cedar.syntax import parse_rules
from holdfast.policy.cedar.values import Entity
from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.mentions import Mentioned, mentioned_below
from holdfast.policy.facts.model import InvalidIntent, World
from holdfast.policy.judge import judge
from holdfast.policy.mentioned import mentioned_paths
from holdfast.policy.moment import Moment
from holdfast.policy.policy import Policy

PolicyOf = Callable[..., Policy]
NOON = Moment(1_767_614_400_000)
WORLD = World({"main": "/w/main"})


@pytest.mark.parametrize(
    ("rule", "paths"),
    [
        ('forbid(principal, action, resource in Dir::"a/b");', ["a/b"]),
        ('forbid(principal, action, resource == Path::"a/b.txt");', ["a/b.txt"]),
        ('forbid(principal, action, resource) when { resource in [Dir::"a"] };', ["a"]),
        ('forbid(principal, action, resource) when { resource.path == "a/c" };', ["a/c"]),
        ('forbid(principal, action, resource) when { ["x/y"].contains(resource.path) };', ["x/y"]),
        ('forbid(principal, action, resource) when { resource.path like "a/*" };', ["a/x"]),
        (
            'forbid(principal, action, resource) when { resource.path like "a/*k" };',
            ["a/k", "a/xk"],
        ),
        ('forbid(principal, action, resource) unless { resource["path"] like "q*" };', ["q", "qx"]),
        ('forbid(principal, action, resource) when { resource.path like "*.pem" };', []),
        ('forbid(principal, action, resource) when { resource.path like "" };', []),
        ('forbid(principal, action, resource) when { resource.name == "k" };', []),
        ('permit(principal, action, resource in Dir::".");', []),
        ('forbid(principal == Agent::"x", action, resource == Program::"rm");', []),
    ],
)  # fmt: skip
def test_what_a_rule_names(rule: str, paths: list[str]) -> None:
    assert list(mentioned_paths(parse_rules(rule, "rules/a.cedar").templates)) == paths


# ---- no recursive command passes a rule about what is below ------------------------------------
COMMANDS = [
    "rm -rf {}", "cp -r {} x", "mv {} x", "grep -r x {}", "tar c {}", "git add {}", "chmod -R 0 {}",
    "find {} -delete", "git clean -fd {}", "rsync -a {} x", "zip -r q {}", "7z a q {}",
    "cp --unheard-of {} x", "git checkout -- {}", "rg x {}", "find {} -exec rm {{}} ;",
]  # fmt: skip
_NAME = st.text("abk._-", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))


@given(
    parts=st.lists(_NAME, min_size=2, max_size=4),
    above=st.integers(0, 3),
    command=st.sampled_from(COMMANDS),
    form=st.sampled_from(['resource in Dir::"{}"', 'resource == Path::"{}"']),
    shell=st.booleans(),
)
def test_no_recursive_command_passes_a_rule_below(
    policy_of: PolicyOf,
    agent: Entity,
    parts: list[str],
    above: int,
    command: str,
    form: str,
    shell: bool,
) -> None:
    path, start = "/".join(parts), "/".join(parts[: min(above, len(parts) - 1)]) or "."
    policy = policy_of(
        f"permit(principal, action, resource);\n"
        f'forbid(principal, action in Action::"fs", {form.format(path)});'
    )
    line = command.format(f"./{start}")
    params: dict[str, object] = (
        {"command": line.replace(";", "\\;")} if shell else {"argv": line.split()}
    )
    facts = facts_of("shell.exec" if shell else "process.exec", params, policy.known, WORLD)
    assert not judge(policy, facts, agent, NOON).allowed


@given(st.lists(_NAME, min_size=2, max_size=4), st.integers(1, 3))
def test_no_deletion_passes_a_rule_below(
    policy_of: PolicyOf, agent: Entity, parts: list[str], above: int
) -> None:
    path, start = "/".join(parts), "/".join(parts[: min(above, len(parts) - 1)])
    policy = policy_of(
        f"permit(principal, action, resource);\n"
        f'forbid(principal, action in Action::"fs", resource in Dir::"{path}");'
    )
    try:
        facts = facts_of("fs.delete", {"path": start}, policy.known, WORLD)
    except InvalidIntent:
        return  # a name that no fs.* kind takes
    assert not judge(policy, facts, agent, NOON).allowed


def test_a_place_that_no_workspace_has_holds_no_workspace() -> None:
    named = Mentioned(frozenset({"src/keys"}))
    elsewhere = World({"docs": "/w/docs", "web": "/w/web"})
    assert list(mentioned_below("src", named, elsewhere)) == ["src/keys"]
    assert list(mentioned_below("//other", named, elsewhere)) == []
