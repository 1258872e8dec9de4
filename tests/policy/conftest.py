"""Policies made of rule text alone, for tests of what a policy decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import cedarpy
import pytest

from holdfast.policy.actions import action_entities
from holdfast.policy.cedar.program import compile_program
from holdfast.policy.cedar.values import Entity, Uid
from holdfast.policy.facts.mentions import Known
from holdfast.policy.facts.model import Facts, Touch
from holdfast.policy.facts.paths import path_entity
from holdfast.policy.mentioned import mentioned_paths
from holdfast.policy.obligations import Owed
from holdfast.policy.policy import Policy, Rule
from holdfast.policy.source.tables import BASELINE_PROFILE, Limits, Manifest, Profile, Tool, Who
from holdfast.proto.decision import RuleRef
from holdfast.proto.digests import Sha256Digest
from holdfast.proto.ids import BundleName, PolicyRef

REF = PolicyRef(BundleName("test"), 1, Sha256Digest("00" * 32))

PolicyOf = Callable[..., Policy]
ReadsOf = Callable[..., Facts]


def _policy(
    text: str,
    *,
    tools: Sequence[Tool] = (),
    profiles: Mapping[str, Profile] | None = None,
    who: Who | None = None,
    ref: PolicyRef = REF,
) -> Policy:
    """Compile rules without linting them: laws must hold for rules nobody would write, too."""
    tree = cedarpy.policies_to_pst(text)
    templates = [tree.static_policies[f"policy{i}"] for i in range(len(tree.static_policies))]
    rules = tuple(
        Rule(
            index=index,
            id=rule.annotations.get("id", f"rule-{index}"),
            effect=rule.effect,
            ref=RuleRef(rule.annotations.get("id", f"rule-{index}"), "rules/test.cedar", index + 1),
            reason=rule.annotations.get("reason", ""),
            hint=rule.annotations.get("hint", ""),
            needs=rule.annotations.get("needs"),
            profile=rule.annotations.get("profile"),
            advice=rule.annotations.get("advice", ""),
        )
        for index, rule in enumerate(templates)
    )
    return Policy(
        ref=ref,
        ref_text=str(ref),
        manifest=Manifest("test"),
        program=compile_program(templates),
        rules=rules,
        actions=action_entities(tools),
        who=who or Who(),
        tools={tool.kind: tool for tool in tools},
        known=Known({tool.kind: tool for tool in tools}, mentioned_paths(templates)),
        approvals={},
        profiles=profiles or {},
        default_profile=BASELINE_PROFILE,
        owed=Owed(BASELINE_PROFILE, profiles or {}),
        limits=Limits(),
        texts={},
        cases=(),
        probes=(),
    )


def _touching(*paths: str, action: str = "fs.read") -> Facts:
    touches = tuple(Touch(action, path_entity(path), {}) for path in paths)
    return Facts(action, touches, {}, "sha256:" + "00" * 32)


@pytest.fixture(scope="session")
def policy_of() -> PolicyOf:
    """Compile rule text to a policy."""
    return _policy


@pytest.fixture(scope="session")
def touching() -> ReadsOf:
    """Make the facts of an intent that touches these paths."""
    return _touching


@pytest.fixture(scope="session")
def agent() -> Entity:
    """Return an agent of the group `builders`."""
    return Entity(
        Uid("Agent", "builder"),
        {"project": "web", "auth": "uid", "assurance": "local"},
        frozenset({Uid("Group", "builders")}),
    )
