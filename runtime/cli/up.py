"""`holdfast up`: the demo policy, and the rows of the 60-second tour that need no service.

Rules of this file:
1. Every row is really asked, of the compiled demo policy that is shipped and of a real list of
   patterns. Nothing on the screen is written down beforehand.
2. A row whose part does not exist yet is not printed.
3. The list is what coding agents keep: `fnmatch` on the text of the command.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from holdfast.policy.author.situations import judge_situation
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Situation
from holdfast.proto.decision import Decision
from holdfast.proto.env import Env
from holdfast.proto.exits import Exit
from holdfast.proto.reasons import Code
from holdfast.runtime.cli.answer import answer_json, short_ref, slots_text
from holdfast.runtime.cli.folder import compiled_files
from holdfast.runtime.cli.grammar import Call
from holdfast.runtime.cli.terminal import Terminal
from holdfast.runtime.data import DEMO, template_files

LIST: Final = ("git diff *", "cat src/*", "fetch https://*", "deploy *")
COMMANDS: Final = (
    "git diff src/app.py",
    "git diff --output=.git/hooks/post-commit",
    "cat src/../.env",
    "fetch https://127.1/",
    "deploy prod",
)
_FIRST, _SECOND = 44, 8


class Row(NamedTuple):
    """One row of the tour."""

    command: str
    listed: bool
    decision: Decision


def up(call: Call, terminal: Terminal, env: Env) -> int:  # noqa: ARG001 - every command's form
    """Compile the demo and print the tour."""
    policy = compiled_files(terminal, template_files(DEMO), DEMO)
    rows = [
        Row(command, listed(command), judge_situation(policy, situation_of(command)))
        for command in COMMANDS
    ]
    if terminal.json_wanted:
        terminal.data(_as_json(policy, rows))
        return int(Exit.OK)
    patterns = ", ".join(f"`{pattern}`" for pattern in LIST)
    terminal.say(f"the list: {patterns}")
    terminal.say(f"holdfast: {short_ref(str(policy.ref))}, {len(policy.rules)} rules")
    terminal.say()
    terminal.say(terminal.paint(f"{'':<{_FIRST}}{'list':<{_SECOND}}holdfast", "strong"))
    for row in rows:
        terminal.say(_line(policy, row, terminal))
    terminal.say()
    terminal.say("take it apart: holdfast policy init demo --template demo")
    terminal.say("               holdfast ask process.exec --policy demo --why -- cat src/../.env")
    return int(Exit.OK)


def listed(command: str) -> bool:
    """Whether the list lets a command through."""
    return any(fnmatchcase(command, pattern) for pattern in LIST)


def situation_of(command: str) -> Situation:
    """Return the intent an adapter would send for a row's command."""
    first, *rest = words = shlex.split(command)
    match first:
        case "fetch":
            kind, params = "net.request", {"url": rest[0]}
        case "deploy":
            kind, params = "deploy.run", {"env": rest[0]}
        case _:
            return Situation(None, "process.exec", {"argv": words})
    return Situation(None, kind, params)


def _line(policy: Policy, row: Row, terminal: Terminal) -> str:
    left = f"{row.command:<{_FIRST}}{'allow' if row.listed else 'deny':<{_SECOND}}"
    if row.decision.allowed:
        return f"{left}{terminal.paint('allow', 'good')}"
    return f"{left}{terminal.paint('deny', 'bad')}  {_because(policy, row.decision)}"


def _because(policy: Policy, decision: Decision) -> str:
    if decision.reason_code is Code.APPROVAL_PENDING:
        wanted = "; ".join(slots_text(policy.approvals[name]) for name in decision.needs)
        return f"pending: {wanted}"
    return ", ".join(rule.id for rule in decision.rules) or decision.reason_code.value


def _as_json(policy: Policy, rows: list[Row]) -> Mapping[str, object]:
    return {
        "policy_ref": str(policy.ref),
        "list": list(LIST),
        "rows": [
            {
                "command": row.command,
                "list": "allow" if row.listed else "deny",
                "holdfast": answer_json(row.decision),
            }
            for row in rows
        ],
    }
