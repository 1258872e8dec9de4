"""The help: pages drawn from the command tables. Nothing here is written by hand twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from holdfast.proto.exits import EXITS
from holdfast.runtime.cli.grammar import Command, Option, options_of
from holdfast.runtime.cli.terminal import Style
from holdfast.runtime.cli.tree import COMMANDS, GROUPS, POINTERS, SECTIONS, TAGLINE

Paint = Callable[[str, Style], str]
_GAP: Final = 2
_LEFT_MOST: Final = 34
_TOLD: Final = [f"{int(code)} {text}" for code, text in EXITS.items()]
_EXITS_SPLIT: Final = (f"{'; '.join(_TOLD[:4])};", "; ".join(_TOLD[4:]))


def main_page(paint: Paint) -> str:
    """Return `holdfast --help`."""
    lines = ["usage: holdfast COMMAND [...]", "", TAGLINE]
    rows = {name: _row(command) for name, command in COMMANDS.items()}
    width = _width(rows.values())
    for title, names in SECTIONS:
        lines += ["", paint(title, "strong")]
        lines += _columns([rows[name] for name in names], width)
    lines += ["", *_foot(), *(f"{what}: {where}" for what, where in POINTERS)]
    return "\n".join(lines)


def group_page(group: str, paint: Paint) -> str:
    """Return `holdfast policy --help`."""
    rows = [_row(command) for name, command in COMMANDS.items() if name.startswith(f"{group} ")]
    lines = [f"usage: holdfast {group} VERB [...]", "", GROUPS[group], "", paint("verbs", "strong")]
    lines += _columns(rows, _width(rows))
    return "\n".join([*lines, "", *_foot()])


def command_page(command: Command, paint: Paint) -> str:
    """Return `holdfast ask --help`."""
    lines = [
        f"usage: {command.usage} [options]",
        "",
        f"{command.about[:1].upper()}{command.about[1:]}.",
    ]
    if command.more:
        lines += ["", *command.more.strip().splitlines()]
    rows = [(_left(option), option.about) for option in options_of(command)]
    lines += ["", paint("options", "strong"), *_columns(rows, _width(rows))]
    if command.examples:
        lines += ["", paint("examples", "strong")]
        for example in command.examples:
            lines += [f"  {example.line}", f"      {example.does}"]
    return "\n".join([*lines, "", exit_line()])


def exit_line() -> str:
    """Return the exit codes, wrapped."""
    first, second = _EXITS_SPLIT
    return f"exit status: {first}\n             {second}"


def _foot() -> list[str]:
    return ["`holdfast COMMAND --help` explains one; every command has --json", exit_line()]


def _row(command: Command) -> tuple[str, str]:
    return f"{command.name} {command.brief or command.operands}".strip(), command.about


def _left(option: Option) -> str:
    if option.optional is not None:
        return f"{option.name}[={option.value}]"
    return f"{option.name} {option.value}".strip()


def _width(rows: Iterable[tuple[str, str]]) -> int:
    return max((len(left) for left, _ in rows if len(left) <= _LEFT_MOST), default=0)


def _columns(rows: Iterable[tuple[str, str]], width: int) -> list[str]:
    lines: list[str] = []
    for left, right in rows:
        if len(left) > width:
            lines += [f"  {left}", f"  {'':<{width}}{'':<{_GAP}}{right}"]
        else:
            lines.append(f"  {left:<{width}}{'':<{_GAP}}{right}")
    return lines
