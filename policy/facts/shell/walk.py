"""From a parsed shell string to every command it would run.

Rules of this file:
1. Every branch is walked: what may run is judged as if it ran. What was run by one branch only
   (an assignment, a `cd`) is afterwards both known and not.
2. A word nobody knows refuses the string, except as quoted text for commands that only print.
3. A redirection is a file that is opened: judged whether or not its command is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from holdfast.policy.facts.commands.call import DEVICES, Ledger, Place
from holdfast.policy.facts.commands.environment import DECIDES_PROGRAM
from holdfast.policy.facts.commands.run import judge
from holdfast.policy.facts.model import Unjudgeable
from holdfast.policy.facts.programs import resolve_place
from holdfast.policy.facts.shell.builtins import (
    FOLLOWED,
    INERT,
    INERT_WITHOUT_OPTIONS,
    REFUSED,
    SET_OPTIONS,
)
from holdfast.policy.facts.shell.expand import MAGIC, Expander, State
from holdfast.policy.facts.shell.parser import parse_shell
from holdfast.policy.facts.shell.syntax import (
    Assignment,
    Case,
    Chain,
    Command,
    For,
    Group,
    If,
    Param,
    Pipeline,
    Redirect,
    Script,
    Simple,
    Substitution,
    Text,
    While,
    Word,
    refuse,
)

MAX_COMMANDS: Final = 2000
"""Simple commands that are judged for one string, loops counted as often as they are walked."""
MAX_WORKDIRS: Final = 4
"""Directories a command may be in, when a `cd` before it may have failed."""
MAX_ROUNDS: Final = 6
"""Times a loop is walked until nothing new is learnt."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NETWORK: Final = ("/dev/tcp/", "/dev/udp/")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./=!:@%+\-]*", re.ASCII)
_SEPARATE: Final = "put what follows into a command of its own"


def walk_script(ledger: Ledger, text: str, place: Place) -> None:
    """Judge a shell string that a program would run."""
    _Walk(ledger, place).string(text, State((place.workdir,), {}, frozenset()))


