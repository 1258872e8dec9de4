"""Which program an argv's first word is."""

from __future__ import annotations

import pytest

from holdfast.policy.facts.model import InvalidIntent, Unjudgeable, World
from holdfast.policy.facts.programs import (
    ALIASES,
    TOOLSETS,
    VERSIONED,
    family,
    resolve_place,
    resolve_program,
)
from holdfast.proto.limits import PATH_BYTES

WORLD = World(
    {"main": "/w/main", "docs": "/w/docs"},
    programs=frozenset({"git", "python3.12", "busybox", "odd", "make", "gmake"}),
    home="/home/me",
)
EVERYTHING = World({"main": "/w/main"})

# asked, from, id, trusted, toolsets
RESOLVED: list[tuple[str, str, str, bool, set[str]]] = [
    ("git", ".", "git", True, {"vcs"}),
    ("/usr/bin/git", ".", "git", True, {"vcs"}),
    ("/usr/local/bin/git", "src", "git", True, {"vcs"}),
    ("python3.12", ".", "python3.12", True, {"interpreter"}),
    ("busybox", ".", "busybox", True, {"interpreter"}),
    ("gmake", ".", "gmake", True, {"build"}),
    ("odd", ".", "odd", True, set()),
    # a name that is not there: whatever a search path finds is somebody's own file
    ("curl", ".", "./curl", False, set()),
    ("curl", "src", "./src/curl", False, set()),
    ("/usr/bin/curl", ".", "/usr/bin/curl", False, set()),
    # a path is never a name
    ("./git", ".", "./git", False, set()),
    ("bin/git", "src", "./src/bin/git", False, set()),
    ("../x.sh", "src", "./x.sh", False, set()),
    ("/w/main/git", ".", "./git", False, set()),
    ("/w/docs/x", ".", "//docs/x", False, set()),
    ("../docs/x", ".", "//docs/x", False, set()),
    ("/opt/git", ".", "/opt/git", False, set()),
    ("./x", "/tmp", "/tmp/x", False, set()),
    ("~/x", ".", "./~/x", False, set()),
]


@pytest.mark.parametrize(("asked", "workdir", "ident", "trusted", "toolsets"), RESOLVED)
def test_resolved(asked: str, workdir: str, ident: str, trusted: bool, toolsets: set[str]) -> None:
    found = resolve_program(asked, workdir=workdir, world=WORLD)
    assert (found.uid.type, found.uid.id) == ("Program", ident)
    assert found.attrs == {"name": asked.rpartition("/")[2], "path": asked, "trusted": trusted}
    assert {uid.id for uid in found.ancestors} == toolsets
    assert {uid.type for uid in found.ancestors} <= {"Toolset"}


@pytest.mark.parametrize(
    "asked",
    [
        "", ".", "..", "a\\b", "a\nb", "a\x1bb", "x" * (PATH_BYTES + 1), "/", "x/", "./x/",
        "/usr/bin/../bin/rm", "/usr/./bin/rm", "//usr/bin/rm", "/usr/bin//rm", "/usr/bin/",
        "../../usr/bin/git", "a/" * PATH_BYTES + "b", "e\u0301", "/bin/e\u0301", "\ud800",
        "a\u200bb", "./a\u202eb",
    ],
)  # fmt: skip
@pytest.mark.parametrize("world", [WORLD, EVERYTHING])
def test_refused(asked: str, world: World) -> None:
    with pytest.raises((InvalidIntent, Unjudgeable)):
        resolve_program(asked, workdir=".", world=world)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("python3.12", "python"), ("python3.13t", "python"), ("python", "python"),
        ("node20", "node"), ("nodejs", "node"), ("nodejs18", "node"), ("gcc-13", "gcc"),
        ("clang++-15", "clang++"), ("pip3", "pip"), ("pypy3.10", "python"), ("vi", "vim"),
        ("sha256sum", "sha256sum"), ("b2sum", "b2sum"), ("git", "git"), ("git2", "git2"),
        ("7", "7"), ("cat", "cat"), ("mawk", "awk"),
    ],
)  # fmt: skip
def test_family(name: str, expected: str) -> None:
    assert family(name) == expected


def test_published_tables_name_families() -> None:
    for names in TOOLSETS.values():
        assert list(names) == sorted(set(names))
    assert set(TOOLSETS) == {"build", "vcs", "network", "interpreter"}
    for alias, name in ALIASES.items():
        assert alias != name
        assert name not in ALIASES
    assert set(VERSIONED) >= {"python", "node", "gcc"}


@pytest.mark.parametrize(
    ("text", "workdir", "expected"),
    [
        ("a/b.py", ".", "a/b.py"), ("a/../b", ".", "b"), ("a", "src", "src/a"),
        ("a", "/tmp", "/tmp/a"), ("/a", "/tmp", "/a"), ("../x", "/tmp/y", "/tmp/x"),
        ("a", "//docs", "//docs/a"), (".env", ".", ".env"), ("a/.git", ".", "a/.git"),
    ],
)  # fmt: skip
def test_place(text: str, workdir: str, expected: str) -> None:
    assert resolve_place(text, workdir=workdir, world=WORLD).uid.id == expected


def test_place_is_the_same_with_and_without_the_short_way() -> None:
    for text in ("a", "a/b", "src/app.py", "a-b/c_d.tar.gz", "UPPER/x.PEM", "credentials", "x.key"):
        short = resolve_place(text, workdir=".", world=EVERYTHING)
        assert short == resolve_place(text, workdir=".", world=WORLD)
        assert short == resolve_place(f"./{text}", workdir=".", world=EVERYTHING)


def test_home_is_read_from_a_directory_outside() -> None:
    assert resolve_place("~/x", workdir="/tmp", world=WORLD, home=True).uid.id == "/home/me/x"
    assert resolve_place("~/x", workdir="/tmp", world=WORLD).uid.id == "/tmp/~/x"
