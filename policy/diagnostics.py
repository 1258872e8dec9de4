"""What is wrong with somebody's policy folder, said so that they can fix it.

Rules of this file:
1. A problem names a place (file, line, column, length), what is wrong, and the next step.
2. A message is lower case, has no full stop, and shows user input in backticks.
3. Every code is listed in `policy/diagnostic_codes.py`, the one table docs are generated from.
4. What is printed cannot reprogram the terminal or reorder the line that shows it: control,
   bidirectional and invisible characters are escaped before they are measured (a rule that
   reads other than it runs is the oldest trick against reviewers).
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from holdfast.policy.diagnostic_codes import CODES, Code, Layout

__all__ = [
    "CODES",
    "Code",
    "Layout",
    "Problem",
    "Severity",
    "SourceText",
    "Span",
    "as_json",
    "closest",
    "displayed",
    "has_errors",
    "render",
    "render_all",
    "sort_problems",
]

Severity = Literal["error", "warning"]

SOURCE_WIDTH = 160
"""Columns of a source line that are shown; a longer one is cut around the caret."""
KEPT_WIDTH = 4_000
"""Characters of a line that is kept with a problem; of a longer one none is."""
SUGGESTED_WIDTH = 128
"""Characters of a name for which another is suggested: comparing costs their product."""
QUOTE_WIDTH = 120
"""Characters of user input quoted inside a message."""
INDENT = "  "
_ELLIPSIS = "..."
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one file: code point offsets, and the 1-based place they begin at."""

    file: str
    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, where it is and what to do about it."""

    file: str
    line: int
    column: int
    length: int
    code: str
    message: str
    hint: str = ""
    source_line: str = ""
    severity: Severity = "error"

    def __post_init__(self) -> None:
        """Refuse a code the docs do not know."""
        if self.code not in CODES:
            msg = f"`{self.code}` is not in the table of diagnostic codes"
            raise LookupError(msg)


class SourceText:
    """One file's text, and the arithmetic from offsets to lines and columns."""

    __slots__ = ("_starts", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        """Index the line starts once; only a line feed ends a line."""
        self.file = file
        self.text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1])]

    def span(self, start: int, end: int) -> Span:
        """Return the span of `text[start:end]`."""
        row = bisect_right(self._starts, start) - 1
        return Span(self.file, start, end, row + 1, start - self._starts[row] + 1)

    def line(self, number: int) -> str:
        """Return line `number` (from 1) without its line ending."""
        return self.text[self._starts[number - 1] : self._end(number)].removesuffix("\r")

    def _end(self, number: int) -> int:
        """Return the offset at which line `number` ends."""
        return self._starts[number] - 1 if number < len(self._starts) else len(self.text)

    def problem(
        self,
        start: int,
        end: int,
        code: str,
        message: str,
        hint: str = "",
        severity: Severity = "error",
    ) -> Problem:
        """Describe `text[start:end]` as a problem; the caret stays on its first line."""
        span = self.span(start, end)
        width = self._end(span.line) - self._starts[span.line - 1]
        length = max(1, min(end - start, width - span.column + 1))
        line = self.line(span.line) if width <= KEPT_WIDTH else ""
        return Problem(
            self.file, span.line, span.column, length, code, message, hint, line, severity
        )


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Order problems by place, once each: the order in which somebody fixes them."""
    return tuple(
        sorted(
            dict.fromkeys(problems),
            key=lambda p: (p.file, p.line, p.column, p.severity, p.code, p.message, p.hint),
        )
    )


def has_errors(problems: Iterable[Problem]) -> bool:
    """Return whether any of them refuses the folder."""
    return any(problem.severity == "error" for problem in problems)


def as_json(problem: Problem) -> Mapping[str, str | int]:
    """Return the problem as the JSON object `--json` prints."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "length": problem.length,
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
        "source_line": problem.source_line,
    }


def render(problem: Problem, *, colour: bool = False) -> str:
    """Return the problem as people read it: place, message, code, source, caret, hint."""
    paint = _painted if colour else _plain
    where = paint(
        f"{_escaped(problem.file)}:{problem.line}:{problem.column}:", "1"
    )  # a file's name is input as well
    warning = paint("warning: ", "33") if problem.severity == "warning" else ""
    message, hint = _escaped(problem.message), _escaped(problem.hint)
    lines = [f"{where} {warning}{message}  {paint(f'[{problem.code}]', '2')}"]
    if problem.source_line.strip() and CODES[problem.code].layout is Layout.CARET:
        source, caret = _excerpt(problem)
        mark = paint(caret.strip(), "33" if warning else "31")
        pointer = " " * (len(caret) - len(caret.lstrip())) + mark
        lines += [INDENT + source, f"{INDENT}{pointer} {hint}".rstrip()]
    elif hint:
        lines.append(INDENT + hint)
    return "\n".join(lines)


def render_all(problems: Iterable[Problem], *, colour: bool = False) -> str:
    """Return every problem, in order of place, a blank line between two."""
    return "\n\n".join(render(problem, colour=colour) for problem in sort_problems(problems))


def displayed(text: str, limit: int = QUOTE_WIDTH) -> str:
    """Return user input fit to stand in a message: escaped, bounded, in backticks."""
    shown = text if len(text) <= limit else text[: limit - len(_ELLIPSIS)] + _ELLIPSIS
    return f"`{_escaped(shown)}`"


def closest(wrong: str, known: Iterable[str]) -> str | None:
    """Return the one known name somebody probably meant, if there is one.

    The distance allowed grows with the name, so that short names suggest little: a wrong
    guess about a rule is worse than none.
    """
    if len(wrong) > SUGGESTED_WIDTH:
        return None
    limit = max(1, min(3, len(wrong) // 3))
    ranked = sorted(
        (distance, name)
        for name in known
        if abs(len(name) - len(wrong)) <= limit
        and (distance := _distance(wrong.casefold(), name.casefold())) <= limit
    )
    return ranked[0][1] if ranked else None


def _distance(left: str, right: str) -> int:
    """Return the optimal string alignment distance (a swap of neighbours counts one)."""
    before: list[int] = []
    above = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        current = [row]
        for column, b in enumerate(right, 1):
            cost = min(above[column] + 1, current[-1] + 1, above[column - 1] + (a != b))
            swapped = row > 1 and column > 1 and a == right[column - 2] and b == left[row - 2]
            current.append(min(cost, before[column - 2] + 1) if swapped else cost)
        before, above = above, current
    return above[-1]


def _excerpt(problem: Problem) -> tuple[str, str]:
    """Return the source line and its caret line, cut to what fits a screen."""
    line, start = problem.source_line, problem.column - 1
    length = min(problem.length, max(1, len(line) - start), SOURCE_WIDTH // 2)
    first = 0 if len(line) <= SOURCE_WIDTH else max(0, start - SOURCE_WIDTH // 4)
    last = min(len(line), first + SOURCE_WIDTH)
    head = (_ELLIPSIS if first else "") + _escaped(line[first:start])
    marked = _escaped(line[start : start + length])
    tail = _escaped(line[start + length : last]) + (_ELLIPSIS if last < len(line) else "")
    caret = " " * _width(head) + "^" * max(1, _width(marked))
    return (head + marked + tail).rstrip(), caret


def _escaped(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped_char(char) for char in text)


def _escaped_char(char: str) -> str:
    if char == "\t":
        return " "
    if unicodedata.category(char) in _HIDDEN:
        return f"\\u{{{ord(char):x}}}"
    return char


def _width(text: str) -> int:
    """Return how many terminal columns `text` takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _painted(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}{_RESET}"


def _plain(text: str, _style: str) -> str:
    return text
