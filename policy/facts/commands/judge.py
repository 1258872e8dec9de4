"""Judging one argv: what it runs, reads, writes, removes and connects to.

Rules of this file:
1. The process itself is the first touch; what its arguments touch follows; what it runs in turn
   is judged the same way, as a process of its own.
2. A program without a row, or with an option its row does not know, is unknown: every word that
   could be a path is one that is read, written and removed with all below it; and it `runs_code`.
3. `flags` holds option names as given (a cluster as its letters, `-rf` as `-r` and `-f`; a value
   is not part of the name; for an abbreviation also the one known option it could mean).
   `args` holds every other word after the program and its subcommand, except the values of
   options; `arg1` to `arg4` are the first four of them, "" when there are fewer. `subcommand` is
   the first word of programs that have subcommands (`git`, `npm`, `docker`), else "".
4. `runs_code` is true when these arguments, or names in the environment, make the program run
   what the caller or the project wrote: `git -c`, `find -exec`, `python x.py`, `make`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from holdfast.policy.cedar.values import Value
from holdfast.policy.facts.commands.call import Deep, Ledger, Place
from holdfast.policy.facts.commands.environment import environment_runs_code
from holdfast.policy.facts.commands.options import Reading, read_options
from holdfast.policy.facts.commands.roles import EFFECTS, FS_ACTIONS, RUNS
from holdfast.policy.facts.commands.spec import Command
from holdfast.policy.facts.commands.tables import lookup
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable
from holdfast.policy.facts.names import quote
from holdfast.policy.facts.programs import resolve_place, resolve_program

_EMPTY: Final[frozenset[str]] = frozenset()


EMPTY_CONTEXT: Final[Mapping[str, Value]] = {
    "subcommand": "", "flags": _EMPTY, "args": _EMPTY, "arg1": "", "arg2": "", "arg3": "",
    "arg4": "", "runs_code": False, "workdir": ".", "shell": True,
}  # fmt: skip
"""What is said of a shell that runs nothing."""


class Call:
    """One program with its arguments, while it is judged."""

    __slots__ = (
        "args", "argv", "code", "deep", "effects", "flags", "headers", "ledger",
        "method", "nested", "place", "script", "subcommand", "workdir",
    )  # fmt: skip
    effects: list[tuple[str, str]]
    """Role and text, in the order of the argv."""
    nested: list[tuple[Sequence[str], Place]]
    script: str | None
    """A shell string that this program runs."""

    def __init__(self, ledger: Ledger, argv: Sequence[str], place: Place) -> None:
        """Start with nothing known."""
        self.ledger = ledger
        self.argv = argv
        self.place = place
        self.workdir = place.workdir
        self.subcommand = ""
        self.flags: list[str] = []
        self.args: list[str] = []
        self.code = False
        self.deep = place.deep
        self.method = "GET"
        self.headers = _EMPTY
        self.effects = []
        self.nested = []
        self.script = None

    def effect(self, role: str, text: str) -> None:
        """Note what one word means."""
        self.effects.append((role, text))
        check = RUNS.get(role)
        if check is not None and check(text):
            self.code = True

    def nest(self, argv: Sequence[str], *, env: Sequence[str] = (), deep: bool = False) -> None:
        """Judge another program as well, run by this one."""
        place = self.place.with_env(env, self.workdir)
        place.deep = place.deep or deep
        self.nested.append((argv, place))

    def unknown(self, words: Sequence[str]) -> None:
        """Judge every word that could be a path as one that is read, written and removed."""
        self.code = True
        self.deep = True
        options = True
        for word in words:
            if options and word == "--":
                options = False
            elif options and word[:1] == "-" and word != "-":
                self._unknown_option(word)
            else:
                self.args.append(word)
                self._unknown_operand(word)

    def _unknown_option(self, word: str) -> None:
        name, attached, value = word.partition("=")
        self.flags.append(name)
        if attached:
            self._unknown_operand(value)
        if word[1] != "-" and len(word) > 2:  # noqa: PLR2004 - `-ovalue` is longer than `-o`
            self.effect("any", word[2:])

    def _unknown_operand(self, word: str) -> None:
        self.effect("any", word)
        if word[:1] == "@":
            self.effect("any", word[1:])
        _, named, value = word.partition("=")
        if named:
            self.effect("any", value)
        if "://" not in word:
            for separator in ":,":
                if separator in word:
                    for piece in word.split(separator):
                        self.effect("any", piece)


def judge(ledger: Ledger, argv: Sequence[str], place: Place) -> None:
    """Add everything one argv touches to the ledger."""
    ledger.deeper()
    program = resolve_program(argv[0], workdir=place.workdir, world=ledger.world)
    trusted = program.attrs["trusted"]
    command = lookup(program.uid.id) if trusted else None
    call = Call(ledger, argv, place)
    if command is None:
        call.unknown(argv[1:])
    elif command.spec.special in REPLACING:
        REPLACING[command.spec.special](call, command, argv[1:])
    else:
        plain(call, command, argv[1:])
    if place.env and environment_runs_code(place.env):
        call.code = True
    ledger.add(
        "process.exec", program, _context(call), (*argv, place.workdir, place.shell, call.code)
    )
    for role, text in call.effects:
        apply_effect(call, role, text)
    for inner, where in call.nested:
        if not inner or not inner[0]:
            raise InvalidIntent("argv", "names no program to run", "name one")
        judge(ledger, inner, where)
    if call.script is not None:
        where = place.with_env((), call.workdir)
        where.stdin = None
        ledger.script(ledger, call.script, where)
    ledger.depth -= 1


def _context(call: Call) -> Mapping[str, Value]:
    args = call.args
    first = [*args, "", "", "", ""] if len(args) < 4 else args  # noqa: PLR2004 - arg1 to arg4
    return {
        "subcommand": call.subcommand,
        "flags": frozenset(call.flags) if call.flags else _EMPTY,
        "args": frozenset(args) if args else _EMPTY,
        "arg1": first[0],
        "arg2": first[1],
        "arg3": first[2],
        "arg4": first[3],
        "runs_code": call.code,
        "workdir": call.place.workdir,
        "shell": call.place.shell,
    }


def apply_effect(call: Call, role: str, text: str) -> None:
    """Add what one word touches."""
    actions = FS_ACTIONS.get(role)
    if actions is not None:
        if text != "-" or role in ("delete", "write", "list"):
            reach: Deep = "" if not call.deep else "named" if role == "list" else "all"
            call.ledger.path(actions, text, call.workdir, deep=reach)
        return
    effect = EFFECTS.get(role)
    if effect is not None:
        effect(call, text)


def plain(call: Call, command: Command, words: Sequence[str]) -> Reading | None:
    """Judge by the row alone; None when the row does not know an option."""
    if command.subcommands and words and words[0][:1] != "-":
        # No option comes before the subcommand: there is nothing to read.
        call.code = call.code or command.spec.runs_code
        return _subcommand(call, command, words)
    reading = read_options(command, words)
    if reading.unknown:
        _not_known(call, command, reading, words)
        return None
    if reading.values:
        enter(call, reading)
        for _, role, value in reading.values:
            call.effect(role, value)
    if reading.flags:
        call.flags.extend(reading.flags)
    call.code = call.code or reading.code or command.spec.runs_code
    if command.subcommands:
        if reading.rest:
            return _subcommand(call, command, reading.rest)
    else:
        _operands(call, command, reading)
    finish = FINISHING.get(command.spec.special)
    if finish is not None:
        finish(call, command, reading)
    return reading


def _not_known(call: Call, command: Command, reading: Reading, words: Sequence[str]) -> None:
    if command.spec.strict:
        raise Unjudgeable(
            "argv",
            f"{quote(call.argv[0])} has no option {quote(reading.unknown)} that is known here",
            "ask without that option",
        )
    call.unknown(words)
    call.flags.extend(reading.flags)
    for _, role, value in reading.values:
        call.effect(role, value)
    if command.spec.special in ALWAYS:
        FINISHING[command.spec.special](call, command, reading)


def enter(call: Call, reading: Reading) -> None:
    """Go where the options say: every other path is relative to it."""
    for _, role, value in reading.values:
        if role == "chdir" and value:
            found = resolve_place(value, workdir=call.workdir, world=call.ledger.world)
            call.workdir = found.uid.id


def _subcommand(call: Call, command: Command, rest: Sequence[str]) -> Reading | None:
    call.subcommand = rest[0]
    known = command.subcommands.get(rest[0])
    if known is not None:
        return plain(call, known, rest[1:])
    if command.spec.strict:
        raise Unjudgeable(
            "argv", f"{quote(call.argv[0])} has no subcommand {quote(rest[0])} that is known here",
            "ask for a known one",
        )  # fmt: skip
    # An alias or an external command: it is whatever somebody configured.
    call.unknown(rest[1:])
    return None


def _operands(call: Call, command: Command, reading: Reading) -> None:
    operands = reading.operands
    call.args.extend(operands)
    role = command.each
    if role and role not in RUNS:
        call.effects.extend([(role, word) for word in operands])
    else:
        _by_position(call, command, reading)
    if reading.rest is not None:
        call.args.extend(reading.rest)
        if "command" in (*command.head, command.star) and command.spec.special not in FINISHING:
            call.nest(reading.rest)


def _by_position(call: Call, command: Command, reading: Reading) -> None:
    operands = reading.operands
    if command.deep and ("*" in command.deep or not command.deep.isdisjoint(reading.flags)):
        call.deep = True
    changes = bool(command.write_if) and not command.write_if.isdisjoint(reading.flags)
    head = command.head
    if command.head_unless and not command.head_unless.isdisjoint(reading.flags):
        head = head[1:]
    count = len(operands)
    if count <= len(head) and command.spec.default and not (head and head[-1] != "text" and count):
        call.effect(_changed(command.spec.default, changes=changes), ".")
    into = command.tail == "dest" and any(role == "into" for _, role, _ in reading.values)
    last = count - 1 if command.tail and count > 1 and not into else count
    for index, word in enumerate(operands):
        if index < len(head):
            role = head[index]
        elif index >= last:
            role = command.tail
        else:
            role = command.star or "any"
        call.effect(_changed(role, changes=changes), word)
    if command.tail == "dest":
        _destination(call, operands, reading)


def _changed(role: str, *, changes: bool) -> str:
    return "update" if changes and role == "read" else role


def _destination(call: Call, operands: list[str], reading: Reading) -> None:
    """Judge the name a source gets below a destination that is a directory."""
    into = [value for _, role, value in reading.values if role == "into"]
    if into:
        sources, targets = operands, into
    else:
        sources, targets = operands[:-1], operands[-1:]
    for target in targets:
        for source in sources:
            name = source.rstrip("/").rpartition("/")[2]
            if name in ("", ".", ".."):
                call.deep = True  # the contents, by names nobody gave
            else:
                call.effect("write", f"{target}/{name}")
                for suffix in _backups(reading):
                    call.effect("write", f"{target}/{name}{suffix}")
        for suffix in _backups(reading):
            call.effect("write", f"{target.rstrip('/')}{suffix}")


def _backups(reading: Reading) -> tuple[str, ...]:
    """Return what is appended to the name of a file that is about to be replaced."""
    if not reading.has("-b", "--backup", "-S", "--suffix"):
        return ()
    given = reading.value_of("-S", "--suffix")
    return ("~", ".~1~") if given is None else ("~", ".~1~", given)


REPLACING: Final[dict[str, Callable[[Call, Command, Sequence[str]], None]]] = {}
"""Functions that read an argv whose form no row can say."""
FINISHING: Final[dict[str, Callable[[Call, Command, Reading], None]]] = {}
"""Functions that add what a row cannot say, after the row was applied."""
ALWAYS: Final = frozenset({"gitconfig"})
"""Of these, the ones that also have a say when an option is not known."""
