r"""Cedar text to tokens, exactly as Cedar's own lexer cuts it.

Rules of this file:
1. White space is Unicode White_Space and nothing else: Python's `\s` knows four more
   characters, and a character only one of two parsers skips is a rule only one of them sees.
2. A comment runs from `//` to the end of its line; line feed and carriage return both end it.
3. Comments are kept beside the tokens: the formatter must not lose one.
4. Whatever no rule takes is a problem, never skipped in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from holdfast.policy.diagnostics import Problem, SourceText, displayed
from holdfast.proto.limits import PROBLEMS_PER_CHECK

__all__ = ["RESERVED", "VARIABLES", "Comment", "Token", "Tokens", "tokenize"]

RESERVED = frozenset({"true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"})
"""Words that can be no name of an attribute, a type or a record key."""
VARIABLES = ("principal", "action", "resource", "context")


_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SCANNER = re.compile(
    rf"""
    (?P<space>[{_SPACE}]+)
  | (?P<comment>//[^\n\r]*)
  | (?P<id>[_a-zA-Z][_a-zA-Z0-9]*)
  | (?P<int>[0-9]+)
  | (?P<str>"(?:\\[^\n]|[^"\\])*")
  | (?P<slot>\?[_a-zA-Z][_a-zA-Z0-9]*)
  | (?P<op>::|==|!=|<=|>=|\|\||&&|[@.,;:(){{}}\[\]<>+\-*/%!=])
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """One token: `kind` is `id`, `int`, `str`, `slot`, `end`, or the operator itself."""

    kind: str
    text: str
    start: int
    end: int


class Comment(NamedTuple):
    """A comment, without its line ending; `own_line` when nothing stands before it."""

    text: str
    start: int
    end: int
    own_line: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """A file's tokens, the last of them `end`, with its comments beside them."""

    tokens: tuple[Token, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]


def tokenize(source: SourceText) -> Tokens:
    """Cut a file into tokens; what cannot be cut is a problem and is left out."""
    text = source.text
    tokens: list[Token] = []
    comments: list[Comment] = []
    problems: list[Problem] = []
    at, size, scan = 0, len(text), _SCANNER.match
    while at < size:
        found = scan(text, at)
        start = at
        if found is None:
            at = _end_of_nonsense(text, at)
            if len(problems) < PROBLEMS_PER_CHECK:
                problems.append(_not_a_token(source, start, at))
            continue
        kind, end = found.lastgroup, found.end()
        at = end
        if kind == "comment":
            line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
            own_line = not text[line_start:start].strip()
            comments.append(Comment(text[start:end].rstrip(), start, end, own_line))
        elif kind == "op":
            piece = found[0]
            tokens.append(Token(piece, piece, start, end))
        elif kind and kind != "space":
            tokens.append(Token(kind, found[0], start, end))
    tokens.append(Token("end", "", len(text), len(text)))
    return Tokens(tuple(tokens), tuple(comments), tuple(problems))


def _end_of_nonsense(text: str, at: int) -> int:
    """Return where scanning resumes: an open text is given up at the end of its line."""
    if text[at] != '"':
        return at + 1
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _not_a_token(source: SourceText, start: int, end: int) -> Problem:
    found = source.text[start:end]
    if found[0] == '"':
        return source.problem(
            start, end, "unterminated-text", "this text is never closed", 'end it with `"`'
        )
    hint = {
        "'": 'text stands in double quotes: `"..."`',
        "`": 'text stands in double quotes: `"..."`',
        "\ufeff": "save the file as UTF-8 without a byte order mark",
        "#": "a comment begins with `//`",
        "&": "`and` is written `&&`",
        "|": "`or` is written `||`",
    }.get(found, "remove it; outside texts and comments Cedar is plain ASCII")
    return source.problem(
        start, end, "unexpected-character", f"{displayed(found)} means nothing here", hint
    )
