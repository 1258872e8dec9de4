"""What is judged is what would be executed: real shells run what was accepted, and are overheard.

A seeded generator writes shell strings and damages some of them. Every string that is accepted is
given to bash and to sh in a scratch directory, with a search path that holds nothing but programs
that note down their argv. Each argv that was noted, with its directory, must be among those that
were judged, and each file that appeared among those judged as written.

`HOLDFAST_SHELL_CASES` sets how many strings; the seed is fixed, so a failure repeats.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from holdfast.policy.facts.commands import run as run_module
from holdfast.policy.facts.commands.call import Ledger, Place
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable, World
from holdfast.policy.facts.shell import shell_touches, walk

CASES = int(os.environ.get("HOLDFAST_SHELL_CASES", "220"))
SEED = int(os.environ.get("HOLDFAST_SHELL_SEED", "1"))
PATIENCE = 3
SHELLS = ("bash", "sh")
PROGRAMS = {"ok": 0, "no": 1, "cat": 0, "cp": 0, "grep": 1, "time": 0, "[[": 0, "X": 0}
NOTE = """#!/bin/sh
printf '%s\\001' "${0##*/}" "$(pwd -P)" "$@" "$(printf '\\002')" >> "$HF_LOG"
exit CODE
"""


class Writer:
    """Writes shell strings."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def string(self) -> str:
        text = self.script(0)
        if self.random.random() < 0.35:
            text = self.damaged(text)
        return text

    def damaged(self, text: str) -> str:
        chars = list(text)
        for _ in range(self.random.randint(1, 2)):
            at = self.random.randrange(len(chars) + 1)
            if chars and self.random.random() < 0.4:
                del chars[min(at, len(chars) - 1)]
            else:
                chars.insert(at, self.random.choice("\\'\"`$(){};&|<> \n\t#!*?[]~=,:ax1-+^%"))
        return "".join(chars)

    def script(self, depth: int) -> str:
        joiners = ["; ", " && ", " || ", "\n", " & ", " | ", "\n\n", " ;", "&&\n"]
        parts = [self.command(depth)]
        parts.extend(
            self.random.choice(joiners) + self.command(depth)
            for _ in range(self.random.choice([0, 0, 1, 1, 2, 3]))
        )
        return "".join(parts)

    def command(self, depth: int) -> str:
        choice = self.random.random()
        if depth < 3 and choice < 0.3:
            return self.compound(depth + 1)
        if choice < 0.38:
            places = ["src", "src/deep", "..", ".", "absent", "~", '"src"']
            return f"cd {self.random.choice(places)}"
        if choice < 0.46:
            return f"{self.name()}={self.word()}"
        if choice < 0.5:
            return self.random.choice(
                ["set -eu", "export A", "unset A", "command -v ok", "read A", ":", "exit 3",
                 "eval 'ok a; no b'", "exec ok z", "command ok q", "! ok n", "export B=b c",
                 "time ok t", "[ a = b ]", "[[ -f a ]]", "true", "false", 'echo "$A" $?',
                 "eval ok '$A'", "trap 'ok x' EXIT", "alias ok=no", "f() { ok; }", ". ./x"]
            )  # fmt: skip
        return self.simple()

    def simple(self) -> str:
        pieces: list[str] = []
        if self.random.random() < 0.15:
            pieces.append(f"{self.name()}={self.word()}")
        pieces.append(self.random.choice(["ok", "no", "ok", "'ok'", "\\no", '"cp"', "cat"]))
        pieces.extend(self.word() for _ in range(self.random.choice([0, 1, 1, 2, 3])))
        if self.random.random() < 0.25:
            pieces.insert(self.random.randint(1, len(pieces)), self.redirect())
        text = self.random.choice([" ", " ", "  ", "\t", " \\\n "]).join(pieces)
        if self.random.random() < 0.08:
            text += self.heredoc()
        if self.random.random() < 0.05:
            text += " # note ' $(no)"
        return text

    def heredoc(self) -> str:
        word, end = self.random.choice([("EOF", "EOF"), ("'EOF'", "EOF"), ('"E.F"', "E.F")])
        body = self.random.choice(["text $A", "$(ok here)", "it's `ok h`", "a\nb \\$(no)", ""])
        return f" <<{word}\n{body}\n{end}\n"

    def redirect(self) -> str:
        return self.random.choice(
            [">f1", "> f2", ">>f3", "2>f4", "2>&1", "</dev/null", ">/dev/null", "<>f5", ">|f6",
             "&>f7", ">&2", "2>/dev/null", '>"f 8"', ">$A", "<<<x", "1>f9", "12>f10", ">&f11",
             "&>>f12", ">src/f13", "{fd}>f14", "> {f15,f16}"]
        )  # fmt: skip

    def name(self) -> str:
        return self.random.choice(["A", "B", "i", "PATH", "A"])

    def word(self) -> str:
        return "".join(self.piece() for _ in range(self.random.choice([1, 1, 1, 2])))

    def piece(self) -> str:
        return self.random.choice(
            ["a", "b-c", "src/a", "--x=1", "'q w'", '"d $A"', "\\ ", "$A", "${B}", '"$i"', "''",
             '""', "~", "~/x", "x=~", "{a,b}", "{a}", "p{,q}", "{}", "{1..3}", "$'a\\tb'", "$'q'",
             '"$(ok sub)"', "$(ok)", "`ok b`", '"`no c`"', "$((1+2))", '"$((4))"', "${A:-d}",
             '"${#A}"', "*.x", "a?", "[", "]", "!", "if", "done", "#c", "a#b", "$", "$?", "%1",
             '"a\\"b"', '"a\\x"', '"\\$A"', "'$A'", "é", ",", "@f", "-", "--", "^", "=", "+=",
             '"$@"', "$1", "in", "{", "}", "time", "A=b", '"$PWD"', "$HOME", "a\\\nb"]
        )  # fmt: skip

    def compound(self, depth: int) -> str:
        body = self.script(depth)
        other = self.script(depth)
        end = self.random.choice(["", "", "", " " + self.redirect()])
        forms = [
            f"({body})", f"( {body} )", f"{{ {body}; }}", f"{{\n{body}\n}}",
            f"if {self.command(depth)}; then {body}; else {other}; fi",
            f"if ok\nthen {body}\nfi", f"if no; then {body}; elif ok; then {other}; fi",
            f"while no; do {body}; done", f"until ok a; do {body}; done",
            f"for i in a b 'c d'; do {body}; done", f"for i in {self.word()}\ndo {body}\ndone",
            f"for i; do {body}; done",
            f"case {self.word()} in a) {body};; b|c) {other} ;; *) ok;; esac",
            f"case $A in\n(a*) {body};;\nesac", f'ok "$({body})"', f"ok $({body})",
            f"! {{ {body}; }}", f"if ok; then {body}\nfi && {other}", f"({body}) | ({other})",
        ]  # fmt: skip
        return self.random.choice(forms) + end


