"""Programs whose whole argv has a form of its own: find, tar, dd, test, env, shells.

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


# ---- tar ---------------------------------------------------------------------------------------
_TAR_MODES: Final = {
    "--create": "c", "--extract": "x", "--get": "x", "--list": "t", "--append": "r",
    "--update": "u", "--diff": "d", "--compare": "d", "--concatenate": "r", "--delete": "r",
}  # fmt: skip
_TAR_SWITCHES: Final = frozenset("cxtrudAzjJZavpPkmMoOshlWBwnGi")
_TAR_VALUES: Final = {"f": "archive", "C": "chdir", "b": "text", "N": "text", "X": "read"}
_TAR_LONG: Final[Mapping[str, str]] = MappingProxyType(
    {
        "--file": "archive", "--directory": "chdir", "--exclude": "text",
        "--exclude-from": "read", "--strip-components": "text", "--owner": "text",
        "--group": "text", "--mode": "text", "--mtime": "text", "--sort": "text",
        "--format": "text", "--blocking-factor": "text", "--newer": "text", "--after-date": "text",
        "--use-compress-program": "code", "--to-command": "code", "--checkpoint-action": "code",
        "--rsh-command": "code", "--rmt-command": "code", "--info-script": "code",
        "--new-volume-script": "code",
    }
)  # fmt: skip
_TAR_LONG_SWITCHES: Final = frozenset(
    "--gzip --bzip2 --xz --zstd --lzma --auto-compress --verbose --verify --totals --numeric-owner "
    "--no-same-owner --same-owner --no-same-permissions --same-permissions --preserve-permissions "
    "--keep-old-files --overwrite --to-stdout --wildcards --no-wildcards --anchored --no-anchored "
    "--dereference --hard-dereference --exclude-vcs --exclude-vcs-ignores --exclude-backups "
    "--absolute-names --one-file-system --no-recursion --recursion --sparse --touch --force-local "
    "--checkpoint --help --version --show-transformed-names --delay-directory-restore".split()
)


class _Tar:
    """What one tar argv says."""

    __slots__ = ("archives", "directories", "mode", "stdout")

    def __init__(self) -> None:
        self.mode = ""
        self.archives: list[str] = []
        self.directories: list[str] = []
        self.stdout = False


def _tar(call: Call, command: Command, words: Sequence[str]) -> None:  # noqa: ARG001
    said = _Tar()
    pending = list(words)
    if pending and pending[0][:1] != "-":
        pending = _old_style(pending)
    while pending:
        word = pending.pop(0)
        if word == "--":
            call.args.extend(pending)
            break
        if word[:2] == "--":
            known = _tar_long(call, word, pending, said)
        elif word[:1] == "-" and word != "-":
            known = _tar_cluster(call, word, pending, said)
        else:
            call.args.append(word)
            known = True
        if not known:
            call.flags.clear()
            call.args.clear()
            call.unknown(words)
            return
    _tar_touches(call, said)


def _old_style(words: list[str]) -> list[str]:
    """`tar xzfC a.tgz dir`: the letters first, then their values in order."""
    letters, rest = words[0], words[1:]
    found: list[str] = []
    for letter in letters:
        found.append(f"-{letter}")
        if letter in _TAR_VALUES and rest:
            found[-1] += rest.pop(0)
    return found + rest


def _tar_long(call: Call, word: str, pending: list[str], said: _Tar) -> bool:
    name, attached, value = word.partition("=")
    call.flags.append(name)
    if name in _TAR_MODES and not attached:
        said.mode += _TAR_MODES[name]
        return True
    if name in _TAR_LONG_SWITCHES:
        said.stdout = said.stdout or name == "--to-stdout"
        return True
    role = _TAR_LONG.get(name)
    if role is None or not (attached or pending):
        return False
    _tar_value(call, role, value if attached else pending.pop(0), said)
    return True


def _tar_cluster(call: Call, word: str, pending: list[str], said: _Tar) -> bool:
    for index, letter in enumerate(word[1:], start=1):
        call.flags.append(f"-{letter}")
        role = _TAR_VALUES.get(letter) or ("code" if letter in "IF" else None)
        if role is not None:
            value = word[index + 1 :]
            if not value:
                if not pending:
                    return False
                value = pending.pop(0)
            _tar_value(call, role, value, said)
            return True
        if letter not in _TAR_SWITCHES:
            return False
        if letter in "cxtrudA":
            said.mode += letter
        said.stdout = said.stdout or letter == "O"
    return True


def _tar_value(call: Call, role: str, value: str, said: _Tar) -> None:
    if role == "archive":
        said.archives.append(value)
    elif role == "chdir":
        said.directories.append(value)
    else:
        call.effect(role, value)


def _tar_touches(call: Call, said: _Tar) -> None:
    """Judge members under every directory given: which of them holds is a matter of order."""
    call.deep = True
    for archive in said.archives:
        if ":" in archive:
            call.effect("from", archive)
        call.effect("read" if said.mode in {"x", "t", "d"} else "update", archive)
    places = ["."]
    for directory in said.directories:
        places.append(f"{places[-1]}/{directory}" if directory[:1] != "/" else directory)
    if said.mode not in {"c", "t", "d", "r", "u"} and not said.stdout:
        for place in places[-1:] if said.mode == "x" else places:
            call.effect("write", place)
    if said.mode not in {"x", "t"}:
        for place in places:
            for member in call.args:
                if member.startswith("@"):
                    call.effect("read", f"{place}/{member[1:]}")
                call.effect("read", member if member[:1] == "/" else f"{place}/{member}")


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
    while rest and "=" in rest[0]:
        match = _ASSIGNMENT.fullmatch(rest[0])
        # Any other name is as good as one: `env` takes everything before the first `=`.
        names.append(match[1] if match else rest[0].partition("=")[0])
        call.args.append(rest.pop(0))
    call.args.extend(rest)
    if rest:
        call.nest(rest, env=names)


# ---- shells and interpreters -------------------------------------------------------------------
def _shell(call: Call, command: Command, words: Sequence[str]) -> None:
    """`sh -c STRING` is parsed and judged; a script file is read and runs code."""
    reading = read_options(command, words)
    if reading.unknown:
        raise Unjudgeable(
            "argv",
            f"{quote(call.argv[0])} has no option {quote(reading.unknown)} that is known here",
            "ask for the commands themselves",
        )
    call.flags.extend(reading.flags)
    words = [*(reading.rest or reading.operands)]
    call.args.extend(words)
    if words and words[0] == "-":
        words = words[1:]  # an old spelling of `--`
    if words and words[0].startswith("+"):
        raise Unjudgeable("argv", f"{quote(words[0])} is an option to some shells", "drop it")
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


FORMS: Final[Mapping[str, Callable[[Call, Command, Sequence[str]], None]]] = MappingProxyType(
    {
        "dd": _dd,
        "env": _env,
        "find": _find,
        "interpreter": _interpreter,
        "jq": _jq,
        "shell": _shell,
        "tar": _tar,
        "test": _test,
        "words": _words,
    }
)
