"""Reading an argv's options by a compiled row.

Rules of this file:
1. Every word of the argv ends up as a flag, a value, an operand or the rest; none is dropped.
2. What the row does not know is `unknown`: the caller judges the whole argv as unknown then. That
   holds for abbreviations too: which option `--outp` means, only the program's own list says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from holdfast.policy.facts.commands.spec import Arity, Command, Option
from holdfast.policy.facts.model import Unjudgeable
from holdfast.policy.facts.names import quote

_NUMBER: Final = "-#"


class Reading:
    """What the words of one argv are."""

    __slots__ = ("after_dashes", "code", "flags", "operands", "rest", "unknown", "values")
    flags: list[str]
    values: list[tuple[str, str, str]]
    """Option, role, value."""
    operands: list[str]
    rest: list[str] | None
    """Another program's arguments; None when the row has none."""
    after_dashes: int
    """Operands that came before `--`; -1 when there was none."""
    code: bool
    unknown: str
    """The first option the row does not know."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self.flags = []
        self.values = []
        self.operands = []
        self.rest = None
        self.after_dashes = -1
        self.code = False
        self.unknown = ""

    def value_of(self, *names: str) -> str | None:
        """Return the last value given to one of these options."""
        for name, _, value in reversed(self.values):
            if name in names:
                return value
        return None

    def has(self, *names: str) -> bool:
        """Whether one of these options was given."""
        return any(name in self.flags for name in names)


def read_options(command: Command, args: Sequence[str]) -> Reading:
    """Read the words after the program's name."""
    reading = Reading()
    operands = reading.operands
    position, count = 0, len(args)
    stop = command.stop
    while position < count:
        word = args[position]
        if word[:1] != "-" or word == "-":
            if len(operands) == stop:
                reading.rest = list(args[position:])
                return reading
            operands.append(word)
            position += 1
        elif word == "--":
            reading.after_dashes = len(reading.operands)
            _after_dashes(reading, args[position + 1 :], stop)
            return reading
        elif word[1] == "-" or command.spec.words:
            position = _word(command, args, position, reading)
        else:
            position = _cluster(command, args, position, reading)
    return reading


def _after_dashes(reading: Reading, words: Sequence[str], stop: int) -> None:
    if stop >= 0:
        room = max(stop - len(reading.operands), 0)
        reading.operands.extend(words[:room])
        reading.rest = list(words[room:]) or None
    else:
        reading.operands.extend(words)


def _word(command: Command, args: Sequence[str], position: int, reading: Reading) -> int:
    name, attached, value = args[position].partition("=")
    if command.spec.words and name.startswith("--"):
        name = name[1:]
    option = command.options.get(name)
    if option is None:
        reading.flags.append(name)
        _abbreviation(command, name, reading)
        return position + 1
    _note(reading, name, option)
    if attached:
        if option.arity is Arity.NONE:
            reading.unknown = reading.unknown or name
        reading.values.append((name, option.role, value))
    elif option.arity is Arity.REQUIRED:
        if position + 1 == len(args):
            reading.unknown = reading.unknown or name
        else:
            position += 1
            reading.values.append((name, option.role, args[position]))
    return position + 1


def _abbreviation(command: Command, name: str, reading: Reading) -> None:
    """Add the one known option that a shortened name could mean, so that a rule sees it."""
    meant = [known for known in command.options if known.startswith(name)] if len(name) > 2 else []  # noqa: PLR2004 - `--` alone means nothing
    if len(meant) == 1:
        _note(reading, meant[0], command.options[meant[0]])
    reading.unknown = reading.unknown or name


def _cluster(command: Command, args: Sequence[str], position: int, reading: Reading) -> int:
    word = args[position]
    if word[1].isdecimal() and word[1:].isdecimal() and _NUMBER in command.options:
        reading.flags.append(word)
        return position + 1
    for index in range(1, len(word)):
        name = f"-{word[index]}"
        option = command.options.get(name)
        if option is None:
            reading.flags.append(name)
            reading.unknown = reading.unknown or word
            continue
        _note(reading, name, option)
        if option.arity is Arity.NONE:
            continue
        value = word[index + 1 :]
        if value:
            reading.values.append((name, option.role, value))
            if value.startswith("="):
                # `-o=x` is `x` to some programs and `=x` to others.
                reading.values.append((name, option.role, value[1:]))
        elif option.arity is Arity.REQUIRED:
            if position + 1 == len(args):
                reading.unknown = reading.unknown or name
            else:
                position += 1
                reading.values.append((name, option.role, args[position]))
        break
    return position + 1


def _note(reading: Reading, name: str, option: Option) -> None:
    if option.refused:
        raise Unjudgeable(
            "argv", f"nobody can say what {quote(name)} makes it touch", "ask without that option"
        )
    reading.flags.append(name)
    reading.code = reading.code or option.code
