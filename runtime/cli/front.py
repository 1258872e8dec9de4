"""The one place where a command line becomes a command, and an error an exit code.

Rules of this file:
1. A command returns its exit code or raises; everything raised ends here.
2. Only what the verb needs is imported: `--help` pays for tables, not for an engine.
3. What nobody expected is `internal`: one line, exit 1, and nothing was allowed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Final, TextIO

from holdfast.proto.env import Env
from holdfast.proto.errors import HoldfastError
from holdfast.proto.exits import Exit
from holdfast.runtime.cli.failure import Failure
from holdfast.runtime.cli.grammar import Call, Command, Usage, nearest, read_call
from holdfast.runtime.cli.terminal import Terminal
from holdfast.runtime.cli.tree import COMMANDS, GROUPS

INTERRUPTED: Final = 130
"""128 + SIGINT, the shells' convention."""
_PACKAGE: Final = "holdfast.runtime.cli"
Run = Callable[[Call, Terminal, Env], int]


def main(
    argv: Sequence[str] | None = None,
    *,
    env: Env | None = None,
    streams: tuple[TextIO, TextIO, TextIO] | None = None,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    stdin, stdout, stderr = streams or _own_streams()
    terminal = Terminal(stdin, stdout, stderr, os.environ if environ is None else environ)
    try:
        status = _guarded(words, terminal, env)
        terminal.flush()
    except BrokenPipeError:
        terminal.abandon()
        return int(Exit.FAILED)
    except OSError as bad:
        # The disk behind `> file` is full, or the terminal is gone: it must not look like success.
        terminal.abandon()
        _last_words(stderr, f"holdfast: could not write the output: {_reason(bad)}\n")
        return int(Exit.FAILED)
    except KeyboardInterrupt:
        terminal.abandon()
        return INTERRUPTED
    return status


def _own_streams() -> tuple[TextIO, TextIO, TextIO]:
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character must not turn an answer into a crash.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    return sys.stdin, sys.stdout, sys.stderr


def _last_words(stderr: TextIO, text: str) -> None:
    try:
        stderr.write(text)
        stderr.flush()
    except OSError:
        return


def _guarded(words: Sequence[str], terminal: Terminal, env: Env | None) -> int:
    """Run the command; every error becomes its lines and its exit code."""
    terminal.json_wanted = "--json" in _before_rest(words)
    try:
        return _dispatch(words, terminal, env)
    except Usage as bad:
        return _failed(terminal, Exit.USAGE, "usage", bad.what, bad.hint)
    except Failure as bad:
        return _failed(terminal, bad.exit_code, bad.exit_code.name.lower(), bad.what, bad.hint)
    except HoldfastError as bad:
        return _failed(terminal, Exit.FAILED, bad.code.value, bad.message, bad.hint)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except OSError as bad:
        if bad.filename is None:
            raise
        what = f"`{bad.filename}`: {_reason(bad)}"
        return _failed(terminal, Exit.FAILED, "failed", what, "check the path and its permissions")
    except Exception as bad:  # noqa: BLE001 - rule 3: the last line of defence
        return _internal(terminal, bad)


def _before_rest(words: Sequence[str]) -> Sequence[str]:
    return words[: words.index("--")] if "--" in words else words


def _reason(bad: OSError) -> str:
    return (bad.strerror or str(bad)).lower()


def _failed(terminal: Terminal, exit_code: Exit, code: str, what: str, hint: str) -> int:
    if terminal.json_wanted:
        error = {"code": code, "message": what, "hint": hint, "exit": int(exit_code)}
        terminal.data({"error": error})
    terminal.fail(what, hint)
    return int(exit_code)


def _internal(terminal: Terminal, bad: Exception) -> int:
    if terminal.debug:
        import traceback

        terminal.note("".join(traceback.format_exception(bad)).rstrip())
    what = f"internal: {type(bad).__name__}: {bad}"
    hint = "this is a defect of holdfast, please report it; HOLDFAST_DEBUG=1 shows where"
    return _failed(terminal, Exit.FAILED, "internal", what, hint)


def _dispatch(words: Sequence[str], terminal: Terminal, env: Env | None) -> int:
    name, rest = _command_name(words)
    command = COMMANDS.get(name)
    if command is None:
        return _no_command(words, terminal)
    call = read_call(command, rest)
    if call.has("--help"):
        from holdfast.runtime.cli.page import command_page

        terminal.json_wanted = False
        terminal.say(command_page(command, terminal.paint))
        return int(Exit.OK)
    if env is None:
        from holdfast.runtime.env import system_env

        env = system_env()
    return function_of(command)(call, terminal, env)


def function_of(command: Command) -> Run:
    """Load the function behind a command."""
    module, _, function = command.run.partition(":")
    run: Run = getattr(import_module(f"{_PACKAGE}.{module}"), function)
    return run


def _command_name(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Split the command's one or two words off."""
    if words and words[0] in GROUPS and len(words) > 1:
        return " ".join(words[:2]), words[2:]
    return (words[0], words[1:]) if words else ("", ())


def _no_command(words: Sequence[str], terminal: Terminal) -> int:
    """Answer what is not a command: help, version, a lone group, a mistake."""
    from holdfast.runtime.cli.page import group_page, main_page

    first = words[0] if words else ""
    group = first if first in GROUPS else None
    second = words[1] if group is not None and len(words) > 1 else ""
    if first == "--version":
        return _version(terminal)
    if first in {"--help", "-h"} or second in {"--help", "-h"}:
        terminal.json_wanted = False
        terminal.say(group_page(group, terminal.paint) if group else main_page(terminal.paint))
        return int(Exit.OK)
    if group is not None and not second:
        raise Usage(f"`{group}` needs a verb: {_verbs(group)}", f"`holdfast {group} --help`")
    if not words or first == "--json":
        raise Usage("no command is given", "`holdfast --help` lists them all")
    raise _unknown(first, second, group)


def _version(terminal: Terminal) -> int:
    from holdfast import __version__

    if terminal.json_wanted:
        terminal.data({"version": __version__})
    terminal.say(f"holdfast {__version__}")
    return int(Exit.OK)


def _verbs(group: str) -> str:
    return ", ".join(name.split()[1] for name in COMMANDS if name.startswith(f"{group} "))


def _unknown(first: str, second: str, group: str | None) -> Usage:
    if group is not None:
        near = nearest(second, [name.split()[1] for name in COMMANDS if " " in name])
        hint = f"did you mean `holdfast {group} {near}`?" if near else f"one of {_verbs(group)}"
        return Usage(f"`{group}` has no verb `{second}`", hint)
    if first.startswith("-"):
        return Usage(f"no option `{first}` before a command", "`holdfast --help`")
    near = nearest(first, [*(name.split()[0] for name in COMMANDS), *GROUPS])
    lone = [name for name in COMMANDS if name.split()[-1] == first]
    hint = f"did you mean `holdfast {lone[0] if lone else near}`?" if lone or near else ""
    return Usage(f"no command `{first}`", hint or "`holdfast --help` lists them all")
