"""P-4: a decision on full facts, at 10 to 10,000 rules, beside the Cedar engine.

Rules of this file:
1. Both sides get everything already parsed: policies, entities, the request. The engine's entities
   are one store for all requests, and neither side is asked to parse or print.
2. Runs are interleaved, each figure is the median of them, in CPU time of this process.
3. Every decision is compared while it is measured: a fast wrong answer is no answer.
"""

from __future__ import annotations

import gc
import json
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import cedarpy

from holdfast.policy.cedar.program import Program, compile_program
from holdfast.policy.cedar.values import Entity, Request, Uid, Value, datetime, duration, ip
from holdfast.policy.loader import Loaded, load_policy

SIZES: Final[tuple[int, ...]] = (10, 100, 1_000, 10_000)
ROUNDS: Final = 7
REQUESTS: Final = 200
PEER_SECONDS: Final = 0.4
"""CPU seconds the engine gets in each round: at 10,000 rules that is some forty decisions."""

# The engine's stubs leave the insides of its dicts open.
ENGINE = cast(
    "Callable[..., cedarpy.AuthzResult]",
    cedarpy.is_authorized,  # pyright: ignore[reportUnknownMemberType]
)
READ = cast(
    "Callable[[str], cedarpy.Entities]",
    cedarpy.Entities.from_json_str,  # pyright: ignore[reportUnknownMemberType]
)

ACTIONS: Final = {
    "fs.read": ("fs", "read"),
    "fs.list": ("fs", "read"),
    "fs.write": ("fs", "write"),
    "fs.delete": ("fs", "write"),
    "process.exec": ("process", "write"),
    "net.request": ("net", "write"),
    "secret.use": ("secret", "critical"),
    "mcp.call": ("mcp", "write"),
}
LAYOUT: Final = ("src", "src/api", "tests", "docs", "src/core/db", "migrations")
PROGRAMS: Final = ("git", "cargo", "pytest", "make", "npm", "go")
EVERYWHERE: Final[tuple[str, ...]] = (
    "forbid(principal, action, resource is Path) when { resource.sensitive };",
    'forbid(principal, action in Action::"write", resource) when { resource.path like "*.pem" };',
    'forbid(principal, action == Action::"fs.delete", resource in Dir::".git");',
    'forbid(principal, action, resource is Url) when { resource.ip_class == "metadata" };',
    'permit(principal, action in Action::"read", resource in Dir::"docs");',
)
"""What every policy has, whatever its size."""


# ---- rules -------------------------------------------------------------------------------------


def rules(count: int) -> list[str]:
    """Write `count` rules: half on paths, a tenth on groups, the rest sets, ranges, addresses."""
    pick = random.Random(count)
    services = services_of(count)
    found: list[str] = list(EVERYWHERE)
    kinds: Sequence[tuple[Callable[[random.Random, int], str], int]] = (
        (_path_pattern, 25),
        (_path_tree, 25),
        (_group, 10),
        (_program, 14),
        (_url, 8),
        (_address, 6),
        (_range, 8),
        (_tool, 4),
    )
    makers = [maker for maker, weight in kinds for _ in range(weight)]
    while len(found) < count:
        found.append(pick.choice(makers)(pick, pick.randrange(services)))
    return found[:count]


