"""Command lines as text: what is typed, what comes back, and the exit status.

A file of `scripts/` is one session in one empty directory, top to bottom:

    # a comment; `== path` ... `==` writes a file
    $ holdfast ask fs.read path=.env
    deny   no-credentials  rules/repo.cedar:3     standard output, `...` matches anything
    ! hint: what is on standard error begins with `! `
    exit 3                                        absent when it is 0

`< file` after a command is its standard input, `NAME=value` before it its environment.
"""

from __future__ import annotations

import dataclasses
import doctest
import io
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from holdfast.proto.env import Env
from holdfast.runtime.cli import main
from holdfast.runtime.env import SystemDisk, system_env

SCRIPTS = Path(__file__).parent / "scripts"
_CHECKER = doctest.OutputChecker()


@dataclass(slots=True)
class Step:
    """One command and what must come of it."""

    line: int
    command: str
    out: list[str] = field(default_factory=list[str])
    err: list[str] = field(default_factory=list[str])
    status: int = 0


_PART = re.compile(
    r"^== (?P<path>.+)\n(?P<body>(?:.*\n)*?)==\n"
    r"|^\$ (?P<command>.+)\n(?P<wanted>(?:(?!\$ |== ).*\n)*)",
    re.MULTILINE,
)


def steps(script: str, folder: Path) -> Iterator[Step]:
    """Read a session; its files are written where they stand."""
    for part in _PART.finditer(script):
        if part["path"]:
            path = folder / part["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(part["body"], encoding="utf-8")
            continue
        step = Step(script.count("\n", 0, part.start()) + 1, part["command"])
        for line in part["wanted"].splitlines():
            take(step, line)
        yield step


def take(step: Step, line: str) -> None:
    if line.startswith("! "):
        step.err.append(line[2:])
    elif re.fullmatch(r"exit \d+", line):
        step.status = int(line[5:])
    elif line.strip() and not line.startswith("# "):
        step.out.append(line)


class Bytes(io.TextIOWrapper):
    """A stream that can be read back."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8", newline="")

    def text(self) -> str:
        self.flush()
        data = self.buffer
        assert isinstance(data, io.BytesIO)
        return data.getvalue().decode("utf-8")


class Disk(SystemDisk):
    """The machine's files; its programs are the same everywhere."""

    def program_names(self, folders: Sequence[str]) -> frozenset[str]:
        return frozenset({"cat", "git", "grep", "ls", "make", "rm", "sh", "wc"})


class Nameless:
    """A machine without a network."""

    def addresses(self, host: str) -> tuple[str, ...]:
        return ("10.0.0.7",) if host == "db.plant.internal" else ()


ENV: Env = dataclasses.replace(system_env(), disk=Disk(), resolver=Nameless())


def run(command: str, folder: Path) -> tuple[int, str, str]:
    words = shlex.split(command)
    environ = {"PATH": "/nowhere"}
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        environ[name] = value
    assert words.pop(0) == "holdfast"
    given = b""
    if "<" in words:
        at = words.index("<")
        given = (folder / words[at + 1]).read_bytes()
        del words[at : at + 2]
    stdin, out, err = Bytes(given), Bytes(), Bytes()
    status = main(words, env=ENV, streams=(stdin, out, err), environ=environ)
    return status, out.text(), err.text()


def same(wanted: list[str], got: str) -> bool:
    text = "".join(f"{line}\n" for line in wanted)
    lines = "".join(f"{line.rstrip()}\n" for line in got.splitlines() if line.strip())
    return _CHECKER.check_output(text, lines, doctest.ELLIPSIS)


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.txt")), ids=lambda path: path.stem)
def test_session(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for step in steps(path.read_text(encoding="utf-8"), tmp_path):
        status, out, err = run(step.command, tmp_path)
        told = f"{path.name}:{step.line}: $ {step.command}\n{out}--- stderr\n{err}--- exit {status}"
        assert same(step.out, out), told
        assert same(step.err, err), told
        assert status == step.status, told


def test_there_are_sessions() -> None:
    assert list(SCRIPTS.glob("*.txt"))
