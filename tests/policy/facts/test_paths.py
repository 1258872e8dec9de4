"""Paths: the strict grammar, entities, and operands in any spelling."""

from __future__ import annotations

import pytest

from holdfast.policy.cedar.values import Uid
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable, World
from holdfast.policy.facts.paths import (
    extension,
    outside_entity,
    parse_relative,
    path_entity,
    require_workspace,
    resolve_operand,
    workdir_path,
)
from holdfast.proto.limits import PATH_SEGMENTS

WORLD = World(
    workspaces={
        "main": "/work/tree",
        "docs": "/work/docs/",
        "inner": "/work/tree/inner",
        "alias": "/work/tree",
    },
    home="/home/agent",
)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "src/app.py",
        ".env",
        ".git/config",
        "a b/c d.txt",
        "~",
        "~root/x",
        "..a",
        "...a/b",
        "a..b",
        "é/日本.txt",
        "-rf",
        "%2e%2e%2fetc",
        "xy:z",
        "1:2",
        "a*b?[c]",
        "$HOME/x",
        "/".join("a" * PATH_SEGMENTS),
        "a" * 255,
        "é" * 127,
        "/".join(["x" * 200] * 20),
    ],
)
def test_accepted_as_it_is(text: str) -> None:
    assert parse_relative(text, field="path") is text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (7, "must be a string"),
        (None, "must be a string"),
        (".", "holds `.`"),
        ("..", "holds `..`"),
        ("../x", "holds `..`"),
        ("a/../b", "holds `..`"),
        ("a/./b", "holds `.`"),
        ("a/..", "holds `..`"),
        ("a//b", "empty segment"),
        ("a/", "empty segment"),
        ("/etc/passwd", "is absolute"),
        ("//docs/a", "is absolute"),
        ("a\\b", "backslash"),
        ("..\\x", "backslash"),
        ("C:", "drive"),
        ("c:/x", "drive"),
        ("C:x", "drive"),
        ("a\x00b", "control character"),
        ("a\nb", "control character"),
        ("a\x1bb", "control character"),
        ("a\u202eb", "invisible"),
        (".e\u200bnv", "invisible"),
        ("\ud800", "surrogate"),
        ("e\u0301", "NFC"),
        (".env.", "dot or a space"),
        (".env ", "dot or a space"),
        ("a/b /c", "dot or a space"),
        ("...", "dot or a space"),
        ("a" * 256, "256 bytes long"),
        ("é" * 128, "256 bytes long"),
        ("/".join(["x" * 250] * 17), "bytes long"),
        ("/".join("a" * (PATH_SEGMENTS + 1)), "too deep"),
        ("/".join(["é"] * (PATH_SEGMENTS + 1)), "too deep"),
    ],
)
def test_refused(text: object, message: str) -> None:
    with pytest.raises(InvalidIntent, match=message) as caught:
        parse_relative(text, field="path")
    assert caught.value.field == "path"
    assert caught.value.hint


def test_root_only_where_it_is_asked_for() -> None:
    assert parse_relative(".", field="path", root=True) == "."
    with pytest.raises(InvalidIntent):
        parse_relative("..", field="path", root=True)


def uids(*pairs: str) -> frozenset[Uid]:
    return frozenset(Uid(kind, ident) for kind, _, ident in (p.partition(" ") for p in pairs))


@pytest.mark.parametrize(
    ("path", "workspace", "ident", "ancestors"),
    [
        (
            "src/app.py",
            "main",
            "src/app.py",
            ("Dir src/app.py", "Dir src", "Dir .", "Workspace main"),
        ),
        ("a", "main", "a", ("Dir a", "Dir .", "Workspace main")),
        (".", "main", ".", ("Dir .", "Workspace main")),
        ("a.md", "docs", "//docs/a.md", ("Dir //docs/a.md", "Dir //docs", "Workspace docs")),
        (".", "docs", "//docs", ("Dir //docs", "Workspace docs")),
        (
            "x/y/z",
            "docs",
            "//docs/x/y/z",
            ("Dir //docs/x/y/z", "Dir //docs/x/y", "Dir //docs/x", "Dir //docs", "Workspace docs"),
        ),
    ],
)
def test_entity(path: str, workspace: str, ident: str, ancestors: tuple[str, ...]) -> None:
    entity = path_entity(path, workspace=workspace)
    assert entity.uid == Uid("Path", ident)
    assert entity.attrs["path"] == ident
    assert entity.ancestors == uids(*ancestors)


@pytest.mark.parametrize(
    ("path", "name", "ext", "depth", "hidden", "sensitive"),
    [
        ("src/app.py", "app.py", "py", 2, False, False),
        ("a.tar.gz", "a.tar.gz", "gz", 1, False, False),
        (".env", ".env", "", 1, True, True),
        (".env.local", ".env.local", "local", 1, True, True),
        (".git/HEAD", "HEAD", "", 2, True, False),
        ("a/.b/c.PY", "c.PY", "PY", 3, True, False),
        ("keys/a.pem", "a.pem", "pem", 2, False, True),
        (".ssh/notes.txt", "notes.txt", "txt", 2, True, True),
        ("home/.ssh", ".ssh", "", 2, True, True),
        (".", ".", "", 0, False, False),
    ],
)
def test_attributes(
    path: str, name: str, ext: str, depth: int, hidden: bool, sensitive: bool
) -> None:
    attrs = path_entity(path, size=7).attrs
    found = (attrs["name"], attrs["ext"], attrs["depth"], attrs["hidden"], attrs["sensitive"])
    assert found == (name, ext, depth, hidden, sensitive)
    assert attrs["size"] == (0 if path == "." else 7)