class _Walk:
    """One shell, while what it would run is followed."""

    def __init__(self, ledger: Ledger, place: Place) -> None:
        self._ledger = ledger
        self._env = tuple(place.env)
        self._expander = Expander(ledger.world)
        self._count = 0

    def string(self, text: str, state: State) -> None:
        self._ledger.deeper()
        self._script(parse_shell(text), state)
        self._ledger.depth -= 1

    # ---- lists ---------------------------------------------------------------------------------
    def _script(self, script: Script, state: State) -> None:
        for chain in script.chains:
            if chain.background:
                self._chain(chain, state.copy())
            else:
                self._chain(chain, state)

    def _chain(self, chain: Chain, state: State) -> None:
        """Follow `a && b || c`: what comes after `&&` knows that what is before it succeeded."""
        good, bad = self._pipeline(chain.first, state)
        for operator, pipeline in chain.rest:
            if operator == "&&":
                after, failed = self._pipeline(pipeline, good)
                failed.merge(bad)
                good, bad = after, failed
            else:
                after, failed = self._pipeline(pipeline, bad)
                after.merge(good)
                good, bad = after, failed
        good.merge(bad)
        _take(state, good)
        if len(state.workdirs) > MAX_WORKDIRS:
            raise Unjudgeable(
                "command", "nobody can say which directory it ends up in", "use `cd x && ...`"
            )

    def _pipeline(self, pipeline: Pipeline, before: State) -> tuple[State, State]:
        """Return what is known when it succeeds and when it fails."""
        if len(pipeline.commands) > 1:
            for command in pipeline.commands:
                self._command(command, before.copy())
            return before.copy(), before.copy()
        good, bad = self._command(pipeline.commands[0], before.copy())
        return (bad, good) if pipeline.negated else (good, bad)

    # ---- compounds -----------------------------------------------------------------------------
    def _command(self, command: Command, state: State) -> tuple[State, State]:
        match command:
            case Simple():
                return self._simple(command, state)
            case Group():
                self._redirects(command.redirects, state)
                self._script(command.body, state.copy() if command.subshell else state)
            case If():
                self._redirects(command.redirects, state)
                self._if(command, state)
            case While():
                self._redirects(command.redirects, state)
                self._while(command, state)
            case For():
                self._redirects(command.redirects, state)
                self._for(command, state)
            case Case():
                self._redirects(command.redirects, state)
                self._case(command, state)
        return state, state.copy()

    def _if(self, command: If, state: State) -> None:
        ends: list[State] = []
        for condition, body in command.branches:
            if condition is not None:
                self._script(condition, state)
            branch = state.copy()
            self._script(body, branch)
            ends.append(branch)
        for end in ends:
            state.merge(end)

    def _while(self, command: While, state: State) -> None:
        """Walk until nothing new is learnt: the first round may change what the second one does."""
        for _ in range(MAX_ROUNDS):
            round_ = state.copy()
            self._script(command.condition, round_)
            state_after = round_.copy()
            self._script(command.body, round_)
            state_after.merge(round_)
            state_after.merge(state)
            if state_after.same(state):
                return
            _take(state, state_after)
            _bounded(state)
        raise Unjudgeable("command", "a loop that is never the same twice", _SEPARATE)

    def _for(self, command: For, state: State) -> None:
        """Walk each value's round until nothing new is learnt, as any round may be the last."""
        _assignable(command.name, "a loop over it")
        state.exported |= {command.name}
        values = self._loop_values(command, state)
        for _ in range(MAX_ROUNDS):
            known = state.copy()
            for value in values:
                round_ = state.copy()
                round_.variables[command.name] = value
                self._script(command.body, round_)
                state.merge(round_)
                _bounded(state)
            if command.words is not None and len(values) == 1 or state.same(known):
                return
        raise Unjudgeable("command", "a loop that is never the same twice", _SEPARATE)

    def _loop_values(self, command: For, state: State) -> list[str | None]:
        """Return every value the variable may have, in one shell or the other."""
        values: list[str | None] = [] if command.words is not None else [None]
        for word in command.words or ():
            self._harvest(word, state)
            readings = [self._expander.arguments(word, state, bash=bash) for bash in (True, False)]
            for found in readings if readings[0] != readings[1] else readings[:1]:
                values.extend([None] if found is None else found)
        return values

    def _case(self, command: Case, state: State) -> None:
        self._harvest(command.word, state)
        ends: list[State] = []
        for patterns, body in command.branches:
            for pattern in patterns:
                self._harvest(pattern, state)
            branch = state.copy()
            self._script(body, branch)
            ends.append(branch)
        for end in ends:
            state.merge(end)

    # ---- words ---------------------------------------------------------------------------------
    def _harvest(self, word: Word, state: State) -> None:
        """Judge the commands inside a word; they run in a shell of their own."""
        for part in word.parts:
            if isinstance(part, Substitution):
                self._script(part.script, state.copy())

    def _redirects(self, redirects: Sequence[Redirect], state: State) -> str | None:
        """Judge what is opened; return what is piped in, when it is known."""
        piped: str | None = None
        for redirect in redirects:
            if redirect.here is not None:
                body = Word(tuple(redirect.here.parts), redirect.here.position)
                self._harvest(body, state)
                piped = self._expander.value(body, state)
                continue
            self._harvest(redirect.target, state)
            if redirect.operator == "<<<":
                value = self._expander.value(redirect.target, state)
                piped = None if value is None else f"{value}\n"
                continue
            piped = None
            self._redirect(redirect, state)
        return piped

    def _redirect(self, redirect: Redirect, state: State) -> None:
        operator, target = redirect.operator, redirect.target
        plain = target.plain or ""
        if operator in {">&", "<&"} and (plain == "-" or (len(plain) == 1 and plain.isdecimal())):
            return
        if operator == "<&" or (plain.isdecimal() and operator == ">&"):
            raise refuse(target.position, "a descriptor not every shell knows")
        actions = {"<": ("fs.read",), "<>": ("fs.read", "fs.write")}.get(operator, ("fs.write",))
        for bash in (True, False):
            found = self._expander.arguments(target, state, bash=bash)
            if found is None:
                raise refuse(target.position, "nobody can say which file is opened", "name it")
            for path in found:
                if path.startswith(_NETWORK):
                    raise refuse(target.position, "a connection opened by the shell", "use curl")
                if not path:
                    raise refuse(target.position, "a redirection to nothing", "name the file")
                if path in DEVICES:
                    continue
                for workdir in state.workdirs:
                    self._ledger.path(actions, path, workdir)

    # ---- simple commands -----------------------------------------------------------------------
    def _simple(self, command: Simple, state: State) -> tuple[State, State]:
        self._count += 1
        if self._count > MAX_COMMANDS:
            raise refuse(command.position, f"more than {MAX_COMMANDS} commands", _SEPARATE)
        for word in command.words:
            self._harvest(word, state)
        readings = [self._arguments(command, state, bash=bash) for bash in (True, False)]
        for assignment in command.assignments:
            self._harvest(assignment.value, state)
        piped = self._redirects(command.redirects, state)
        good, bad = state, state.copy()
        if not command.words:
            self._assign(command.assignments, good)
            bad = good.copy()
        for argv in readings if readings[0] != readings[1] else readings[:1]:
            if argv:
                good, bad = self._run(command, argv, good, bad, piped)
        return good, bad

    def _arguments(self, command: Simple, state: State, *, bash: bool) -> list[str | None]:
        """Return the words of a command; None for one that only a printing command may have."""
        found: list[str | None] = []
        for word in command.words:
            values = self._expander.arguments(word, state, bash=bash)
            if values is not None:
                found.extend(values)
            elif found and _may_be_unknown(found[0], word):
                found.append(None)
            else:
                raise refuse(
                    word.position, "nobody can say what this word becomes", "write its value"
                )
        return found

    def _assign(self, assignments: Sequence[Assignment], state: State) -> None:
        for name, value in assignments:
            _assignable(name, "assigning it")
            state.variables[name] = self._expander.value(value, state)
            # It may be in the environment already, and is then passed on with the new value.
            state.exported |= {name}

    def _run(
        self,
        command: Simple,
        argv: Sequence[str | None],
        state: State,
        failed: State,
        piped: str | None,
    ) -> tuple[State, State]:
        """Run one command: a builtin by its rule, anything else as a process."""
        name = argv[0] or ""
        position = command.words[0].position
        if name in REFUSED:
            raise refuse(position, f"`{name}`: {REFUSED[name]}")
        names = tuple(assignment.name for assignment in command.assignments)
        if name in INERT or name in FOLLOWED:
            if names:
                raise refuse(position, f"shells disagree on an assignment before `{name}`")
            if name in INERT_WITHOUT_OPTIONS and any((word or "").startswith("-") for word in argv):
                raise refuse(position, f"`{name}` with an option")
            if name in FOLLOWED:
                return _RULES[name](self, command, argv, state, piped)
            return state, failed
        if name in _PRINTING:
            _require_harmless(argv, position)
        words = [word for word in argv if word is not None]
        _require_no_builtin_behind(words, position)
        self._process(words, state, names, piped)
        return state, failed

    def _process(
        self, words: Sequence[str], state: State, names: Sequence[str], piped: str | None
    ) -> None:
        env = (*self._env, *sorted(state.exported), *names)
        for workdir in state.workdirs:
            judge(self._ledger, words, Place(workdir, shell=True, env=env, stdin=piped))

    # ---- builtins ------------------------------------------------------------------------------
    def _cd(
        self, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
    ) -> tuple[State, State]:
        del piped
        words = [word for word in argv[1:] if word != "--"]
        if len(words) > 1 or (words and (not words[0] or words[0].startswith("-"))):
            raise refuse(command.position, "where this `cd` leads is not followed", "name one")
        target = words[0] if words and words[0] else self._ledger.world.home
        failed = state.copy()
        reached: list[str] = []
        for workdir in state.workdirs:
            self._ledger.path(("fs.list",), target, workdir)
            where = resolve_place(target, workdir=workdir, world=self._ledger.world).uid.id
            if where not in reached:
                reached.append(where)
        state.workdirs = tuple(reached)
        return state, failed

    def _export(
        self, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
    ) -> tuple[State, State]:
        del piped
        for word in argv[1:]:
            name, assigned, value = (word or "").partition("=")
            if not _NAME.fullmatch(name):
                raise refuse(command.position, "what this exports is not followed")
            _assignable(name, "exporting it")
            state.exported |= {name}
            if assigned:
                state.variables[name] = value
        return state, state.copy()

    def _unset(
        self, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
    ) -> tuple[State, State]:
        del piped
        for word in argv[1:]:
            name = word or ""
            if not _NAME.fullmatch(name):
                raise refuse(command.position, "what this unsets is not followed")
            _assignable(name, "unsetting it")
            state.variables[name] = None
        return state, state.copy()

    def _set(
        self, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
    ) -> tuple[State, State]:
        del piped
        if any(word not in SET_OPTIONS for word in argv[1:]):
            raise refuse(command.position, "`set` with more than -e, -u, -x and pipefail")
        return state, state.copy()

    def _read(
        self, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
    ) -> tuple[State, State]:
        del piped
        for word in argv[1:]:
            name = word or "["
            if name in {"-r", "-s"}:
                continue
            if not _NAME.fullmatch(name):
                raise refuse(command.position, "`read` with more than -r and names")
            _assignable(name, "reading it")
            state.variables[name] = None
            state.exported |= {name}
        state.variables["REPLY"] = None
        return state, state.copy()

    def _eval(
        self, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
    ) -> tuple[State, State]:
        del command, piped
        self.string(" ".join(word or "" for word in argv[1:]), state)
        return state, state.copy()

    def _exec(
        self, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
    ) -> tuple[State, State]:
        words = [word or "" for word in argv[1:]]
        if words and words[0].startswith("-"):
            raise refuse(command.position, "`exec` with an option")
        if words:
            self._process(words, state, (), piped)
        return state, state.copy()

    def _hash(
        self, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
    ) -> tuple[State, State]:
        del piped
        if any((word or "-").startswith("-") for word in argv[1:]):
            raise refuse(command.position, "`hash` with an option decides what a name means")
        return state, state.copy()

    def _command_builtin(
        self, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
    ) -> tuple[State, State]:
        words = list(argv[1:])
        if words[:1] in (["-v"], ["-V"]) or not words:
            return state, state.copy()
        if (words[0] or "-").startswith("-"):
            raise refuse(command.position, "`command` with an option", "drop it")
        return self._run(command, words, state, state.copy(), piped)

    def _test(
        self, command: Simple, argv: Sequence[str | None], state: State, piped: str | None
    ) -> tuple[State, State]:
        """`[[` is judged as `test`: to a plain sh it is a program nobody has."""
        words = [word or "" for word in argv]
        plain = all(_PLAIN.fullmatch(word) for word in words[1:-1])
        numeric = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v", "-R"} & set(words)
        if words[-1] != "]]" or command.redirects or numeric or not plain:
            raise refuse(command.position, "`[[` with more than a plain test", "write `[ ... ]`")
        self._process(["test", *words[1:-1]], state, (), piped)
        return state, state.copy()


