"""Custom tools: parameters typed, and templates judged as what they are."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from holdfast.policy.cedar.values import Record, decimal, make_set
from holdfast.policy.facts.kinds import KINDS, facts_of, payload_digest
from holdfast.policy.facts.mentions import UNKNOWN, Known
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable, World
from holdfast.policy.source.tables import (
    BoolType,
    DecimalType,
    EnumType,
    ExecTemplate,
    HttpTemplate,
    IntType,
    OpaqueType,
    Param,
    ParamRef,
    SetType,
    StringType,
    Tool,
    ToolResource,
)
from holdfast.proto.errors import HoldfastError
from holdfast.proto.reasons import Code

WORLD = World(workspaces={"main": "/workspace"}, resolved={"plant.internal": ("10.0.0.1",)})

DEPLOY = Tool(
    "deploy.run",
    "critical",
    "caller",
    params=(
        Param("env", EnumType(("dev", "prod"))),
        Param("percent", IntType(0, 100), default=10),
        Param("dry", BoolType(), default=False),
        Param("ratio", DecimalType(), default="0.5"),
        Param("tags", SetType(StringType(8)), default=()),
        Param("ports", SetType(IntType(1, 9)), default=()),
        Param("note", StringType(10), default=""),
        Param("extra", OpaqueType(), default=None),
    ),
)
ROLL = Tool(
    "deploy.roll",
    "write",
    "runtime",
    params=(Param("app", StringType()), Param("count", IntType()), Param("fast", BoolType())),
    template=ExecTemplate(("cat", ParamRef("app"), ParamRef("count"), ParamRef("fast"))),
)
CALL = Tool(
    "valve.set",
    "write",
    "runtime",
    params=(Param("name", StringType()), Param("options", OpaqueType(), default=None)),
    template=HttpTemplate("POST", ("https://plant.internal/valves/", ParamRef("name"), "?x=1")),
)
READ = Tool(
    "log.read",
    "read",
    "caller",
    params=(Param("file", StringType()),),
    resource=ToolResource("Path", "file"),
)
HOOK = Tool(
    "hook.call",
    "write",
    "caller",
    params=(Param("url", StringType()),),
    resource=ToolResource("Url", "url"),
)
TOKEN = Tool(
    "token.use",
    "critical",
    "caller",
    params=(Param("secret", StringType()),),
    resource=ToolResource("Secret", "secret"),
)
SHAPE = Tool(
    "shape.run",
    "write",
    "runtime",
    params=(Param("x", SetType(StringType())),),
    template=ExecTemplate(("cat", ParamRef("x"))),
)
TOOLS = {tool.kind: tool for tool in (DEPLOY, ROLL, CALL, READ, HOOK, TOKEN, SHAPE)}


def test_params_are_typed_and_opaque_ones_are_not_judged() -> None:
    params: dict[str, object] = {
        "env": "prod",
        "percent": 40,
        "dry": True,
        "ratio": "1.25",
        "tags": ["a", "b", "a"],
        "ports": [1, 2],
        "note": "hello",
        "extra": {"anything": [1.5, None]},
    }
    facts = facts_of("deploy.run", params, Known(TOOLS), WORLD)
    (touch,) = facts.touches
    assert (touch.action, str(touch.resource.uid)) == ("deploy.run", 'Tool::"deploy.run"')
    assert touch.resource.attrs == {"name": "deploy.run"}
    assert touch.context["params"] == Record(
        {
            "env": "prod",
            "percent": 40,
            "dry": True,
            "ratio": decimal("1.25"),
            "tags": make_set(["a", "b"]),
            "ports": make_set([1, 2]),
            "note": "hello",
        }
    )
    copied = {"tags": ("a", "b", "a"), "ports": (1, 2), "extra": {"anything": (1.5, None)}}
    assert facts.payload == {"params": {**params, **copied}}


def test_defaults_are_filled_in_and_bound() -> None:
    facts = facts_of("deploy.run", {"env": "dev"}, Known(TOOLS), WORLD)
    given = facts.touches[0].context["params"]
    assert isinstance(given, Record)
    assert (given["percent"], given["dry"], given["tags"]) == (10, False, frozenset())
    other = facts_of("deploy.run", {"env": "dev", "extra": 1}, Known(TOOLS), WORLD)
    assert other.digest != facts.digest
    assert other.touches == facts.touches


REFUSED: list[tuple[str, Mapping[str, object], str, str]] = [
    ("deploy.run", {}, "env", "is missing"),
    ("deploy.run", {"env": "prod", "enw": 1}, "enw", "unknown parameter"),
    ("deploy.run", {"env": "stage"}, "env", "is not one of its values"),
    ("deploy.run", {"env": 1}, "env", "must be a string"),
    ("deploy.run", {"env": "dev", "percent": 101}, "percent", "101 is out of range"),
    ("deploy.run", {"env": "dev", "percent": -1}, "percent", "-1 is out of range"),
    ("deploy.run", {"env": "dev", "percent": 1.0}, "percent", "must be a whole number"),
    ("deploy.run", {"env": "dev", "percent": True}, "percent", "must be a whole number"),
    ("deploy.run", {"env": "dev", "percent": "1"}, "percent", "must be a whole number"),
    ("deploy.run", {"env": "dev", "dry": 0}, "dry", "must be true or false"),
    ("deploy.run", {"env": "dev", "ratio": "1"}, "ratio", "is not a decimal"),
    ("deploy.run", {"env": "dev", "ratio": 1.5}, "ratio", "must be a string"),
    ("deploy.run", {"env": "dev", "tags": "a"}, "tags", "must be a list"),
    ("deploy.run", {"env": "dev", "tags": [1]}, "tags", "must be a string"),
    ("deploy.run", {"env": "dev", "tags": ["a"] * 257}, "tags", "has 257 items"),
    ("deploy.run", {"env": "dev", "tags": ["x" * 9]}, "tags", "is 9 characters long"),
    ("deploy.run", {"env": "dev", "ports": [0]}, "ports", "out of range"),
    ("deploy.run", {"env": "dev", "note": "e\u0301"}, "note", "is not in Unicode form NFC"),
    ("deploy.roll", {"app": "-rf", "count": 1, "fast": True}, "app", "be read as an option"),
    ("deploy.roll", {"app": "x", "count": -1, "fast": True}, "count", "be read as an option"),
    ("deploy.roll", {"app": "", "count": 1, "fast": True}, "app", "is empty"),
    ("deploy.roll", {"app": "a\0b", "count": 1, "fast": True}, "app", "holds a NUL"),
    ("deploy.roll", {"app": "x" * 4097, "count": 1, "fast": True}, "app", ""),
    ("valve.set", {"name": ".."}, "name", "would climb in the URL"),
    ("valve.set", {"name": "."}, "name", "would climb in the URL"),
    ("log.read", {"file": "../x"}, "file", ""),
    ("log.read", {"file": "/etc/passwd"}, "file", ""),
    ("shape.run", {"x": ["a"]}, "x", "cannot stand in a template"),
]


@pytest.mark.parametrize(("kind", "params", "field", "says"), REFUSED)
def test_is_refused(kind: str, params: Mapping[str, object], field: str, says: str) -> None:
    with pytest.raises(InvalidIntent) as refused:
        facts_of(kind, params, Known(TOOLS), WORLD)
    assert refused.value.field == field
    assert says in refused.value.message


def test_a_program_template_is_also_judged_as_the_program_it_runs() -> None:
    facts = facts_of("deploy.roll", {"app": "web", "count": 3, "fast": True}, Known(TOOLS), WORLD)
    judged = [(touch.action, str(touch.resource.uid)) for touch in facts.touches]
    assert judged[:2] == [
        ("deploy.roll", 'Tool::"deploy.roll"'),
        ("process.exec", 'Program::"cat"'),
    ]
    assert ("fs.read", 'Path::"web"') in judged
    assert facts.payload["argv"] == ("cat", "web", "3", "true")


def test_a_request_template_is_also_judged_as_the_request_it_makes() -> None:
    facts = facts_of("valve.set", {"name": "a/b?c&d=é"}, Known(TOOLS), WORLD)
    judged = [(touch.action, touch.resource.attrs.get("path")) for touch in facts.touches]
    assert judged == [
        ("valve.set", None),
        ("net.request", "/valves/a%2Fb%3Fc%26d%3D%C3%A9"),
        ("net.request", "/valves/a/b%3Fc%26d%3D%C3%A9"),
    ]
    assert facts.touches[1].resource.attrs["ip_class"] == "private"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_parameter_never_leaves_its_place(text: str) -> None:
    try:
        facts = facts_of("valve.set", {"name": text}, Known(TOOLS), WORLD)
    except (InvalidIntent, Unjudgeable):
        return
    resource = facts.touches[1].resource
    path = str(resource.attrs["path"])
    assert path.startswith("/valves/")
    assert path.count("/") == 2
    assert resource.attrs["query"] in {"x=1", "?x=1"}
    assert resource.attrs["host"] == "plant.internal"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_parameter_is_exactly_one_argument(text: str) -> None:
    try:
        params = {"app": text, "count": 1, "fast": False}
        facts = facts_of("deploy.roll", params, Known(TOOLS), WORLD)
    except (InvalidIntent, Unjudgeable):
        return
    assert facts.payload["argv"] == ("cat", text, "1", "false")
    assert not text.startswith("-")


def test_a_parameter_may_name_what_is_touched() -> None:
    def touched(kind: str, params: Mapping[str, object]) -> list[str]:
        facts = facts_of(kind, params, Known(TOOLS), WORLD)
        assert {touch.action for touch in facts.touches} == {kind}
        return [str(touch.resource.uid) for touch in facts.touches]

    assert touched("log.read", {"file": "var/log/a"}) == ['Path::"var/log/a"']
    assert touched("hook.call", {"url": "https://plant.internal/x"})[0].startswith("Url::")
    assert touched("token.use", {"secret": "deploy-token"}) == ['Secret::"deploy-token"']


def test_an_unknown_kind_is_refused_with_a_guess() -> None:
    with pytest.raises(HoldfastError) as refused:
        facts_of("fs.raed", {"path": "a"}, Known(TOOLS), WORLD)
    assert (refused.value.code, refused.value.hint) == (
        Code.UNKNOWN_KIND,
        "did you mean `fs.read`?",
    )


def test_echo() -> None:
    facts = facts_of("tool.echo", {"text": "hi"}, UNKNOWN, WORLD)
    assert facts.payload == {"text": "hi"}
    assert facts.touches[0].context["params"] == Record({"text": "hi"})
    with pytest.raises(InvalidIntent):
        facts_of("tool.echo", {"text": 1}, UNKNOWN, WORLD)


SMALLEST: Mapping[str, Mapping[str, object]] = {
    "fs.read": {"path": "a"},
    "fs.list": {},
    "fs.write": {"path": "a", "content": "x"},
    "fs.patch": {"patch": "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"},
    "fs.delete": {"path": "a"},
    "process.exec": {"argv": ["ls"]},
    "shell.exec": {"command": "ls"},
    "net.request": {"method": "GET", "url": "https://plant.internal/"},
    "secret.checkout": {"name": "deploy-token", "destination": "plant.internal"},
    "secret.use": {"name": "deploy-token", "destination": "plant.internal"},
    "repo.publish": {"remote": "https://git.example.com/a/b.git", "branch": "main"},
    "mcp.call": {"server": "s", "tool": "t", "arguments": {}},
    "tool.echo": {"text": "x"},
}


def test_every_kind_has_a_smallest_intent() -> None:
    assert set(SMALLEST) == set(KINDS)
    digests = {facts_of(kind, params, UNKNOWN, WORLD).digest for kind, params in SMALLEST.items()}
    assert len(digests) == len(SMALLEST)


@pytest.mark.parametrize("kind", KINDS)
def test_a_param_nobody_knows_is_refused_by_every_kind(kind: str) -> None:
    with pytest.raises(InvalidIntent):
        facts_of(kind, {**SMALLEST[kind], "nobody_knows": 1}, UNKNOWN, WORLD)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], {}, "\ud800", "\0", "e\u0301"])
def test_a_param_of_the_wrong_type_is_refused_or_judged_never_a_crash(
    kind: str, value: object
) -> None:
    for name in SMALLEST[kind]:
        try:
            facts_of(kind, {**SMALLEST[kind], name: value}, UNKNOWN, WORLD)
        except (InvalidIntent, Unjudgeable):
            continue


def test_bytes_are_bound_by_their_digest() -> None:
    one = payload_digest("fs.write", {"path": "a", "content": b"x"})
    assert one.startswith("sha256:")
    assert one != payload_digest("fs.write", {"path": "a", "content": b"y"})
    assert one != payload_digest("fs.patch", {"path": "a", "content": b"x"})
