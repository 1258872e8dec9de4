"""Generate (or `--check`) the reference pages from the code's own tables."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

from bench.run import RESULTS, table as bench_table
from holdfast.policy.diagnostic_codes import CODES, Layout
from holdfast.policy.source.rules import ANNOTATIONS
from holdfast.proto.exits import EXITS
from holdfast.proto.limits import LIMITS
from holdfast.proto.reasons import REASONS
from tools import facts_tables
from tools.generated import ROOT, checking, finish, sync, table

# Each reader's docstring shows the whole of its file, in the order an author meets them.
READERS = ("manifest", "who", "tools", "approvals", "profiles", "limits", "cases")

FACTS = ("sensitive", "networks", "toolsets", "programs", "environment", "builtins")


def reasons() -> str:
    """Every reason code an answer can carry."""
    return table(
        ("code", "status", "who can mend it", "meaning", "what to do"),
        [(f"`{r.code}`", str(r.status), r.fault, r.text, r.todo) for r in REASONS.values()],
    )


def limits() -> str:
    """Every ceiling."""
    rows = [(f"`{row.name}`", f"{row.value:,}", row.unit or "-", row.why) for row in LIMITS]
    return table(("limit", "value", "unit", "why"), rows)


def exits() -> str:
    """The exit codes of every command."""
    rows = [(str(int(code)), f"`{code.name}`", text) for code, text in EXITS.items()]
    return table(("status", "name", "meaning"), rows)


def diagnostics() -> str:
    """Every mistake a policy folder can hold."""
    shown = {Layout.CARET: "a caret, the hint beside it", Layout.ADVICE: "the hint alone"}
    rows = [(f"`{row.code}`", row.text, row.advice, shown[row.layout]) for row in CODES.values()]
    return table(("code", "meaning", "what to do", "printed with"), rows)


def rule_annotations() -> str:
    """Every annotation a rule may carry."""
    rows = [(f'`@{name}("...")`', text) for name, text in ANNOTATIONS.items()]
    return table(("annotation", "what it says"), rows)


def settings_files() -> Iterator[str]:
    """What each settings file of a policy folder may say: its reader's own docstring."""
    for name in READERS:
        source = ROOT / "policy" / "source" / f"read_{name}.py"
        text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
        files, _, rest = text.partition(": ")
        before, block, after = (part.strip() for part in rest.split("```", 2))
        yield f"## {files}\n\n{before[:1].upper()}{before[1:]}\n\n```toml\n{block}\n```\n\n{after}"


def benchmarks() -> str:
    """The last committed run of `make bench`."""
    if not RESULTS.exists():
        return "Nothing measured yet."
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    about = next(iter(results.values()))
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    machine = about["machine"]
    where = f"{machine['cores']} cores of {machine['cpu']}, {machine['system']}"
    return f"{bench_table(results)}\nMeasured on {about['date']}: {where}; {versions}."


def figure() -> str:
    """The one measured figure of the README's first screen, with its command."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "{}"
    results: dict[str, Any] = json.loads(text)
    if "P-4" not in results:
        return "`make bench ONLY=P-4` measures a decision, beside the Cedar engine."
    few, many = (results[name] for name in ("P-4", "P-4 at 10,000 rules"))
    ours = f"{few['value']:.1f} us a decision at 10 rules, {many['value']:.1f} us at 10,000"
    engine = f"{few['peer_value']:,.0f} us and {many['peer_value'] / 1000:,.0f} ms"
    return f"{ours}; the Cedar engine by itself: {engine} (`make bench ONLY=P-4`)."


def main() -> int:
    """Write the pages, or say which are stale."""
    regions = {
        ("docs/reference/reasons.md", "reasons"): reasons(),
        ("docs/reference/limits.md", "limits"): limits(),
        ("docs/reference/exit-codes.md", "exits"): exits(),
        ("docs/reference/diagnostics.md", "diagnostics"): diagnostics(),
        ("docs/reference/policy-folder.md", "files"): "\n\n".join(settings_files()),
        ("docs/reference/benchmarks.md", "results"): benchmarks(),
        ("docs/reference/policy-folder.md", "annotations"): rule_annotations(),
        ("README.md", "figure"): figure(),
    }
    for name in FACTS:
        regions["docs/reference/facts.md", name] = getattr(facts_tables, name)()
    return finish("reference pages", sync(regions, check=checking()))


if __name__ == "__main__":
    raise SystemExit(main())
