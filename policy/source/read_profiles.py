"""profiles.toml: what a permitted run owes, named by `@profile("<name>")`.

```
[repo-only]
sandbox = "strict"              # none < workspace < strict; the strictest of a merge holds
timeout = "2m"
output_bytes = 1048576
output_lines = 5000
network = ["mirror.example"]    # hosts a run may reach; [] is none, absent is unrestricted
redact = ["tokens"]             # redaction sets
hide = [".env*", "secrets/"]    # paths (and name patterns) a run never sees
untrusted_output = true
evidence = { copies = 2, within = "5s" }
```
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from holdfast.policy.diagnostics import displayed
from holdfast.policy.source.forms import ID, host_complaint, path_complaint
from holdfast.policy.source.reading import Table
from holdfast.policy.source.tables import Evidence, Profile, Sandbox
from holdfast.proto.limits import EVIDENCE_COPIES, OUTPUT_BYTES, OUTPUT_LINES

__all__ = ["read_profiles"]

_SANDBOXES = {"none": Sandbox.NONE, "workspace": Sandbox.WORKSPACE, "strict": Sandbox.STRICT}


def read_profiles(table: Table) -> Mapping[str, Profile]:
    """Read profiles.toml."""
    found: dict[str, Profile] = {}
    for name, each in table.named_tables():
        if not ID.fullmatch(name):
            hint = "lower case letters, digits and dashes, at most 64"
            message = f"{displayed(name)} is not a name"
            table.note(name, "bad-value", message, hint, of_key=True)
        found[name] = _profile(name, each)
    return MappingProxyType(found)


def _profile(name: str, table: Table) -> Profile:
    found = Profile(
        name=name,
        sandbox=_SANDBOXES[table.choice("sandbox", tuple(_SANDBOXES), "none")],
        timeout_ms=table.optional_duration("timeout"),
        output_bytes=table.optional_number("output_bytes", low=1, high=OUTPUT_BYTES),
        output_lines=table.optional_number("output_lines", low=1, high=OUTPUT_LINES),
        network=_network(table),
        redact=_names(table, "redact"),
        hide=_hidden(table),
        untrusted_output=table.flag("untrusted_output", default=False),
        evidence=_evidence(table),
        place=table.place(),
    )
    table.finish()
    return found


def _network(table: Table) -> frozenset[str] | None:
    hosts = table.texts("network")
    if "network" not in table:
        return None
    for index, host in enumerate(hosts):
        wrong, hint = host_complaint(host)
        if wrong:
            table.note_item("network", index, "bad-host-id", f"{displayed(host)} {wrong}", hint)
    return frozenset(hosts)


def _names(table: Table, key: str) -> frozenset[str]:
    names = table.texts(key)
    for index, name in enumerate(names):
        if not ID.fullmatch(name):
            table.note_item(key, index, "bad-value", f"{displayed(name)} is not a name")
    return frozenset(names)


def _hidden(table: Table) -> frozenset[str]:
    hidden = table.texts("hide")
    for index, each in enumerate(hidden):
        folder = each.endswith("/")
        wrong, hint = path_complaint(each.removesuffix("/"), folder=folder)
        if wrong:
            message = f"{displayed(each)} {wrong}"
            table.note_item("hide", index, "bad-path-id", message, hint)
        elif "*" in each and "/" in each:
            message = f"{displayed(each)}: a pattern is of a name, not of a path"
            table.note_item("hide", index, "bad-value", message, 'hide the folder: `"secrets/"`')
    return frozenset(hidden)


def _evidence(table: Table) -> Evidence | None:
    evidence = table.table("evidence")
    if evidence is None:
        return None
    found = Evidence(
        copies=evidence.number("copies", low=1, high=EVIDENCE_COPIES),
        within_ms=evidence.duration("within"),
    )
    evidence.finish()
    return found
