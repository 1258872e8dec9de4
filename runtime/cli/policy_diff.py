"""`holdfast policy diff`: what a change of rules does, before anybody merges it.

Rules of this file:
1. Both folders are compiled and compared in the confined worker; this process only prints.
2. What opens comes first. A flip nobody accepted makes the exit status 3, so a pull request
   that changes decisions cannot pass unread.
3. `--accept` only appends to NEW's holdfast.toml: the reason stands in review beside the rules.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from holdfast.proto.env import Env
from holdfast.proto.exits import Exit
from holdfast.runtime.cli.folder import given_folder
from holdfast.runtime.cli.grammar import Call, Usage
from holdfast.runtime.cli.policy_check import count, print_problems
from holdfast.runtime.cli.terminal import Style, Terminal, visible
from holdfast.runtime.data import MANIFEST
from holdfast.runtime.jobs import run_job

Flip = dict[str, Any]
"""One flip, as the worker told it."""


def diff(call: Call, terminal: Terminal, env: Env) -> int:
    """Print what changes."""
    old, new = (given_folder(folder, env) for folder in call.operands)
    why = call.one("--accept")
    if why is not None and not why.strip():
        raise Usage("`--accept` says nothing", "say why the change is right")
    with terminal.progress(f"comparing {old} and {new}"):
        folders = [env.disk.read_tree(old), env.disk.read_tree(new)]
        answer = run_job(env, "diff", folders, {} if why is None else {"accept": why.strip()})
    found: Any = answer.get("diff")
    if found is None:
        return _refused(terminal, answer, old, new)
    pending = [flip for flip in found["flips"] if flip["accepted"] is None]
    if why is not None and pending:
        manifest = answer["manifest"]
        env.disk.replace(str(Path(new, MANIFEST)), str(manifest).encode("utf-8"))
        found["unaccepted"] = 0
        for flip in pending:
            flip["accepted"] = why.strip()
        pending = []
    if terminal.json_wanted:
        terminal.data(found)
    _print(terminal, found, len(pending), new)
    return int(Exit.DENIED if pending else Exit.OK)


def _refused(terminal: Terminal, answer: dict[str, Any], old: str, new: str) -> int:
    """Say which of the folders does not load."""
    if terminal.json_wanted:
        terminal.data(answer)
    for side, folder in (("old", old), ("new", new)):
        if not answer[side]["ok"]:
            terminal.say(f"{visible(folder)} does not load:")
            terminal.say()
            print_problems(terminal, answer[side])
    return int(Exit.FAILED)


def _print(terminal: Terminal, found: dict[str, Any], pending: int, new: str) -> None:
    for flip in found["flips"]:
        style: Style = "bad" if flip["opens"] else "good"
        terminal.say(f"{terminal.paint(flip['arrow'], style)}  {visible(flip['said'])}")
        terminal.say(f"       {visible(flip['was'])} -> {visible(flip['now'])}")
        if flip["accepted"] is not None:
            terminal.say(f"       accepted: {visible(flip['accepted'])}")
    tried = f"{found['tried']} situations tried"
    if not found["flips"]:
        terminal.say(f"no decision changes; {tried}")
        return
    terminal.say()
    terminal.say(f"{count(len(found['flips']), 'change')}, {pending} not accepted; {tried}")
    if pending:
        terminal.note(f"hint: `--accept WHY` writes them into {visible(str(Path(new, MANIFEST)))}")