_Rule = Callable[[_Walk, Simple, Sequence[str | None], State, str | None], tuple[State, State]]
_RULES: Final[dict[str, _Rule]] = {
    "cd": _Walk._cd,  # noqa: SLF001 - the table belongs to the class
    "export": _Walk._export,  # noqa: SLF001
    "unset": _Walk._unset,  # noqa: SLF001
    "set": _Walk._set,  # noqa: SLF001
    "read": _Walk._read,  # noqa: SLF001
    "eval": _Walk._eval,  # noqa: SLF001
    "exec": _Walk._exec,  # noqa: SLF001
    "hash": _Walk._hash,  # noqa: SLF001
    "command": _Walk._command_builtin,  # noqa: SLF001
    "[[": _Walk._test,  # noqa: SLF001
}


def _take(state: State, known: State) -> None:
    state.workdirs = known.workdirs
    state.variables = known.variables
    state.exported = known.exported


def _bounded(state: State) -> None:
    if len(state.workdirs) > MAX_WORKDIRS:
        raise Unjudgeable("command", "nobody can say which directory a loop ends up in", _SEPARATE)


def _assignable(name: str, doing: str) -> None:
    if MAGIC.fullmatch(name) or name in DECIDES_PROGRAM:
        raise Unjudgeable(
            "command", f"`{name}` means something to shells: {doing} changes later words", _SEPARATE
        )


