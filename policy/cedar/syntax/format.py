"""One way to lay a file of rules out, comments kept.

Rules of this file:
1. Tokens are never added, dropped, reordered or rewritten: only the white space between
   them. The result is read again, and a tree that changed is a fault of ours, not a file.
2. The layout is a function of the tokens, of each comment and whether it stands alone on its
   line, and of the blank lines between rules. All of these survive, so formatting twice is
   formatting once.
3. A comment inside a rule keeps its neighbours: lines break where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.policy.cedar.syntax import parse_rules
from holdfast.policy.cedar.syntax.tokens import Comment, Token, tokenize
from holdfast.policy.diagnostics import Problem, SourceText

__all__ = ["WIDTH", "Formatted", "format_rules"]

WIDTH = 120
INDENT = "  "
_WORDS = frozenset({"if", "then", "else", "in", "like", "has", "is", "when", "unless"})
_OPERANDS = frozenset({"id", "int", "str", "slot", ")", "]", "}"})
_TIGHT_BEFORE = frozenset({",", ";", ")", "]", ".", ":", "::"})
_TIGHT_AFTER = frozenset({"(", "[", ".", "::", "!", "@"})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Formatted:
    """The formatted text; the text as it was, with its problems, when it cannot be read."""

    text: str
    problems: tuple[Problem, ...] = ()


def format_rules(text: str, file: str) -> Formatted:
    """Lay a file of rules out."""
    before = parse_rules(text, file)
    if before.problems:
        return Formatted(text, before.problems)
    cut = tokenize(SourceText(file, text))
    result = _Layout(text, cut.tokens[:-1], cut.comments).run()
    after = parse_rules(result, file)
    if after.problems or after.templates != before.templates:
        raise RuntimeError(f"formatting {file} would change what it means")
    return Formatted(result)


class _Layout:
    """Lays out one file."""

    def __init__(self, text: str, tokens: Sequence[Token], comments: Sequence[Comment]) -> None:
        self.text = text
        self.tokens = tokens
        self.comments = list(comments)
        self.lines: list[str] = []

    def run(self) -> str:
        """Return the whole file."""
        last = 0
        for rule in self._rules():
            last = self._loose_comments(last, rule[0].start)
            inner = self._comments_until(rule[-1].end)
            laid = _with_comments(rule, inner) if inner else _laid_out(rule)
            self._blank(last, rule[0].start)
            self.lines += laid
            last = rule[-1].end
        self._loose_comments(last, len(self.text))
        return "\n".join(self.lines) + "\n" if self.lines else ""

    def _rules(self) -> Iterator[list[Token]]:
        rule: list[Token] = []
        for token in self.tokens:
            rule.append(token)
            if token.kind == ";":
                yield rule
                rule = []

    def _comments_until(self, end: int) -> list[Comment]:
        found: list[Comment] = []
        while self.comments and self.comments[0].start < end:
            found.append(self.comments.pop(0))
        return found

    def _loose_comments(self, last: int, until: int) -> int:
        """Print the comments between two rules; return where the last of them ends."""
        for comment in self._comments_until(until):
            if not comment.own_line and self.lines and "\n" not in self.text[last : comment.start]:
                self.lines[-1] += f" {comment.text}"
            else:
                self._blank(last, comment.start)
                self.lines.append(comment.text)
            last = comment.end
        return last

    def _blank(self, last: int, start: int) -> None:
        """Keep one blank line where there was at least one."""
        between = self.text[last:start].replace("\r\n", "\n").replace("\r", "\n")
        if self.lines and between.count("\n") > 1:
            self.lines.append("")


def _laid_out(rule: Sequence[Token]) -> list[str]:
    """Return the lines of a rule without comments."""
    annotations, head, clauses = _parts(rule)
    lines = _filled([_inline(each) for each in annotations])
    first = _inline(head)
    lines += [first] if len(first) <= WIDTH else _broken_head(head)
    own_lines = len(lines[-1]) > WIDTH or lines[-1] == ")"
    for index, clause in enumerate(clauses):
        ending = ";" if index == len(clauses) - 1 else ""
        flat = _inline(clause)
        if not own_lines and len(f"{lines[-1]} {flat}{ending}") <= WIDTH:
            lines[-1] += f" {flat}"
        else:
            own_lines = True
            lines += [flat] if len(flat + ending) <= WIDTH else _broken_clause(clause)
    lines[-1] += ";"
    return lines


def _parts(
    rule: Sequence[Token],
) -> tuple[list[Sequence[Token]], Sequence[Token], list[Sequence[Token]]]:
    """Split a rule into annotations, head and clauses, leaving the semicolon."""
    cuts: list[int] = []
    depth = 0
    head = 0
    for index, token in enumerate(rule):
        if depth == 0 and _begins_part(rule, index):
            cuts.append(index)
            if token.kind == "id" and token.text in {"permit", "forbid"}:
                head = len(cuts) - 1
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
    pieces = [rule[a:b] for a, b in zip(cuts, [*cuts[1:], len(rule) - 1], strict=True)]
    return pieces[:head], pieces[head], pieces[head + 1 :]


def _begins_part(rule: Sequence[Token], index: int) -> bool:
    token = rule[index]
    if token.kind == "@":
        return True
    after_at = index > 0 and rule[index - 1].kind == "@"
    return (
        token.kind == "id" and not after_at and token.text in {"permit", "forbid", "when", "unless"}
    )


def _filled(pieces: Sequence[str]) -> list[str]:
    """Put all on one line if they fit, else one per line."""
    line = " ".join(pieces)
    return ([line] if line else []) if len(line) <= WIDTH else list(pieces)


def _broken_head(head: Sequence[Token]) -> list[str]:
    lines = [_inline(head[:2])]
    lines += [INDENT + _inline(piece) for piece in _split(head[2:-1], {","})]
    return [*lines, ")"]


def _broken_clause(clause: Sequence[Token]) -> list[str]:
    """Break a clause at its loosest operator."""
    body = clause[2:-1]
    pieces = list(_split(body, {"||"}))
    if len(pieces) == 1:
        pieces = list(_split(body, {"&&"}))
    return [_inline(clause[:2]), *(INDENT + _inline(piece) for piece in pieces), "}"]


def _split(tokens: Sequence[Token], at: set[str]) -> Iterator[Sequence[Token]]:
    """Cut after each of some tokens that stands in no bracket."""
    depth = start = 0
    for index, token in enumerate(tokens):
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
        if depth == 0 and token.kind in at:
            yield tokens[start : index + 1]
            start = index + 1
    if start < len(tokens):
        yield tokens[start:]


def _with_comments(rule: Sequence[Token], comments: Sequence[Comment]) -> list[str]:
    """Lay a rule out around its comments: parts and comments each end a line."""
    lines: list[str] = []
    waiting = list(comments)
    current: list[Token] = []
    depth = 0
    inside = 0

    def flush() -> None:
        if current:
            lines.append(INDENT * inside + _inline(current))
            current.clear()

    for index, token in enumerate(rule):
        while waiting and waiting[0].start < token.start:
            comment = waiting.pop(0)
            flush()
            if comment.own_line or not lines:
                lines.append(INDENT * (depth > 0) + comment.text)
            else:
                lines[-1] += f" {comment.text}"
            inside = int(depth > 0)
        if depth == 0 and current and _begins_part(rule, index) and current[-1].kind != "@":
            flush()
        if not current:
            inside = int(depth > 0 and token.kind not in _CLOSING)
        current.append(token)
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
    flush()
    return lines


def _inline(tokens: Sequence[Token]) -> str:
    """Return tokens on one line."""
    made = ""
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else None
        two_before = tokens[index - 2] if index > 1 else None
        if before is not None and _spaced(two_before, before, token):
            made += " "
        made += token.text
    return made


def _spaced(two_before: Token | None, before: Token, token: Token) -> bool:
    """Return whether a space stands between two tokens."""
    if before.kind in _TIGHT_AFTER or token.kind in _TIGHT_BEFORE:
        return False
    if before.kind == "-" and not _is_operand(two_before):
        return False
    if before.kind == "{" and token.kind == "}":
        return False
    if token.kind in {"(", "["}:
        names = before.kind == "id" and (before.text not in _WORDS or _is_name(two_before))
        return not (names or (token.kind == "[" and _is_operand(before)))
    return True


def _is_operand(token: Token | None) -> bool:
    return token is not None and token.kind in _OPERANDS and token.text not in _WORDS


def _is_name(token: Token | None) -> bool:
    """Return whether what follows is a name even when it reads like a word: `@if("...")`."""
    return token is not None and token.kind == "@"
