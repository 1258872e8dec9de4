"""Generated regions of committed pages: write them anew, or say which are stale.

Rule of this file: prose and tables live on one page. What stands between the two comments of a
region belongs to a tool and to the table it comes from; everything else belongs to people.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class RegionMissingError(ValueError):
    """A page lacks the two comments that a region stands between."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped, a line break becomes a space."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(text) for text in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def fill(page: str, region: str, body: str, *, where: str = "page") -> str:
    """The page with one region replaced."""
    begin, end = f"<!-- generated:{region} -->", f"<!-- /generated:{region} -->"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise RegionMissingError(f"{where} needs `{begin}` and `{end}` exactly once each")
    head, rest = page.split(begin)
    _, tail = rest.split(end)
    return f"{head}{begin}\n{body.strip()}\n{end}{tail}"


def sync(regions: Mapping[tuple[str, str], str], *, check: bool) -> list[str]:
    """Bring pages in line with `(page, region) -> body`; returns what is stale when checking."""
    pages: dict[Path, str] = {}
    for (name, region), body in regions.items():
        path = ROOT / name
        text = pages.get(path) or path.read_text(encoding="utf-8")
        pages[path] = fill(text, region, body, where=name)
    stale: list[str] = []
    for path, fresh in pages.items():
        if fresh != path.read_text(encoding="utf-8"):
            if check:
                stale.append(f"{path.relative_to(ROOT)} is stale: run `make generate`")
            else:
                path.write_text(fresh, encoding="utf-8")
    return stale


def finish(what: str, problems: Sequence[str]) -> int:
    """Print the outcome of a generator and return its exit status."""
    print("\n".join(problems) or f"{what}: ok")
    return int(bool(problems))


def checking() -> bool:
    """Whether this run only compares."""
    return "--check" in sys.argv[1:]
