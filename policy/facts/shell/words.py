"""Reading the words of a shell string, as bash and a plain sh both would.

Rules of this file:
1. Where bash and sh read the same characters differently, both readings are kept (`AnsiText`,
   braces) or the string is refused.
2. What is inside `$(...)` is parsed by the same parser, from the same text.
3. A backslash before a line break is taken only between words: inside one, shells disagree.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

from holdfast.policy.facts.shell.syntax import (
    AnsiText,
    Arithmetic,
    Param,
    Part,
    Script,
    Substitution,
    Text,
    Word,
    refuse,
)

BREAKS: Final = frozenset(" \t\n;&|<>()")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_BRACED: Final = re.compile(
    r"\{(?P<name>[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?\-$!])"
    r"(?P<form>:?[-+?][A-Za-z0-9_./ :,@%+-]*|[#%]{1,2}[A-Za-z0-9_./ :,@+*?-]*)?\}",
    re.ASCII,
)
_LENGTH: Final = re.compile(r"\{#[A-Za-z_][A-Za-z0-9_]*\}", re.ASCII)
_ARITHMETIC: Final = re.compile(r"\(\([0-9 +\-*/%<>=!&|^~?:]+\)\)", re.ASCII)
_SPECIAL: Final = "@*#?-$!0123456789"
_ESCAPES: Final = {
    "n": "\n", "t": "\t", "\\": "\\", '"': '"', "a": "\a", "b": "\b", "e": "\x1b", "f": "\f",
    "r": "\r", "v": "\v", "?": "?",
}  # fmt: skip


class Reader(Protocol):
    """What reading words needs of the parser."""

    text: str
    at: int

    def inner(self, start: int, close: str) -> Script:
        """Parse the commands from `start` up to `close`, and leave `at` behind it."""
        ...

    def apart(self, text: str, start: int) -> Script:
        """Parse commands that were taken out of the text at `start`."""
        ...


def read_word(reader: Reader) -> Word:
    """Read the word that begins here."""
    start = reader.at
    text = reader.text
    parts: list[Part] = []
    plain: list[str] = []

    def flush() -> None:
        if plain:
            parts.append(Text("".join(plain), quoted=False))
            plain.clear()

    while reader.at < len(text) and text[reader.at] not in BREAKS:
        char = text[reader.at]
        if char == "\\":
            flush()
            parts.append(_escaped(reader))
        elif char == "'":
            flush()
            parts.append(Text(_single(reader), quoted=True))
        elif char == '"':
            flush()
            _double(reader, parts)
        elif char == "`":
            flush()
            parts.append(_backquoted(reader, quoted=False))
        elif char == "$":
            part = _dollar(reader, quoted=False)
            if part is None:
                plain.append("$")
            else:
                flush()
                parts.append(part)
        else:
            plain.append(char)
            reader.at += 1
    flush()
    return Word(tuple(parts), start)


def _escaped(reader: Reader) -> Text:
    following = reader.text[reader.at + 1 : reader.at + 2]
    if not following:
        raise refuse(reader.at, "a backslash at the end escapes nothing")
    if following == "\n":
        raise refuse(reader.at, "a line is continued inside a word", "put a space before `\\`")
    reader.at += 2
    return Text(following, quoted=True)


def _single(reader: Reader) -> str:
    start = reader.at
    end = reader.text.find("'", start + 1)
    if end == -1:
        raise refuse(start, "a quote `'` is never closed", "close it")
    reader.at = end + 1
    return reader.text[start + 1 : end]


def _double(reader: Reader, parts: list[Part]) -> None:
    start = reader.at
    reader.at += 1
    parts.append(Text("", quoted=True))  # "" is a word
    read_quoted(reader, parts, '"', start)


def read_quoted(reader: Reader, parts: list[Part], close: str, start: int) -> None:
    """Read text in which only `$`, backquotes and some backslashes mean something.

    `close` is the quote that ends it, or "" for a here-document, which the text's end ends.
    """
    text = reader.text
    plain: list[str] = []

    def flush() -> None:
        if plain:
            parts.append(Text("".join(plain), quoted=True))
            plain.clear()

    while not _closed(reader, close, start):
        char = text[reader.at]
        if char == "\\":
            plain.append(_backslash(reader, close))
        elif char == "`":
            flush()
            parts.append(_backquoted(reader, quoted=True))
        elif char == "$":
            part = _dollar(reader, quoted=True)
            if part is None:
                plain.append("$")
            else:
                flush()
                parts.append(part)
        else:
            plain.append(char)
            reader.at += 1
    flush()


def _closed(reader: Reader, close: str, start: int) -> bool:
    if reader.at >= len(reader.text):
        if close:
            raise refuse(start, 'a quote `"` is never closed', "close it")
        return True
    if reader.text[reader.at] != close:
        return False
    reader.at += 1
    return True


def _backslash(reader: Reader, close: str) -> str:
    following = reader.text[reader.at + 1 : reader.at + 2]
    reader.at += 2
    if following and following in "$`\\\n" + close:
        if following == "\n" and not close:
            raise refuse(reader.at, "a here-document continues a line", "quote its delimiter")
        return "" if following == "\n" else following
    return "\\" + following


def _dollar(reader: Reader, *, quoted: bool) -> Part | None:
    """Read what a `$` begins; None when it stands for itself."""
    start = reader.at
    text = reader.text
    reader.at += 1
    following = text[reader.at : reader.at + 1]
    if match := _NAME.match(text, reader.at):
        reader.at = match.end()
        return Param(match[0], quoted, exact=True)
    if following and following in _SPECIAL:
        reader.at += 1
        return Param(following, quoted, exact=False)
    if following == "{":
        return _braced(reader, start, quoted=quoted)
    if following == "(":
        if text.startswith("((", reader.at):
            match = _ARITHMETIC.match(text, reader.at)
            if match is None:
                raise refuse(start, "arithmetic that is more than numbers")
            reader.at = match.end()
            return Arithmetic(quoted)
        return Substitution(reader.inner(reader.at + 1, ")"), quoted)
    if following == "'" and not quoted:
        return _ansi(reader, start)
    if following and (following == "\\" or (following == '"' and not quoted) or following == "["):
        raise refuse(start, "shells disagree on what this `$` begins")
    return None


def _braced(reader: Reader, start: int, *, quoted: bool) -> Param:
    if match := _LENGTH.match(reader.text, reader.at):
        reader.at = match.end()
        return Param("#", quoted, exact=False)
    match = _BRACED.match(reader.text, reader.at)
    if match is None:
        raise refuse(start, "an expansion that is more than `${NAME}` or a plain default")
    reader.at = match.end()
    exact = match["form"] is None and match["name"] not in _SPECIAL
    return Param(match["name"], quoted, exact=exact)


def _ansi(reader: Reader, start: int) -> AnsiText:
    raw = _single(reader)
    decoded: list[str] = []
    position = 0
    while position < len(raw):
        char = raw[position]
        if char == "\\":
            escape = raw[position + 1 : position + 2]
            if escape not in _ESCAPES:
                # `\'` also ends the quote for some shells and not for others.
                raise refuse(start, "an escape in `$'...'` that not every shell knows")
            char = _ESCAPES[escape]
            position += 1
        decoded.append(char)
        position += 1
    return AnsiText("".join(decoded), f"${raw}")


def _backquoted(reader: Reader, *, quoted: bool) -> Substitution:
    start = reader.at
    end = reader.text.find("`", start + 1)
    if end == -1:
        raise refuse(start, "a backquote is never closed", "write `$(...)`")
    inner = reader.text[start + 1 : end]
    if "\\" in inner or (quoted and '"' in inner):
        raise refuse(start, "quoting inside backquotes", "write `$(...)`")
    script = reader.apart(inner, start + 1)
    reader.at = end + 1
    return Substitution(script, quoted)
