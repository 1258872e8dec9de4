"""Parameters of process.exec and shell.exec."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.mentions import UNKNOWN
from holdfast.policy.facts.model import InvalidIntent, World

WORLD = World(workspaces={"main": "/workspace", "docs": "/docs"})
LS = {"argv": ["ls", "x"]}

REFUSED: list[tuple[str, Mapping[str, object], str, str]] = [
    ("process.exec", {}, "argv", "is missing"),
    ("process.exec", {"argv": "ls"}, "argv", "must be a list"),
    ("process.exec", {"argv": []}, "argv", "names no program"),
    ("process.exec", {"argv": ["ls", 1]}, "argv[1]", "must be a string"),
    ("process.exec", {**LS, "workdir": "/tmp"}, "workdir", ""),
    ("process.exec", {**LS, "workdir": "../x"}, "workdir", ""),
    ("process.exec", {**LS, "workdir": "//nowhere"}, "workdir", ""),
    ("process.exec", {**LS, "workdir": "//docs/../main"}, "workdir", ""),
    ("process.exec", {**LS, "workdir": "//docs/"}, "workdir", ""),
    ("process.exec", {**LS, "workdir": 1}, "workdir", "must be a string"),
    ("process.exec", {**LS, "env": []}, "env", "must be an object"),
    ("process.exec", {**LS, "env": {"A B": "x"}}, "env", "is no name"),
    ("process.exec", {**LS, "env": {"A": 1}}, "env.A", "must be a string"),
    ("process.exec", {**LS, "env": {"A": "\0"}}, "env.A", "holds a NUL"),
    ("process.exec", {**LS, "env": {f"A{i}": "" for i in range(65)}}, "env", "has 65 names"),
    ("process.exec", {**LS, "stdin": 1}, "stdin", "must be a string"),
    ("shell.exec", {"command": 1}, "command", "must be a string"),
    ("shell.exec", {"command": "ls", "env": {}}, "env", "unknown parameter"),
]


@pytest.mark.parametrize(("kind", "params", "field", "says"), REFUSED)
def test_is_refused(kind: str, params: Mapping[str, object], field: str, says: str) -> None:
    with pytest.raises(InvalidIntent) as refused:
        facts_of(kind, params, UNKNOWN, WORLD)
    assert refused.value.field == field
    assert says in refused.value.message


PAYLOADS: list[tuple[Mapping[str, object], Mapping[str, object]]] = [
    (LS, {"argv": ("ls", "x"), "workdir": "."}),
    ({**LS, "workdir": "src"}, {"argv": ("ls", "x"), "workdir": "src"}),
    ({**LS, "env": {}}, {"argv": ("ls", "x"), "workdir": "."}),
    ({**LS, "env": {"CI": "1"}}, {"argv": ("ls", "x"), "workdir": ".", "env": {"CI": "1"}}),
    ({**LS, "stdin": "hi"}, {"argv": ("ls", "x"), "workdir": ".", "stdin": b"hi"}),
]


@pytest.mark.parametrize(("params", "payload"), PAYLOADS)
def test_payload(params: Mapping[str, object], payload: Mapping[str, object]) -> None:
    assert facts_of("process.exec", params, UNKNOWN, WORLD).payload == payload


def test_every_part_of_the_payload_is_bound() -> None:
    digests = {facts_of("process.exec", params, UNKNOWN, WORLD).digest for params, _ in PAYLOADS}
    assert len(digests) == len(PAYLOADS) - 1  # an empty environment is none


@pytest.mark.parametrize(
    ("workdir", "path"),
    [(".", "x"), ("src", "src/x"), ("//docs", "//docs/x"), ("//docs/a", "//docs/a/x")],
)
def test_operands_are_relative_to_the_workdir(workdir: str, path: str) -> None:
    for kind, params in (
        ("process.exec", {"argv": ["cat", "x"]}),
        ("shell.exec", {"command": "cat x"}),
    ):
        facts = facts_of(kind, {**params, "workdir": workdir}, UNKNOWN, WORLD)
        assert [touch.resource.uid.id for touch in facts.touches] == ["cat", path]
        assert facts.touches[0].context["workdir"] == workdir


def test_an_environment_that_runs_code_is_seen() -> None:
    plain = facts_of("process.exec", {**LS, "env": {"CI": "1"}}, UNKNOWN, WORLD)
    loaded = facts_of("process.exec", {**LS, "env": {"LD_PRELOAD": "x.so"}}, UNKNOWN, WORLD)
    assert plain.touches[0].context["runs_code"] is False
    assert loaded.touches[0].context["runs_code"] is True
