"""Programs whose whole argv has a form of its own: find, dd, test, env, shells.

Rules of this file:
1. Each function reads every word. What it does not know makes the argv unknown, or, where another
   program could hide behind it, unjudgeable.
"""

# ruff: noqa: SIM905 - tables are text that a reviewer reads and extends

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from holdfast.policy.facts.commands.archives import read_tar
from holdfast.policy.facts.commands.judge import Call, enter, plain
from holdfast.policy.facts.commands.options import read_options
from holdfast.policy.facts.commands.spec import Command
from holdfast.policy.facts.commands.tables import SPECS
from holdfast.policy.facts.model import Unjudgeable
from holdfast.policy.facts.names import quote
from holdfast.policy.facts.programs import family

_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=.*", re.ASCII | re.DOTALL)

# ---- find --------------------------------------------------------------------------------------
FIND_TESTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(
            "-a -and -o -or -not ! ( ) , -daystart -depth -d -follow -mount -xdev -noleaf -empty "
            "-executable -readable -writable -nouser -nogroup -true -false -print -print0 -ls "
            "-prune -quit -ignore_readdir_race -noignore_readdir_race".split(),
            0,
        ),
        **dict.fromkeys(
            "-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -lname "
            "-ilname -type -xtype -size -perm -user -group -uid -gid -inum -links -fstype -mtime "
            "-atime -ctime -mmin -amin -cmin -used -maxdepth -mindepth -printf -context".split(),
            1,
        ),
    }
)
"""Words of a find expression that touch nothing but names, and how many words follow each."""
_FIND_REFERENCES: Final = frozenset({"-newer", "-anewer", "-cnewer", "-samefile"})
_FIND_OUTPUTS: Final = {"-fprint": 0, "-fprint0": 0, "-fls": 0, "-fprintf": 1}
_FIND_RUNS: Final = frozenset({"-exec", "-execdir", "-ok", "-okdir"})


def _find(call: Call, command: Command, words: Sequence[str]) -> None:  # noqa: ARG001
    position, count = 0, len(words)
    while position < count and words[position] in {"-H", "-L", "-P"}:
        call.flags.append(words[position])
        position += 1
    starts: list[str] = []
    while position < count and words[position][:1] not in {"-", "(", "!", ","}:
        starts.append(words[position])
        position += 1
    call.args.extend(starts)
    starts = starts or ["."]
    call.deep = True
    for start in starts:
        call.effect("list", start)
    while position < count:
        position = _find_word(call, words, position, starts)
        if position < 0:
            call.flags.clear()
            call.args.clear()
            call.unknown(words)
            return


def _find_word(call: Call, words: Sequence[str], position: int, starts: Sequence[str]) -> int:
    """Read one word of the expression and what belongs to it; -1 when it is not known."""
    word = words[position]
    if word in FIND_TESTS:
        if word[0] == "-":
            call.flags.append(word)
        return position + 1 + FIND_TESTS[word]
    call.flags.append(word)
    if word == "-delete":
        call.deep = True
        for start in starts:
            call.effect("delete", start)
        return position + 1
    if word in _FIND_RUNS:
        return _find_exec(call, words, position + 1, starts)
    if position + 1 >= len(words):
        return -1
    if word in _FIND_OUTPUTS:
        call.effect("write", words[position + 1])
        return position + 2 + _FIND_OUTPUTS[word]
    if word in _FIND_REFERENCES or word.startswith("-newer"):
        call.effect("list", words[position + 1])
        return position + 2
    return -1


def _find_exec(call: Call, words: Sequence[str], position: int, starts: Sequence[str]) -> int:
    """Judge what is run on each file found, as if it were run on each start, everything below."""
    call.code = True
    inner: list[str] = []
    while position < len(words) and words[position] != ";":
        if words[position] == "+" and inner[-1:] == ["{}"]:
            break
        inner.append(words[position])
        position += 1
    if not inner or position == len(words):
        return -1
    if any("{}" in word for word in inner):
        _require_plain_program(inner)
    for start in starts:
        call.nest([word.replace("{}", start) for word in inner], deep=True)
    return position + 1


def _require_plain_program(inner: Sequence[str]) -> None:
    spec = SPECS.get(family(inner[0].rpartition("/")[2]))
    if (
        spec is None
        or spec.special in {"shell", "interpreter", "env"}
        or ("command" in spec.operands or "script" in spec.operands)
    ):
        raise Unjudgeable(
            "argv", f"nobody can say what {quote(inner[0])} would do with the names it is given",
            "run a program that only reads or writes them",
        )  # fmt: skip


# ---- dd, test, words ---------------------------------------------------------------------------
def _dd(call: Call, command: Command, words: Sequence[str]) -> None:  # noqa: ARG001
    for word in words:
        name, _, value = word.partition("=")
        call.args.append(word)
        if name == "if":
            call.effect("read", value)
        elif name not in {"bs", "ibs", "obs", "cbs", "count", "skip", "seek", "conv", "iflag",
                          "oflag", "status", "iseek", "oseek"}:  # fmt: skip
            call.effect("write", value or word)


_FILE_TESTS: Final = frozenset(
    "-a -b -c -d -e -f -g -G -h -k -L -N -O -p -r -s -S -u -w -x".split()
)