_PRINTING: Final = frozenset({"echo", "printf", "test", "["})
_PRINTING_OR_NOTHING: Final = _PRINTING | {":"}
_NUMBERS: Final = frozenset("?#$!")


def _may_be_unknown(name: str | None, word: Word) -> bool:
    """Whether a word whose value nobody knows is one quoted text of a command that prints."""
    return name == "exit" or (name in _PRINTING_OR_NOTHING and _quoted(word.parts))


def _quoted(parts: Sequence[object]) -> bool:
    """Whether none of the parts could become several words, or name files."""
    for part in parts:
        if isinstance(part, Param) and not part.quoted and part.name not in _NUMBERS:
            return False
        if isinstance(part, Param) and part.quoted and part.name == "@":
            return False
        if isinstance(part, Substitution) and not part.quoted:
            return False
    return True


def _require_harmless(argv: Sequence[str | None], position: int) -> None:
    """Refuse the forms in which even a printing command runs or assigns something."""
    name, first = argv[0], argv[1] if len(argv) > 1 else ""
    if name == "printf":
        # `-v NAME` and `%n` assign.
        if first is None or first.startswith("-") or re.search(r"%[^a-mo-zA-Z%]*n", first):
            raise refuse(position, "a format that assigns, or that nobody knows", "write it")
    elif name != "echo":
        _require_plain_test(argv, first, position)


