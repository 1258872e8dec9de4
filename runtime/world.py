"""What this machine says, gathered into the value that normalisers take.

Rule of this file: a program is `Program::"git"` only if root-owned directories really hold it
here and now, looked up by stat; `PATH` is not read, because the agent may have set it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from holdfast.policy.facts.model import MAIN_WORKSPACE, World
from holdfast.proto.env import Env

_PROGRAM_DIRS: Final = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin")


def world_here(env: Env, workspace: str) -> World:
    """Return the World of this machine, with one workspace."""
    dirs = tuple(folder for folder in _PROGRAM_DIRS if env.disk.exists(folder))
    return World(
        workspaces={MAIN_WORKSPACE: Path(workspace).resolve().as_posix()},
        program_dirs=dirs,
        programs=env.disk.program_names(dirs),
        home=_home(),
    )


def _home() -> str:
    try:
        return Path.home().as_posix()
    except RuntimeError:  # a uid without a home directory
        return "/nonexistent"
