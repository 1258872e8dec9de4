"""The policy folder a command works on: found, read and compiled.

Rules of this file:
1. Nothing half-loaded: a folder with one error gives no policy, and every error is shown.
2. `ask`, `who` and `facts` compile in this process. The folder is the caller's own, it is read
   within the ceilings of `proto.limits`, and Ctrl-C ends it. What judges other people's folders
   (`check`, `test`, `diff`: the commands a pull request meets) compiles in the confined worker.
3. `holdfast.toml` marks a folder, as `.git` marks a repository; it is looked for upwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote

from holdfast.policy.diagnostics import Problem, render_all
from holdfast.policy.loader import Refused, load_policy
from holdfast.policy.policy import Policy
from holdfast.proto.env import Env
from holdfast.proto.exits import Exit
from holdfast.runtime.cli.failure import Failure
from holdfast.runtime.cli.grammar import Call
from holdfast.runtime.cli.terminal import Terminal
from holdfast.runtime.data import MANIFEST


def folder_of(call: Call, env: Env) -> str:
    """Return the folder a command works on: as given, or the nearest one upwards from here."""
    by_option = any(option.name == "--policy" for option in call.command.options)
    given = call.one("--policy") if by_option else call.operand(0)
    return (
        _nearest_folder(call, env, by_option=by_option)
        if given is None
        else given_folder(given, env)
    )


def given_folder(given: str, env: Env) -> str:
    """Return a folder somebody named, if it is one of ours."""
    path = Path(given)
    if not path.is_dir():
        above = str(path.parent) if path.name == MANIFEST and path.exists() else None
        hint = f"its folder is `{quote(above)}`: name that" if above else "name a policy folder"
        raise Failure(Exit.USAGE, f"`{given}` is not a folder", hint)
    if not env.disk.exists(str(path / MANIFEST)):
        hint = f"`holdfast policy init {quote(given)}` writes one"
        raise Failure(Exit.USAGE, f"`{given}` is no policy folder: it has no {MANIFEST}", hint)
    return given


def _nearest_folder(call: Call, env: Env, *, by_option: bool) -> str:
    here = Path.cwd()
    for folder in (here, *here.parents):
        if env.disk.exists(str(folder / MANIFEST)):
            return str(folder)
    # Never taken without being named: a folder further down may be anybody's.
    below = sorted(path.parent.name for path in here.glob(f"*/{MANIFEST}"))
    if below:
        found = quote(below[0])
        typed = f"--policy {found}" if by_option else f"holdfast {call.command.name} {found}"
        hint = f"`{found}` is one: `{typed}`"
    else:
        named = "name one with `--policy DIR`" if by_option else "name one"
        hint = f"{named}, or write one: `holdfast policy init policy`"
    raise Failure(Exit.USAGE, f"no policy here: no {MANIFEST} in `{here}` or above it", hint)


def workspace_of(call: Call, folder: str) -> str:
    """Return what paths are relative to: as given, else the found folder, else this directory."""
    given = call.one("--workspace")
    if given is not None:
        if not Path(given).is_dir():
            raise Failure(Exit.USAGE, f"`{given}` is not a folder", "name the workspace's folder")
        return given
    return str(Path.cwd()) if call.has("--policy") else folder


def compiled(terminal: Terminal, env: Env, folder: str) -> Policy:
    """Load a folder in this process, or show everything that is wrong with it."""
    return compiled_files(terminal, env.disk.read_tree(folder), folder)


def compiled_files(terminal: Terminal, files: Mapping[str, bytes], folder: str) -> Policy:
    """Load a folder's files in this process."""
    loaded = load_policy(files)
    if isinstance(loaded, Refused):
        show_problems(terminal, loaded.problems)
        hint = f"`holdfast policy check {quote(folder)}` shows this alone"
        raise Failure(Exit.FAILED, _count_of(loaded.problems), hint)
    return loaded.policy


def show_problems(terminal: Terminal, problems: Sequence[Problem]) -> None:
    """Print problems beside what was asked for."""
    terminal.note(render_all(problems, colour=terminal.error_colour) + "\n")


def _count_of(problems: Sequence[Problem]) -> str:
    errors = sum(problem.severity == "error" for problem in problems)
    return f"the policy does not load: {errors} error{'' if errors == 1 else 's'}"
