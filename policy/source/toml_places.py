"""Where each key and value of a TOML file was written.

`tomllib` says what a file means and not where; people need where. This walks text that
`tomllib` has already accepted and notes a place per path, `("agent", 0, "groups", 1)`.
It decides nothing: a path it does not know costs a caret, never a meaning.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Location", "Path", "locate"]

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_INLINE_BLANK = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TEXT = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*\'''', re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}\n#]*[^,\]}\n#\s]")


class Location(NamedTuple):
    """Offsets of a key (or header) and of its value; an element's key is the element."""

    key_start: int
    key_end: int
    start: int
    end: int


def locate(text: str) -> Mapping[Path, Location]:
    """Return the place of every key, table header and array element of valid TOML."""
    walker = _Walker(text)
    walker.document()
    return walker.found


class _Walker:
    """A cursor over TOML text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, Location] = {}
        self._lengths: dict[Path, int] = {}

    def document(self) -> None:
        """Read statements up to the end."""
        base: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            base = self._header() if self.text[self.at] == "[" else self._statement(base)
            self._skip(_BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _header(self) -> Path:
        start = self.at
        many = self.text.startswith("[[", start)
        self.at += 2 if many else 1
        keys = [name for name, _, _ in self._keys()]
        self.at += 2 if many else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self._last(self._noted((*path, key), start))
        path = (*path, keys[-1])
        if many:
            count = self._lengths.get(path, 0)
            self._lengths[path] = count + 1
            self._noted(path, start)
            path = (*path, count)
        self.found[path] = Location(start, self.at, start, self.at)
        return path

    def _noted(self, path: Path, start: int) -> Path:
        """Note a table that exists only because something below it does."""
        self.found.setdefault(path, Location(start, self.at, start, self.at))
        return path

    def _last(self, path: Path) -> Path:
        """Return the table a header's part means: the last element of an array of tables."""
        count = self._lengths.get(path)
        return path if count is None else (*path, count - 1)

    def _statement(self, base: Path) -> Path:
        self._pair(base)
        return base

    def _pair(self, base: Path) -> None:
        keys = self._keys()
        start, end = keys[0][1], keys[-1][2]
        path = base
        for name, _, _ in keys[:-1]:
            path = self._noted((*path, name), start)
        path = (*path, keys[-1][0])
        self.at += 1  # the equals sign
        self._skip(_INLINE_BLANK)
        value_start = self.at
        self._value(path)
        self.found[path] = Location(start, end, value_start, self.at)

    def _keys(self) -> list[tuple[str, int, int]]:
        """Read a dotted key with the place of each part, and the blanks after it."""
        keys: list[tuple[str, int, int]] = []
        while True:
            self._skip(_INLINE_BLANK)
            start = self.at
            self._skip(_BARE_KEY if self.text[start] not in "\"'" else _TEXT)
            raw = self.text[start : self.at]
            name = tomllib.loads(f"k={raw}")["k"] if raw[:1] in {'"', "'"} else raw
            keys.append((name, start, self.at))
            self._skip(_INLINE_BLANK)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        match self.text[self.at]:
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                self._skip(_TEXT)
            case _:
                self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        self._skip(_BLANK)
        while self.text[self.at] != "]":
            start = self.at
            self._value((*path, index))
            self.found[(*path, index)] = Location(start, self.at, start, self.at)
            index += 1
            self._separator()
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        self._skip(_BLANK)
        while self.text[self.at] != "}":
            self._pair(path)
            self._separator()
        self.at += 1

    def _separator(self) -> None:
        self._skip(_BLANK)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(_BLANK)
