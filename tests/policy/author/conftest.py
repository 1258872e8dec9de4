"""Folders to change and judge, and the loader's answer to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from holdfast.policy.diagnostics import render_all
from holdfast.policy.loader import Loaded, load_policy
from holdfast.policy.policy import Policy

HERE = Path(__file__).parent

Load = Callable[..., Policy]


def read(base: str) -> dict[str, bytes]:
    root = HERE / base
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def policy_of(files: Mapping[str, bytes]) -> Policy:
    loaded = load_policy(files)
    assert isinstance(loaded, Loaded), render_all(loaded.problems)
    return loaded.policy


def edited(base: str, edits: list[Mapping[str, Any]]) -> dict[str, bytes]:
    files = read(base)
    for edit in edits:
        name = edit["file"]
        text = files.get(name, b"").decode()
        if "from" in edit:
            assert text.count(edit["from"]) == 1, (name, edit["from"])
            text = text.replace(edit["from"], edit["to"])
        else:
            text += edit["add"]
        files[name] = text.encode()
    return files


@pytest.fixture(scope="session")
def load() -> Load:
    """A policy: a base folder, with edits."""
    cache: dict[str, Policy] = {}

    def loaded(base: str, edits: list[Mapping[str, Any]] | None = None) -> Policy:
        key = repr((base, edits))
        if key not in cache:
            cache[key] = policy_of(edited(base, edits or []))
        return cache[key]

    return loaded


@pytest.fixture(scope="session")
def files_of() -> Callable[[str], dict[str, bytes]]:
    """The files of a base folder."""
    return read


@pytest.fixture(scope="session")
def load_files() -> Callable[[Mapping[str, bytes]], Policy]:
    """A policy of given files, which must load."""
    return policy_of
