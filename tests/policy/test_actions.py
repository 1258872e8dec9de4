"""The action table says what the shipped schema says."""

from __future__ import annotations

import re
from importlib.resources import files

import cedarpy
import pytest

from holdfast.policy.actions import BUILT_IN, action_entities, groups_of
from holdfast.policy.cedar.values import Uid
from holdfast.policy.source.tables import Effect, Tool

SCHEMA = (files("holdfast.policy.schema") / "holdfast.cedarschema").read_text(encoding="utf-8")
_DECLARED = re.compile(r'^action ((?:"[^"]+"(?:, )?)+) in .* appliesTo', re.MULTILINE)
GROUPS = ("read", "write", "critical", "fs", "process", "net", "secret", "repo", "mcp", "tool")
RESOURCES = {
    "fs": "Path",
    "process": "Program",
    "net": "Url",
    "secret": "Secret",
    "repo": "Repo",
    "mcp": "McpTool",
    "tool": "Tool",
}


def test_every_action_of_the_schema_is_in_the_table() -> None:
    declared = {
        name for group in _DECLARED.findall(SCHEMA) for name in re.findall(r'"([^"]+)"', group)
    }
    assert declared == set(BUILT_IN)


@pytest.mark.parametrize("action", BUILT_IN)
@pytest.mark.parametrize("group", GROUPS)
def test_the_engine_puts_each_action_in_the_same_groups(action: str, group: str) -> None:
    # With a schema the engine knows the action hierarchy; the rule asks it about one group.
    answer = cedarpy.is_authorized(  # pyright: ignore[reportUnknownMemberType]
        {
            "principal": 'Agent::"a"',
            "action": f'Action::"{action}"',
            "resource": f'{RESOURCES[action.partition(".")[0]]}::"x"',
            "context": {},
        },
        f'permit(principal, action in Action::"{group}", resource);',
        cedarpy.Entities.from_json_str("[]", SCHEMA),  # pyright: ignore[reportUnknownMemberType]
    )
    assert answer.allowed == (group in BUILT_IN[action])


@pytest.mark.parametrize(
    ("effect", "groups"),
    [
        ("read", {"tool", "deploy", "read"}),
        ("write", {"tool", "deploy", "write"}),
        ("critical", {"tool", "deploy", "critical", "write"}),
    ],
)
def test_a_custom_tool_is_in_its_effect_and_its_prefix(effect: Effect, groups: set[str]) -> None:
    tool = Tool("deploy.run", effect, "caller")
    assert set(groups_of(tool)) == groups
    entity = action_entities([tool])["deploy.run"]
    assert entity.ancestors == {Uid("Action", group) for group in groups}
    assert set(action_entities([tool])) == {*BUILT_IN, "deploy.run"}
