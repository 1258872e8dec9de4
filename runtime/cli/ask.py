"""`holdfast ask`: one decision by a folder on this machine.

Rule of this file: every question that can be read is answered with allow or deny. What never
became facts (malformed, unknown, nobody) is a denial with its code, exactly as over HTTP.
"""

from __future__ import annotations

from holdfast.policy.explain import Explanation, explain
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable
from holdfast.policy.judge import judge, refusal
from holdfast.policy.policy import Policy
from holdfast.proto.decision import Decision
from holdfast.proto.env import Env
from holdfast.proto.errors import HoldfastError
from holdfast.proto.exits import Exit
from holdfast.proto.reasons import Code
from holdfast.runtime.cli.answer import answer_json, answer_lines
from holdfast.runtime.cli.folder import compiled, folder_of, workspace_of
from holdfast.runtime.cli.grammar import Call
from holdfast.runtime.cli.question import Question, ask_in, intent_of
from holdfast.runtime.cli.terminal import Terminal
from holdfast.runtime.world import world_here


def ask(call: Call, terminal: Terminal, env: Env) -> int:
    """Decide and print."""
    folder = folder_of(call, env)
    policy = compiled(terminal, env, folder)
    question = question_or_refusal(policy, call, terminal, env, folder)
    if isinstance(question, Decision):
        return _print(terminal, policy, question, None)
    if call.has("--why"):
        shown = explain(policy, question.facts, question.principal, question.moment, question.held)
        return _print(terminal, policy, shown.decision, shown)
    decision = judge(policy, question.facts, question.principal, question.moment, question.held)
    return _print(terminal, policy, decision, None)


def question_or_refusal(
    policy: Policy, call: Call, terminal: Terminal, env: Env, folder: str
) -> Question | Decision:
    """Return the question, or the denial of what cannot be asked."""
    try:
        intent = intent_of(call, terminal, policy.tools)
        world = world_here(env, workspace_of(call, folder))
        return ask_in(policy, intent, call, env, world)
    except InvalidIntent as bad:
        reason = f"{bad.field}: {bad.message}"
        return refusal(policy, Code.INVALID_REQUEST, reason=reason, hint=bad.hint)
    except Unjudgeable as bad:
        reason = f"{bad.field}: {bad.message}"
        return refusal(policy, Code.UNJUDGEABLE, reason=reason, hint=bad.hint)
    except HoldfastError as bad:
        return refusal(policy, bad.code, reason=bad.message, hint=bad.hint)


def _print(
    terminal: Terminal, policy: Policy, decision: Decision, shown: Explanation | None
) -> int:
    if terminal.json_wanted:
        answer: dict[str, object] = answer_json(decision)
        if shown is not None:
            answer["why"] = shown.as_json()
        terminal.data(answer)
    for line in answer_lines(decision, policy.approvals, terminal.paint):
        terminal.say(line)
    if shown is not None and not terminal.json_wanted:
        from holdfast.runtime.cli.reasons import why_lines

        terminal.say()
        for line in why_lines(policy, shown, terminal.paint, terminal.width):
            terminal.say(line)
    return int(Exit.OK if decision.allowed else Exit.DENIED)
