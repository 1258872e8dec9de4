"""From a parsed shell string to every command it would run.

Rules of this file:
1. Every branch is walked: what may run is judged as if it ran. What was run by one branch only
   (an assignment, a `cd`) is afterwards both known and not.
2. A word nobody knows refuses the string, except as quoted text for commands that only print.
3. A redirection is a file that is opened: judged whether or not its command is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never

from holdfast.policy.facts.commands.call import DEVICES, Ledger, Place
from holdfast.policy.facts.commands.run import judge
from holdfast.policy.facts.model import Unjudgeable
from holdfast.policy.facts.shell.builtins import (
    FOLLOWED,
    INERT,
    INERT_WITHOUT_OPTIONS,
    REFUSED,
)
from holdfast.policy.facts.shell.expand import Expander, State
from holdfast.policy.facts.shell.harmless import (
    PRINTING,
    may_be_unknown,
    require_harmless,
    require_no_builtin_behind,
)
from holdfast.policy.facts.shell.parser import parse_shell
from holdfast.policy.facts.shell.rules import RULES, require_assignable
from holdfast.policy.facts.shell.syntax import (
    Assignment,
    Case,
    Chain,
    Command,
    For,
    Group,
    If,
    Pipeline,
    Redirect,
    Script,
    Simple,
    Substitution,
    While,
    Word,
    refuse,
)
from holdfast.proto.limits import SHELL_COMMANDS, SHELL_ROUNDS

_NETWORK: Final = ("/dev/tcp/", "/dev/udp/")
_SEPARATE: Final = "put what follows into a command of its own"


def walk_script(ledger: Ledger, text: str, place: Place) -> None:
    """Judge a shell string that a program would run."""
    _Walk(ledger, place).string(text, State((place.workdir,), {}, frozenset()))


class _Walk:
    """One shell, while what it would run is followed."""

    def __init__(self, ledger: Ledger, place: Place) -> None:
        self.ledger = ledger
        self._env = tuple(place.env)
        self._expander = Expander(ledger.world)
        self._count = 0

    def string(self, text: str, state: State) -> None:
        """Follow a string, in the same shell."""
        self.ledger.deeper()
        self._script(parse_shell(text), state)
        self.ledger.depth -= 1

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

    def _pipeline(self, pipeline: Pipeline, before: State) -> tuple[State, State]:
        """Return what is known when it succeeds and when it fails."""
        first, *others = pipeline.commands
        good, bad = self._command(first, before.copy())
        if others:
            # Each runs in a shell of its own: what it assigns is gone with it.
            for command in others:
                self._command(command, before.copy())
            return before.copy(), before.copy()
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
            case _:
                assert_never(command)
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
        for _ in range(SHELL_ROUNDS):
            round_ = state.copy()
            self._script(command.condition, round_)
            state_after = round_.copy()
            self._script(command.body, round_)
            state_after.merge(round_)
            state_after.merge(state)
            if state_after.same(state):
                return
            _take(state, state_after)
        raise Unjudgeable("command", "a loop that is never the same twice", _SEPARATE)

    def _for(self, command: For, state: State) -> None:
        """Walk each value's round until nothing new is learnt, as any round may be the last."""
        require_assignable(command.name, "a loop over it")
        state.exported |= {command.name}
        values = self._loop_values(command, state)
        for _ in range(SHELL_ROUNDS):
            known = state.copy()
            for value in values:
                round_ = state.copy()
                round_.variables[command.name] = value
                self._script(command.body, round_)
                state.merge(round_)
            if (command.words is not None and len(values) == 1) or state.same(known):
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
                    self.ledger.path(actions, path, workdir)

    # ---- simple commands -----------------------------------------------------------------------
    def _simple(self, command: Simple, state: State) -> tuple[State, State]:
        self._count += 1
        if self._count > SHELL_COMMANDS:
            raise refuse(command.position, f"more than {SHELL_COMMANDS} commands", _SEPARATE)
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
                good, bad = self.run(command, argv, good, bad, piped)
        return good, bad

    def _arguments(self, command: Simple, state: State, *, bash: bool) -> list[str | None]:
        """Return the words of a command; None for one that only a printing command may have."""
        found: list[str | None] = []
        for word in command.words:
            values = self._expander.arguments(word, state, bash=bash)
            if values is not None:
                found.extend(values)
            elif found and may_be_unknown(found[0], word):
                found.append(None)
            else:
                raise refuse(
                    word.position, "nobody can say what this word becomes", "write its value"
                )
        return found

    def _assign(self, assignments: Sequence[Assignment], state: State) -> None:
        for name, value in assignments:
            require_assignable(name, "assigning it")
            state.variables[name] = self._expander.value(value, state)
            # It may be in the environment already, and is then passed on with the new value.
            state.exported |= {name}

    def run(
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
            if name in FOLLOWED:
                return RULES[name](self, command, argv, state, piped)
            if name in INERT_WITHOUT_OPTIONS and any((word or "")[:1] == "-" for word in argv):
                raise refuse(position, f"`{name}` with an option")
            return state, failed
        if name in PRINTING:
            require_harmless(argv, position)
        words = [word for word in argv if word is not None]
        require_no_builtin_behind(words, position)
        self.process(words, state, names, piped)
        return state, failed

    def process(
        self, words: Sequence[str], state: State, names: Sequence[str], piped: str | None
    ) -> None:
        """Judge a program, in every directory it may be run in."""
        env = (*self._env, *sorted(state.exported), *names)
        for workdir in state.workdirs:
            judge(self.ledger, words, Place(workdir, shell=True, env=env, stdin=piped))  # noqa: S604 - a fact, not a call


def _take(state: State, known: State) -> None:
    state.workdirs = known.workdirs
    state.variables = known.variables
    state.exported = known.exported
