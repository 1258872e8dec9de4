"""A strict cursor over one parsed TOML table: every key is asked for, or is a problem.

Rules of this file:
1. A getter returns a value of its type in every case. When the file says something else it
   notes a problem and returns the default: nothing is sealed while a problem is noted, so a
   stand-in never leaves the loader.
2. `finish()` reports the keys nobody asked for, with the one that was probably meant.
3. Every complaint has the place of the key or of the value, whichever is wrong.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar, cast

from holdfast.policy.diagnostics import Problem, Severity, SourceText, closest, displayed
from holdfast.policy.source.forms import ID, duration_ms
from holdfast.policy.source.tables import Place
from holdfast.policy.source.toml_places import Location, Path, locate
from holdfast.proto.limits import LIST_ITEMS, TEXT_CHARACTERS, TOML_LINE_CHARACTERS

__all__ = ["Table", "TomlFile", "as_list", "as_table", "describe", "read_toml"]

Name = TypeVar("Name", bound=str)
_LONG_LINE = re.compile(rf"[^\n]{{{TOML_LINE_CHARACTERS + 1}}}")
_AT = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_TYPES: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}
DURATION_HINT = 'a duration is written `"30s"`, `"5m"`, `"1h30m"`, `"7d"`'


class TomlFile:
    """One file's text, places and problems."""

    def __init__(self, file: str, text: str, places: Mapping[Path, Location]) -> None:
        """Begin without problems."""
        self.source = SourceText(file, text)
        self.places = places
        self.problems: list[Problem] = []

    def where(self, path: Path, *, value: bool) -> tuple[int, int]:
        """Return the offsets of a path's value or key, or of what holds it."""
        while path not in self.places and path:
            path = path[:-1]
        found = self.places.get(path, Location(0, 1, 0, 1))
        return (found.start, found.end) if value else (found.key_start, found.key_end)

    def note(
        self,
        path: Path,
        code: str,
        message: str,
        hint: str = "",
        *,
        value: bool = True,
        severity: Severity = "error",
    ) -> None:
        """Note a problem with a path's value, or with its key."""
        start, end = self.where(path, value=value)
        self.problems.append(self.source.problem(start, end, code, message, hint, severity))

    def place(self, path: Path) -> Place:
        """Return where a path's key stands."""
        span = self.source.span(*self.where(path, value=False))
        return Place(span.file, span.line, span.column)


def read_toml(file: str, text: str) -> tuple[Table, TomlFile]:
    """Parse a file; text that is no TOML becomes an empty table and a problem."""
    long = _LONG_LINE.search(text)
    if long is not None:
        message = f"this line is longer than {TOML_LINE_CHARACTERS} characters"
        return _unreadable(file, text, message, long.start())
    try:
        data = tomllib.loads(text)
        places = locate(text)
    except RecursionError:
        return _unreadable(file, text, "this nests too deep", 0)
    except ValueError as refusal:
        return _unreadable(file, text, str(refusal), None)
    opened = TomlFile(file, text, places)
    return Table(opened, data, ()), opened


def _unreadable(file: str, text: str, message: str, at: int | None) -> tuple[Table, TomlFile]:
    opened = TomlFile(file, text, {})
    found = _AT.search(message)
    if found:
        message = message[: found.start()]
    if at is None:
        at = _offset(text, found) if found else 0
    hint = 'TOML: `key = "text"`, `[table]`, `[[list of tables]]`'
    what = message[:1].lower() + message[1:]
    opened.problems.append(opened.source.problem(at, at + 1, "toml", what, hint))
    return Table(opened, {}, (), broken=True), opened


def _offset(text: str, found: re.Match[str]) -> int:
    if found["line"] is None:
        return max(0, len(text.rstrip()) - 1)
    lines = text.split("\n")
    row = int(found["line"]) - 1
    return min(len(text), sum(len(line) + 1 for line in lines[:row]) + int(found["column"]) - 1)


