"""Generate (or `--check`) the reference pages from the code's own tables."""

from __future__ import annotations

from holdfast.proto.exits import EXITS
from holdfast.proto.limits import LIMITS
from holdfast.proto.reasons import REASONS
from tools.generated import checking, finish, sync, table


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


def main() -> int:
    """Write the pages, or say which are stale."""
    regions = {
        ("docs/reference/reasons.md", "reasons"): reasons(),
        ("docs/reference/limits.md", "limits"): limits(),
        ("docs/reference/exit-codes.md", "exits"): exits(),
    }
    return finish("reference pages", sync(regions, check=checking()))


if __name__ == "__main__":
    raise SystemExit(main())
