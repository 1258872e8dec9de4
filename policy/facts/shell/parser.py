"""Shell strings to trees: the grammar bash and a plain sh share.

Rules of this file:
1. A string is parsed whole or refused whole: nothing before the unknown part is let through.
2. Constructs the shells read differently are refused (`&>`, `10>f`, `{fd}>f`, `function`, `((`),
   unless the tree says what both would do.
3. Depth and length have ceilings; the parser never looks back.
"""

# ruff: noqa: SIM905 - tables are text that a reviewer reads and extends

from __future__ import annotations

import re
from typing import Final

from holdfast.policy.facts.shell.compounds import COMPOUNDS
from holdfast.policy.facts.shell.syntax import (
    Assignment,
    Chain,
    Command,
    Group,
    Here,
    Pipeline,
    Redirect,
    Script,
    Simple,
    Text,
    Word,
    refuse,
)
from holdfast.policy.facts.shell.words import BREAKS, read_quoted, read_word
from holdfast.proto.limits import SHELL_DEPTH

RESERVED: Final = frozenset(
    "! { } case do done elif else esac fi for if in then until while "
    "coproc function select [[ ]] time".split()
)
_REFUSED: Final = frozenset({"coproc", "function", "select", "]]", "in"})
_REDIRECT: Final = re.compile(r"(<<<|<<-?|<&|<>|<|>>|>&|>\||>)")
_ASSIGNS: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?=|\[)", re.ASCII)
_WORD: Final = re.compile(r"(?:\[\[|\]\]|[a-z]+|[!{}])(?=[ \t\n;&|<>()]|\Z)")
_ANGLES: Final = frozenset("<>")
_BRACED_NAME: Final = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}", re.ASCII)
_DELIMITER: Final = re.compile(r"[A-Za-z0-9_.\-]+", re.ASCII)
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Parser:
    """One shell string, read once from left to right."""

    def __init__(self, text: str, *, depth: int = 0, origin: int = 0) -> None:
        """Start at the beginning; `origin` is where the text stands in a larger one."""
        self.text = text
        self.at = 0
        self._depth = depth
        self._origin = origin
        self._here: list[Here] = []

    # ---- lists ---------------------------------------------------------------------------------
    def script(self) -> Script:
        """Parse the whole text."""
        found = _UNSEEN.search(self.text)
        if found:
            raise refuse(found.start(), "a control character")
        script = self.commands_until(frozenset())
        if self.at < len(self.text):
            raise refuse(self.at, "something that begins no command")
        if self._here:
            raise refuse(self._here[0].position, "a here-document without its text")
        return script

    def inner(self, start: int, close: str) -> Script:
        """Parse the commands from `start` up to `close`."""
        waiting, self._here = self._here, []
        self.at = start
        script = self.commands_until(frozenset())
        if self._here:
            raise refuse(start, "a here-document that outlives its substitution")
        self._here = waiting
        if not self.text.startswith(close, self.at):
            raise refuse(start, "a substitution that is never closed", "close it")
        self.at += len(close)
        self._require_one_line(start)
        return script

    def apart(self, text: str, start: int) -> Script:
        """Parse commands that were taken out of the text at `start`."""
        return Parser(text, depth=self._depth + 1, origin=self._origin + start).script()

    def commands_until(self, ends: frozenset[str]) -> Script:
        """Parse commands up to one of the reserved words, and leave it unread."""
        self._depth += 1
        if self._depth > SHELL_DEPTH:
            raise refuse(self.at, f"more than {SHELL_DEPTH} levels")
        chains: list[Chain] = []
        while True:
            self.blank_lines()
            if self.at >= len(self.text) or self.text[self.at] == ")":
                break
            if self.peek() in ends or self.text.startswith(";;", self.at):
                break
            chain, more = self._chain()
            chains.append(chain)
            if not more:
                break
        self._depth -= 1
        return Script(tuple(chains))

    def _chain(self) -> tuple[Chain, bool]:
        first = self._pipeline()
        rest: list[tuple[str, Pipeline]] = []
        while True:
            self.blanks()
            operator = self.text[self.at : self.at + 2]
            if operator not in {"&&", "||"}:
                break
            self.at += 2
            self.blank_lines()
            rest.append((operator, self._pipeline()))
        if self.text.startswith(";;", self.at):
            return Chain(first, tuple(rest), background=False), False
        separator = self.text[self.at : self.at + 1]
        more = separator != "" and separator in "&;\n"
        if separator == "\n":
            self.blank_lines()
        elif more:
            self.at += 1
        return Chain(first, tuple(rest), background=separator == "&"), more

    def _pipeline(self) -> Pipeline:
        negated = False
        while self.peek() == "!":
            self.word()
            self.blanks()
            negated = True
        commands = [self._command()]
        while True:
            self.blanks()
            if not self.text.startswith("|", self.at) or self.text.startswith("||", self.at):
                return Pipeline(tuple(commands), negated)
            self.at += 2 if self.text.startswith("|&", self.at) else 1
            self.blank_lines()
            commands.append(self._command())

    # ---- commands ------------------------------------------------------------------------------
    def _command(self) -> Command:
        self.blanks()
        start = self.at
        if self.text.startswith("((", start):
            raise refuse(start, "`((` is arithmetic to some shells", "put a space between them")
        if self.text.startswith("(", start):
            script = self.inner(start + 1, ")")
            return Group(script, subshell=True, redirects=self.redirects())
        word = self.peek()
        if word in COMPOUNDS:
            self.word()
            return COMPOUNDS[word](self, start)
        if word in _REFUSED:
            raise refuse(start, f"`{word}` is not judged here")
        if word in RESERVED and word not in {"[[", "time"}:
            raise refuse(start, f"`{word}` where a command should be")
        return self._simple(start)

    def _simple(self, start: int) -> Simple:
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            self.blanks()
            if self._at_redirect():
                redirects.append(self._redirect())
                continue
            if self.at >= len(self.text) or self.text[self.at] in BREAKS:
                break
            if not words and (assigned := self._assignment()):
                assignments.append(assigned)
                continue
            word = self.word()
            if not words and (assignments or redirects) and word.plain in RESERVED:
                raise refuse(word.position, f"`{word.plain}` where a command should be")
            if self.text[self.at : self.at + 1] in _ANGLES and _BRACED_NAME.fullmatch(
                word.plain or ""
            ):
                raise refuse(word.position, "a named descriptor is a word to some shells")
            words.append(word)
        if self.text.startswith("(", self.at):
            raise refuse(self.at, "a function is defined, or a pattern not every shell knows")
        if not (assignments or words or redirects):
            raise refuse(start, "something that begins no command")
        self._require_time(words)
        return Simple(tuple(assignments), tuple(words), tuple(redirects), start)

    def _require_time(self, words: list[Word]) -> None:
        """`time` is a keyword to bash: a compound may follow it there, and nowhere else."""
        if words and words[0].plain == "time" and any(w.plain in RESERVED for w in words[1:2]):
            raise refuse(words[1].position, "`time` before a compound command")

    def _assignment(self) -> Assignment | None:
        match = _ASSIGNS.match(self.text, self.at)
        if match is None:
            return None
        if match[2] != "=":
            raise refuse(self.at, "an assignment not every shell knows")
        self.at = match.end()
        value = self.word()
        if self.text.startswith("(", self.at):
            raise refuse(self.at, "an array")
        return Assignment(match[1], value)

    # ---- redirections --------------------------------------------------------------------------
    def _at_redirect(self) -> bool:
        position = self.at
        while position < len(self.text) and self.text[position] in "0123456789":
            position += 1
        if position - self.at > 1 and self.text[position : position + 1] in {"<", ">"}:
            raise refuse(self.at, "a descriptor of two digits is a word to some shells")
        char = self.text[position : position + 1]
        if char in {"<", ">"}:
            if self.text[position + 1 : position + 2] == "(":
                raise refuse(position, "a process substitution")
            return True
        if position == self.at and self.text.startswith("&>", position):
            # To a plain sh this is `&`, which ends the command, and then `>`.
            raise refuse(position, "`&>` is two things to some shells", "write `>file 2>&1`")
        return False

    def _redirect(self) -> Redirect:
        start = self.at
        descriptor = -1
        if self.text[self.at].isdigit():
            descriptor = int(self.text[self.at])
            self.at += 1
        match = _REDIRECT.match(self.text, self.at)
        if match is None:  # pragma: no cover - _at_redirect saw one
            raise refuse(start, "no redirection")
        operator = match[1]
        self.at = match.end()
        if operator in {"<<", "<<-"}:
            return self._heredoc(operator, descriptor, start)
        self.blanks()
        target = self.word()
        if not target.parts:
            raise refuse(start, "a redirection to nothing", "name the file")
        if descriptor == -1:
            descriptor = 0 if operator[0] == "<" else 1
        return Redirect(operator, descriptor, target)

    def redirects(self) -> tuple[Redirect, ...]:
        """Parse the redirections that stand here."""
        found: list[Redirect] = []
        while True:
            self.blanks()
            if not self._at_redirect():
                return tuple(found)
            found.append(self._redirect())

    def _heredoc(self, operator: str, descriptor: int, start: int) -> Redirect:
        self.blanks()
        word = self.word()
        texts = [part for part in word.parts if isinstance(part, Text)]
        delimiter = "".join(part.text for part in texts)
        if len(texts) != len(word.parts) or not _DELIMITER.fullmatch(delimiter):
            raise refuse(start, "a here-document whose delimiter is not a plain word")
        quoted = any(part.quoted for part in texts)
        here = Here(delimiter, start, quoted=quoted, tabs=operator == "<<-")
        self._here.append(here)
        return Redirect("<<", max(descriptor, 0), word, here)

    def _read_heredocs(self) -> None:
        """Read the texts that were announced on the line that just ended."""
        for here in self._here:
            lines: list[str] = []
            while True:
                if self.at >= len(self.text):
                    raise refuse(here.position, "a here-document that never ends", "end it")
                end = self.text.find("\n", self.at)
                end = len(self.text) if end == -1 else end
                line = self.text[self.at : end]
                self.at = min(end + 1, len(self.text))
                line = line.lstrip("\t") if here.tabs else line
                if line == here.delimiter:
                    break
                lines.append(f"{line}\n")
            self._body(here, "".join(lines))
        self._here = []

    def _body(self, here: Here, body: str) -> None:
        if here.quoted:
            here.parts.append(Text(body, quoted=True))
            return
        reader = Parser(body, depth=self._depth + 1, origin=self._origin + here.position)
        read_quoted(reader, here.parts, "", 0)

    # ---- characters ----------------------------------------------------------------------------
    def blanks(self) -> None:
        """Skip blanks, continued lines and a comment."""
        text = self.text
        while self.at < len(text):
            if text[self.at] in " \t":
                self.at += 1
            elif text.startswith("\\\n", self.at):
                self.at += 2
            elif text[self.at] == "#":
                end = text.find("\n", self.at)
                self.at = len(text) if end == -1 else end
            else:
                return

    def blank_lines(self) -> None:
        """Skip blanks and line breaks; the text of here-documents follows a line break."""
        while True:
            self.blanks()
            if not self.text.startswith("\n", self.at):
                return
            self.at += 1
            self._read_heredocs()

    def peek(self) -> str:
        """Return the reserved word that stands here, or ""."""
        match = _WORD.match(self.text, self.at)
        return match[0] if match and match[0] in RESERVED else ""

    def expect(self, word: str) -> None:
        """Read a reserved word that must stand here."""
        self.blank_lines()
        if self.peek() != word:
            raise refuse(self.at, f"`{word}` should be here")
        self.at += len(word)

    def word(self) -> Word:
        """Read a word."""
        start = self.at
        word = read_word(self)
        self._require_one_line(start)
        return word

    def _require_one_line(self, start: int) -> None:
        """Refuse a line break before the text of a here-document: shells disagree where it is."""
        if self._here and "\n" in self.text[start : self.at]:
            raise refuse(start, "a line break between a here-document and its text")


def parse_shell(text: str) -> Script:
    """Parse a shell string, whole."""
    return Parser(text).script()
