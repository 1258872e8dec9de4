"""What good files become, value by value."""

from __future__ import annotations

from holdfast.policy.source.read_approvals import read_approvals
from holdfast.policy.source.read_cases import read_cases, read_probes
from holdfast.policy.source.read_limits import read_limits
from holdfast.policy.source.read_manifest import read_manifest
from holdfast.policy.source.read_profiles import read_profiles
from holdfast.policy.source.read_tools import read_tools
from holdfast.policy.source.read_who import read_who
from holdfast.policy.source.reading import Table, TomlFile, read_toml
from holdfast.policy.source.tables import (
    MISSING,
    Accepted,
    Approval,
    Bucket,
    Budget,
    EngineRange,
    EnumType,
    Evidence,
    ExecTemplate,
    HttpTemplate,
    IntType,
    KeyIdentity,
    OpaqueType,
    Param,
    ParamRef,
    Sandbox,
    SetType,
    SpiffeIdentity,
    StringType,
    TokenIdentity,
    ToolResource,
    UidIdentity,
)


def _table(text: str) -> tuple[Table, TomlFile]:
    return read_toml("a.toml", text)


WHO = """
[[agent]]
id = "ci"
uid = 1001
spiffe = "spiffe://plant.example/ci"
key = "ci-1"
issuer = "https://login.example"
claims = { sub = "ci", aud = "holdfast" }
groups = ["bots"]
project = "app"
owner = "alice"
pep = true
[[person]]
id = "alice"
key = "alice-1"
groups = ["owners"]
[[person]]
id = "bob"
issuer = "https://login.example"
claims = { sub = "bob" }
[[group]]
id = "bots"
in = ["machines"]
[[group]]
id = "machines"
in = ["all"]
"""


def test_who() -> None:
    table, file = _table(WHO)
    who = read_who(table)
    assert file.problems == []
    assert [agent.id for agent in who.agents] == ["ci"]
    assert [person.id for person in who.people] == ["alice", "bob"]
    ci = who.subject("ci")
    assert ci is not None
    assert (ci.kind, ci.project, ci.owner, ci.pep) == ("Agent", "app", "alice", True)
    token = TokenIdentity("https://login.example", (("aud", "holdfast"), ("sub", "ci")))
    assert ci.identities == (
        UidIdentity(1001), SpiffeIdentity("spiffe://plant.example/ci"), KeyIdentity("ci-1"), token
    )  # fmt: skip
    assert who.groups == {
        "bots": {"machines", "all"}, "machines": {"all"}, "all": set(), "owners": set()
    }  # fmt: skip
    assert who.groups_of("ci") == {"bots", "machines", "all"}
    assert who.groups_of("bob") == frozenset()
    assert who.groups_of("nobody") == frozenset()
    assert who.members("all") == {"ci"}
    assert who.members("owners") == {"alice"}


def test_who_is_it() -> None:
    who = read_who(_table(WHO)[0])
    assert who.subject("nobody") is None
    for identity, name in ((UidIdentity(1001), "ci"), (KeyIdentity("alice-1"), "alice")):
        found = who.identified_by(identity)
        assert found is not None
        assert found.id == name
    assert who.identified_by(UidIdentity(7)) is None
    bob = who.bearer_of("https://login.example", {"sub": "bob", "x": 1})
    assert bob is not None
    assert bob.id == "bob"
    assert who.bearer_of("https://login.example", {"sub": "ci"}) is None
    assert who.bearer_of("https://other.example", {"sub": "bob"}) is None


def test_manifest() -> None:
    table, file = _table(
        'name = "demo"\nprofile = "base"\nprobe_corpus = "core-2"\nvalidity = "90d"\n'
        '[engine]\nsemantics = 2\nmin_runtime = "1.2"\n'
        '[[accepted]]\nwitness = "w"\nfrom = "deny"\nto = "allow"\nwhy = "because"\n'
    )
    manifest = read_manifest(table)
    assert file.problems == []
    assert (manifest.name, manifest.default_profile) == ("demo", "base")
    assert (manifest.probe_corpus, manifest.validity_ms) == ("core-2", 90 * 86_400_000)
    assert manifest.engine == EngineRange(2, "1.2")
    assert manifest.accepted == (Accepted("w", "deny", "allow", "because"),)


def test_approvals() -> None:
    table, file = _table('[deploy]\nslots = [["a", "b"], ["c"]]\nttl = "1h30m"\nuses = 2\n')
    found = read_approvals(table, None)["deploy"]
    assert file.problems == []
    assert found == Approval(
        name="deploy",
        slots=(frozenset({"a", "b"}), frozenset({"c"})),
        ttl_ms=5_400_000,
        uses=2,
        place=found.place,
    )
    assert (found.place.line, found.pending_ttl_ms, found.scope) == (1, 3_600_000, "exact")


