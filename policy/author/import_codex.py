"""Command rules in the form of Codex: `prefix_rule(pattern=["git", ["status", "diff"]], ...)`.

The file is a program in a small language; only calls of `prefix_rule` with literal arguments are
read, nothing is run. What else stands there could deny something, so it is an error.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from typing import Final, cast

from holdfast.policy.author.commands import forbid_command, permit_command
from holdfast.policy.author.drafts import Check, Draft, Entry, draft
from holdfast.proto.errors import HoldfastError
from holdfast.proto.limits import IMPORT_BYTES, IMPORT_PREFIXES
from holdfast.proto.reasons import Code

_IGNORED: Final = frozenset({"match", "not_match", "justification"})
_DECISIONS: Final = ("forbidden", "prompt", "allow")


def import_codex(text: str, check: Check) -> Draft:
    """Draft a folder from prefix rules."""
    found = sorted(_rules(text), key=lambda rule: _DECISIONS.index(rule[0]))
    entries = [_entry(decision, words) for decision, words in found]
    return draft("Imported from the command rules of a coding agent.", entries, check)


def _entry(decision: str, words: tuple[str, ...]) -> Entry:
    text = " ".join(words)
    shown = f"{decision}: {text}"
    forbids = forbid_command(words)
    if decision == "forbidden":
        return Entry(shown, text, forbids=forbids)
    permits = permit_command(words, prefix=True)
    trouble = permits if isinstance(permits, str) else ""
    found = () if isinstance(permits, str) else permits
    if decision == "allow":
        return Entry(shown, text, permits=found, trouble=trouble)
    return Entry(shown, text, permits=found, forbids=forbids, gated=True, trouble=trouble)


def _rules(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if len(text) > IMPORT_BYTES:
        raise _refused(1, f"it is longer than {IMPORT_BYTES} characters")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as bad:
        raise _refused(getattr(bad, "lineno", None) or 1, "it cannot be parsed") from None
    for statement in tree.body:
        if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
            raise _refused(statement.lineno, "only calls of `prefix_rule` are read")
        yield from _call(statement.value)


def _call(call: ast.Call) -> Iterator[tuple[str, tuple[str, ...]]]:
    line = call.lineno
    if not isinstance(call.func, ast.Name) or call.func.id != "prefix_rule" or call.args:
        raise _refused(line, "only calls of `prefix_rule` with named arguments are read")
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if not given.keys() <= {"pattern", "decision", *_IGNORED} or "pattern" not in given:
        raise _refused(line, "`prefix_rule` takes `pattern` and `decision`")
    decision = _literal(given.get("decision", ast.Constant("allow")), line)
    if decision not in _DECISIONS:
        raise _refused(line, "`decision` is allow, prompt or forbidden")
    for words in _prefixes(_literal(given["pattern"], line), line):
        yield str(decision), words


def _literal(node: ast.expr, line: int) -> object:
    try:
        return cast("object", ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise _refused(line, "an argument is no literal") from None


def _prefixes(value: object, line: int) -> Iterator[tuple[str, ...]]:
    if not isinstance(value, list) or not value:
        raise _refused(line, "`pattern` is a list of words")
    places: list[list[str]] = []
    count = 1
    for item in cast("list[object]", value):
        choices = cast("list[object]", item) if isinstance(item, list) else [item]
        words = [word for word in choices if isinstance(word, str) and word]
        if not words or len(words) != len(choices):
            raise _refused(line, "`pattern` holds words, or lists of words")
        places.append(words)
        count *= len(words)
        if count > IMPORT_PREFIXES:
            raise _refused(line, f"`pattern` stands for more than {IMPORT_PREFIXES} commands")
    return product(*places)


def _refused(line: int, what: str) -> HoldfastError:
    return HoldfastError(
        Code.POLICY_INVALID,
        f"the command rules cannot be read: line {line}: {what}",
        hint='write `prefix_rule(pattern=["git", "status"], decision="allow")`',
    )
