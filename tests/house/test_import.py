"""Importing the package is cheap, safe and the same everywhere."""

from __future__ import annotations

import subprocess
import sys

import holdfast


def loaded_by(statement: str, *flags: str) -> set[str]:
    """The modules a fresh interpreter has loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, *flags, "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = loaded_by("import holdfast") - loaded_by("pass")
    third_party = {"cedarpy", "blake3", "msgspec", "trio"}
    heavy = {"argparse", "asyncio", "dataclasses", "inspect", "json", "re", "typing"}
    assert not loaded & (third_party | heavy)
    assert {name for name in loaded if name.startswith("holdfast.")} == set()


def test_the_version_is_one_string() -> None:
    from importlib.metadata import version

    assert holdfast.__version__ == version("holdfast")