def test_extension_of_an_operand_that_ends_in_a_dot() -> None:
    assert extension("a.") == ""


def test_long_parents_are_judged_the_same() -> None:
    parent = "/".join(["d" * 100] * 4)
    assert Uid("Dir", parent) in path_entity(f"{parent}/x").ancestors


@pytest.mark.parametrize(
    ("path", "name", "depth", "hidden", "sensitive"),
    [
        ("/", "/", 0, False, False),
        ("/etc", "etc", 1, False, False),
        ("/etc/shadow", "shadow", 2, False, True),
        ("/home/a/.ssh/config", "config", 4, True, True),
        ("/a/.b", ".b", 2, True, False),
    ],
)
def test_outside(path: str, name: str, depth: int, hidden: bool, sensitive: bool) -> None:
    entity = outside_entity(path)
    assert entity.uid == Uid("Path", path)
    assert not entity.ancestors
    found = {key: entity.attrs[key] for key in ("name", "depth", "hidden", "sensitive")}
    assert found == {"name": name, "depth": depth, "hidden": hidden, "sensitive": sensitive}


@pytest.mark.parametrize(
    ("text", "workdir", "ident"),
    [
        ("src/../.env", ".", ".env"),
        ("x", "src", "src/x"),
        ("../x", "src", "x"),
        ("", "src", "src"),
        (".", ".", "."),
        ("..", ".", "/work"),
        ("../../..", ".", "/"),
        ("../../../../../etc/passwd", ".", "/etc/passwd"),
        ("/etc//passwd/", ".", "/etc/passwd"),
        ("//etc/passwd", ".", "/etc/passwd"),
        ("/work/tree/.git/hooks", "src", ".git/hooks"),
        ("../docs/a.md", ".", "//docs/a.md"),
        ("/work/docs", ".", "//docs"),
        ("/work/docsx", ".", "/work/docsx"),
        ("a", "//docs", "//docs/a"),
        ("../a", "//docs/sub", "//docs/a"),
        ("inner/a", ".", "//inner/a"),
        ("~", ".", "/home/agent"),
        ("~/.ssh/id_rsa", ".", "/home/agent/.ssh/id_rsa"),
        ("~/../../work/tree/x", ".", "x"),
        ("a\\b", ".", "a\\b"),
        ("a\nb", ".", "a\nb"),
        (".env.", ".", ".env."),
        ("a/./b//c/", ".", "a/b/c"),
        ("/proc/version", ".", "/proc/version"),
        ("/proc/self/environ", ".", "/proc/self/environ"),
        ("/dev/null", ".", "/dev/null"),
    ],
)
def test_operand(text: str, workdir: str, ident: str) -> None:
    entity = resolve_operand(text, workdir=workdir, world=WORLD)
    assert entity.uid.id == ident
    assert bool(entity.ancestors) == (not ident.startswith("/") or ident.startswith("//"))


def test_tilde_is_a_name_where_no_shell_reads_it() -> None:
    assert resolve_operand("~/x", workdir=".", world=WORLD, shell=False).uid.id == "~/x"
    assert resolve_operand("~root", workdir=".", world=WORLD, shell=False).uid.id == "~root"


@pytest.mark.parametrize("order", [("alias", "main"), ("main", "alias")])
def test_of_two_names_for_one_directory_the_main_one_wins(order: tuple[str, ...]) -> None:
    world = World(workspaces=dict.fromkeys(order, "/w"))
    assert resolve_operand("x", workdir=".", world=world).uid.id == "x"


def test_workspace_at_the_root_of_the_disk() -> None:
    world = World(workspaces={"main": "/"})
    assert resolve_operand("/etc", workdir=".", world=world).uid.id == "etc"
    assert resolve_operand("/", workdir=".", world=world).uid.id == "."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\x00b", "NUL"),
        ("\ud800", "surrogate"),
        ("e\u0301", "NFC"),
    ],
)
def test_operand_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidIntent, match=message) as caught:
        resolve_operand(text, workdir=".", world=WORLD, field="argv[3]")
    assert caught.value.field == "argv[3]"


@pytest.mark.parametrize(
    "text",
    [
        "~root/.ssh",
        "~+",
        "~-/x",
        "/proc/self/cwd/.env",
        "/proc/self/root/etc",
        "/proc/12/task/12/cwd/x",
        "/proc/self/fd/3",
        "/proc/self/cwd/../x",
        "/dev/fd/3",
        "/dev/fd/../cwd/.env",
        "x" * 5000,
        "/".join("a" * (PATH_SEGMENTS + 1)),
    ],
)
def test_operand_nobody_can_judge(text: str) -> None:
    with pytest.raises(Unjudgeable) as caught:
        resolve_operand(text, workdir=".", world=WORLD)
    assert caught.value.hint


def test_workspaces() -> None:
    assert require_workspace("docs", WORLD) == "docs"
    with pytest.raises(InvalidIntent, match="no workspace `doc`") as caught:
        require_workspace("doc", WORLD)
    assert caught.value.hint == "did you mean `docs`?"
    assert workdir_path("//docs/sub", WORLD) == "/work/docs//sub"
    with pytest.raises(InvalidIntent, match="no workspace") as unknown:
        resolve_operand("x", workdir="//nowhere", world=WORLD)
    assert unknown.value.field == "workdir"