class Table:
    """One table of a file."""

    def __init__(
        self, file: TomlFile, data: Mapping[str, object], path: Path, *, broken: bool = False
    ) -> None:
        """Stand before the table at `path`; a broken one complains of nothing."""
        self.file = file
        self.data = data
        self.path = path
        self.broken = broken
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        """Return whether the file says anything of `key`."""
        return key in self.data

    def note(
        self, key: str, code: str, message: str, hint: str = "", *, of_key: bool = False
    ) -> None:
        """Note a problem with a key's value, or with the key itself."""
        self.file.note((*self.path, key), code, message, hint, value=not of_key)

    def note_item(self, key: str, index: int, code: str, message: str, hint: str = "") -> None:
        """Note a problem with one element of a list."""
        self.file.note((*self.path, key, index), code, message, hint)

    def place(self) -> Place:
        """Return where the table begins."""
        return self.file.place(self.path)

    # Presence and type

    def _get(self, key: str, wanted: type, *, required: bool) -> object:
        """Return a value of the wanted type, or None with a problem noted if it was due."""
        self._asked.add(key)
        if key not in self.data:
            if required and not self.broken:
                start, end = self.file.where(self.path, value=False)
                message = f"`{key}` is missing"
                hint = f"add `{key} = ...` ({_TYPES[wanted]})"
                problem = self.file.source.problem(start, end, "missing-key", message, hint)
                self.file.problems.append(problem)
            return None
        value = self.data[key]
        if type(value) is not wanted:
            message = f"`{key}` is {_TYPES[wanted]}, not {describe(value)}"
            self.note(key, "wrong-type", message)
            return None
        return value

    def text(self, key: str, default: str | None = None, *, limit: int = TEXT_CHARACTERS) -> str:
        """Return a text; without a default the key is required."""
        value = self._get(key, str, required=default is None)
        if not isinstance(value, str):
            return default or ""
        if len(value) > limit:
            self.note(key, "bad-value", f"`{key}` is longer than {limit} characters")
        return value

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None when the key is absent."""
        self._asked.add(key)
        return self.text(key, "") if key in self.data else None

    def name(self, key: str, default: str | None = None, *, form: re.Pattern[str] = ID) -> str:
        """Return a text of the form of a name."""
        value = self.text(key, default)
        self.check_name(key, value, form=form)
        return value

    def check_name(self, key: str, value: str, *, form: re.Pattern[str] = ID) -> None:
        """Note a text that is no name."""
        if key in self.data and isinstance(self.data[key], str) and not form.fullmatch(value):
            hint = "lower case letters, digits and dashes, at most 64"
            self.note(key, "bad-value", f"{displayed(value)} is not a name", hint)

    def choice(self, key: str, among: Sequence[Name], default: Name | None = None) -> Name:
        """Return one of a few texts."""
        value = self.text(key, default)
        for name in among:
            if name == value:
                return name
        if isinstance(self.data.get(key), str):
            near = closest(value, among)
            listed = ", ".join(f"`{name}`" for name in among)
            hint = f"did you mean `{near}`?" if near else f"one of {listed}"
            self.note(key, "bad-value", f"`{key}` cannot be {displayed(value)}", hint)
        return default if default is not None else among[0]

    def number(
        self, key: str, default: int | None = None, *, low: int = 0, high: int = 2**53
    ) -> int:
        """Return a whole number between two bounds."""
        value = self._get(key, int, required=default is None)
        stand_in = low if default is None else default
        if not isinstance(value, int):
            return stand_in
        if not low <= value <= high:
            self.note(key, "bad-value", f"`{key}` is {value}", f"between {low} and {high}")
            return stand_in
        return value

    def optional_number(self, key: str, *, low: int = 0, high: int = 2**53) -> int | None:
        """Return a whole number, or None when the key is absent."""
        self._asked.add(key)
        return self.number(key, low, low=low, high=high) if key in self.data else None

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._get(key, bool, required=False)
        return value if isinstance(value, bool) else default

    def duration(self, key: str, default: str | None = None, *, low: int = 1) -> int:
        """Return a duration in milliseconds."""
        value = self.text(key, default)
        result = duration_ms(value)
        if result is not None and result >= low:
            return result
        if isinstance(self.data.get(key), str):
            self.note(key, "bad-value", f"`{key}` cannot be {displayed(value)}", DURATION_HINT)
        return duration_ms(default or "1s") or low

    def optional_duration(self, key: str, *, low: int = 1) -> int | None:
        """Return a duration in milliseconds, or None when the key is absent."""
        self._asked.add(key)
        return self.duration(key, "1s", low=low) if key in self.data else None

    def texts(
        self, key: str, *, required: bool = False, limit: int = LIST_ITEMS
    ) -> tuple[str, ...]:
        """Return a list of distinct texts."""
        value = as_list(self._get(key, list, required=required))
        if value is None:
            return ()
        if len(value) > limit:
            self.note(key, "bad-value", f"`{key}` has more than {limit} entries")
        found: list[str] = []
        for index, item in enumerate(value):
            if not isinstance(item, str) or not item:
                message = f"`{key}` lists texts, not {describe(item)}"
                self.note_item(key, index, "wrong-type", message)
            elif item in found:
                message = f"{displayed(item)} stands twice in `{key}`"
                self.note_item(key, index, "duplicate-name", message, "remove one")
            else:
                found.append(item)
        return tuple(found)

    def raw(self, key: str) -> object:
        """Return whatever the key holds, for a caller who checks it."""
        self._asked.add(key)
        return self.data.get(key)

    # Tables below

    def table(self, key: str) -> Table | None:
        """Return the table of that name, or None when it is absent or no table."""
        value = as_table(self._get(key, dict, required=False))
        return None if value is None else Table(self.file, value, (*self.path, key))

    def tables(self, key: str) -> Iterator[Table]:
        """Yield each `[[key]]`."""
        value = as_list(self._get(key, list, required=False))
        for index, item in enumerate(value or ()):
            below = as_table(item)
            if below is not None:
                yield Table(self.file, below, (*self.path, key, index))
            else:
                message = f"`{key}` lists tables, not {describe(item)}"
                self.note_item(key, index, "wrong-type", message, f"write `[[{key}]]`")

    def named_tables(self) -> Iterator[tuple[str, Table]]:
        """Yield every key of this table with the table it must be."""
        for key in self.data:
            below = self.table(key)
            if below is not None:
                yield key, below

    def finish(self, others: Iterable[str] = ()) -> None:
        """Report every key nobody asked for."""
        known = {*self._asked, *others}
        for key in self.data:
            if key not in known:
                near = closest(key, known)
                listed = ", ".join(f"`{name}`" for name in sorted(known))
                hint = f"did you mean `{near}`?" if near else f"known here: {listed}"
                self.note(key, "unknown-key", f"no key {displayed(key)} here", hint, of_key=True)


def as_list(value: object) -> list[object] | None:
    """Return a value if it is a list, with elements nobody has looked at."""
    return cast("list[object]", value) if isinstance(value, list) else None


def as_table(value: object) -> dict[str, object] | None:
    """Return a value if it is a table; a key of TOML and JSON is a text."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def describe(value: object) -> str:
    """Return what kind of value this is, in words."""
    if isinstance(value, str):
        return "text" if value else "an empty text"
    return _TYPES.get(type(value), "a date or time") if value is not None else "nothing"
