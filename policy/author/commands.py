"""Command patterns of permission lists, as Cedar on `Program` and the facts of an argv.

Rules of this file:
1. What the words of a pattern mean is asked of the normaliser that judges them (`facts_of`): a
   word that is no fact in order cannot be permitted by it.
2. Facts keep no place for options. A permit therefore leaves out every call with an option that
   could stand before the words of the pattern, and a pattern that holds options has no permit.
3. A forbid names the program by its last segment, wherever it lies, and looks for the first word
   in every place it could be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.policy.author.drafts import Form, pattern, quoted
from holdfast.policy.author.situations import WORKSPACE
from holdfast.policy.cedar.values import Value
from holdfast.policy.facts.commands.tables import lookup
from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.mentions import UNKNOWN
from holdfast.policy.facts.model import InvalidIntent, Touch, Unjudgeable, World
from holdfast.policy.facts.programs import family

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./@%+:,=-]+", re.ASCII)
_ACTION: Final = 'principal, action == Action::"process.exec"'
_PLACES: Final = 4
"""Operands that are facts of their own: `arg1` to `arg4`."""
EVERYTHING: Final = Form(f"{_ACTION}, resource", "", "it forbids every program")
ANYTHING: Final = Form(f"{_ACTION}, resource")
OPTIONS_FIRST: Final = "not with options that could stand before these words"
NO_OPTIONS: Final = "only without options: facts do not say where an option stood"


def permit_command(words: Sequence[str], *, prefix: bool) -> tuple[Form, ...] | str:
    """Return a permit for an argv, or for all that begin with it, or why there is none."""
    if not words or not all(_PLAIN.fullmatch(word) for word in words) or "=" in words[0]:
        return "it is not plain words: quotes, variables and patterns have no counterpart"
    touch = _program(words)
    if isinstance(touch, str):
        return touch
    context = touch.context
    if context["flags"]:
        return "it holds options, and facts do not say where an option stood"
    named = _operands(context)
    said = list(words[1:])
    if [value for _, value in named] != said:
        return "facts do not keep all of its words in order"
    conditions = [f"{fact} == {quoted(value)}" for fact, value in named]
    scope = f"{_ACTION}, resource == Program::{quoted(touch.resource.uid.id)}"
    if "/" in words[0]:
        conditions.insert(0, f"resource.path == {quoted(words[0])}")
    form = _bounded(scope, conditions, words, context, prefix=prefix)
    return (form,) if isinstance(form, Form) else form


def _bounded(
    scope: str,
    conditions: list[str],
    words: Sequence[str],
    context: Mapping[str, Value],
    *,
    prefix: bool,
) -> Form | str:
    note = ""
    if not prefix:
        taken = len(words) - 1 - (1 if context["subcommand"] else 0)
        if taken >= _PLACES:
            return "it has more words than facts keep in order"
        if lookup(family(words[0])) and not context["subcommand"]:
            conditions.append('context.subcommand == ""')
        conditions += [f'context.arg{taken + 1} == ""', "context.flags.isEmpty()"]
    elif len(words) > 1:
        before = _options_before(words[0])
        if before is None:
            conditions.append("context.flags.isEmpty()")
            note = NO_OPTIONS
        else:
            listed = ", ".join(quoted(option) for option in before)
            conditions.append(f"!context.flags.containsAny([{listed}])")
            note = OPTIONS_FIRST
    if not context["runs_code"]:
        conditions.append("!context.runs_code")
        note = (
            f"{note}; and only what runs no other code"
            if note
            else ("only what runs no other code")
        )
    return Form(scope, " && ".join(conditions), note)


def _options_before(program: str) -> list[str] | None:
    """Return the options that may precede a subcommand; None when nobody knows them."""
    command = lookup(family(program)) if "/" not in program else None
    if command is None or not command.subcommands:
        return None
    return sorted(command.options) or None


def _program(words: Sequence[str]) -> Touch | str:
    """Return the one process these words are, or why they are not one."""
    processes = _processes(words)
    if isinstance(processes, str):
        return processes
    if len(processes) > 1:
        return "it runs another program, which needs an entry of its own"
    return processes[0]


def _processes(words: Sequence[str]) -> list[Touch] | str:
    """Return the processes these words are, as they would be judged, or why nobody can say."""
    try:
        facts = facts_of(
            "process.exec", {"argv": list(words)}, UNKNOWN, World(workspaces={"main": WORKSPACE})
        )
    except (InvalidIntent, Unjudgeable) as refusal:
        return f"it cannot be judged: {refusal.message}"
    return [touch for touch in facts.touches if touch.action == "process.exec"]


def _operands(context: Mapping[str, Value]) -> list[tuple[str, str]]:
    names = ("subcommand", "arg1", "arg2", "arg3", "arg4")
    return [(f"context.{name}", str(context[name])) for name in names if context[name] != ""]


def forbid_command(words: Sequence[str]) -> tuple[Form, ...]:
    """Return forbids for every argv that begins with these words, the most exact first."""
    if not words or "=" in words[0] or not _PLAIN.fullmatch(words[0].replace("*", "")):
        return (EVERYTHING,)
    name = words[0].rpartition("/")[2]
    if not name.strip("*"):
        return (EVERYTHING,)
    by_name = (
        f"resource.name like {pattern(name)}"
        if "*" in name
        else (f"resource.name == {quoted(name)}")
    )
    scope = f"{_ACTION}, resource"
    whole = Form(scope, by_name, "" if len(words) == 1 else f"it forbids all of `{name}`")
    first = words[1] if len(words) > 1 and "*" not in name else ""
    if not _PLAIN.fullmatch(first) or first.startswith("-") or not _is_seen(words[:2]):
        return (whole, EVERYTHING)
    word = quoted(first)
    exact = f"{by_name} && (context.subcommand == {word} || context.args.contains({word}))"
    note = "" if len(words) == 2 else f"it forbids all of `{name} {first}`"  # noqa: PLR2004
    return (Form(scope, exact, note), whole, EVERYTHING)


def _is_seen(words: Sequence[str]) -> bool:
    """Say whether the second word is a fact however the argv goes on, where it is not refused."""
    for more in ((), ("x",), ("--holdfast-unknown",), ("-x", "x")):
        processes = _processes([*words, *more])
        if isinstance(processes, str):
            continue
        context = processes[0].context
        args = context["args"]
        seen = isinstance(args, frozenset) and words[1] in args
        if context["subcommand"] != words[1] and not seen:
            return False
    return True
