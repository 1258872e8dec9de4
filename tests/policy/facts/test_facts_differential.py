"""The normalisers beside independent implementations: git, the standard library.

Rule of this file: ours may refuse more, never read anything else.
"""

from __future__ import annotations

import ipaddress
import os
import posixpath
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import pytest

from holdfast.policy.cedar.values import IpAddr, Uid
from holdfast.policy.facts.addresses import address_text, ip_class, parse_v6
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable, World
from holdfast.policy.facts.patches import Change, parse_patch
from holdfast.policy.facts.paths import resolve_operand
from holdfast.policy.facts.repos import parse_branch

WORLD = World(workspaces={"main": "/work/tree"})


class Git:
    """The program, in a repository of its own, untouched by anybody's settings."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.env = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def run(self, *words: str, given: str = "") -> str | None:
        done = subprocess.run(
            [self.program, *words],
            input=given.encode(),
            capture_output=True,
            cwd=self.folder,
            env=self.env,
            check=False,
        )
        return done.stdout.decode() if done.returncode == 0 else None


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Git:
    program = shutil.which("git")
    if program is None:
        pytest.skip("git is not on this machine")
    found = Git(program, tmp_path_factory.mktemp("repository"))
    assert found.run("init", "--quiet") is not None
    return found


_REF_PARTS = (
    "a", "b", "/", ".", "..", "-", "@", "@{", "~", "^", ":", "?", "*", "[", "\\", " ", ".lock",
    "HEAD", "refs", "heads", "é", "#", "+", "\x7f", "\t",
)  # fmt: skip


def test_every_branch_we_take_is_one_to_git(git: Git) -> None:
    chance = random.Random(1)
    taken = 0
    for _ in range(800):
        text = "".join(chance.choice(_REF_PARTS) for _ in range(chance.randint(1, 5)))
        try:
            parse_branch(text, field="branch")
        except InvalidIntent:
            continue
        taken += 1
        assert git.run("check-ref-format", "--branch", text) == f"{text}\n"
    assert taken > 50


def _names(changes: Sequence[Change]) -> list[str]:
    return sorted(str(change.after or change.before) for change in changes)


def _fates(changes: Sequence[Change]) -> list[str]:
    fates: list[str] = []
    for change in changes:
        if change.before is None:
            fates.append("create")
        elif change.after is None:
            fates.append("delete")
        elif change.before != change.after:
            fates.append("rename")
    return sorted(fates)


def _git_reads(git: Git, patch: str) -> tuple[list[str], list[str]] | None:
    counted = git.run("apply", "--numstat", "-z", "-", given=patch)
    summary = git.run("apply", "--summary", "-", given=patch)
    if counted is None or summary is None:
        return None
    names = [row.split("\t", 2)[2] for row in counted.split("\0") if row]
    first = [line.split()[0] for line in summary.splitlines()]
    return sorted(names), sorted(word for word in first if word in {"create", "delete", "rename"})


_HUNK = "@@ -1 +1 @@\n-b\n+c\n"
_PATCHES = (
    f"diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n{_HUNK}",
    f"--- a/y\n+++ b/y\n{_HUNK}",
    "diff --git a/n b/n\nnew file mode 100755\n--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+c\n+d\n",
    "diff --git a/d b/d\ndeleted file mode 100644\n--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-c\n",
    f"diff --git a/o b/p\nrename from o\nrename to p\n--- a/o\n+++ b/p\n{_HUNK}",
    "diff --git a/o1 b/p1\nsimilarity index 100%\nrename from o1\nrename to p1\n",
    "diff --git a/m b/m\nold mode 100644\nnew mode 100755\n",
    f'diff --git "a/\\303\\251" "b/\\303\\251"\n--- "a/\\303\\251"\n+++ "b/\\303\\251"\n{_HUNK}',
    f"diff --git a/s p b/s p\n--- a/s p\t\n+++ b/s p\t\n{_HUNK}",
    "diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n",
)
_LINES = (
    *sorted({line for patch in _PATCHES for line in patch.splitlines()}),
    "--- a/evil", "+++ b/evil", "-- a/x", "\\ No newline at end of file", "", "-x", "+x", " x",
    "rename from evil", "rename to evil", "diff --git a/evil b/evil", "diff --git a/x b/evil",
    "--- x", "+++ x", "copy from x", "Index: evil", "rename old evil", "new mode 120000",
)  # fmt: skip


def _broken_patches(count: int) -> Iterator[str]:
    chance = random.Random(2)
    for _ in range(count):
        lines = [
            line
            for patch in chance.sample(_PATCHES, chance.choice((1, 1, 2)))
            for line in patch.splitlines()
        ]
        for _ in range(chance.randint(0, 2)):
            at = chance.randrange(len(lines))
            lines[at : at + chance.randint(0, 1)] = chance.choice(([], [chance.choice(_LINES)]))
            lines = lines or [""]
        yield "\n".join(lines) + "\n"


def test_a_patch_means_to_us_what_it_means_to_git(git: Git) -> None:
    compared = 0
    for patch in _broken_patches(500):
        try:
            changes = parse_patch(patch, field="patch")
        except InvalidIntent:
            continue
        read = _git_reads(git, patch)
        # What git refuses will not be applied by it; what both take must be the same.
        if read is not None:
            compared += 1
            assert (_names(changes), _fates(changes)) == read, patch
    assert compared > 100


def _edited(chance: random.Random, lines: list[str]) -> list[str]:
    edited = list(lines)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(edited))
        edited[at : at + chance.randint(0, 2)] = chance.choice(([], ["new"], ["n1", "n2"]))
    return edited


def test_what_git_writes_is_taken(git: Git) -> None:
    chance = random.Random(3)
    names = ("a", "b/c", "d e", "é.txt", 'q"x', ".env")
    for name in names:
        (git.folder / name).parent.mkdir(exist_ok=True)
        (git.folder / name).write_text("".join(f"{n}\n" for n in range(20)), encoding="utf-8")
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    assert git.run("add", ".") is not None
    assert git.run(*identity, "commit", "--quiet", "--message", "x") is not None
    for turn in range(20):
        git.run("checkout", "--quiet", "--", ".")
        for name in names:
            lines = _edited(chance, [str(n) for n in range(20)])
            text = "\n".join(lines) + chance.choice(("\n", ""))
            (git.folder / name).write_text(text, encoding="utf-8")
        if turn % 4 == 0:
            (git.folder / "a").unlink()
        if turn % 5 == 0:
            (git.folder / "b/c").chmod(0o755)
        patch = git.run("diff", f"-U{turn % 4}")
        assert patch
        read = _git_reads(git, patch)
        changes = parse_patch(patch, field="patch")
        assert (_names(changes), _fates(changes)) == read


_SEGMENTS = ("a", "b", ".", "..", "/", "//", ".env", "work", "tree", "é", " ", "-", "...", "/work/")


def test_an_operand_is_where_posix_says() -> None:
    chance = random.Random(4)
    for _ in range(5000):
        text = "".join(chance.choice(_SEGMENTS) for _ in range(chance.randint(1, 8)))
        try:
            entity = resolve_operand(text, workdir=".", world=WORLD, shell=False)
        except (InvalidIntent, Unjudgeable):
            continue
        absolute = posixpath.normpath(posixpath.join("/work/tree", text))
        where = "/" + absolute.lstrip("/")
        inside = where == "/work/tree" or where.startswith("/work/tree/")
        expected = posixpath.relpath(where, "/work/tree") if inside else where
        assert entity.uid.id == expected, text
        above = {str(parent) for parent in PurePosixPath(expected).parents}
        dirs = {uid.id for uid in entity.ancestors if uid.type == "Dir"}
        assert dirs == ((above | {expected}) if inside else set()), text
        assert (Uid("Workspace", "main") in entity.ancestors) == inside


_V6_PIECES = ("0", "1", "f", "ffff", ":", ":", "::", ".", "10", "255", "1.2.3.4", "%", "g", "00001")


def test_addresses_are_those_of_the_standard_library() -> None:
    chance = random.Random(5)
    for _ in range(20_000):
        text = "".join(chance.choice(_V6_PIECES) for _ in range(chance.randint(1, 14)))
        try:
            theirs = None if "%" in text else int(ipaddress.IPv6Address(text))
        except ValueError:
            theirs = None
        ours = parse_v6(text)
        assert (None if ours is None else ours.address) == theirs, text


_LEADS = (0x2001, 0x2002, 0x0064, 0xFE80, 0xFC00, 0x2000, 0x3FFF, 0x2620, 0x0100, 0xFF02, 0)


@pytest.mark.parametrize(("version", "bits"), [(4, 32), (6, 128)])
def test_what_is_not_global_to_the_standard_library_is_not_public(version: int, bits: int) -> None:
    chance = random.Random(6)
    for _ in range(20_000):
        value = chance.getrandbits(bits) >> chance.choice((0, 0, 16, 80))
        if version == 6:
            value |= chance.choice(_LEADS) << 112
            value &= (1 << bits) - 1
        address = IpAddr(4 if version == 4 else 6, value, bits)
        theirs = ipaddress.IPv4Address(value) if version == 4 else ipaddress.IPv6Address(value)
        assert ipaddress.ip_address(address_text(address)) == theirs
        assert theirs.is_global or ip_class(address) != "public", theirs
