r"""Unified diffs, read strictly: which file each part changes, and exactly how.

Rules of this file:
1. A patch is a sequence of file sections and nothing else. Text between sections, which
   patch(1) skips and so can hide a section from one reader, is refused.
2. A section is `diff --git a/X b/X`, its extended headers, then `--- a/X` and `+++ b/X` (or
   `/dev/null`) and hunks; or `---`, `+++` and hunks alone. Every name in it must agree.
3. Hunk counts are exact: a count that lies moves the boundary where the next file begins. Hunks
   go downwards, a new file has no old lines, a deleted one no new ones, and nothing follows the
   end of a file: else a patch judged as a deletion could write.
4. No symbolic links (mode 120000), no submodules (160000), no copies, no binary patches. A
   link would point a later, allowed write anywhere.
5. A path appears in one section only: the order of sections then means nothing.
6. Names git quotes (`"a/\303\251"`) are decoded as git does, then obey the fs.* path grammar.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from types import MappingProxyType
from typing import NoReturn

from holdfast.policy.facts.model import InvalidIntent
from holdfast.policy.facts.names import quote, utf8_bytes
from holdfast.policy.facts.paths import parse_relative
from holdfast.proto.limits import PATCH_BYTES

_NULL = "/dev/null"
_GIT = "diff --git "
_MODES = frozenset({"100644", "100755"})
_INDEX = re.compile(r"[0-9a-f]{7,64}\.\.[0-9a-f]{7,64}(?: [0-9]{6})?", re.ASCII)
_SIMILARITY = re.compile(r"(?:[0-9]|[1-9][0-9]|100)%", re.ASCII)
_HUNK = re.compile(
    r"@@ -(0|[1-9][0-9]{0,8})(?:,(0|[1-9][0-9]{0,8}))?"
    r" \+(0|[1-9][0-9]{0,8})(?:,(0|[1-9][0-9]{0,8}))? @@(?: .*)?",
    re.ASCII,
)
_NO_NEWLINE = "\\ No newline at end of file"
_ESCAPES = {
    "a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92
}  # fmt: skip
_QUOTED = re.compile(r'"(?:\\[0-3][0-7]{2}|\\[abtnvfr"\\]|[^\\"])*"')
_QUOTED_PIECE = re.compile(r'\\([0-3][0-7]{2})|\\([abtnvfr"\\])|([^\\"]+)')
_HEADERS = (
    "old mode ", "new mode ", "deleted file mode ", "new file mode ",
    "rename from ", "rename to ", "similarity index ", "dissimilarity index ", "index ",
)  # fmt: skip
_CREATED, _DELETED = "new file mode ", "deleted file mode "
_CHANGING = frozenset({_CREATED, _DELETED, "new mode ", "rename from "})
_PAIRS = (("old mode ", "new mode "), ("rename from ", "rename to "))


@dataclass(frozen=True, slots=True)
class Hunk:
    """One `@@` part: where it applies, and its lines with their first character."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: tuple[str, ...]

    def is_above(self, other: Hunk) -> bool:
        """Whether this part ends before the other begins, in the old file and in the new one."""
        return self.old_start + max(self.old_count, 1) <= other.old_start + (
            not other.old_count
        ) and self.new_start + max(self.new_count, 1) <= other.new_start + (not other.new_count)


@dataclass(frozen=True, slots=True)
class Change:
    """What a patch does to one file. `before` is None for a new file, `after` for a deleted one."""

    before: str | None
    after: str | None
    mode: str | None
    hunks: tuple[Hunk, ...]

    def added_bytes(self) -> int:
        """Return the size of the lines the change brings, the `+` counted as the newline."""
        return sum(
            len(line.encode("utf-8"))
            for hunk in self.hunks
            for line in hunk.lines
            if line[0] == "+"
        )

    def as_payload(self) -> Mapping[str, object]:
        """Return the change as plain values, for the executor and the digest."""
        hunks = tuple(
            (h.old_start, h.old_count, h.new_start, h.new_count, h.lines) for h in self.hunks
        )
        return MappingProxyType(
            {"before": self.before, "after": self.after, "mode": self.mode, "hunks": hunks}
        )


@dataclass(slots=True)
class _Section:
    """What one section has said so far."""

    line: int
    names: str | None = None
    headers: dict[str, str] = dataclass_field(default_factory=dict[str, str])
    old: str | None = None
    new: str | None = None
    hunks: list[Hunk] = dataclass_field(default_factory=list[Hunk])


