"""How a command line is read: tables in, a `Call` out.

Rules of this file:
1. A command is a row of a table. Its help, its reference page and its parser come from the
   same row, so that none can promise what another does not do.
2. Nothing is guessed. An unknown or abbreviated option is refused, with the nearest real one;
   an option given twice is refused unless it may repeat.
3. After `--` everything is an operand, byte for byte.
4. Options may stand before, between and after operands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple


class Usage(Exception):
    """The command line cannot be read."""

    def __init__(self, what: str, hint: str) -> None:
        """Say what is wrong and what to type instead."""
        super().__init__(what)
        self.what = what
        self.hint = hint


class Option(NamedTuple):
    """One option of a command."""

    name: str
    value: str
    """What to call its value in the help; empty when it is a switch."""
    about: str
    many: bool = False
    optional: str | None = None
    """What it means without `=VALUE`; None when it always takes the next word."""


class Example(NamedTuple):
    """A line worth copying, and what it does."""

    line: str
    does: str


class Command(NamedTuple):
    """One command."""

    name: str
    """Its one or two words."""
    operands: str
    """As the usage line shows them."""
    least: int
    most: int | None
    about: str
    """One line, for lists."""
    more: str
    """What a user must know, in short paragraphs."""
    options: tuple[Option, ...]
    examples: tuple[Example, ...]
    run: str
    """`module:function` below `holdfast.runtime.cli`, loaded when it is run."""
    brief: str = ""
    """The operands as lists of commands show them, where `operands` is long."""
    dashes: bool = False
    """What follows `--` is something of its own (an argument vector), not more operands."""

    @property
    def usage(self) -> str:
        """The usage line."""
        return " ".join(part for part in ("holdfast", self.name, self.operands) if part)


class Call(NamedTuple):
    """One command line, read."""

    command: Command
    operands: tuple[str, ...]
    rest: tuple[str, ...] | None
    """What followed `--`; None when there was none."""
    options: Mapping[str, tuple[str, ...]]

    def has(self, name: str) -> bool:
        """Whether an option was given."""
        return name in self.options

    def one(self, name: str) -> str | None:
        """Return an option's value, or None."""
        values = self.options.get(name)
        return values[0] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of an option that may repeat."""
        return self.options.get(name, ())

    def operand(self, at: int) -> str | None:
        """Return an operand, or None."""
        return self.operands[at] if at < len(self.operands) else None


JSON: Final = Option("--json", "", "one JSON document on standard output")
HELP: Final = Option("--help", "", "this help")
EVERYWHERE: Final = (JSON, HELP)
_SHORT: Final = MappingProxyType({"-h": "--help"})


def options_of(command: Command) -> tuple[Option, ...]:
    """Return a command's own options and those every command has."""
    return (*command.options, *EVERYWHERE)


def read_call(command: Command, words: Sequence[str]) -> Call:
    """Read the words after a command's name, or raise `Usage`."""
    known = {option.name: option for option in options_of(command)}
    found: dict[str, list[str]] = {}
    operands: list[str] = []
    rest: tuple[str, ...] | None = None
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if word == "--":
            rest = tuple(reversed(waiting))
            if not command.dashes:
                operands += rest
            break
        if word == "-" or not word.startswith("-"):
            operands.append(word)
            continue
        _take(command, known, found, word, waiting)
    call = Call(
        command, tuple(operands), rest, MappingProxyType({k: tuple(v) for k, v in found.items()})
    )
    if not call.has("--help"):
        _count(call)
    return call


def _take(
    command: Command,
    known: Mapping[str, Option],
    found: dict[str, list[str]],
    word: str,
    waiting: list[str],
) -> None:
    name, equals, value = word.partition("=")
    name = _SHORT.get(name, name)
    option = known.get(name)
    if option is None:
        raise Usage(f"`{command.name}` has no option `{name}`", _instead(command, name, known))
    if name in found and not option.many:
        raise Usage(f"`{name}` is given twice", "give it once")
    values = found.setdefault(name, [])
    if equals:
        if not option.value:
            raise Usage(f"`{name}` takes no value", f"write `{name}` alone")
        values.append(value)
    elif option.optional is not None:
        values.append(option.optional)
    elif option.value:
        if not waiting or waiting[-1] == "--":
            raise Usage(f"`{name}` needs a value", f"write `{name} {option.value}`")
        values.append(waiting.pop())


def _instead(command: Command, name: str, known: Mapping[str, Option]) -> str:
    near = nearest(name, known)
    if near is not None:
        return f"did you mean `{near}`?"
    return f"`holdfast {command.name} --help` lists its options; operands go after `--`"


def nearest(wrong: str, known: Mapping[str, object] | Sequence[str]) -> str | None:
    """Return the known name somebody probably meant."""
    from holdfast.policy.diagnostics import closest  # only a mistake pays for it

    return closest(wrong, known)


def _count(call: Call) -> None:
    command, given = call.command, len(call.operands)
    if given < command.least:
        raise Usage(f"`{command.name}` needs more: {command.operands}", f"usage: {command.usage}")
    if command.most is not None and given > command.most:
        extra = call.operands[command.most]
        raise Usage(f"`{command.name}` takes no `{extra}`", f"usage: {command.usage}")
