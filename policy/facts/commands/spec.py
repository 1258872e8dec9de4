"""The form of a row in the command tables, and what it is compiled to.

Rules of this file:
1. A row says everything it knows and claims nothing else: an option or subcommand that is not in
   a table makes the whole argv unknown, and unknown means write and `runs_code`.
2. Rows are data. A reviewer adds a program by adding one, without reading the engine.

The words of a row, separated by spaces:

    operands   ROLE ROLE* ROLE   leading roles, one repeated role, a last role
    options    -abc              switches without a value
               -o:ROLE --out:ROLE    an option with a value, attached or separate
               -i?ROLE --color?ROLE  an option whose value can only be attached
               -c!               a switch that runs something else
               -K^               an option nobody can judge: the argv is refused
               -#                a number as an option (`head -5`)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "text": "not a path: a pattern, a message, a number, a name",
        "read": "a file or directory that is read",
        "list": "a path whose names or metadata are read",
        "write": "a file or directory that is created or changed",
        "update": "read and changed",
        "delete": "removed",
        "move": "read and removed",
        "erase": "overwritten and removed",
        "dest": "the last operand of a copy: it, or below it the name of each source",
        "into": "a directory that receives the name of each source",
        "link": "the target of a link: read and changed from then on under another name",
        "any": "unknown: written, and a URL when it is spelt as one",
        "url": "a URL that is requested",
        "repo": "a repository's address: a URL, `host:path`, or a path that is read",
        "clone": "the address of a repository to copy",
        "host": "a machine that is connected to",
        "from": "`host:path`, or a path that is read",
        "to": "`host:path`, or a path that is written",
        "package": "a package's name, a URL, or a path that is read and built",
        "data": "text, or `@file`: a file that is read",
        "form": "`name=text`, `name=@file` or `name=<file`",
        "volume": "`HOST:INSIDE`, a path that is written",
        "rev": "a revision, `revision:path`, or a path that is read",
        "pread": "a path that is read; patterns are refused",
        "pwrite": "a path that is changed; patterns are refused",
        "pdelete": "a path that is removed; patterns are refused",
        "lines": "`range:file`, a file that is read",
        "chdir": "the directory every other path is relative to",
        "code": "text that is run",
        "script": "a program that is read and run; what follows is its own",
        "command": "another program and its arguments, judged as a process of their own",
        "pair": "`name=value`: text",
        "sshopt": "an ssh option: harmless ones by a list, else it runs code",
        "sedscript": "a sed program: runs code unless it only edits",
        "awkscript": "an awk program: runs code unless it only computes",
        "method": "an HTTP method",
        "header": "an HTTP header",
    }
)
"""Every role a row may name, and what it means."""


class Arity(Enum):
    """How an option takes its value."""

    NONE = 0
    REQUIRED = 1
    OPTIONAL = 2


class Option(NamedTuple):
    """One option of a program."""

    arity: Arity
    role: str
    code: bool
    refused: bool


@dataclass(frozen=True, slots=True)
class Spec:
    """One row of the command tables."""

    name: str
    operands: str = ""
    options: str = ""
    head_unless: str = ""
    """Options that take the place of the first operand (`grep -e`, `sed -f`)."""
    deep: str = ""
    """Options that make operands stand for everything below them; `*`: always."""
    default: str = ""
    """Role of the working directory when there is no operand."""
    runs_code: bool = False
    """Running the project's own code is what this program is for."""
    strict: bool = False
    """Nobody can judge this program with an option the row does not know."""
    special: str = ""
    """Name of the function that reads what a row cannot say."""
    subcommands: tuple[Spec, ...] = ()
    write_if: str = ""
    """Options that turn reads into reads and writes (`sed -i`)."""
    words: bool = False
    """Options are whole words after one dash (`terraform plan -out=x`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """A row, compiled."""

    spec: Spec
    head: tuple[str, ...]
    star: str
    tail: str
    options: Mapping[str, Option]
    stop: int
    """Operands after which another program's arguments begin; -1: never."""
    head_unless: frozenset[str]
    deep: frozenset[str]
    write_if: frozenset[str]
    subcommands: Mapping[str, Command]
    each: str
    """The one role of every operand, where nothing else is said of any; else ""."""


def compile_spec(spec: Spec) -> Command:
    """Compile a row; a word that is no role raises KeyError, so a bad row never loads."""
    head, star, tail = _pattern(spec.operands)
    stop = -1
    for index, role in enumerate((*head, star)):
        if role in ("command", "script"):
            stop = index
            break
    if spec.subcommands:
        stop = 0
    options: dict[str, Option] = {}
    for word in spec.options.split():
        options.update(_options(word, whole=spec.words))
    return Command(
        spec=spec,
        head=head,
        star=star,
        tail=tail,
        options=options,
        stop=stop,
        head_unless=frozenset(spec.head_unless.split()),
        deep=frozenset(spec.deep.split()),
        write_if=frozenset(spec.write_if.split()),
        subcommands={
            name: compile_spec(sub) for sub in spec.subcommands for name in sub.name.split()
        },
        each="" if head or tail or spec.default or spec.deep or spec.write_if else star or "any",
    )


def _pattern(operands: str) -> tuple[tuple[str, ...], str, str]:
    head: list[str] = []
    star = tail = ""
    for word in operands.split():
        role = word.removesuffix("*")
        _require_role(role)
        if role != word:
            star = role
        elif star:
            tail = role
        else:
            head.append(role)
    return tuple(head), star, tail


def _require_role(role: str) -> None:
    if role not in ROLES:
        raise KeyError(role)


def _options(word: str, *, whole: bool) -> dict[str, Option]:
    if word[-1] in "!^":
        name = word[:-1]
        return {name: Option(Arity.NONE, "text", word[-1] == "!", refused=word[-1] == "^")}
    for mark, arity in ((":", Arity.REQUIRED), ("?", Arity.OPTIONAL)):
        name, found, role = word.partition(mark)
        if found:
            _require_role(role)
            return {name: Option(arity, role, role == "code", refused=False)}
    switch = Option(Arity.NONE, "text", code=False, refused=False)
    if whole or word.startswith("--") or word == "-#":
        return {word: switch}
    return {f"-{letter}": switch for letter in word[1:]}
