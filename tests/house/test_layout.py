"""The rooms, the door, and which way imports go on which system."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("edge", "oci", "policy", "proto", "runtime")
# What does not exist on Windows: https://docs.python.org/3/library/unix.html
POSIX_ONLY = frozenset(
    {"crypt", "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
)
# The policy tools and everything below them are used on macOS and Windows.
PORTABLE = ("holdfast", "policy", "proto", "runtime/cli")


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        pattern = "*.py" if folder == "holdfast" else "**/*.py"
        yield from sorted((ROOT / folder).glob(pattern))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_a_root_folder_behind_a_relative_link(room: str) -> None:
    link = ROOT / "holdfast" / room
    assert link.is_symlink()
    assert link.readlink().as_posix() == f"../{room}"
    assert (ROOT / room / "__init__.py").is_file()
    assert importlib.import_module(f"holdfast.{room}").__name__ == f"holdfast.{room}"


def test_there_is_no_room_nobody_decided() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == {*ROOMS, "holdfast"}


def test_every_package_says_that_it_is_one() -> None:
    folders = {path.parent for path in modules(*ROOMS)}
    assert [str(path) for path in folders if not (path / "__init__.py").is_file()] == []


def at_import(tree: ast.Module) -> Iterator[str]:
    """The top-level names a module imports when it is imported, not those its functions do."""
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
        todo += ast.iter_child_nodes(node)


def test_the_policy_tools_import_on_every_system() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(*PORTABLE)
        for name in at_import(ast.parse(path.read_text(encoding="utf-8")))
        if name in POSIX_ONLY
    ]
    assert found == []


def test_an_import_inside_a_function_is_not_one_at_import() -> None:
    tree = ast.parse("import os\nif os:\n    import pwd\ndef f():\n    import fcntl\n")
    assert sorted(at_import(tree)) == ["os", "pwd"]


def every_module() -> list[str]:
    names: list[str] = []
    for path in modules("holdfast", *ROOMS):
        relative = path.relative_to(ROOT).with_suffix("")
        parts = relative.parts if relative.parts[0] == "holdfast" else ("holdfast", *relative.parts)
        names.append(".".join(part for part in parts if part != "__init__"))
    return names


@pytest.mark.guarantee("G-24")
def test_every_module_imports_when_asserts_are_off() -> None:
    code = "\n".join(f"import {name}" for name in every_module())
    done = subprocess.run(
        [sys.executable, "-O", "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
