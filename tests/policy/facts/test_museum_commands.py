"""Argvs that once did more than was judged, each with what must be among the touches.

Every row was found by running the program for real and comparing what it opened with what was
judged. A row whose second column is None must be refused.
"""

from __future__ import annotations

import shlex

import pytest

from holdfast.policy.facts.argv import argv_touches
from holdfast.policy.facts.commands.wrappers import ALL
from holdfast.policy.facts.files import fs_touches
from holdfast.policy.facts.mentions import Mentioned
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable, World
from holdfast.policy.facts.shell import shell_touches
from holdfast.proto.limits import REQUESTS_PER_INTENT

WORLD = World({"main": "/w/main", "docs": "/w/docs"}, home="/home/me")
INSIDE = World({"main": "/w", "docs": "/w/docs", "far": "/far"}, home="/home/me")

EXHIBITS: list[tuple[str, str | None]] = [
    # An option nobody knows made an operand a path that is only written.
    ("strings -T elf32 .env", "fs.read .env"),
    ("b2sum -l 128 .env", "fs.read .env"),
    ("rm --recurs src", "fs.delete src"),
    ("xz -C crc32 a", "fs.delete a"),
    # A file URL is decoded, may name a host, and is written when something is sent to it.
    ("curl file://localhost/w/main/.env", None),
    ("curl file:///w/main/.%65nv", None),
    ("curl FILE:///w/main/.env", "fs.read .env"),
    ("curl file:/w/main/.env", None),
    ("curl file:///w/main/{a,b}", None),
    ("curl -T a file:///w/main/q", "fs.write q"),
    ("curl --proto-default file localhost/w/main/.env", None),
    ("curl -F x=@a,.env https://example.com/", "fs.read .env"),
    ("git clone file://localhost/w/main q", None),
    # What is replaced is kept under another name.
    ("cp -b a b", "fs.write b~"),
    ("cp -S .pem a b", "fs.write b.pem"),
    ("cp --backup -t d a", "fs.write d/a~"),
    ("mv --suffix=.x a b", "fs.write b.x"),
    ("install -b a b", "fs.write b~"),
    ("ln -sb a b", "fs.write b~"),
    ("rsync -b a b", "fs.write b~"),
    ("rsync --suffix=.x a b", "fs.write b.x"),
    ("xz --list --compress a", "fs.write a.xz"),
    ("git apply --check --apply p", None),
    ("gzip -S .q a", "fs.write a.q"),
    ("gzip --suffix=.q a", "fs.write a.q"),
    ("patch -Y ../x a p", "fs.write /w/x"),
    ("zip -d a.zip x", "fs.read a.zip"),
    ("rsync -a --delete src/ d", "fs.delete d"),
    # Old options, and lists of names.
    ("uniq +1 a b", None),
    ("strings @list", None),
    ("tar -cf q.tar -T list", None),
    ("tar cfT q.tar list", None),
    ("tar --files-from=list -cf q.tar", None),
    ("xz --files=list", None),
    ("zstd --filelist list", None),
    ("csplit -b %d a 1", None),
    ("tar df t.tar", "fs.read ."),
    ("mktemp -t XXXX", "fs.write /tmp"),
    ("split a .git/hooks/p", "fs.write .git/hooks"),
    ("split --additional-suffix=.pem a", "fs.write xaa.pem"),
    ("csplit -f .git/p a 1", "fs.write .git/p00"),
    # git writes what it was not given the name of.
    ("git reset --hard", "fs.delete ."),
    ("git stash", "fs.delete ."),
    ("git stash push -m x", "fs.delete ."),
    ("git checkout -f other", "fs.delete ."),
    ("git checkout other", "fs.write ."),
    ("git switch other", "fs.write ."),
    ("git merge other", "fs.write ."),
    ("git merge --abort", "fs.write ."),
    ("git checkout -h", "process.exec git"),
    ("git pull --dry-run", "process.exec git"),
    ("git bisect replay list", "fs.read list"),
    ("git init", "fs.write .git/config"),
    ("git config --unset-all core.pager", "fs.write .git/config"),
    ("git config --add alias.x !sh", "fs.write .git/config"),
    ("git config --worktree a.b c", "fs.write .git/config.worktree"),
    ("git config --system a.b c", "fs.write /etc/gitconfig"),
    ("git config --global --add a.b c", "fs.write /home/me/.gitconfig"),
    # Programs that run other programs, or shells whose strings are not parsed.
    ("env - rm a", "fs.delete a"),
    ("busybox rm a", None),
    ("flock q rm a", None),
    ("script -c rm", None),
    ("chroot / rm a", None),
    ("zsh -c ls", None),
    ("ksh -c ls", None),
    ("fish -c ls", None),
]  # fmt: skip


def judged(command: str, world: World = WORLD, mentioned: tuple[str, ...] = ()) -> set[str]:
    touches = argv_touches(
        shlex.split(command), workdir=".", world=world, mentioned=Mentioned(mentioned)
    )
    return {f"{touch.action} {touch.resource.uid.id}" for touch in touches}