def _test(call: Call, command: Command, words: Sequence[str]) -> None:  # noqa: ARG001
    """Existence and kind of a file are names that are read."""
    for index, word in enumerate(words):
        if word[:1] == "-" and len(word) > 1:
            call.flags.append(word)
        elif word != "]":
            call.args.append(word)
        if word in _FILE_TESTS and index + 1 < len(words):
            call.effect("list", words[index + 1])
        if word in {"-nt", "-ot", "-ef"} and 0 < index < len(words) - 1:
            call.effect("list", words[index - 1])
            call.effect("list", words[index + 1])


def _words(call: Call, command: Command, words: Sequence[str]) -> None:  # noqa: ARG001
    """Every word is text: nothing is opened, whatever it looks like."""
    for word in words:
        if word[:1] == "-" and len(word) > 1:
            call.flags.append(word)
        else:
            call.args.append(word)


def _jq(call: Call, command: Command, words: Sequence[str]) -> None:
    """Take out the options with two values, then read the rest by the row."""
    rest: list[str] = []
    position = 0
    while position < len(words):
        word = words[position]
        if word in {"--arg", "--argjson", "--slurpfile", "--rawfile"}:
            call.flags.append(word)
            if word.endswith("file"):
                for path in words[position + 2 : position + 3]:
                    call.effect("read", path)
            position += 3
            continue
        if word in {"--args", "--jsonargs"}:
            raise Unjudgeable("argv", f"{quote(word)} turns what follows into text", "use --arg")
        rest.append(word)
        position += 1
    reading = plain(call, command, rest)
    if reading is not None and any(
        re.search(r"\b(?:import|include)\b", word) for word in reading.operands
    ):
        call.code = True


# ---- env, sudo ---------------------------------------------------------------------------------
def _env(call: Call, command: Command, words: Sequence[str]) -> None:
    """Options, then `NAME=value` words, then the program they are for."""
    reading = read_options(command, words)
    if reading.unknown:
        raise Unjudgeable(
            "argv",
            f"{quote(call.argv[0])} has no option {quote(reading.unknown)} that is known here",
            "ask without that option",
        )
    call.flags.extend(reading.flags)
    enter(call, reading)
    rest = reading.rest or []
    names: list[str] = []
    if rest[:1] == ["-"]:
        call.args.append(rest.pop(0))  # an old spelling of `-i`
    while rest and "=" in rest[0]:
        match = _ASSIGNMENT.fullmatch(rest[0])
        # Any other name is as good as one: `env` takes everything before the first `=`.
        names.append(match[1] if match else rest[0].partition("=")[0])
        call.args.append(rest.pop(0))
    call.args.extend(rest)
    if rest:
        call.nest(rest, env=names)


# ---- shells and interpreters -------------------------------------------------------------------
def _shell(call: Call, command: Command, given: Sequence[str]) -> None:
    """`sh -c STRING` is parsed and judged; a script file is read and runs code."""
    reading = read_options(command, given)
    if reading.unknown:
        raise Unjudgeable(
            "argv",
            f"{quote(call.argv[0])} has no option {quote(reading.unknown)} that is known here",
            "ask for the commands themselves",
        )
    call.flags.extend(reading.flags)
    call.args.extend(reading.rest or [])
    words = _behind_options(reading.rest or [])
    if reading.has("--version", "--help"):
        return
    call.code = True
    if reading.has("-c"):
        if not words:
            raise Unjudgeable("argv", "`-c` without a command", "add the command")
        call.script = words[0]
        return
    if words and not reading.has("-s"):
        call.effect("read", words[0])
        for word in words[1:]:
            call.effect("any", word)
    elif call.place.stdin is not None:
        call.script = call.place.stdin
    elif call.place.shell:
        raise Unjudgeable(
            "shell", "nobody can say what a shell reads from its input", "ask for the commands"
        )


def _behind_options(words: list[str]) -> list[str]:
    if words[:1] == ["-"]:
        words = words[1:]  # an old spelling of `--`
    if words and words[0].startswith("+"):
        raise Unjudgeable("argv", f"{quote(words[0])} is an option to some shells", "drop it")
    return words


def _interpreter(call: Call, command: Command, words: Sequence[str]) -> None:
    reading = read_options(command, words)
    if reading.unknown:
        call.unknown(words)
        call.flags.extend(reading.flags)
        return
    if not reading.code and reading.rest is None and reading.has("--version", "--help", "-v", "-V"):
        call.flags.extend(reading.flags)
        return
    call.code = True
    enter(call, reading)
    if reading.code:
        # What follows the code is its own: every word may be a path it opens.
        call.unknown([word for word in words if word not in _texts(reading.values)])
        return
    call.flags.extend(reading.flags)
    for _, role, value in reading.values:
        call.effect(role, value)
    script = reading.rest or []
    for word in script[:1]:
        call.args.append(word)
        call.effect("read", word)
    call.unknown(script[1:])


def _texts(values: Sequence[tuple[str, str, str]]) -> frozenset[str]:
    return frozenset(value for _, role, value in values if role == "code")


def _hides(call: Call, command: Command, words: Sequence[str]) -> None:  # noqa: ARG001
    """Only asking which version it is runs nothing."""
    if list(words) not in (["--version"], ["--help"]):
        raise Unjudgeable(
            "argv",
            f"nobody can say what {quote(call.argv[0])} would run",
            "ask for the program itself",
        )
    call.flags.extend(words)


FORMS: Final[Mapping[str, Callable[[Call, Command, Sequence[str]], None]]] = MappingProxyType(
    {
        "dd": _dd,
        "env": _env,
        "find": _find,
        "hides": _hides,
        "interpreter": _interpreter,
        "jq": _jq,
        "shell": _shell,
        "tar": read_tar,
        "test": _test,
        "words": _words,
    }
)