def test_profiles() -> None:
    table, file = _table(
        '[a]\nsandbox = "strict"\ntimeout = "2m"\noutput_bytes = 10\noutput_lines = 3\n'
        'network = ["x.example"]\nredact = ["t"]\nhide = ["s/", "*.pem"]\nuntrusted_output = true\n'
        'evidence = { copies = 2, within = "5s" }\n[b]\nnetwork = []\n[c]\n'
    )
    found = read_profiles(table)
    assert file.problems == []
    a, b, c = found["a"], found["b"], found["c"]
    assert (a.sandbox, a.timeout_ms, a.output_bytes, a.output_lines) == (2, 120_000, 10, 3)
    assert a.network == frozenset({"x.example"})
    assert a.redact == {"t"}
    assert a.hide == {"s/", "*.pem"}
    assert (a.untrusted_output, a.evidence) == (True, Evidence(2, 5000))
    assert b.network == frozenset()
    assert c.network is None
    assert c.sandbox is Sandbox.NONE < Sandbox.WORKSPACE < Sandbox.STRICT


def test_limits() -> None:
    table, file = _table(
        '[principal_action]\nrate = "10/s"\nburst = 20\n[tenant]\nrate = "5/d"\n'
        "[budget]\nexecutions_per_day = 7\n"
    )
    found = read_limits(table)
    assert file.problems == []
    assert found.principal_action == Bucket(10, 1000, 20)
    assert found.tenant == Bucket(5, 86_400_000, 5)
    assert found.global_tool is None
    assert found.budget == Budget(executions_per_day=7)


def test_tools() -> None:
    table, file = _table(
        '[tool."a.b"]\neffect = "critical"\nrun = "runtime"\nidempotent = true\ntimeout = "5s"\n'
        'exec = ["kubectl", "rollout", "{app}"]\nresource = { type = "Path", param = "app" }\n'
        '[tool."a.b".params]\napp = { type = "string", max_length = 9 }\n'
        'n = { type = "int", min = 0, max = 3, default = 1 }\nz = { type = "opaque" }\n'
        's = { type = "set<enum>", values = ["x"] }\n'
        '[tool."a.c"]\neffect = "read"\n'
        'http = { method = "GET", url = "https://h.example:8443/{id}/x?q={id}" }\n'
        'params.id = { type = "string" }\n'
    )
    tools = read_tools(table)
    assert file.problems == []
    one, two = tools["a.b"], tools["a.c"]
    assert (one.prefix, one.effect, one.run, one.idempotent) == ("a", "critical", "runtime", True)
    assert one.params == (
        Param("app", StringType(9)), Param("n", IntType(0, 3), 1), Param("z", OpaqueType()),
        Param("s", SetType(EnumType(("x",)))),
    )  # fmt: skip
    assert one.params[0].default is MISSING
    assert one.template == ExecTemplate(("kubectl", "rollout", ParamRef("app")))
    assert one.resource == ToolResource("Path", "app")
    hole = ParamRef("id")
    url = ("https://h.example:8443/", hole, "/x?q=", hole)
    assert two.template == HttpTemplate("GET", url)
    assert (two.run, two.resource, two.timeout_ms) == ("caller", None, 30_000)


def test_cases() -> None:
    table, file = _table(
        '[[test]]\nname = "n"\nas = "ci"\nkind = "fs.read"\nexpect = "allow"\nrule = "r"\n'
        'reason = "allowed"\nneeds = []\napprovals = ["a"]\nat = "1970-01-01T00:00:01.5Z"\n'
        'policy_age = "8d"\nsite = "s"\ndeployment = "prod"\nparams = { a = 1, b = [1.5, true] }\n'
        'resolve = { "x.example" = ["10.0.0.7", "::1"] }\n'
        'pinned = ["github/read_issue"]\nworkspaces = ["docs"]\n'
        '[[test]]\nname = "m"\nkind = "fs.read"\nexpect = "deny"\nrules = ["a", "b"]\n'
    )
    one, two = read_cases(table)
    assert file.problems == []
    assert (one.name, one.expect, one.rules, one.reason) == ("n", "allow", ("r",), "allowed")
    assert (one.needs, two.needs, two.rules) == (frozenset(), None, ("a", "b"))
    asked = one.situation
    assert (asked.subject, asked.kind, asked.params) == (
        "ci",
        "fs.read",
        {"a": 1, "b": [1.5, True]},
    )
    assert asked.approvals == {"a"}
    assert (asked.at_ms, asked.policy_age_ms) == (1500, 8 * 86_400_000)
    assert (asked.site, asked.deployment) == ("s", "prod")
    assert asked.resolve == {"x.example": ("10.0.0.7", "::1")}
    assert asked.pinned == {("github", "read_issue")}
    assert asked.workspaces == ("docs",)
    assert two.situation.subject is None
    assert two.situation.deployment is None
    assert (two.place.line, two.place.column) == (18, 1)


def test_probes() -> None:
    text = '\n{"kind": "fs.read", "params": {"a": null}, "as": "ci"}\n'
    (probe,), problems = read_probes("p.jsonl", text)
    assert problems == []
    assert (probe.situation.kind, probe.situation.params) == ("fs.read", {"a": None})
    assert (probe.place.line, probe.situation.subject) == (2, "ci")
