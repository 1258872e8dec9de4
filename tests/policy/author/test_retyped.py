"""Stored probes that a diff shows are told as intents, where an intent shows the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

import pytest

from holdfast.policy.author.diff import diff
from holdfast.policy.author.retyped import retyped
from holdfast.policy.author.spoken import Probed
from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.mentions import UNKNOWN
from holdfast.policy.facts.model import Facts, Touch, World
from holdfast.policy.source.tables import Situation
from tests.policy.author.conftest import Load

HOST: Final = "db.example.org"
WORLD: Final = World(workspaces={"main": "/workspace"}, resolved={HOST: ("10.0.0.7",)})
TOLD: Final[tuple[tuple[str, Mapping[str, object]], ...]] = (
    ("fs.read", {"path": "src/app.py"}),
    ("fs.list", {"path": "src"}),
    ("fs.delete", {"path": "key.pem"}),
    ("fs.write", {"path": "a.txt", "content": "xxx"}),
    ("process.exec", {"argv": ["git", "status"]}),
    ("process.exec", {"argv": ["rm", "-f", "-r", "build"]}),
    ("process.exec", {"argv": ["git", "diff", "--cached", "src/app.py"]}),
    ("shell.exec", {"command": "git status; cat 'a b'"}),
    ("net.request", {"url": f"https://{HOST}/a?b=c", "method": "GET"}),
    ("net.request", {"url": "https://192.0.2.1/", "method": "POST"}),
    ("secret.checkout", {"name": "token", "destination": "api.example.com", "uses": 2}),
    ("repo.publish", {"remote": "https://git.example.com/a/b", "branch": "main", "force": True}),
    ("mcp.call", {"server": "wiki", "tool": "search"}),
    ("tool.echo", {"text": "hello"}),
)
"""Intents whose facts tell them: stored, and read back from what was stored."""


def stored(kind: str, params: Mapping[str, object]) -> Probed:
    return Probed("coder", facts_of(kind, params, UNKNOWN, WORLD))


@pytest.mark.parametrize(("kind", "params"), TOLD, ids=lambda one: str(one)[:40])
def test_facts_tell_their_intent(kind: str, params: Mapping[str, object]) -> None:
    probe = stored(kind, params)
    typed = retyped(probe)
    assert typed is not None
    assert (typed.subject, typed.kind, dict(typed.params)) == ("coder", kind, params)
    world = dataclasses.replace(WORLD, resolved=typed.resolve)
    assert facts_of(kind, typed.params, UNKNOWN, world).touches == probe.facts.touches


def test_long_content_is_told_shorter() -> None:
    typed = retyped(stored("fs.write", {"path": "a", "content": "y" * 9999}))
    assert typed is not None
    assert typed.params["content"] == "x" * 64


PATCH: Final = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"


def test_what_has_no_plain_form_is_not_told() -> None:
    assert retyped(stored("fs.patch", {"patch": PATCH})) is None
    several = stored("process.exec", {"argv": ["nice", "git", "status"]})
    assert sum(one.action == "process.exec" for one in several.facts.touches) > 1
    assert retyped(several) is None
    touch = Touch("tool.echo", stored("tool.echo", {"text": "a"}).facts.touches[0].resource, {})
    assert retyped(Probed("coder", Facts("tool.echo", (touch,), {}, ""))) is None
    assert retyped(Probed("coder", Facts("fs.read", (), {}, ""))) is None


def test_a_flip_only_probes_show_is_an_intent(load: Load) -> None:
    """What the corpus found is shown as something to type."""
    edit = (
        '@id("wc") permit(principal, action == Action::"process.exec", resource == Program::"wc")'
        ' when { context.args.contains("a.txt") };'
    )
    old, new = load("repo"), load("repo", [{"file": "rules/repo.cedar", "add": edit}])
    probe = facts_of("process.exec", {"argv": ["wc", "-l", "a.txt"]}, UNKNOWN, WORLD)
    told = diff(old, new, corpus=[probe]).flips
    assert told
    assert all(isinstance(flip.witness, Situation) for flip in told)