def _require_plain_test(argv: Sequence[str | None], first: str | None, position: int) -> None:
    words = argv[1 : len(argv) - (argv[0] == "[" and argv[-1] == "]")]
    if None not in words:
        # `-v 'a[$(x)]'` runs x.
        if {"-v", "-R"} & set(words) and any("[" in (word or "") for word in words):
            raise refuse(position, "a test of an array's element")
        return
    plain = words.count(None) == 1 and all(_PLAIN.fullmatch(word) for word in words if word)
    emptiness = len(words) == 2 and first in {"-n", "-z"}  # noqa: PLR2004 - test -n WORD
    equality = len(words) == 3 and words[1] in {"=", "!="}  # noqa: PLR2004 - test WORD = WORD
    if not plain or not (emptiness or equality):
        raise refuse(position, "a test on a word nobody knows", "compare it with `=`")


_TRANSPARENT: Final = frozenset({"time", "!"})


def _require_no_builtin_behind(words: Sequence[str], position: int) -> None:
    """`time cd x` changes the directory in bash and nothing in sh."""
    if words[0] in _TRANSPARENT:
        for word in words[1:]:
            if word in REFUSED or word in FOLLOWED:
                raise refuse(position, f"`{word}` behind `{words[0]}`", _SEPARATE)
            if not word.startswith("-"):
                return
