"""A cursor over one file's tokens: what was read, where it stands, what is wrong with it.

Rules of this file:
1. Neither the parser's recursion nor a tree's depth passes `EXPRESSION_DEPTH`: what comes after
   (compiler, evaluator, tracer, the engine itself) recurses over these trees.
2. Every node built is noted with its place; a node without one could not be blamed.
"""

from __future__ import annotations

from typing import NoReturn

from cedarpy import pst

from holdfast.policy.cedar.syntax.literals import text_value
from holdfast.policy.cedar.syntax.tokens import RESERVED, Token
from holdfast.policy.diagnostics import Problem, SourceText, displayed
from holdfast.proto.limits import EXPRESSION_DEPTH

__all__ = ["Cursor", "RuleBroken"]


class RuleBroken(Exception):
    """The rule cannot be read further; its problem is noted already."""


class Cursor:
    """Steps over tokens, and reads names and texts."""

    def __init__(self, source: SourceText, tokens: tuple[Token, ...]) -> None:
        """Begin at the first token."""
        self.source = source
        self.tokens = tokens
        self.at = 0
        self.now = tokens[0]
        self.last_end = 0
        self.problems: list[Problem] = []
        self.nodes: dict[int, tuple[object, int, int]] = {}
        self.parts: dict[int, dict[str, tuple[int, int]]] = {}
        self._depths: dict[int, int] = {}
        self.nesting = 0

    def advance(self) -> Token:
        """Step over the current token, which is never the end, and return it."""
        taken = self.now
        self.last_end = taken.end
        self.at += 1
        self.now = self.tokens[self.at]
        return taken

    def sees(self, kind: str) -> bool:
        """Return whether the current token is of that kind."""
        return self.now.kind == kind

    def accept(self, kind: str) -> bool:
        """Step over the current token if it is of that kind."""
        if self.now.kind != kind:
            return False
        self.advance()
        return True

    def expect(self, kind: str, wanted: str, hint: str = "") -> Token:
        """Step over a token that must be there."""
        if self.now.kind != kind:
            self.stop(f"expected {wanted}", hint)
        return self.advance()

    def accept_word(self, word: str) -> bool:
        """Step over a word of the language if it is there."""
        if self.now.kind != "id" or self.now.text != word:
            return False
        self.advance()
        return True

    def stop(self, wanted: str, hint: str = "", code: str = "syntax") -> NoReturn:
        """Note that the current token is not what the grammar wants, and give up the rule."""
        now, before = self.now, self.tokens[max(0, self.at - 1)]
        if before.kind == "str" and "\n" in before.text:
            # most often its end is missing and it has swallowed the lines below
            message = "this text goes on past the end of its line"
            self.note(before.start, before.end, "unterminated-text", message, 'end it with `"`')
            raise RuleBroken
        found = "the end of the file" if now.kind == "end" else displayed(now.text, 40)
        self.note(now.start, now.end, code, f"{wanted}, found {found}", hint)
        raise RuleBroken

    def note(self, start: int, end: int, code: str, message: str, hint: str = "") -> None:
        """Note a problem without giving up."""
        self.problems.append(self.source.problem(start, end, code, message, hint))

    def build(self, node: pst.Expr, start: int, *children: pst.Expr) -> pst.Expr:
        """Note a node's place, from `start` to the last token taken, and check its depth."""
        depth = 1 + max((self._depths[id(child)] for child in children), default=0)
        self.nodes[id(node)] = (node, start, self.last_end)
        self._depths[id(node)] = depth
        if depth > EXPRESSION_DEPTH:
            self._too_deep(start)
        return node

    def mark(self, node: object, start: int) -> None:
        """Note the place of a node that is no expression."""
        self.nodes[id(node)] = (node, start, self.last_end)

    def mark_part(self, node: object, part: str, token: Token) -> None:
        """Note the place of a part of a node."""
        self.parts.setdefault(id(node), {})[part] = (token.start, token.end)

    def _too_deep(self, start: int) -> NoReturn:
        self.note(
            start,
            self.last_end,
            "too-deep",
            f"this nests deeper than {EXPRESSION_DEPTH} levels",
            "split the rule in two, or ask a set: `[...].contains(x)`",
        )
        raise RuleBroken

    def nested(self, step: int) -> None:
        """Count a bracket opened (+1) or closed (-1) and stop beyond the ceiling."""
        self.nesting += step
        if self.nesting > EXPRESSION_DEPTH:
            self._too_deep(self.now.start)

    # Names and texts

    def name(self, wanted: str) -> str:
        """Read one identifier that is no word of the language."""
        token = self.expect("id", wanted)
        if token.text in RESERVED:
            message = f"`{token.text}` is a word of the language"
            self.note(token.start, token.end, "reserved-word", message, "choose another name")
        return token.text

    def path(self) -> tuple[str, ...]:
        """Read `A::B::C`, leaving a `::` that a text follows."""
        names = [self.name("a name")]
        while self.now.kind == "::" and self.tokens[self.at + 1].kind == "id":
            self.advance()
            names.append(self.name("a name"))
        return tuple(names)

    def entity_type(self) -> pst.EntityType:
        """Read an entity type."""
        start = self.now.start
        if self.now.kind != "id":
            self.stop("expected an entity type", "for example `resource is Path`")
        *namespace, basename = self.path()
        node = pst.EntityType(basename=basename, namespace=tuple(namespace))
        self.mark(node, start)
        return node

    def entity_uid(self) -> pst.EntityUid:
        """Read `Type::"id"`."""
        start = self.now.start
        if self.now.kind != "id":
            self.stop("expected an entity", 'for example `Group::"owners"`')
        names = self.path()
        if not self.accept("::"):
            self.stop("expected `::` and an id in double quotes", f'write `{names[-1]}::"..."`')
        return self.uid_after(names, start)

    def uid_after(self, names: tuple[str, ...], start: int) -> pst.EntityUid:
        """Read the id of an entity whose type was read."""
        entity_type = pst.EntityType(basename=names[-1], namespace=names[:-1])
        token = self.now
        value = self.text("this id", f'write `{names[-1]}::"..."`')
        node = pst.EntityUid(type=entity_type, id=value)
        self.mark(node, start)
        self.mark_part(node, "id", token)
        return node

    def text(self, what: str, hint: str = "") -> str:
        """Read a text in double quotes."""
        token = self.expect("str", "a text in double quotes", hint)
        value, complaint = text_value(token.text)
        if complaint:
            self.bad_escape(token, f"{complaint} in {what}")
        return value

    def bad_escape(self, token: Token, complaint: str) -> None:
        """Note an escape that is none."""
        hint = r"escapes: `\n \r \t \\ \0 \' \"`, `\x41`, `\u{1f512}`, and `\*` in patterns"
        self.note(token.start, token.end, "bad-escape", complaint, hint)
