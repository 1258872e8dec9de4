"""The compound commands: groups, `if`, `while`, `until`, `for` and `case`.

Rules of this file:
1. Each function begins behind its opening word and ends behind its closing one and the
   redirections that follow it. A closing word that is missing refuses the string.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from holdfast.policy.facts.shell.syntax import (
    Case,
    Command,
    For,
    Group,
    If,
    Redirect,
    Script,
    While,
    Word,
    refuse,
)
from holdfast.policy.facts.shell.words import BREAKS

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class Grammar(Protocol):
    """What compounds need of the parser."""

    text: str
    at: int

    def commands_until(self, ends: frozenset[str]) -> Script:
        """Parse commands up to one of the reserved words, and leave it unread."""
        ...

    def redirects(self) -> tuple[Redirect, ...]:
        """Parse the redirections that stand here."""
        ...

    def blanks(self) -> None:
        """Skip blanks, continued lines and a comment."""
        ...

    def blank_lines(self) -> None:
        """Skip blanks and line breaks."""
        ...

    def peek(self) -> str:
        """Return the reserved word that stands here, or nothing."""
        ...

    def expect(self, word: str) -> None:
        """Read a reserved word that must stand here."""
        ...

    def word(self) -> Word:
        """Read a word."""
        ...


def _group(parser: Grammar, start: int) -> Group:
    body = parser.commands_until(frozenset({"}"}))
    parser.expect("}")
    del start
    return Group(body, subshell=False, redirects=parser.redirects())


def _if(parser: Grammar, start: int) -> If:
    del start
    branches: list[tuple[Script | None, Script]] = []
    last = False
    while True:
        condition: Script | None = None
        if not last:
            condition = parser.commands_until(frozenset({"then"}))
            parser.expect("then")
        branches.append((condition, parser.commands_until(frozenset({"elif", "else", "fi"}))))
        found = parser.peek()
        if found != "fi" and (last or found not in {"elif", "else"}):
            raise refuse(parser.at, "`fi` should be here")
        parser.at += len(found)
        if found == "fi":
            return If(tuple(branches), parser.redirects())
        last = found == "else"


def _while(parser: Grammar, start: int) -> While:
    del start
    condition = parser.commands_until(frozenset({"do"}))
    return While(condition, _do(parser), parser.redirects())


def _do(parser: Grammar) -> Script:
    parser.expect("do")
    body = parser.commands_until(frozenset({"done"}))
    parser.expect("done")
    return body


def _for(parser: Grammar, start: int) -> For:
    parser.blanks()
    match = _NAME.match(parser.text, parser.at)
    if match is None:
        raise refuse(start, "a loop that not every shell knows")
    parser.at = match.end()
    parser.blank_lines()
    words: tuple[Word, ...] | None = None
    if parser.peek() == "in":
        parser.at += 2
        words = _for_words(parser)
    parser.blanks()
    if parser.text.startswith(";", parser.at):
        parser.at += 1
    return For(match[0], words, _do(parser), parser.redirects())


def _for_words(parser: Grammar) -> tuple[Word, ...]:
    words: list[Word] = []
    while True:
        parser.blanks()
        if parser.at >= len(parser.text) or parser.text[parser.at] in BREAKS:
            return tuple(words)
        words.append(parser.word())


def _case(parser: Grammar, start: int) -> Case:
    parser.blanks()
    subject = parser.word()
    parser.expect("in")
    branches: list[tuple[tuple[Word, ...], Script]] = []
    while True:
        parser.blank_lines()
        if parser.peek() == "esac":
            parser.at += 4
            return Case(subject, tuple(branches), parser.redirects())
        branches.append((_patterns(parser, start), parser.commands_until(frozenset({"esac"}))))
        if parser.text.startswith(";;", parser.at):
            parser.at += 2
        elif parser.peek() != "esac":
            raise refuse(start, "a `case` that never ends", "end it with `esac`")


def _patterns(parser: Grammar, start: int) -> tuple[Word, ...]:
    if parser.text.startswith("(", parser.at):
        parser.at += 1
    patterns: list[Word] = []
    while True:
        parser.blanks()
        patterns.append(parser.word())
        parser.blanks()
        mark = parser.text[parser.at : parser.at + 1]
        parser.at += 1
        if mark == ")":
            return tuple(patterns)
        if mark != "|":
            raise refuse(start, "a pattern that not every shell knows")


COMPOUNDS: Final[Mapping[str, Callable[[Grammar, int], Command]]] = MappingProxyType(
    {
        "{": _group,
        "if": _if,
        "while": _while,
        "until": _while,
        "for": _for,
        "case": _case,
    }
)
"""Reserved words that open a compound, and what reads it."""
