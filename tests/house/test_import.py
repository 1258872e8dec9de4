"""Importing the package is cheap, safe and the same everywhere."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

import holdfast
from holdfast.__main__ import main
from holdfast.proto.decision import Decision


def loaded_by(statement: str, *flags: str) -> set[str]:
    """The modules a fresh interpreter has loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, *flags, "-c", code], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = loaded_by("import holdfast") - loaded_by("pass")
    third_party = {"cedarpy", "blake3", "idna", "msgspec", "trio"}
    heavy = {"argparse", "asyncio", "dataclasses", "inspect", "json", "re", "typing"}
    assert not loaded & (third_party | heavy)
    assert {name for name in loaded if name.startswith("holdfast.")} == set()


def test_the_version_is_one_string() -> None:
    assert holdfast.__version__ == version("holdfast")


def test_a_public_name_is_loaded_when_it_is_used() -> None:
    assert holdfast.Decision is Decision
    assert "holdfast.proto.decision" in loaded_by("from holdfast import Decision")


@pytest.mark.parametrize("name", sorted(set(holdfast.__all__) - {"__version__"}))
def test_every_public_name_is_there(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(holdfast, name, raising=False)
    assert getattr(holdfast, name).__name__ == name
    assert name in dir(holdfast)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="`nonsense`"):
        _ = holdfast.nonsense


def test_the_command_is_behind_the_door(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert holdfast.__version__ in capsys.readouterr().out
