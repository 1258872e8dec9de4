"""tests/*.toml and probes/*.jsonl: what to ask, and what must come of it.

```
[[test]]
name = "nobody deploys to prod alone"      # required, unique in the folder
as = "ci-bot"                              # an id of who.toml; the first agent when absent
kind = "deploy.run"
params = { env = "prod" }
expect = "pending"                         # allow | deny | pending
rule = "deploy-two-people"                 # or rules = [...]: exactly the determining ones
reason = "approval_required"               # the reason code
needs = ["deploy"]                         # exactly what is missing
approvals = ["maintainer"]                 # what is held
at = "2026-03-01T12:00:00Z"
policy_age = "8d"
site = "lyon"
deployment = "prod"
resolve = { "db.plant.internal" = ["10.0.0.7"] }
pinned = ["github/read_issue"]             # upstream tools whose definition is pinned
workspaces = ["docs"]                      # beside `main`: `//docs/a.md` is in the one at /docs
```
A probe is one JSON object per line, without name and expectations.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from holdfast.policy.diagnostics import Problem, SourceText, displayed
from holdfast.policy.source.forms import ID, WORKSPACE, host_complaint
from holdfast.policy.source.read_manifest import EXPECTATIONS
from holdfast.policy.source.reading import Table, TomlFile, as_list, as_table
from holdfast.policy.source.tables import Case, Place, Probe, Situation
from holdfast.proto import strict_json
from holdfast.proto.limits import CASE_NAME_CHARACTERS, JSON_DEPTH

__all__ = ["read_cases", "read_probes"]

ASKED_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}\.[a-z][a-z0-9_]{0,31}")
REASON = re.compile(r"[a-z][a-z0-9_]{0,63}")
TAKEN_WORKSPACES = ("main", "workspace", ".", "..")
"""`main` is at /workspace, where no other one may be."""
DEPLOYMENTS = ("dev", "ci", "staging", "prod")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z")


def read_cases(table: Table) -> tuple[Case, ...]:
    """Read one file of tests."""
    found = tuple(_case(each) for each in table.tables("test"))
    table.finish()
    return found


def _case(table: Table) -> Case:
    found = Case(
        name=table.text("name", limit=CASE_NAME_CHARACTERS),
        situation=_situation(table),
        expect=table.choice("expect", EXPECTATIONS),
        rules=_rules(table),
        reason=_reason(table),
        needs=frozenset(table.texts("needs")) if "needs" in table else None,
        place=table.place(),
    )
    table.finish(("needs",))
    return found


def _rules(table: Table) -> tuple[str, ...] | None:
    one, several = table.optional_text("rule"), table.texts("rules")
    if one is not None and "rules" in table:
        table.note("rules", "bad-value", "`rule` and `rules` together", "keep `rules`")
    if one is not None:
        return (one,)
    return several if "rules" in table else None


def _reason(table: Table) -> str | None:
    reason = table.optional_text("reason")
    if reason is not None and not REASON.fullmatch(reason):
        table.note("reason", "bad-value", f"{displayed(reason)} is no reason code")
    return reason


def _situation(table: Table) -> Situation:
    kind = table.text("kind")
    if isinstance(table.data.get("kind"), str) and not ASKED_KIND.fullmatch(kind):
        hint = "for example `fs.read`"
        table.note("kind", "bad-value", f"{displayed(kind)} is not a kind", hint)
    deployment = table.choice("deployment", DEPLOYMENTS, "dev")
    return Situation(
        subject=table.optional_text("as"),
        kind=kind,
        params=_params(table),
        approvals=frozenset(_approvals(table)),
        at_ms=_instant(table),
        policy_age_ms=table.optional_duration("policy_age", low=0),
        site=table.optional_text("site"),
        deployment=deployment if "deployment" in table else None,
        resolve=_resolve(table),
        pinned=frozenset(_pinned(table)),
        workspaces=_workspaces(table),
    )


def _approvals(table: Table) -> Iterable[str]:
    names = table.texts("approvals")
    for index, name in enumerate(names):
        if not ID.fullmatch(name):
            message = f"{displayed(name)} is not a name"
            table.note_item("approvals", index, "bad-value", message)
    return names


def _pinned(table: Table) -> Iterator[tuple[str, str]]:
    for index, name in enumerate(table.texts("pinned")):
        server, _, tool = name.partition("/")
        if not server or not tool:
            message = f"{displayed(name)} is no upstream tool"
            table.note_item("pinned", index, "bad-value", message, 'write `"server/tool"`')
        yield server, tool


def _workspaces(table: Table) -> tuple[str, ...]:
    names = table.texts("workspaces")
    for index, name in enumerate(names):
        if name in TAKEN_WORKSPACES or not WORKSPACE.fullmatch(name):
            message = f"{displayed(name)} is no workspace beside `main`"
            hint = 'letters, digits, `_`, `-`, `.`; for example `"docs"`'
            table.note_item("workspaces", index, "bad-value", message, hint)
    return names


def _params(table: Table) -> Mapping[str, object]:
    params = table.table("params")
    if params is None:
        return MappingProxyType({})
    wrong = _not_json(dict(params.data), 1)
    if wrong:
        table.note("params", "bad-value", f"`params` holds {wrong}", "params are JSON values")
        return MappingProxyType({})
    return MappingProxyType(dict(params.data))


def _not_json(value: object, depth: int) -> str:
    """Return what keeps a value from being JSON, or ""."""
    below = as_table(value)
    items = as_list(value) if below is None else list(below.values())
    if items is not None and depth > JSON_DEPTH:
        return f"more than {JSON_DEPTH} levels"
    if items is not None:
        return next((wrong for each in items if (wrong := _not_json(each, depth + 1))), "")
    if isinstance(value, float) and not math.isfinite(value):
        return "a number that is not finite"
    known = value is None or isinstance(value, str | bool | int | float)
    return "" if known else "a date or time"


def _instant(table: Table) -> int | None:
    written = table.optional_text("at")
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written) if _INSTANT.fullmatch(written) else None
    except ValueError:
        moment = None
    if moment is None:
        if isinstance(table.data["at"], str):
            hint = 'write `"2026-03-01T12:00:00Z"`'
            table.note("at", "bad-value", f"{displayed(written)} is no instant", hint)
        return None
    return round(moment.timestamp() * 1000)


def _resolve(table: Table) -> Mapping[str, tuple[str, ...]]:
    each = table.table("resolve")
    if each is None:
        return MappingProxyType({})
    found: dict[str, tuple[str, ...]] = {}
    for host in each.data:
        wrong, hint = host_complaint(host)
        if wrong:
            each.note(host, "bad-host-id", f"{displayed(host)} {wrong}", hint, of_key=True)
        found[host] = each.texts(host, required=True)
        for index, address in enumerate(found[host]):
            _check_address(each, host, index, address)
    return MappingProxyType(found)


def _check_address(table: Table, host: str, index: int, address: str) -> None:
    wrong, hint = host_complaint(address)
    if wrong or not re.search(r":|^[0-9.]+$", address):
        message = f"{displayed(address)} is no address"
        table.note_item(host, index, "bad-value", message, hint or 'write `"10.0.0.7"`')


class _JsonLine(TomlFile):
    """One line of a probe file: every place is the line's."""

    def __init__(self, source: SourceText, start: int, end: int) -> None:
        super().__init__(source.file, "", {})
        self.source = source
        self._line = (start, end)

    def where(self, path: tuple[str | int, ...], *, value: bool) -> tuple[int, int]:  # noqa: ARG002
        """Return the offsets of `"key"` when the line has it once, else of the line."""
        start, end = self._line
        name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
        at = self.source.text.find(f'"{name}"', start, end) if name else -1
        if at < 0:
            return start, end
        return at, at + len(name) + 2


