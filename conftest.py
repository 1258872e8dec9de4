"""What every test shares: hypothesis profiles, the public vectors, and the docs as tests.

Rules of this file:
1. Tests are deterministic: hypothesis derives its examples from the test alone and keeps no
   database; `HYPOTHESIS_PROFILE=long` explores further (random, many more examples).
2. Every example in a Markdown page is executed. A page's `console` blocks share one temporary
   directory, so that a tutorial builds state step by step and nothing dirties the tree.
3. Vectors nobody here wrote live outside the repository; what needs them skips by name.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).resolve().parent
VECTORS = Path(os.environ.get("HOLDFAST_VECTORS", ROOT.parent / "shared" / "vectors"))

settings.register_profile(
    "default",
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("default"), max_examples=20_000)
settings.register_profile("wild", settings.get_profile("long"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], Path]:
    """The path of a named vector folder or file, or a skip that names it."""

    def find(name: str) -> Path:
        path = VECTORS / name
        if not path.exists():
            pytest.skip(f"vectors `{name}` are not here (HOLDFAST_VECTORS)")
        return path

    return find


# --- the docs as tests -----------------------------------------------------------------------

_OUTPUT = doctest.OutputChecker()
_FLAGS = doctest.ELLIPSIS | doctest.REPORT_NDIFF


def enter_page(namespace: dict[str, Any]) -> None:
    """Give a page its own empty directory; its examples run there one after another."""
    namespace["_scratch"] = tempfile.TemporaryDirectory(prefix="holdfast-docs-")


def leave_page(namespace: dict[str, Any]) -> None:
    """Remove the page's directory."""
    namespace["_scratch"].cleanup()


def page_environment(home: str) -> dict[str, str]:
    """The environment a reader would have: this command first on PATH, no colours, own home."""
    commands = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HOLDFAST_", "PYTHON"))}
    return {**kept, "PATH": commands, "HOME": home, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}


def steps(block: str) -> list[tuple[str, str]]:
    """Split a console block into commands and the output wanted under each.

    A command starts with `$ `; `> ` continues the line above it (as a shell shows it).
    """
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
        elif found:
            found[-1][1].append(line + "\n")
        elif line.strip():
            raise ValueError(f"a console block must start with `$ `, not `{line}`")
    return [(command, "".join(wanted)) for command, wanted in found]


def run_console(example: Example) -> str | None:
    """Run each command of a console block; `...` in the expected output matches anything."""
    home = example.namespace["_scratch"].name
    for command, wanted in steps(example.parsed):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=home,
            env=page_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        got = "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines() if line.strip())
        plain = "".join(f"{line.rstrip()}\n" for line in wanted.splitlines() if line.strip())
        if not _OUTPUT.check_output(plain, got, _FLAGS):
            return f"$ {command}\nwanted:\n{wanted}got (exit {done.returncode}):\n{got}"
    return None


_NAMED = re.compile(r"(?://|#) (?P<path>[a-z][A-Za-z0-9_./-]*\.[a-z]+)\n")


def write_file(example: Example) -> None:
    """Write a block whose first line is a comment with a file name into the page's directory."""
    named = _NAMED.match(example.parsed)
    if named is None:
        return
    path = Path(example.namespace["_scratch"].name, named["path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(example.parsed, encoding="utf-8")


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser(language="console", evaluator=run_console),
        CodeBlockParser(language="cedar", evaluator=write_file),
        CodeBlockParser(language="toml", evaluator=write_file),
        CodeBlockParser(language="json", evaluator=write_file),
        SkipParser(),
    ],
    patterns=["*.md"],
    excludes=["docs/adr/*", "docs/_build/*"],
    setup=enter_page,
    teardown=leave_page,
).pytest()
