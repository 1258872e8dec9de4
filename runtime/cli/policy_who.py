"""`holdfast policy who` and `facts`: who may, and what a rule would see.

Rule of this file: both answer by asking, with the facts and the program a decision is made
with. Neither reads rules and guesses.
"""

from __future__ import annotations

import re
from typing import Final

from holdfast.policy.author.who import Depends, WhoRow, as_json, who as ask_everybody
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable
from holdfast.policy.judge import request_for
from holdfast.policy.policy import Policy
from holdfast.policy.show import json_fields
from holdfast.proto.env import Env
from holdfast.proto.exits import Exit
from holdfast.runtime.cli.answer import slots_text
from holdfast.runtime.cli.failure import Failure
from holdfast.runtime.cli.folder import compiled, folder_of, workspace_of
from holdfast.runtime.cli.grammar import Call
from holdfast.runtime.cli.question import Question, ask_in, intent_of
from holdfast.runtime.cli.reasons import asked_lines, fact_lines
from holdfast.runtime.cli.terminal import Style, Terminal, visible
from holdfast.runtime.world import world_here

_CEDAR_UID: Final = re.compile(r'[A-Z][A-Za-z]*::"(?P<id>[^"\\]*)"')
_STYLES: Final[dict[str, Style]] = {
    "allow": "good",
    "pending": "warn",
    "depends": "warn",
    "deny": "bad",
}


def who(call: Call, terminal: Terminal, env: Env) -> int:
    """Print what everybody in who.toml gets."""
    policy = compiled(terminal, env, folder_of(call, env))
    action, resource = call.operands[0], _named(call.operands[1])
    rows = ask_everybody(policy, action, resource)
    if terminal.json_wanted:
        terminal.data({"action": action, "resource": resource, "who": as_json(rows)})
    width = max((len(row.subject) for row in rows), default=0)
    for row in rows:
        answer = terminal.paint(f"{row.answer:<7}", _STYLES[row.answer])
        terminal.say(f"{answer}  {row.subject:<{width}}  {_because(policy, row)}".rstrip())
        for one in row.depends:
            terminal.say(f"{'':<{9 + width}}  {visible(_open(one))}")
    if not rows:
        terminal.note("nobody is in who.toml")
        terminal.note('hint: add somebody: `[[agent]]` with `id = "agent"` and `uid = 1001`')
    return int(Exit.OK)


def _named(text: str) -> str:
    """Return the id of `Path::"src/app.py"`; anything else is already one."""
    # Taken as it stands, it would be a file of that odd name, and the answer about nothing.
    found = _CEDAR_UID.fullmatch(text)
    return found["id"] if found else text


def _because(policy: Policy, row: WhoRow) -> str:
    rules = ", ".join(f"{rule.id}" for rule in row.rules) or "no rule permits it"
    wanted = [slots_text(policy.approvals[name]) for name in row.needs]
    return f"{rules}: needs {'; '.join(wanted)}" if wanted else rules


def _open(one: Depends) -> str:
    verb = "permits" if one.effect == "permit" else "forbids"
    return f"{one.rule.id} {verb} it if `{one.text}`{'' if one.wanted else ' does not hold'}"


def facts(call: Call, terminal: Terminal, env: Env) -> int:
    """Print what each rule would see of an intent."""
    folder = folder_of(call, env)
    policy = compiled(terminal, env, folder)
    question = _question(policy, call, terminal, env, folder)
    base = {**question.moment.facts(), "digest": question.facts.digest}
    requests = [
        request_for(policy, touch, question.principal, base, question.held)
        for touch in question.facts.touches
    ]
    if terminal.json_wanted:
        found: list[object] = [
            {
                "principal": str(request.principal.uid),
                "action": touch.action,
                "uid": str(touch.resource.uid),
                "resource": json_fields(touch.resource.attrs),
                "parents": sorted(str(uid) for uid in touch.resource.ancestors),
                "context": json_fields(request.context),
            }
            for touch, request in zip(question.facts.touches, requests, strict=True)
        ]
        terminal.data({"kind": question.facts.kind, "requests": found})
    principal = question.principal
    groups = sorted(uid.id for uid in principal.ancestors)
    for line in asked_lines(str(principal.uid), groups, base, terminal.width):
        terminal.say(line)
    terminal.say(f"digest        {question.facts.digest}")
    for touch, request in zip(question.facts.touches, requests, strict=True):
        terminal.say()
        title = f"{touch.action} {visible(str(touch.resource.uid))}"
        terminal.say(terminal.paint(title, "strong"))
        parents = sorted(str(uid) for uid in touch.resource.ancestors)
        for line in fact_lines(touch.resource.attrs, parents, request.context, terminal.width):
            terminal.say(line)
    return int(Exit.OK)


def _question(policy: Policy, call: Call, terminal: Terminal, env: Env, folder: str) -> Question:
    try:
        intent = intent_of(call, terminal, policy.tools)
        return ask_in(policy, intent, call, env, world_here(env, workspace_of(call, folder)))
    except (InvalidIntent, Unjudgeable) as bad:
        raise Failure(Exit.FAILED, f"{bad.field}: {bad.message}", bad.hint) from None