@pytest.mark.parametrize(("command", "expected"), EXHIBITS, ids=lambda v: str(v)[:60])
def test_exhibit(command: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(Unjudgeable):
            judged(command)
    else:
        assert expected in judged(command)


def test_what_hides_a_program_may_say_its_version() -> None:
    for spec in ALL:
        if spec.special == "hides":
            for name in spec.name.split():
                assert judged(f"{name} --version") == {f"process.exec {name}"}
                with pytest.raises(Unjudgeable):
                    judged(f"{name} ls")


# ---- what rules name below a directory ---------------------------------------------------------
BELOW = [
    ("rm -rf {}", "fs.delete"), ("rm -r --one-file-system {}", "fs.delete"),
    ("mv {} x", "fs.delete"), ("mv {} x", "fs.read"), ("cp -r {} x", "fs.read"),
    ("cp -a {}/. x", "fs.read"), ("grep -r x {}", "fs.read"), ("grep -d recurse x {}", "fs.read"),
    ("rg x {}", "fs.read"), ("rg -uu x {}", "fs.read"), ("tar c {}", "fs.read"),
    ("zip -r q {}", "fs.read"), ("gzip -r {}", "fs.delete"), ("diff -r {} d", "fs.read"),
    ("git add {}", "fs.read"), ("git diff {}", "fs.read"), ("git rm -r {}", "fs.delete"),
    ("git mv {} x", "fs.delete"), ("git restore {}", "fs.write"), ("git clean -f {}", "fs.delete"),
    ("git checkout -- {}", "fs.write"), ("git clone {}/ q", "fs.read"),
    ("chmod -R 600 {}", "fs.write"), ("chown -R me {}", "fs.write"),
    ("find {} -delete", "fs.delete"),
    ("find {} -name k", "fs.list"), ("find {} -exec cat {{}} +", "fs.read"), ("du {}", "fs.list"),
    ("ls -R {}", "fs.list"), ("tree {}", "fs.list"), ("rsync -a {} d", "fs.read"),
    ("rsync -a --delete d/ {}", "fs.delete"), ("tar xf t.tar -C {}", "fs.write"),
    ("unzip t.zip -d {}", "fs.write"), ("7z a q {}", "fs.delete"), ("cp --weird {} x", "fs.read"),
    ("docker run -v {}/.:/x img", "fs.write"), ("scp -r {} host:x", "fs.read"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "action"), BELOW)
@pytest.mark.parametrize("start", ["src", ".", "src/../src", "./src/"])
def test_what_rules_name_below_is_touched(form: str, action: str, start: str) -> None:
    assert f"{action} src/keys/k" in judged(form.format(start), mentioned=("src/keys/k",))


def test_a_shell_string_touches_it_too() -> None:
    touches = shell_touches(
        "cd src && rm -rf .", workdir=".", world=WORLD, mentioned=Mentioned(["src/keys"])
    )
    assert ("fs.delete", "src/keys") in {(t.action, t.resource.uid.id) for t in touches}


@pytest.mark.parametrize(
    ("command", "mentioned", "expected"),
    [
        ("rm -r ../docs", "//docs/a", "fs.delete //docs/a"),
        ("rm -r /w", "//docs/a", "fs.delete //docs/a"),
        ("rm -r /w", "src/a", "fs.delete src/a"),
        ("rm -r /", "//docs/a", "fs.delete //docs/a"),
        ("rm -r /", "/etc/x", "fs.delete /etc/x"),
        ("grep -r x /etc", "/etc/ssl/k", "fs.read /etc/ssl/k"),
        ("grep -r x .git", ".git/hooks", "fs.read .git/hooks"),
        ("git add .git", ".git/hooks", "fs.read .git/hooks"),
    ],
)
def test_workspaces_and_places_outside(command: str, mentioned: str, expected: str) -> None:
    assert expected in judged(command, mentioned=(mentioned,))


def test_a_workspace_inside_another_is_below_it() -> None:
    paths = ("//docs/a", "//docs", "//far/b", "//gone/c")
    assert {t for t in judged("rm -r docs/..", INSIDE, paths) if "//" in t} >= {
        "fs.delete //docs/a"
    }
    assert "fs.delete //docs/a" in judged("rm -r docs", INSIDE, paths)
    assert "fs.delete //far/b" not in judged("rm -r x", INSIDE, paths)
    nowhere = World({"docs": "/docs"})
    assert "fs.delete //docs/a" in judged("rm -r /", nowhere, paths)
    assert "fs.delete //far/b" in judged("rm -r /far", INSIDE, paths)


def test_what_git_never_lists_and_what_is_beside_is_not_touched() -> None:
    paths = (".git/hooks", "src2/a", "other", "../up", "a//b", "/", "", "a\0b", "//gone/x")
    assert judged("git add .", mentioned=paths) == {
        "process.exec git", "fs.read .", "fs.read src2/a", "fs.read other",
    }  # fmt: skip
    assert judged("rm -r src", mentioned=paths) == {"process.exec rm", "fs.delete src"}
    assert list(Mentioned(paths)) == [".git/hooks", "//gone/x", "other", "src2/a"]


def test_a_deleted_directory_takes_what_is_below_it() -> None:
    def deleted(*mentioned: str) -> list[str]:
        judged = fs_touches("fs.delete", {"path": "src"}, WORLD, Mentioned(mentioned))
        return [touch.resource.uid.id for touch in judged.touches]

    assert deleted("src/keys", "src2", "src") == ["src", "src/keys"]
    with pytest.raises(InvalidIntent):
        deleted(*(f"src/{n}" for n in range(REQUESTS_PER_INTENT)))


def test_more_than_can_be_judged_is_refused() -> None:
    with pytest.raises(InvalidIntent):
        judged("rm -r src", mentioned=tuple(f"src/{n}" for n in range(REQUESTS_PER_INTENT)))
