"""`holdfast policy import`: a draft from a permission list, for its owner to read.

Rules of this file:
1. The draft is printed, or written into a folder that has none of its files. No rule that is
   already in force changes.
2. What was not taken over as it is, is said: entry by entry, with the reason.
3. Which form a file has is told by what is in it, or by `--from`; it is never tried until
   something fits.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from holdfast.policy.author.drafts import RULES, Draft
from holdfast.policy.author.importers import import_claude, import_codex, import_mcp
from holdfast.policy.cedar.syntax.format import format_rules
from holdfast.policy.diagnostics import Problem
from holdfast.policy.loader import Refused, load_policy
from holdfast.proto.env import Env
from holdfast.proto.exits import Exit
from holdfast.proto.limits import SOURCE_FILE_BYTES
from holdfast.proto.strict_json import JsonError, loads
from holdfast.runtime.cli.failure import Failure
from holdfast.runtime.cli.grammar import Call, Usage
from holdfast.runtime.cli.policy_check import count
from holdfast.runtime.cli.policy_write import typed, write_all_new
from holdfast.runtime.cli.terminal import Terminal, visible

Form = Literal["claude-code", "codex", "mcp"]
FORMS: Final[tuple[Form, ...]] = ("claude-code", "codex", "mcp")


def import_list(call: Call, terminal: Terminal, env: Env) -> int:
    """Draft rules from a list."""
    path = call.operands[0]
    data = env.disk.read(path, limit=SOURCE_FILE_BYTES)
    form = _form(call.one("--from"), data)
    draft = _laid_out(_drafted(form, data, call, path))
    folder = call.one("--out")
    written = [] if folder is None else write_all_new(env, folder, draft.files)
    if terminal.json_wanted:
        rules = draft.files[RULES].decode("utf-8")
        terminal.data({**draft.as_json(), "form": form, "rules": rules, "written": written})
    if folder is None:
        terminal.say(draft.files[RULES].decode("utf-8").rstrip("\n"))
    for name in written:
        terminal.say(f"wrote {visible(name)}")
    _account(terminal, draft)
    if folder is not None:
        terminal.say(f"next: read the rules, then holdfast policy check {typed(folder)}")
    return int(Exit.OK)


def _form(given: str | None, data: bytes) -> Form:
    if given is not None:
        known: Form | None = next((form for form in FORMS if form == given), None)
        if known is None:
            raise Usage(f"no form `{given}`", f"one of {', '.join(FORMS)}")
        return known
    try:
        value = loads(data)
    except JsonError:
        return "codex"
    return "claude-code" if isinstance(value, dict) and "permissions" in value else "mcp"


def _drafted(form: Form, data: bytes, call: Call, path: str) -> Draft:
    if form == "mcp":
        server = call.one("--server")
        if server is None:
            hint = "add `--server NAME`, as your agents know it"
            raise Usage("a list of tools does not say which server it is of", hint)
        return import_mcp(server, data, _problems)
    if form == "claude-code":
        return import_claude(data, _problems)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        hint = f"one of {', '.join(FORMS)}: say which with `--from`"
        raise Failure(Exit.FAILED, f"`{path}` is no list that is known here", hint) from None
    return import_codex(text, _problems)


def _laid_out(draft: Draft) -> Draft:
    """Format the draft's rules: what is written passes `policy fmt --check`."""
    text = draft.files[RULES].decode("utf-8")
    rules = format_rules(text, RULES).text.encode("utf-8")
    return dataclasses.replace(draft, files={**draft.files, RULES: rules})


def _problems(files: Mapping[str, bytes]) -> Sequence[Problem]:
    loaded = load_policy(files)
    return (
        [one for one in loaded.problems if one.severity == "error"]
        if isinstance(loaded, Refused)
        else []
    )


def _account(terminal: Terminal, draft: Draft) -> None:
    total = len(draft.kept) + len(draft.left)
    terminal.note(f"{len(draft.kept)} of {count(total, 'entry', 'entries')} kept as they are")
    for one in draft.left:
        terminal.note(f"  {visible(one.entry)}: {one.became}: {visible(one.reason)}")
