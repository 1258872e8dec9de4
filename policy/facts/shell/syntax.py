"""What a shell string is made of.

Rules of this file:
1. A tree holds everything a shell would run or open. What the tree cannot hold is refused by the
   parser, never left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, Union

from holdfast.policy.facts.model import Unjudgeable

ASK_ARGV = "ask process.exec with an argv"


class Text(NamedTuple):
    """Characters that stand for themselves."""

    text: str
    quoted: bool


class AnsiText(NamedTuple):
    """`$'...'`: decoded by bash, a `$` and a quoted text to a plain sh."""

    decoded: str
    raw: str


class Param(NamedTuple):
    """`$NAME` or `${NAME}`; with a form (`${NAME:-x}`, `${#NAME}`) nobody knows its value."""

    name: str
    quoted: bool
    exact: bool


class Substitution(NamedTuple):
    """`$(...)` or backquotes: its commands run, its output is unknown."""

    script: Script
    quoted: bool


class Arithmetic(NamedTuple):
    """`$((1 + 2))`: a number."""

    quoted: bool


Part: TypeAlias = Union[Text, AnsiText, Param, Substitution, Arithmetic]  # noqa: UP007


class Word(NamedTuple):
    """One word, and where it begins."""

    parts: tuple[Part, ...]
    position: int

    @property
    def plain(self) -> str | None:
        """The word when it is written without any quotes or expansion, as reserved words are."""
        if len(self.parts) == 1:
            part = self.parts[0]
            if isinstance(part, Text) and not part.quoted:
                return part.text
        return None


class Here:
    """A here-document; its text is read when the line that begins it ends."""

    __slots__ = ("delimiter", "parts", "position", "quoted", "tabs")

    def __init__(self, delimiter: str, position: int, *, quoted: bool, tabs: bool) -> None:
        """Note what was announced."""
        self.delimiter = delimiter
        self.position = position
        self.quoted = quoted
        self.tabs = tabs
        self.parts: list[Part] = []


class Redirect(NamedTuple):
    """A file that is opened, a descriptor that is copied, or text that is piped in."""

    operator: str
    descriptor: int
    target: Word
    here: Here | None = None


class Assignment(NamedTuple):
    """`NAME=value`."""

    name: str
    value: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """A command with its assignments and redirections."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Group:
    """`{ ...; }` or `( ... )`."""

    body: Script
    subshell: bool
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class If:
    """Conditions and what follows each; the last pair has no condition when there is an else."""

    branches: tuple[tuple[Script | None, Script], ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class While:
    """`while` or `until`."""

    condition: Script
    body: Script
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class For:
    """`for NAME in WORDS`; None when the words are the script's own arguments."""

    name: str
    words: tuple[Word, ...] | None
    body: Script
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """`case WORD in PATTERN) ...`."""

    word: Word
    branches: tuple[tuple[tuple[Word, ...], Script], ...]
    redirects: tuple[Redirect, ...]


Command: TypeAlias = Simple | Group | If | While | For | Case


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by `|`."""

    commands: tuple[Command, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """Pipelines joined by `&&` and `||`."""

    first: Pipeline
    rest: tuple[tuple[str, Pipeline], ...]
    background: bool


@dataclass(frozen=True, slots=True)
class Script:
    """Chains, one after the other."""

    chains: tuple[Chain, ...]


def refuse(position: int, why: str, hint: str = ASK_ARGV) -> Unjudgeable:
    """Return the refusal of what begins at a position of the shell string."""
    return Unjudgeable("command", f"character {position + 1}: {why}", hint)
