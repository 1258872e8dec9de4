"""What a program changes was judged: real programs, with options of their rows, in a scratch tree.

A seeded generator draws options from a program's own row, gives each that takes one a value, and
adds operands. Each argv that is not refused is run; every file that appeared, changed or went must
be written or removed by a touch, or lie below one. A row that takes a switch for an option with a
value, or the reverse, is found when another file than the judged one changes.

`HOLDFAST_ARGV_CASES` sets how many for each program; the seed is fixed, so a failure repeats.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from holdfast.policy.facts.argv import argv_touches
from holdfast.policy.facts.commands.spec import Arity, Command
from holdfast.policy.facts.commands.tables import lookup
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable, World

CASES = int(os.environ.get("HOLDFAST_ARGV_CASES", "12"))
PATIENCE = 5
PROGRAMS = [
    "cat", "cp", "mv", "rm", "rmdir", "ln", "install", "touch", "mkdir", "truncate", "tee", "sort",
    "uniq", "head", "tail", "cut", "paste", "join", "fold", "diff", "cmp", "grep", "sed", "gzip",
    "gunzip", "bzip2", "xz", "zstd", "split", "csplit", "patch", "zip", "unzip", "chmod", "shred",
    "base64", "md5sum", "od", "nl", "wc", "du", "ls", "stat", "comm", "expand", "unlink", "rsync",
    "jq", "column", "xxd", "strings", "file", "tree", "rg",
]  # fmt: skip
OPERANDS = ["a", "b", "src", "src/a.py", "new", "a.gz", "d", "z.zip", "src/keys/k"]
VALUES = ["a", "1", "b", "new2", ".x", "d", "2", "src/out"]
FILES = {"a": "x\ny\n", "b": "y\nx\n", "src/a.py": "1\n", "src/keys/k": "s\n", "a.gz": "no\n",
         "z.zip": "no\n", "d/f": "f\n"}  # fmt: skip


def argv(program: str, command: Command, chance: random.Random) -> list[str]:
    words = [program]
    names = [n for n, option in command.options.items() if n != "-#" and not option.refused]
    for name in chance.sample(names, min(len(names), chance.choice([0, 1, 1, 2, 3]))):
        option, value = command.options[name], chance.choice(VALUES)
        if option.arity is Arity.NONE or (option.arity is Arity.OPTIONAL and chance.random() < 0.5):
            words.append(name)
        elif option.arity is Arity.OPTIONAL or chance.random() < 0.5:
            words.append(f"{name}={value}" if name.startswith("--") else f"{name}{value}")
        else:
            words += [name, value]
    words += chance.sample(OPERANDS, chance.choice([1, 2, 2, 3]))
    return words


def tree(root: Path) -> dict[str, tuple[object, ...]]:
    return {
        str(path.relative_to(root)): (path.is_symlink() or path.read_bytes(), path.lstat().st_mode)
        for path in root.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def covered(path: str, touched: set[str]) -> bool:
    return path in touched or any(str(above) in touched for above in Path(path).parents)


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_what_changed_was_judged(program: str, tmp_path: Path) -> None:
    found, command = shutil.which(program), lookup(program)
    if found is None or command is None:
        pytest.skip(f"{program} is not here")
    chance = random.Random(program)
    root = tmp_path / "root"
    world = World({"main": str(root)}, home=str(tmp_path / "home"))
    for _ in range(CASES):
        words = argv(program, command, chance)
        try:
            touches = argv_touches(words, workdir=".", world=world)
        except (InvalidIntent, Unjudgeable):
            continue
        shutil.rmtree(root, ignore_errors=True)
        for name, text in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        before = tree(root)
        with contextlib.suppress(subprocess.TimeoutExpired):  # what it did so far counts
            subprocess.run(
                words, executable=found, cwd=root, stdin=subprocess.DEVNULL, check=False,
                capture_output=True, timeout=PATIENCE, env={"HOME": str(tmp_path / "home")},
            )  # fmt: skip
        after = tree(root)
        changed = {n for n in {*before, *after} if before.get(n) != after.get(n)}
        touched = {t.resource.uid.id for t in touches if t.action in {"fs.write", "fs.delete"}}
        assert all(covered(name, touched) for name in changed), (words, changed, touched)
