"""holdfast.toml: what the folder is called and what holds for all of it.

```
name = "demo"                    # required
profile = "default"              # a name of profiles.toml; without it, the shipped baseline
probe_corpus = "core-1"          # the shipped probes its fingerprint covers
validity = "90d"                 # how long a release is valid; without end when absent

[engine]
semantics = 1                    # the meaning the rules were written for
min_runtime = "0.1.0"            # the oldest runtime that has it

[[accepted]]                     # written by `holdfast policy diff --accept`
witness = "deploy-prod-by-bot"   # what changed its answer
from = "deny"
to = "allow"
why = "release bots may deploy since 2026-03"
```
"""

from __future__ import annotations

import re

from holdfast.policy.source.reading import Table
from holdfast.policy.source.tables import Accepted, EngineRange, Expectation, Manifest
from holdfast.proto.limits import WHY_CHARACTERS

__all__ = ["read_manifest"]

BUNDLE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
VERSION = re.compile(r"\d{1,4}\.\d{1,4}(?:\.\d{1,4})?")
CORPUS = re.compile(r"[a-z][a-z0-9-]{0,31}")
EXPECTATIONS: tuple[Expectation, ...] = ("allow", "deny", "pending")


def read_manifest(table: Table) -> Manifest:
    """Read holdfast.toml."""
    manifest = Manifest(
        name=table.name("name", form=BUNDLE_NAME),
        default_profile=table.optional_text("profile"),
        engine=_engine(table),
        probe_corpus=table.name("probe_corpus", "core-1", form=CORPUS),
        validity_ms=table.optional_duration("validity"),
        accepted=tuple(_accepted(each) for each in table.tables("accepted")),
    )
    table.finish()
    return manifest


def _engine(table: Table) -> EngineRange:
    engine = table.table("engine")
    if engine is None:
        return EngineRange()
    found = EngineRange(
        semantics=engine.number("semantics", 1, low=1, high=1_000_000),
        min_runtime=engine.text("min_runtime", "0.1.0"),
    )
    if not VERSION.fullmatch(found.min_runtime):
        engine.note("min_runtime", "bad-value", "this is not a version", 'write `"0.1.0"`')
    engine.finish()
    return found


def _accepted(table: Table) -> Accepted:
    found = Accepted(
        witness=table.text("witness"),
        before=table.choice("from", EXPECTATIONS),
        after=table.choice("to", EXPECTATIONS),
        why=table.text("why", limit=WHY_CHARACTERS),
    )
    if "why" in table and not found.why.strip():
        table.note("why", "bad-value", "`why` says nothing", "say why the change is right")
    table.finish()
    return found