def services_of(count: int) -> int:
    """A policy grows by services, each with as many rules as there are rules for everywhere."""
    return max(1, count // len(EVERYWHERE) - 1)


def _path_pattern(pick: random.Random, service: int) -> str:
    folder, ext = pick.choice(LAYOUT), pick.choice(("*", "*.py", "*.md", "*_test.py", "gen/*"))
    effect = pick.choice(("permit", "permit", "permit", "forbid"))
    action = pick.choice(('action == Action::"fs.write"', 'action in Action::"fs"', "action"))
    pattern = f"services/s{service}/{folder}/{ext}"
    condition = f'resource.path like "{pattern}"'
    return f"{effect}(principal, {action}, resource is Path) when {{ {condition} }};"


def _path_tree(pick: random.Random, service: int) -> str:
    action = pick.choice(('in Action::"read"', 'in Action::"write"', '== Action::"fs.write"'))
    rest = pick.choice(("", ' when { ["py", "md", "toml"].contains(resource.ext) }'))
    folder = f"services/s{service}/{pick.choice(LAYOUT)}"
    return f'permit(principal, action {action}, resource in Dir::"{folder}"){rest};'


def _group(pick: random.Random, service: int) -> str:
    action = pick.choice(("fs", "process", "net"))
    return (
        f'permit(principal in Group::"team-{service}", action in Action::"{action}", resource) '
        'when { context.deployment == "dev" };'
    )


def _program(pick: random.Random, service: int) -> str:
    return (
        f'permit(principal in Group::"team-{service}", action == Action::"process.exec", '
        f'resource == Program::"{pick.choice(PROGRAMS)}") '
        'when { ["status", "diff", "log", "test"].contains(context.subcommand) } '
        'unless { context.flags.contains("--force") || context.runs_code };'
    )


def _url(pick: random.Random, service: int) -> str:
    method = pick.choice(('["GET", "HEAD"]', '["GET", "POST", "PUT"]'))
    return (
        f'permit(principal, action == Action::"net.request", '
        f'resource in Domain::"s{service}.plant.internal") '
        f"when {{ {method}.contains(context.method) && context.size <= 1048576 }};"
    )


def _address(pick: random.Random, service: int) -> str:
    network = f"10.{service // 256}.{service % 256}.0/24"
    return (
        f'{pick.choice(("permit", "forbid"))}(principal, action == Action::"net.request", '
        f'resource is Url) when {{ resource has ip && resource.ip.isInRange(ip("{network}")) }};'
    )


def _range(pick: random.Random, service: int) -> str:
    return (
        f'permit(principal, action == Action::"fs.write", resource in Dir::"services/s{service}") '
        f"when {{ resource.size <= {pick.choice((65536, 1 << 20))} && context.local_hour >= 8 "
        "&& context.local_hour < 18 };"
    )


def _tool(pick: random.Random, service: int) -> str:
    name = pick.choice(("search", "read_issue", "create_issue"))
    tool = f'McpTool::"s{service}/{name}"'
    return f'permit(principal, action == Action::"mcp.call", resource == {tool});'


# ---- requests ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """One request, for both sides."""

    request: Request
    peer: Mapping[str, Any]


def questions(count: int) -> tuple[list[Question], list[dict[str, Any]]]:
    """Make requests on full facts for a policy of `count` rules, and the engine's entities."""
    pick = random.Random(count + 1)
    services = services_of(count)
    store: dict[Uid, Entity] = {}
    found: list[Question] = []
    for name, groups in ACTIONS.items():
        parents = frozenset(Uid("Action", group) for group in groups)
        _add(store, Entity(Uid("Action", name), {}, parents))
    while len(found) < REQUESTS:
        service = pick.randrange(services)
        principal = _add(store, _agent(pick, service))
        action, resource, extra = _touch(pick, service)
        thing = _add(store, resource)
        context = _moment(pick) | extra
        request = Request(principal, store[Uid("Action", action)], thing, context)
        peer = {
            "principal": str(principal.uid),
            "action": f'Action::"{action}"',
            "resource": str(thing.uid),
            "context": {name: as_json(value) for name, value in context.items()},
        }
        found.append(Question(request, peer))
    return found, [entity_json(entity) for entity in store.values()]


def _add(store: dict[Uid, Entity], entity: Entity) -> Entity:
    """Add to the engine's store; the first of one name stays."""
    return store.setdefault(entity.uid, entity)


def _agent(pick: random.Random, service: int) -> Entity:
    groups = {"agents", f"team-{service}", *pick.choice(((), ("night-shift",)))}
    attrs: dict[str, Value] = {"project": f"s{service}", "auth": "mtls", "assurance": "session"}
    name = f"{service}-{len(groups)}"
    return Entity(Uid("Agent", name), attrs, frozenset(Uid("Group", group) for group in groups))


def _touch(pick: random.Random, service: int) -> tuple[str, Entity, dict[str, Value]]:
    kind = pick.random()
    if kind < 0.6:
        action = pick.choice(("fs.read", "fs.write", "fs.write", "fs.list", "fs.delete"))
        return action, _path(pick, service), {}
    if kind < 0.75:
        name = pick.choice(PROGRAMS)
        uid, toolset = Uid("Program", name), Uid("Toolset", "build")
        attrs: dict[str, Value] = {"name": name, "path": name, "trusted": True}
        return "process.exec", Entity(uid, attrs, frozenset({toolset})), _program_facts(pick)
    if kind < 0.95:
        return "net.request", _host(pick, service), {"method": "GET", "size": 512}
    name = pick.choice(("search", "read_issue"))
    uid, server = Uid("McpTool", f"s{service}/{name}"), Uid("McpServer", f"s{service}")
    about: dict[str, Value] = {"server": server.id, "tool": name, "pinned": True}
    return "mcp.call", Entity(uid, about, frozenset({server})), {}


def _path(pick: random.Random, service: int) -> Entity:
    name = pick.choice(("app.py", "README.md", "model_test.py", "data.json", "gen/out.py"))
    path = f"services/s{service}/{pick.choice(LAYOUT)}/{name}"
    parts = path.split("/")
    above = [".", *("/".join(parts[:n]) for n in range(1, len(parts)))]
    ancestors = frozenset({Uid("Workspace", "main"), *(Uid("Dir", folder) for folder in above)})
    attrs: dict[str, Value] = {
        "name": parts[-1],
        "ext": parts[-1].rpartition(".")[2],
        "path": path,
        "depth": len(parts),
        "hidden": False,
        "sensitive": False,
        "size": 4096,
    }
    return Entity(Uid("Path", path), attrs, ancestors)


def _host(pick: random.Random, service: int) -> Entity:
    host = f"s{service}.plant.internal"
    address = f"10.{service // 256}.{service % 256}.{pick.randrange(1, 3)}"
    attrs: dict[str, Value] = {
        "scheme": "https",
        "host": host,
        "port": 443,
        "path": "/api/v1/items",
        "query": "",
        "ip_class": "private",
        "ip": ip(address),
    }
    above = frozenset(Uid("Domain", name) for name in (host, "plant.internal", "internal"))
    return Entity(Uid("Url", f"https://{host}/api/v1/items#{address}"), attrs, above)


def _program_facts(pick: random.Random) -> dict[str, Value]:
    subcommand = pick.choice(("status", "diff", "push", "test"))
    flags = frozenset(pick.sample(("--all", "--force", "-v", "--color"), 2))
    return {
        "subcommand": subcommand,
        "flags": flags,
        "args": frozenset({"src"}),
        "arg1": "src",
        "runs_code": False,
        "workdir": ".",
    }


def _moment(pick: random.Random) -> dict[str, Value]:
    return {
        "approvals": frozenset[str](),
        "now": datetime("2026-11-20T12:00:00Z"),
        "weekday": "fri",
        "local_hour": pick.choice((7, 12, 23)),
        "policy_age": duration("2h"),
        "site": "lyon",
        "deployment": pick.choice(("dev", "prod")),
        "digest": "sha256:" + "0" * 64,
    }


# ---- the peer's form ---------------------------------------------------------------------------


def as_json(value: Any) -> Any:  # noqa: ANN401 - it is JSON
    """Write a value as the engine's JSON."""
    if isinstance(value, frozenset):
        return sorted(cast("frozenset[str]", value))
    if isinstance(value, bool | int | str):
        return value
    text = {"Datetime": "2026-11-20T12:00:00Z", "Duration": "2h"}.get(type(value).__name__)
    if text is None:
        address = ".".join(str(byte) for byte in value.address.to_bytes(4))
        return {"__extn": {"fn": "ip", "arg": address}}
    return {"__extn": {"fn": type(value).__name__.lower(), "arg": text}}


def entity_json(entity: Entity) -> dict[str, Any]:
    """Write an entity as the engine's JSON."""
    return {
        "uid": entity.uid._asdict(),
        "attrs": {name: as_json(value) for name, value in entity.attrs.items()},
        "parents": [uid._asdict() for uid in entity.ancestors],
    }


# ---- measuring ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """One size, ready to run."""

    program: Program
    asked: Sequence[Question]
    policies: cedarpy.PolicySet
    entities: cedarpy.Entities
    compile_seconds: float

    def ours(self) -> float:
        """Decide every question; return microseconds each."""
        requests = [question.request for question in self.asked]
        evaluate = self.program.evaluate
        began = time.process_time_ns()
        for request in requests:
            evaluate(request)
        return (time.process_time_ns() - began) / len(requests) / 1e3

    def theirs(self, start: int) -> tuple[float, int]:
        """Let the engine decide for a while, compare, return microseconds each and how many."""
        spent = done = 0
        while spent < PEER_SECONDS * 1e9 and done < len(self.asked):
            question = self.asked[(start + done) % len(self.asked)]
            began = time.process_time_ns()
            answer = ENGINE(question.peer, self.policies, self.entities)
            spent += time.process_time_ns() - began
            done += 1
            self.compare(question, answer)
        return spent / done / 1e3, done

    def compare(self, question: Question, answer: cedarpy.AuthzResult) -> None:
        """Refuse to publish the speed of a wrong answer."""
        outcome = self.program.evaluate(question.request)
        rules = self.program.rules
        reasons = {rules[index].id for index in outcome.determining}
        errors = {rules[error.index].id for error in outcome.errors}
        theirs = (answer.allowed, set(answer.diagnostics.reasons), len(answer.diagnostics.errors))
        if (outcome.allowed, reasons, len(errors)) != theirs:
            raise AssertionError(f"disagreement on {question.request}: {outcome} or {theirs}")


def prepare(count: int) -> Bench:
    """Build one size."""
    text = "\n".join(rules(count))
    asked, entities = questions(count)
    templates = list(cedarpy.policies_to_pst(text).static_policies.values())
    began = time.process_time()
    program = compile_program(templates)
    took = time.process_time() - began
    store: cedarpy.Entities = READ(json.dumps(entities))
    return Bench(program, asked, cedarpy.PolicySet.from_str(text), store, took)


_ANYWHERE_BELOW: Final = re.compile(
    r'resource is Path\) when \{ resource.path like "([^"*]*)/\*" \}'
)
_NAME_BELOW: Final = re.compile(
    r'resource is Path\) when \{ resource.path like "([^"*]*)/(\*[^"/]+)" \}'
)
_TEAM: Final = re.compile(r'"team-(\d+)"')
_TEAMS: Final = 900


def _as_meant(rule: str) -> str:
    """Write a rule as the checks of a folder want it: folders as folders, no unknown teams."""
    rule = rule.replace(
        'resource.path like "*.pem"', 'resource is Path && resource.path like "*.pem"'
    )
    rule = _ANYWHERE_BELOW.sub(r'resource in Dir::"\1")', rule)
    rule = _NAME_BELOW.sub(r'resource in Dir::"\1") when { resource.name like "\2" }', rule)
    return _TEAM.sub(lambda team: f'"team-{int(team[1]) % _TEAMS}"', rule)


def folder(count: int) -> dict[str, bytes]:
    """Make a whole folder of `count` rules, as an author would keep it."""
    written = (f'@id("rule-{n}")\n{_as_meant(rule)}\n' for n, rule in enumerate(rules(count)))
    groups = "".join(f'[[group]]\nid = "team-{n}"\n' for n in range(_TEAMS))
    who = f'[[agent]]\nid = "ci-bot"\nuid = 1000\ngroups = ["agents"]\n{groups}'
    return {
        "holdfast.toml": b'name = "bench"\n',
        "who.toml": who.encode(),
        "rules/all.cedar": "".join(written).encode(),
    }


def load_seconds(count: int) -> float:
    """CPU seconds from files to a policy: two parsers, every check, the engine's, the program.

    As the compile worker does it: with the garbage collector off.
    """
    files = folder(count)
    gc.disable()
    began = time.process_time()
    loaded = load_policy(files)
    took = time.process_time() - began
    gc.enable()
    if not isinstance(loaded, Loaded) or len(loaded.policy.rules) != count:
        raise AssertionError(f"the folder was refused: {loaded}")
    return took


def figures() -> dict[str, float]:
    """Measure everything: medians of interleaved runs."""
    benches = {count: prepare(count) for count in SIZES}
    ours: dict[int, list[float]] = {count: [] for count in SIZES}
    theirs: dict[int, list[float]] = {count: [] for count in SIZES}
    asked: dict[int, int] = dict.fromkeys(SIZES, 0)
    for bench in benches.values():
        bench.ours()
    for _ in range(ROUNDS):
        for count, bench in benches.items():
            ours[count] += [bench.ours() for _ in range(5)]
            each, done = bench.theirs(asked[count])
            theirs[count].append(each)
            asked[count] += done
    found = {"compile_seconds_at_10000": benches[10_000].compile_seconds}
    found["load_seconds_at_10000"] = statistics.median(load_seconds(10_000) for _ in range(3))
    for count in SIZES:
        found[f"value_us_at_{count}"] = statistics.median(ours[count])
        found[f"cedarpy_us_at_{count}"] = statistics.median(theirs[count])
    return found


def measure() -> Iterator[dict[str, Any]]:
    """Yield the rows of the goal."""
    found = figures()
    base = found["value_us_at_10"]
    for count in SIZES:
        value, peer = found[f"value_us_at_{count}"], found[f"cedarpy_us_at_{count}"]
        first = count == SIZES[0]
        yield {
            "id": "P-4" if first else f"P-4 at {count:,} rules",
            "value": value,
            "unit": "us",
            "peer": "cedarpy, all pre-parsed",
            "peer_value": peer,
            "ratio": peer / value,
            "goal": "<= 10 us, >= 5x the peer" if first else "<= 1.5x the time at 10 rules",
            "met": value <= 10 and peer >= 5 * value if first else value <= 1.5 * base,
            **(found if first else {}),
        }
    seconds = found["compile_seconds_at_10000"]
    yield {
        "id": "P-4 compile",
        "value": seconds,
        "unit": "s",
        "goal": "10,000 rules <= 5 s",
        "met": seconds <= 5,
    }
    seconds = found["load_seconds_at_10000"]
    yield {
        "id": "P-4 load",
        "value": seconds,
        "unit": "s",
        "goal": "10,000 rules from files to a policy, all checks <= 5 s",
        "met": seconds <= 5,
    }


if __name__ == "__main__":
    print(json.dumps(figures(), indent=1))
