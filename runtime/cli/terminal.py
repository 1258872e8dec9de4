"""What is printed where. These are the rules of the user interface; every command obeys them.

 1. What was asked for goes to standard output. Everything else (errors, hints, warnings,
    progress) goes to standard error.
 2. An error is two lines: `holdfast: <what>` and `hint: <next step>`. Never a stack trace;
    HOLDFAST_DEBUG=1 asks for one.
 3. Messages are lower case, have no full stop, and show what the user typed in backticks.
 4. No question is ever asked. A command either knows enough or says what is missing.
 5. Colour is decoration: nothing is said by colour alone. It is used only on a terminal, never
    when NO_COLOR is set or TERM is `dumb`.
 6. With --json, standard output is exactly one JSON document, also when the command failed.
 7. Progress appears only on a terminal, on one line, and is wiped when the work is done.
 8. What comes from files and requests cannot reprogram the terminal: control, bidirectional and
    invisible characters are escaped before they are printed.
 9. The exit status is from one table (`holdfast.proto.exits`); an interrupted command is 130, as
    every shell expects. Output nobody reads any more (`| head`) ends the command quietly, and
    never with 0 unless it would have been 0.
10. Success is quiet: one line that says what was done, and the next command when there is one.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Final, Literal, TextIO

Style = Literal["good", "bad", "warn", "faint", "strong"]
_STYLES: Final[Mapping[str, str]] = {
    "good": "32", "bad": "31", "warn": "33", "faint": "2", "strong": "1",
}  # fmt: skip
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_WIPE: Final = "\r\x1b[K"
_PIPE_WIDTH: Final = 100
_NARROWEST, _WIDEST = 60, 120
"""Columns: below, more lines are broken than read; beyond, the eye loses the line."""


class Terminal:
    """The three streams of one command."""

    def __init__(
        self, stdin: TextIO, stdout: TextIO, stderr: TextIO, environ: Mapping[str, str]
    ) -> None:
        """Look once at what each stream is."""
        self.stdin = stdin
        self._out = stdout
        self._err = stderr
        self.environ = environ
        self.json_wanted = False
        self._plain = bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
        self.colour = self._coloured(stdout)
        self.error_colour = self._coloured(stderr)

    def _coloured(self, stream: TextIO) -> bool:
        return not self._plain and stream.isatty()

    @property
    def width(self) -> int:
        """How many columns a line of standard output may have; COLUMNS says otherwise."""
        said = self.environ.get("COLUMNS", "")
        columns = int(said) if said.isdecimal() else self._columns()
        return min(max(columns, _NARROWEST), _WIDEST)

    def _columns(self) -> int:
        try:
            # A terminal nobody sized says 0.
            return os.get_terminal_size(self._out.fileno()).columns or _PIPE_WIDTH
        except (OSError, ValueError):  # a pipe, a file, a test's buffer
            return _PIPE_WIDTH

    @property
    def debug(self) -> bool:
        """Whether stack traces were asked for."""
        return self.environ.get("HOLDFAST_DEBUG", "") not in {"", "0"}

    def say(self, text: str = "") -> None:
        """Print a line of what was asked for; nothing when JSON was."""
        if not self.json_wanted:
            self._out.write(f"{text}\n")

    def data(self, value: object) -> None:
        """Print the one JSON document."""
        self._out.write(json.dumps(value, ensure_ascii=True, indent=2) + "\n")

    def note(self, text: str) -> None:
        """Print a line beside what was asked for."""
        # What was said so far comes first, also where both streams are one file.
        self._out.flush()
        self._err.write(f"{text}\n")
        self._err.flush()

    def fail(self, what: str, hint: str) -> None:
        """Print an error and its next step."""
        mark = paint("holdfast:", "bad") if self.error_colour else "holdfast:"
        self.note(f"{mark} {visible(what)}")
        if hint:
            self.note(f"hint: {visible(hint)}")

    def paint(self, text: str, style: Style) -> str:
        """Colour a piece of standard output, where colours are wanted."""
        return paint(text, style) if self.colour else text

    @contextmanager
    def progress(self, what: str) -> Generator[None]:
        """Say what is being waited for, on a terminal, while it is."""
        shown = self._err.isatty() and self.environ.get("TERM") != "dumb"
        if shown:
            self._err.write(f"{what} ...")
            self._err.flush()
        try:
            yield
        finally:
            if shown:
                self._err.write(_WIPE)
                self._err.flush()

    def flush(self) -> None:
        """Send on what was printed, so that a failure to do so is known in time."""
        self._out.flush()
        self._err.flush()

    def abandon(self) -> None:
        """Nobody reads standard output any more: drop what is left, here and at exit."""
        # The interpreter flushes once more when it ends, and would complain on its own.
        for stream in (self._out, self._err):
            try:
                descriptor = stream.fileno()
            except (OSError, ValueError):  # not a file: a test's buffer
                continue
            try:
                stream.flush()
            except OSError:
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, descriptor)
                os.close(nowhere)


def paint(text: str, style: Style) -> str:
    """Colour a text."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def visible(text: str) -> str:
    """Return a text with everything a terminal would act on or hide escaped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"\\u{{{ord(char):x}}}" if unicodedata.category(char) in _HIDDEN else char for char in text
    )
