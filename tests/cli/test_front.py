"""The front door: streams, colours, interruptions, and errors nobody expected."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast.policy.facts.kinds import KINDS, facts_of
from holdfast.policy.facts.mentions import UNKNOWN
from holdfast.policy.facts.model import InvalidIntent, World
from holdfast.proto.env import Env
from holdfast.proto.errors import HoldfastError
from holdfast.proto.exits import EXITS, Exit
from holdfast.proto.reasons import Code
from holdfast.runtime.cli import front, main
from holdfast.runtime.cli.grammar import Call
from holdfast.runtime.cli.page import command_page, main_page
from holdfast.runtime.cli.terminal import Style, Terminal, visible
from holdfast.runtime.cli.tree import COMMANDS, SECTIONS
from holdfast.runtime.data import TEMPLATES

Streams = tuple[io.StringIO, io.StringIO, io.StringIO]


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def streams(kind: type[io.StringIO] = io.StringIO) -> Streams:
    return io.StringIO(), kind(), kind()


def raising(problem: BaseException) -> Callable[[Call, Terminal, Env], int]:
    def run(_call: Call, _terminal: Terminal, _env: Env) -> int:
        raise problem

    return run


def with_command(
    monkeypatch: pytest.MonkeyPatch, run: Callable[[Call, Terminal, Env], int]
) -> None:
    def function(_command: object) -> Callable[[Call, Terminal, Env], int]:
        return run

    monkeypatch.setattr(front, "function_of", function)


# --- errors ----------------------------------------------------------------------------------


def test_what_nobody_expected_is_one_line_and_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    with_command(monkeypatch, raising(RuntimeError("x\x1b[2J")))
    stdin, out, err = streams()
    assert main(["up"], streams=(stdin, out, err), environ={}) == Exit.FAILED
    assert err.getvalue().startswith("holdfast: internal: RuntimeError: x\\u{1b}[2J\nhint: ")
    assert "Traceback" not in err.getvalue()
    assert out.getvalue() == ""


@pytest.mark.parametrize(("value", "shown"), [("1", True), ("0", False), ("", False)])
def test_the_stack_is_shown_to_who_asks(
    monkeypatch: pytest.MonkeyPatch, value: str, shown: bool
) -> None:
    with_command(monkeypatch, raising(RuntimeError("x")))
    stdin, out, err = streams()
    assert main(["up"], streams=(stdin, out, err), environ={"HOLDFAST_DEBUG": value}) == 1
    assert ("Traceback" in err.getvalue()) is shown


def test_a_failure_is_json_too_when_json_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with_command(monkeypatch, raising(HoldfastError(Code.POLICY_INVALID, "too long", hint="cut")))
    stdin, out, err = streams()
    assert main(["up", "--json"], streams=(stdin, out, err), environ={}) == Exit.FAILED
    expected = {"code": "policy_invalid", "message": "too long", "hint": "cut", "exit": 1}
    assert json.loads(out.getvalue()) == {"error": expected}
    assert err.getvalue() == "holdfast: too long\nhint: cut\n"


def test_json_after_the_dashes_is_an_operand() -> None:
    stdin, out, err = streams()
    words = ["policy", "check", "--", "--json"]
    assert main(words, streams=(stdin, out, err), environ={}) == Exit.USAGE
    assert out.getvalue() == ""
    assert "`--json` is not a folder" in err.getvalue()


def test_a_file_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with_command(monkeypatch, raising(PermissionError(13, "Permission denied", "a/b")))
    stdin, out, err = streams()
    assert main(["up"], streams=(stdin, out, err), environ={}) == Exit.FAILED
    assert err.getvalue().startswith("holdfast: `a/b`: permission denied\nhint: ")


def test_ctrl_c_is_quiet_and_130(monkeypatch: pytest.MonkeyPatch) -> None:
    with_command(monkeypatch, raising(KeyboardInterrupt()))
    stdin, out, err = streams()
    assert main(["up"], streams=(stdin, out, err), environ={}) == front.INTERRUPTED
    assert (out.getvalue(), err.getvalue()) == ("", "")


def test_a_full_disk_behind_the_output_is_not_success() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        stdin, _, err = streams()
        assert main(["--version"], streams=(stdin, full, err), environ={}) == Exit.FAILED
        assert "could not write the output: no space left" in err.getvalue()


def test_every_exit_code_is_in_the_help() -> None:
    page = main_page(lambda text, _style: text)
    for code, text in EXITS.items():
        assert f"{int(code)} {text}" in page


# --- what a terminal shows -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "environ", "coloured"),
    [
        (Tty, {}, True),
        (Tty, {"NO_COLOR": "1"}, False),
        (Tty, {"NO_COLOR": ""}, True),
        (Tty, {"TERM": "dumb"}, False),
        (io.StringIO, {}, False),
        (io.StringIO, {"TERM": "xterm-256color"}, False),
    ],
)
def test_colour_is_for_terminals(
    kind: type[io.StringIO], environ: dict[str, str], coloured: bool
) -> None:
    stdin, out, err = streams(kind)
    assert main(["up"], streams=(stdin, out, err), environ=environ) == Exit.OK
    assert ("\x1b[" in out.getvalue()) is coloured
    assert main(["pu"], streams=(stdin, out, err), environ=environ) == Exit.USAGE
    assert ("\x1b[" in err.getvalue()) is coloured


def test_progress_is_wiped_and_only_on_a_terminal() -> None:
    for kind, shown in ((Tty, True), (io.StringIO, False)):
        stdin, out, err = streams(kind)
        terminal = Terminal(stdin, out, err, {})
        with terminal.progress("checking demo"):
            assert ("checking demo ..." in err.getvalue()) is shown
        assert err.getvalue().endswith("\r\x1b[K") is shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("é日", "é日"),
        ("a\x1b[2Jb", "a\\u{1b}[2Jb"),
        ("a\u202eb", "a\\u{202e}b"),
        ("a\u200bb\nc", "a\\u{200b}b\\u{a}c"),
        ("\udcff", "\\u{dcff}"),
    ],
)
def test_nothing_printed_reprograms_the_terminal(text: str, shown: str) -> None:
    assert visible(text) == shown


# --- the tables ------------------------------------------------------------------------------


def test_every_command_is_in_one_section() -> None:
    listed = [name for _, names in SECTIONS for name in names]
    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_a_function(name: str) -> None:
    def plain(text: str, _style: Style) -> str:
        return text

    command = COMMANDS[name]
    page = command_page(command, plain)
    assert page.startswith(f"usage: {command.usage}")
    assert all(len(line) <= 100 for line in page.splitlines())
    for option in command.options:
        assert option.name in page
    assert callable(front.function_of(command))


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_help_tells_every_template(name: str) -> None:
    page = command_page(COMMANDS["policy init"], lambda text, _style: text)
    rows = dict(re.findall(r"^  ([a-z-]+)  +(\S.*)$", page, re.MULTILINE))
    assert rows[name] == TEMPLATES[name]


KINDS_TOLD = {
    kind: (set(required.split()), set(optional.split()))
    for kinds, required, optional in re.findall(
        r"^  ([a-z., ]+?)  +([a-z_ ]*)(?:\[([a-z_ ]+)\])?$", COMMANDS["ask"].more, re.MULTILINE
    )
    for kind in kinds.split(", ")
}


def test_the_help_of_ask_tells_every_kind() -> None:
    assert sorted(KINDS_TOLD) == sorted(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_help_of_ask_tells_every_parameter(kind: str) -> None:
    required, optional = KINDS_TOLD[kind]
    world = World(workspaces={"main": "/workspace"})
    with pytest.raises(InvalidIntent) as unknown:
        facts_of(kind, {"no_such_parameter": None}, UNKNOWN, world)
    assert unknown.value.hint == f"known: {', '.join(sorted(required | optional))}"
    for left_out in required:
        given = dict.fromkeys(required - {left_out})
        with pytest.raises(InvalidIntent, match=left_out) as missing:
            facts_of(kind, given, UNKNOWN, world)
        assert missing.value.message == "is missing"


@pytest.mark.parametrize(("said", "width"), [("80", 80), ("0", 60), ("999", 120), ("", 100)])
def test_lines_fit_the_terminal(said: str, width: int) -> None:
    assert Terminal(*streams(), {"COLUMNS": said}).width == width


# --- as a real process -----------------------------------------------------------------------


def real(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "holdfast", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_reader_that_left_is_no_stack_trace() -> None:
    with real("--help") as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        errors = child.stderr.read()
        assert child.wait(30) == Exit.FAILED
    assert errors == b""


def test_the_command_is_the_module() -> None:
    with real("--version") as child:
        out, err = child.communicate(timeout=30)
    assert child.returncode == 0
    assert out.startswith(b"holdfast ")
    assert err == b""


def test_output_survives_a_locale_without_its_characters(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", "policy", "check", "é"],
        capture_output=True,
        cwd=tmp_path,
        env=env,
        check=False,
    )
    assert done.returncode == Exit.USAGE
    assert b"holdfast: `\\xe9` is not a folder" in done.stderr


def test_help_does_not_import_the_engine() -> None:
    script = (
        "import sys\n"
        "from holdfast.runtime.cli import main\n"
        "main(['--help'])\n"
        "heavy = {'cedarpy', 'blake3', 'subprocess', 'holdfast.policy.loader'}\n"
        "sys.exit(1 if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0


NOBODY = """\
import os, sys
from holdfast.runtime.cli import main
# Once where all is well: what is loaded late may lie where only root can read.
assert main(["policy", "init", sys.argv[1]]) == 0
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.exit(main(["policy", "init", sys.argv[2]]))
"""


@pytest.mark.skipif(os.name == "nt", reason="folders there have other permissions")
def test_a_folder_nobody_may_write_is_said() -> None:
    # Not below `tmp_path`, which only its owner may enter.
    with tempfile.TemporaryDirectory(prefix="holdfast-test-") as name:
        base, locked = Path(name), Path(name, "locked")
        locked.mkdir()
        base.chmod(0o755)
        locked.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", NOBODY, str(base / "open"), str(locked)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == Exit.FAILED, done.stderr
    assert "permission denied" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_in_the_way_of_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("", encoding="utf-8")
    stdin, out, err = streams()
    status = main(["policy", "init", str(tmp_path)], streams=(stdin, out, err), environ={})
    assert status == Exit.CONFLICT
    assert "rules` exists" in err.getvalue()
    assert [path.name for path in tmp_path.iterdir()] == ["rules"]