def require(shell: str) -> str:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not here")
    return path


def stubs(folder: Path) -> None:
    folder.mkdir()
    for name, code in PROGRAMS.items():
        path = folder / name
        path.write_text(NOTE.replace("CODE", str(code)))
        path.chmod(0o755)


def run(shell: str, text: str, scratch: Path, log: Path) -> tuple[set[tuple[str, ...]], set[str]]:
    """Run a string for real; return each argv with its directory, and every file that appeared."""
    root = scratch / "root"
    shutil.rmtree(root, ignore_errors=True)
    (root / "src" / "deep").mkdir(parents=True)
    log.write_bytes(b"")
    with subprocess.Popen(
        [shell, "-c", f"{text}\nwait"], cwd=root, stdin=subprocess.DEVNULL, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={"PATH": str(scratch / "bin"), "HOME": str(root / "home"), "HF_LOG": str(log)},
    ) as process:  # fmt: skip
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:  # a loop without end: what it did so far counts
            os.killpg(process.pid, signal.SIGKILL)
    noted: set[tuple[str, ...]] = set()
    for record in log.read_text(errors="replace").split("\x01\x02\x01"):
        if record:
            name, where, *words = record.split("\x01")
            inside = Path(where).is_relative_to(root)
            noted.add((os.path.relpath(where, root) if inside else where, name, *words))
    files = {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()}
    return noted, files


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, ...]]:
    """Every argv that is judged, with its directory."""
    seen: set[tuple[str, ...]] = set()
    judge = run_module.judge

    def overheard(ledger: Ledger, argv: list[str], place: Place) -> None:
        seen.add((place.workdir, *argv))
        if argv[0] == "time":  # bash's keyword runs what follows by itself
            seen.add((place.workdir, *(word for word in argv[1:] if word != "-p")))
        judge(ledger, argv, place)

    monkeypatch.setattr(walk, "judge", overheard)
    return seen


def accepted(text: str, world: World, judged: set[tuple[str, ...]]) -> set[str] | None:
    """Return the files that are judged as written, or None when the string is refused."""
    judged.clear()
    try:
        touches = shell_touches(text, workdir=".", world=world)
    except (Unjudgeable, InvalidIntent):
        return None
    return {touch.resource.uid.id for touch in touches if touch.action == "fs.write"}


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_everything_that_runs_was_judged(
    shell: str, tmp_path: Path, judged: set[tuple[str, ...]]
) -> None:
    path = require(shell)
    stubs(tmp_path / "bin")
    root = tmp_path / "root"
    world = World({"main": str(root)}, home=str(root / "home"))
    writer = Writer(SEED)
    ran = 0
    for case in range(CASES):
        text = writer.string()
        files = accepted(text, world, judged)
        if files is None:
            continue
        noted, appeared = run(path, text, tmp_path, tmp_path / f"log{case}")
        ran += bool(noted)
        unjudged = {n for n in noted if n not in judged and (n[0], "test", *n[2:-1]) not in judged}
        assert not unjudged, (case, text, unjudged, judged)
        assert appeared <= files, (case, text, appeared - files)
    assert ran > CASES // 10  # the generator writes strings that do run something


@pytest.mark.parametrize("shell", SHELLS)
def test_the_ear_hears(shell: str, tmp_path: Path, judged: set[tuple[str, ...]]) -> None:
    """The harness itself: what was not judged is noticed."""
    path = require(shell)
    stubs(tmp_path / "bin")
    noted, files = run(path, "ok 'a b' >f & cd src && no", tmp_path, tmp_path / "log")
    assert noted == {(".", "ok", "a b"), ("src", "no")}
    assert files == {"f"}
    assert not judged
