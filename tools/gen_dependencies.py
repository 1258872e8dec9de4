"""Generate (or `--check`) the dependency list: each one with a reason, none by accident.

Rules:
1. Every direct dependency has one line of reason in docs/dependencies.toml, and every line there
   names a dependency that is still declared.
2. Product code imports the standard library, itself and declared runtime dependencies only.
3. The page shows what is locked, what each pulls in included: the list a reviewer reads.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.generated import ROOT, checking, finish, sync, table
from tools.lock import LOCKS, expand, pins, tables

PAGE = "docs/reference/dependencies.md"
REASONS = ROOT / "docs" / "dependencies.toml"
ROOMS = ("holdfast", "runtime", "policy", "oci", "edge", "proto")


def direct() -> dict[str, str]:
    """Canonical name of each direct dependency to the group it was first declared in."""
    made_from = tables()
    found: dict[str, str] = {
        canonicalize_name(Requirement(text).name): "runtime" for text in made_from["runtime"]
    }
    for group in made_from["groups"]:
        for text in expand(made_from["groups"], group):
            found.setdefault(canonicalize_name(Requirement(text).name), group)
    return found


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and top-level name of everything a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.partition(".")[0]


def undeclared() -> Iterator[str]:
    """Imports of product code that no runtime dependency accounts for."""
    known = {"holdfast", *sys.stdlib_module_names}
    known |= {name.replace("-", "_") for name, group in direct().items() if group == "runtime"}
    for room in ROOMS:
        pattern = "*.py" if room == "holdfast" else "**/*.py"
        for path in sorted((ROOT / room).glob(pattern)):
            for line, name in imports(path):
                if name not in known:
                    where = path.relative_to(ROOT)
                    yield f"{where}:{line}: `{name}` is not a declared runtime dependency"


def page(reasons: dict[str, str]) -> tuple[str, str]:
    """The two tables: direct dependencies with their reasons, and all that is locked."""
    dev, runtime = (pins((LOCKS / f"{name}.txt").read_text()) for name in ("dev", "runtime"))
    groups = direct()
    chosen = table(
        ("dependency", "locked", "for", "reason"),
        [
            (f"`{name}`", dev.get(name, "-"), group, reasons.get(name, ""))
            for name, group in sorted(groups.items(), key=lambda item: (item[1] != "runtime", item))
        ],
    )
    rows = [
        (
            f"`{name}`",
            version,
            "yes" if name in runtime else "no",
            "yes" if name in groups else "no",
        )
        for name, version in sorted(dev.items())
    ]
    return chosen, table(("package", "version", "shipped to users", "direct"), rows)


def main() -> int:
    """Write the page, or say what is wrong with it."""
    reasons: dict[str, str] = tomllib.loads(REASONS.read_text(encoding="utf-8"))["reasons"]
    declared = set(direct())
    problems = [
        f"`{name}` has no reason in docs/dependencies.toml" for name in declared - set(reasons)
    ]
    problems += [
        f"docs/dependencies.toml: `{name}` is not declared" for name in set(reasons) - declared
    ]
    problems += undeclared()
    chosen, locked = page(reasons)
    problems += sync({(PAGE, "direct"): chosen, (PAGE, "locked"): locked}, check=checking())
    return finish("dependencies", sorted(problems))


if __name__ == "__main__":
    raise SystemExit(main())