def read_probes(file: str, text: str) -> tuple[tuple[Probe, ...], list[Problem]]:
    """Read one file of probe intents; an empty line is skipped."""
    source = SourceText(file, text)
    found: list[Probe] = []
    problems: list[Problem] = []
    at = 0
    for number, line in enumerate(text.split("\n"), 1):
        start, at = at, at + len(line) + 1
        if not line.strip():
            continue
        opened = _JsonLine(source, start, start + len(line.rstrip()))
        data = _object(opened, line, start)
        if data is not None:
            table = Table(opened, data, ())
            found.append(Probe(_situation(table), Place(file, number, 1)))
            table.finish()
        problems += opened.problems
    return tuple(found), problems


def _object(opened: TomlFile, line: str, start: int) -> Mapping[str, object] | None:
    end = start + len(line.rstrip())
    try:
        data = strict_json.loads(line.encode("utf-8", "surrogatepass"))
    except strict_json.JsonError as refusal:
        said = str(refusal).partition(": line ")[0]
        hint = 'one JSON object per line: `{"kind": "fs.read", "params": {...}}`'
        opened.problems.append(opened.source.problem(start, end, "json", said, hint))
        return None
    if not isinstance(data, dict):
        opened.problems.append(
            opened.source.problem(start, end, "wrong-type", "a probe is a JSON object")
        )
        return None
    return data
