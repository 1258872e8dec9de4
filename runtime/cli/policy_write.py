"""`holdfast policy init`, `fmt` and `import`: the verbs that write files.

Rules of this file:
1. Nothing that exists is overwritten, except by `fmt`, which changes only how a rule looks.
2. Everything is checked before the first byte is written; what was written is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import Final

from holdfast.policy.cedar.syntax.format import format_rules
from holdfast.policy.diagnostics import Problem
from holdfast.proto.env import Env
from holdfast.proto.exits import Exit
from holdfast.runtime.cli.failure import Failure
from holdfast.runtime.cli.folder import folder_of, show_problems
from holdfast.runtime.cli.grammar import Call, Usage, nearest
from holdfast.runtime.cli.terminal import Terminal, visible
from holdfast.runtime.data import MANIFEST, TEMPLATES, template_files

_MEND: Final = "mend them first: `holdfast policy check`"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NAME_LINE: Final = re.compile(rb'^name = "[^"\n]*"', re.MULTILINE)


def init(call: Call, terminal: Terminal, env: Env) -> int:
    """Write a template's folder."""
    template = call.one("--template") or next(iter(TEMPLATES))
    if template not in TEMPLATES:
        near = nearest(template, TEMPLATES)
        hint = f"did you mean `{near}`?" if near else f"one of {', '.join(TEMPLATES)}"
        raise Usage(f"no template `{template}`", hint)
    name = call.one("--name") or template
    if not _NAME.fullmatch(name):
        raise Usage(f"`{name}` is no policy name", "lower case letters, digits, `.`, `_` and `-`")
    files = dict(template_files(template))
    files[MANIFEST] = _NAME_LINE.sub(b'name = "' + name.encode() + b'"', files[MANIFEST], count=1)
    folder = call.operand(0) or _empty_folder_here()
    written = write_all_new(env, folder, files)
    if terminal.json_wanted:
        terminal.data({"folder": folder, "template": template, "name": name, "files": written})
    for path in written:
        terminal.say(f"wrote {visible(path)}")
    terminal.say(f"next: holdfast policy test{'' if folder == '.' else f' {typed(folder)}'}")
    return int(Exit.OK)


def _empty_folder_here() -> str:
    """Return this directory, unless the policy's files would lie among others."""
    if any(not path.name.startswith(".") for path in Path.cwd().iterdir()):
        hint = "`holdfast policy init policy`; `holdfast policy init .` if you mean here"
        raise Failure(Exit.CONFLICT, "this folder is not empty, and none is named", hint)
    return "."


def write_all_new(env: Env, folder: str, files: Mapping[str, bytes]) -> list[str]:
    """Write files that must not exist; nothing is written when one does."""
    paths = {str(Path(folder, name)): data for name, data in files.items()}
    for path in paths:
        if env.disk.exists(path):
            raise _exists(path)
        for above in Path(path).parents:
            if env.disk.exists(str(above)) and not above.is_dir():
                raise _exists(str(above))
    for path, data in paths.items():
        try:
            env.disk.write_new(path, data)
        except FileExistsError:
            # Somebody else wrote it in between; theirs stays.
            raise _exists(path) from None
    return list(paths)


def typed(path: str) -> str:
    """Return a path as a shell takes it, for a command that is worth copying."""
    return visible(quote(path))


def _exists(path: str) -> Failure:
    return Failure(
        Exit.CONFLICT, f"`{path}` exists, and is not overwritten", "choose an empty folder"
    )


def fmt(call: Call, terminal: Terminal, env: Env) -> int:
    """Lay every file of rules out; only white space changes."""
    folder = folder_of(call, env)
    changed: list[str] = []
    problems: list[Problem] = []
    fresh: dict[str, str] = {}
    for name, data in env.disk.read_tree(folder).items():
        if not name.endswith(".cedar"):
            continue
        text = _utf8(name, data)
        done = format_rules(text, name)
        problems += done.problems
        if done.text != text:
            changed.append(name)
            fresh[str(Path(folder, name))] = done.text
    if problems:
        # Half of a folder formatted is a diff nobody asked for.
        show_problems(terminal, problems)
        raise Failure(Exit.FAILED, "some rules cannot be read, so nothing was formatted", _MEND)
    check = call.has("--check")
    for path, text in ({} if check else fresh).items():
        env.disk.replace(path, text.encode("utf-8"))
    if terminal.json_wanted:
        terminal.data({"folder": folder, "changed": changed, "written": not check})
    for name in changed:
        terminal.say(f"{'would format' if check else 'formatted'} {visible(name)}")
    if not changed:
        terminal.say("nothing to format")
    return int(Exit.FAILED if check and changed else Exit.OK)


def _utf8(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as bad:
        what = f"`{name}` is not UTF-8 at byte {bad.start}"
        raise Failure(Exit.FAILED, what, "save it as UTF-8") from None