def parse_patch(value: object, *, field: str) -> tuple[Change, ...]:
    """Return the changes of a unified diff, or raise InvalidIntent naming the line."""
    text = _patch_text(value, field)
    if not text.endswith("\n"):
        raise InvalidIntent(field, "does not end with a newline", "send the whole patch")
    reader = _Reader(text[:-1].split("\n"), field)
    changes: list[Change] = []
    seen: set[str] = set()
    while reader.at < len(reader.lines):
        change = reader.section()
        for path in {change.before, change.after} - {None}:
            if path in seen:
                raise InvalidIntent(
                    field, f"changes {quote(str(path))} twice", "one section for each file"
                )
            seen.add(str(path))
        changes.append(change)
    return tuple(changes)


def _patch_text(value: object, field: str) -> str:
    # Its lines are content, in whatever Unicode form; its names are held to the path grammar.
    if not isinstance(value, str):
        raise InvalidIntent(field, "must be a string", "send a unified diff")
    if len(utf8_bytes(value, field=field)) > PATCH_BYTES:
        raise InvalidIntent(field, "is too long", f"the most is {PATCH_BYTES} bytes")
    return value


class _Reader:
    """A position in the patch, and one method for each production of rule 2."""

    __slots__ = ("at", "field", "lines")

    def __init__(self, lines: list[str], field: str) -> None:
        self.lines = lines
        self.field = field
        self.at = 0

    def peek(self, prefix: str) -> bool:
        return self.at < len(self.lines) and self.lines[self.at].startswith(prefix)

    def take(self, prefix: str) -> str:
        line = self.lines[self.at]
        self.at += 1
        return line[len(prefix) :]

    def refuse(self, message: str, hint: str, line: int | None = None) -> NoReturn:
        at = self.at if line is None else line
        raise InvalidIntent(self.field, f"line {at + 1}: {message}", hint)

    def section(self) -> Change:
        found = _Section(line=self.at)
        if self.peek(_GIT):
            found.names = self.take(_GIT)
            self.headers(found)
        if self.peek("--- "):
            self.body(found)
        elif found.names is None:
            self.refuse(
                f"{quote(self.lines[self.at])} begins no file",
                "a section begins with `diff --git a/X b/X` or `--- a/X`, nothing between",
            )
        return self.change(found)

    def headers(self, found: _Section) -> None:
        while self.at < len(self.lines):
            name = next((h for h in _HEADERS if self.peek(h)), None)
            if name is None:
                break
            if name in found.headers:
                self.refuse(f"`{name.strip()}` twice in one section", "once is enough")
            found.headers[name] = self.header(name)
        if self.peek("copy ") or self.peek("GIT binary patch") or self.peek("Binary files "):
            self.refuse("copies and binary patches are not judged", "write the file with fs.write")

    def header(self, name: str) -> str:
        value = self.take(name)
        back = self.at - 1
        if name.endswith("mode ") and value not in _MODES:
            self.refuse(
                f"file mode {quote(value)} is refused", "only 100644 and 100755, no links", back
            )
        if name == "index " and not _INDEX.fullmatch(value):
            self.refuse("`index` is malformed", "as git writes it", back)
        if name.endswith("similarity index ") and not _SIMILARITY.fullmatch(value):
            self.refuse(f"`{name.strip()}` is malformed", "a percentage", back)
        if name == "index " and value[-7:-6] == " " and value[-6:] not in _MODES:
            self.refuse(f"file mode {quote(value[-6:])} is refused", "only 100644 and 100755", back)
        return value

    def body(self, found: _Section) -> None:
        found.old = self.side("--- ", "a/")
        if not self.peek("+++ "):
            self.refuse("`+++ ` must follow `--- `", "send the whole patch")
        found.new = self.side("+++ ", "b/")
        while self.peek("@@ "):
            found.hunks.append(self.hunk())
        if not found.hunks:
            self.refuse("no `@@` part follows", "leave out `---` and `+++` when nothing changes")

    def side(self, marker: str, prefix: str) -> str | None:
        text = self.take(marker)
        # git ends a name that holds a space with a tab, so that patch(1) finds the end.
        bare = text[:-1] if text.endswith("\t") and " " in text else text
        return None if bare == _NULL else self.path(bare, prefix)

    def path(self, text: str, prefix: str) -> str:
        plain = _unquote(text) if text.startswith('"') else text
        if plain is None or not plain.startswith(prefix):
            self.refuse(
                f"{quote(text)} is not a name as git writes it",
                f"`{prefix}path`, in git's quotes when it needs them",
                self.at - 1,
            )
        return parse_relative(plain[len(prefix) :], field=self.field)

    def hunk(self) -> Hunk:
        head = _HUNK.fullmatch(self.lines[self.at])
        if head is None:
            self.refuse(f"{quote(self.lines[self.at])} is malformed", "`@@ -1,2 +1,2 @@`")
        old_start, old_count, new_start, new_count = head.groups(default="1")
        old, new = int(old_count), int(new_count)
        self.at += 1
        lines: list[str] = []
        ended: set[str] = set()
        while old or new:
            mark = self.lines[self.at][:1] if self.at < len(self.lines) else ""
            if mark not in {" ", "-", "+"} or not mark:
                self.refuse("the part ends before its counts", "the counts of `@@` are exact")
            if mark in ended:
                self.refuse("a line follows the end of its file", "as git writes it")
            old -= mark != "+"
            new -= mark != "-"
            if old < 0 or new < 0:
                self.refuse("the part is longer than its counts", "the counts of `@@` are exact")
            lines.append(self.take(""))
            if self.no_newline(lines):
                ended |= {" ", "-", "+"} if mark == " " else {" ", mark}
        if all(line[0] == " " for line in lines):
            self.refuse("the part changes nothing", "leave it out", self.at - 1)
        return Hunk(int(old_start), int(old_count), int(new_start), int(new_count), tuple(lines))

    def no_newline(self, lines: list[str]) -> bool:
        if not self.peek(_NO_NEWLINE):
            return False
        if self.lines[self.at] != _NO_NEWLINE:
            self.refuse("text after the end-of-file mark", "as git writes it")
        lines.append(self.take(""))
        return True

    def change(self, found: _Section) -> Change:
        h = found.headers
        for one, other in _PAIRS:
            if (one in h) != (other in h):
                self.refuse(
                    f"`{one.strip()}` without `{other.strip()}`", "both or none", found.line
                )
        if "new mode " in h and (_CREATED in h or _DELETED in h):
            self.refuse("two modes for one file", "as git writes it", found.line)
        before, after = self.ends(found)
        self.order(found, before, after)
        if found.names is not None:
            if (before is None, after is None) != (_CREATED in h, _DELETED in h):
                self.refuse("the headers and `/dev/null` disagree", "as git writes it", found.line)
            if not _names_agree(found.names, before or after or "", after or before or ""):
                self.refuse("the names of the section disagree", "as git writes it", found.line)
        if not found.hunks and _CHANGING.isdisjoint(h):
            self.refuse("the section changes nothing", "leave it out", found.line)
        return Change(before, after, h.get("new mode ", h.get(_CREATED)), tuple(found.hunks))

    def order(self, found: _Section, before: str | None, after: str | None) -> None:
        for above, below in itertools.pairwise(found.hunks):
            if _NO_NEWLINE in above.lines or not above.is_above(below):
                self.refuse("its parts are not in order", "as git writes it", found.line)
        for hunk in found.hunks:
            if (before is None and hunk.old_count) or (after is None and hunk.new_count):
                self.refuse(
                    "a new file has old lines, or a deleted one new lines",
                    "`@@ -0,0 +1,9 @@` for a new file, `@@ -1,9 +0,0 @@` for a deleted one",
                    found.line,
                )

    def ends(self, found: _Section) -> tuple[str | None, str | None]:
        h = found.headers
        if "rename from " in h:
            ends = (self.path(h["rename from "], ""), self.path(h["rename to "], ""))
            if ends[0] == ends[1] or (found.hunks and ends != (found.old, found.new)):
                self.refuse("the names of the rename disagree", "as git writes it", found.line)
            return ends
        if found.hunks:
            if found.old != found.new and None not in {found.old, found.new}:
                self.refuse(
                    "two names and no rename", "add `rename from` and `rename to`", found.line
                )
            if found.old is None and found.new is None:
                self.refuse("`/dev/null` on both sides", "name the file", found.line)
            return found.old, found.new
        same = self.path(_first_name(found.names or ""), "a/")
        return (None if _CREATED in h else same, None if _DELETED in h else same)


def _unquote(text: str) -> str | None:
    """Return what a name in git's quotes stands for, None when it is not well-formed UTF-8."""
    if _QUOTED.fullmatch(text) is None:
        return None
    raw = bytearray()
    for octal, escape, plain in _QUOTED_PIECE.findall(text[1:-1]):
        if octal:
            raw.append(int(octal, 8))
        elif escape:
            raw.append(_ESCAPES[escape])
        else:
            raw += plain.encode("utf-8")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _first_name(names: str) -> str:
    """Return the first of the two names of a `diff --git` line whose names are the same."""
    quoted = _QUOTED.match(names)
    return quoted.group() if quoted else names[: (len(names) - 1) // 2]


def _names_agree(names: str, before: str, after: str) -> bool:
    quoted = _QUOTED.match(names)
    first = quoted.group() if quoted else f"a/{before}"
    if not names.startswith(f"{first} ") or (quoted and _unquote(first) != f"a/{before}"):
        return False
    second = names[len(first) + 1 :]
    return (_unquote(second) if second.startswith('"') else second) == f"b/{after}"
