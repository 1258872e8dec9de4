"""`make bench`: measure every goal with its peer in the same run, and say where it stands.

Rules of this file:
1. A goal is a module `bench/p*.py` with `measure() -> Iterable[Figure]`; this file knows none
   of them by name. A module that cannot run names what it lacks, and the table shows that.
2. A figure counts only beside its peer, measured interleaved in the same run on the same
   machine: absolute times do not travel, ratios do.
3. Nothing here fails a build: a benchmark that turns red on a busy machine is switched off.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

BENCH = Path(__file__).resolve().parent
RESULTS = BENCH / "results.json"
_VERSIONS = ("holdfast", "cedarpy", "blake3")
_FIELDS = ("goal", "value", "unit", "peer", "peer_value", "ratio", "target", "met", "note")


def modules() -> dict[str, Path]:
    """Goal id to file: `bench/p4.py` measures P-4."""
    found = sorted(BENCH.glob("p[0-9]*.py"), key=lambda path: int(path.stem[1:]))
    return {f"P-{path.stem[1:]}": path for path in found}


def load(path: Path) -> ModuleType:
    """Import one goal's module by its file; bench/ is not a package."""
    spec = importlib.util.spec_from_file_location(f"bench_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no loader for `{path.name}`")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpu = "unknown"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = (line for line in info.read_text().splitlines() if line.startswith("model name"))
        cpu = next(names, ":unknown").split(":", 1)[1].strip()
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def versions() -> dict[str, str]:
    """The versions of what was measured and of its peers."""
    found = {"python": platform.python_version()}
    for name in _VERSIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def as_row(figure: object) -> dict[str, Any]:
    """A figure as a mapping, whatever a goal's module made it of."""
    if isinstance(figure, Mapping):
        given: Mapping[str, Any] = figure  # pyright: ignore[reportUnknownVariableType]
        return dict(given)
    return {name: getattr(figure, name) for name in _FIELDS if hasattr(figure, name)}


def measure(wanted: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Run each wanted goal; yields (figure id, row) as they come."""
    known = modules()
    for goal in wanted:
        print(f"{goal} ...", file=sys.stderr, flush=True)
        for row in map(as_row, load(known[goal]).measure()):
            yield str(row.pop("id", goal)), row


def cell(value: object) -> str:
    """A value as a table shows it."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "NO"
        case float():
            return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"
        case _:
            return str(value)


def table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The results as a Markdown table, for a terminal and for the docs."""
    head = ("id", "measured", "peer", "ratio", "goal", "met")
    rows = [head, tuple("---" for _ in head)]
    for name, row in results.items():
        peer = f"{row.get('peer')} {cell(row.get('peer_value'))}" if row.get("peer") else "-"
        ratio = cell(row.get("ratio"))
        own = f"{cell(row.get('value'))} {row.get('unit', '')}".strip()
        rows.append((name, own, peer, ratio, str(row.get("goal", "-")), cell(row.get("met"))))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = (
        " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "".join(f"| {line} |\n" for line in lines)


def main() -> int:
    """Measure, write bench/results.json and the table, print the table."""
    parser = argparse.ArgumentParser(description="measure the goals")
    parser.add_argument("--only", action="append", metavar="P-4", help="one goal; repeatable")
    wanted = parser.parse_args().only or list(modules())
    unknown = [goal for goal in wanted if goal not in modules()]
    if unknown:
        print(f"bench: no goal `{unknown[0]}`; there are: {', '.join(modules()) or 'none yet'}")
        return 2
    results: dict[str, Any] = {}
    if RESULTS.exists() and set(wanted) != set(modules()):
        results = json.loads(RESULTS.read_text(encoding="utf-8"))
    about = {
        "versions": versions(),
        "machine": machine(),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),  # noqa: TID251 - a report
    }
    for name, row in measure(wanted):
        results[name] = {**row, **about}
        print(
            f"  {name}: {cell(row.get('value'))} {row.get('unit', '')}", file=sys.stderr, flush=True
        )
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(table(results), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
