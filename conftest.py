"""What every test shares: hypothesis profiles, the public vectors, and the docs as tests.

Rules of this file:
1. Tests are deterministic: hypothesis derives its examples from the test alone and keeps no
   database; `HYPOTHESIS_PROFILE=long` explores further (random, many more examples).
2. Every example in a Markdown page is executed (tools/examples.py says how).
3. Vectors nobody here wrote live outside the repository; what needs them skips by name.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser, SkipParser

from tools.examples import enter_page, leave_page, run_console, write_file

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
