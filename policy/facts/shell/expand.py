"""Words to the exact arguments they become, or to the fact that nobody knows.

Rules of this file:
1. A value is exact or unknown; there is no most likely value.
2. An unquoted expansion is exact only when no shell would split it or match it to files.
3. A pattern (`*.py`) stands for files nobody listed: it is refused, not approximated.
4. bash and sh can differ on a word (braces, `$'...'`): both results are judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from holdfast.policy.facts.model import Unjudgeable, World
from holdfast.policy.facts.paths import workdir_path
from holdfast.policy.facts.shell.syntax import AnsiText, Param, Text, Word, refuse
from holdfast.proto.limits import SHELL_WORKDIRS

_UNSPLIT: Final = re.compile(r"[\w@%+=:,./\-]+")
_BRACES: Final = re.compile(r"([\w./\-]*)\{([\w./\-]*(?:,[\w./\-]*)+)\}([\w./\-]*)")
_TILDE_INSIDE: Final = re.compile(r"[=:]~")

# What shells set or read by themselves: their value is not what was last assigned, and assigning
# them changes what later words mean.
MAGIC: Final = re.compile(
    r"HOME|PATH|IFS|PWD|OLDPWD|CDPATH|ENV|EXECIGNORE|FPATH|GLOBIGNORE|BASH.*|SHELL.*|PS[0-4]|"
    r"PROMPT_COMMAND|E?UID|PPID|S?RANDOM|SECONDS|LINENO|EPOCH.*|FUNCNAME|FUNCNEST|GROUPS|HIST.*|"
    r"OPT.*|POSIXLY_CORRECT|LANG|LANGUAGE|LC_.*|TMOUT|TIMEFORMAT|COMP.*|DIRSTACK|FIGNORE|"
    r"MAIL.*|MAPFILE|COPROC|READLINE_.*|HOSTTYPE|MACHTYPE|OSTYPE|CHILD_MAX|FCEDIT|INPUTRC|_"
)
"""Names no script may assign here, except before a command that gets them in its environment."""


class State:
    """What is known where a command stands: directories it may be in, and variables."""

    __slots__ = ("exported", "variables", "workdirs")

    def __init__(
        self,
        workdirs: tuple[str, ...],
        variables: Mapping[str, str | None],
        exported: frozenset[str],
    ) -> None:
        """Keep the parts."""
        self.workdirs = workdirs
        self.variables = dict(variables)
        self.exported = exported

    def copy(self) -> State:
        """Return a state that changes by itself."""
        return State(self.workdirs, self.variables, self.exported)

    def merge(self, other: State) -> None:
        """Know only what both know: either may be how things are."""
        names = {*self.variables, *other.variables}
        self.variables = {
            name: value
            if (value := self.variables.get(name)) == other.variables.get(name)
            else None
            for name in names
        }
        found = self.workdirs + tuple(w for w in other.workdirs if w not in self.workdirs)
        if len(found) > SHELL_WORKDIRS:
            raise Unjudgeable(
                "command", "nobody can say which directory it ends up in", "use `cd x && ...`"
            )
        self.workdirs = found
        self.exported |= other.exported

    def same(self, other: State) -> bool:
        """Whether the other one knows the same."""
        return (
            self.variables == other.variables
            and set(self.workdirs) == set(other.workdirs)
            and self.exported == other.exported
        )


class Expander:
    """What words become in one world."""

    def __init__(self, world: World) -> None:
        """Keep the world."""
        self.world = world

    def arguments(self, word: Word, state: State, *, bash: bool) -> list[str] | None:
        """Return the arguments a word becomes in one of the shells, or None when unknown."""
        plain = "".join(p.text for p in word.parts if isinstance(p, Text) and not p.quoted)
        if any(char in plain for char in "*?[") and plain not in {"[", "[["}:
            raise refuse(
                word.position, "a pattern stands for files nobody listed", "name the files"
            )
        if _TILDE_INSIDE.search(plain):
            raise refuse(word.position, "shells disagree on `~` inside a word")
        if "{" in plain and "}" in plain and ("," in plain or ".." in plain):
            return self._braces(word, bash=bash)
        value = self._value(word, state, bash=bash, split=True)
        return None if value is None else [value]

    def value(self, word: Word, state: State, *, bash: bool = True) -> str | None:
        """Return what a word is where it is neither split nor matched (an assignment)."""
        plain = "".join(p.text for p in word.parts if isinstance(p, Text) and not p.quoted)
        if "~" in plain[1:]:
            return None
        return self._value(word, state, bash=bash, split=False)

    def _braces(self, word: Word, *, bash: bool) -> list[str]:
        text = word.plain
        match = _BRACES.fullmatch(text) if text is not None else None
        if text is None or match is None:
            raise refuse(word.position, "braces that stand for more than a list", "write each word")
        if not bash:
            return [text]
        before, inside, after = match.groups()
        found = [before + piece + after for piece in inside.split(",")]
        if not all(found):
            raise refuse(word.position, "braces that stand for no word", "write each word")
        return found

    def _value(self, word: Word, state: State, *, bash: bool, split: bool) -> str | None:
        pieces: list[str] = []
        for index, part in enumerate(word.parts):
            match part:
                case Text(text, quoted):
                    if index == 0 and not quoted and text.startswith("~"):
                        text = self._home(word, text)
                    pieces.append(text)
                case AnsiText(decoded, raw):
                    pieces.append(decoded if bash else raw)
                case Param(name, quoted, exact):
                    value = self._variable(name, state) if exact else None
                    if value is None:
                        return None
                    if split and not quoted and _UNSPLIT.fullmatch(value) is None:
                        raise refuse(
                            word.position, f"`${name}` would be split or matched", "quote it"
                        )
                    pieces.append(value)
                case _:
                    return None
        return "".join(pieces)

    def _home(self, word: Word, text: str) -> str:
        if (text != "~" and not text.startswith("~/")) or (text == "~" and len(word.parts) > 1):
            raise refuse(word.position, "nobody can say whose home this is", "write the path")
        return self.world.home + text[1:]

    def _variable(self, name: str, state: State) -> str | None:
        if name in state.variables:
            return state.variables[name]
        if name == "HOME":
            return self.world.home
        if name == "PWD" and len(state.workdirs) == 1:
            return absolute(state.workdirs[0], self.world)
        return None


def absolute(workdir: str, world: World) -> str:
    """Return the absolute path of a directory as facts write it."""
    if workdir[:1] == "/" and workdir[1:2] != "/":
        return workdir
    return workdir_path(workdir, world)
