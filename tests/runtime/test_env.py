"""The real Env on this machine: what it reads, what it refuses, what a crash may leave."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from holdfast.proto.errors import HoldfastError
from holdfast.proto.limits import SOURCE_FILES
from holdfast.runtime import env as real
from holdfast.runtime.env import SystemDisk, only_root_writes, system_env
from holdfast.runtime.world import world_here

DISK = SystemDisk()
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX only")


def folder(tmp_path: Path, *names: str) -> str:
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return str(tmp_path)


# --- reading a folder ------------------------------------------------------------------------


def test_a_tree_is_read_in_order_with_forward_slashes(tmp_path: Path) -> None:
    where = folder(tmp_path, "rules/b.cedar", "holdfast.toml", "rules/a.cedar", "tests/t.toml")
    found = DISK.read_tree(where)
    assert list(found) == ["holdfast.toml", "rules/a.cedar", "rules/b.cedar", "tests/t.toml"]
    assert found["rules/a.cedar"] == b"rules/a.cedar"


def test_what_tools_leave_behind_is_left_out(tmp_path: Path) -> None:
    where = folder(tmp_path, ".git/config", "rules/a.cedar~", "__pycache__/x", "a.toml")
    assert list(DISK.read_tree(where)) == ["a.toml"]


@posix
@pytest.mark.parametrize("target", ["a.toml", "rules", "/etc", "missing"])
def test_a_link_refuses_the_whole_folder(tmp_path: Path, target: str) -> None:
    folder(tmp_path, "a.toml", "rules/a.cedar")
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(HoldfastError, match="`link` is a symbolic link"):
        DISK.read_tree(str(tmp_path))


@posix
def test_a_pipe_refuses_the_folder_and_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(HoldfastError, match="neither a file nor a folder"):
        DISK.read_tree(str(tmp_path))
    with pytest.raises(HoldfastError, match="not a regular file"):
        DISK.read(str(tmp_path / "pipe"), limit=10)


@posix
def test_a_name_that_is_not_utf8_is_refused_printably(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"a\xff.toml")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    with pytest.raises(HoldfastError, match=r"`a\\udcff\.toml` is not UTF-8"):
        DISK.read_tree(str(tmp_path))


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    where = folder(tmp_path, *(f"rules/{at}.cedar" for at in range(SOURCE_FILES)))
    assert len(DISK.read_tree(where)) == SOURCE_FILES
    folder(tmp_path, "rules/one-more.cedar")
    with pytest.raises(HoldfastError, match=f"more than {SOURCE_FILES} files"):
        DISK.read_tree(where)


def test_too_many_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = folder(tmp_path, "a.toml", "b.toml")
    monkeypatch.setattr(real, "SOURCE_BYTES", 11)
    with pytest.raises(HoldfastError, match="more than 11 bytes"):
        DISK.read_tree(where)
    monkeypatch.setattr(real, "SOURCE_FILE_BYTES", 5)
    with pytest.raises(HoldfastError, match="larger than 5 bytes"):
        DISK.read_tree(where)


@posix
def test_a_file_is_read_whole_and_not_through_a_link(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert DISK.read(str(path), limit=100) == b"x" * 100
    with pytest.raises(HoldfastError, match="larger than 99 bytes"):
        DISK.read(str(path), limit=99)
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(OSError, match="link"):
        DISK.read(str(tmp_path / "link"), limit=100)


# --- writing ---------------------------------------------------------------------------------


def test_a_new_file_gets_its_folders_and_never_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.toml"
    DISK.write_new(str(path), b"one")
    with pytest.raises(FileExistsError):
        DISK.write_new(str(path), b"two")
    assert path.read_bytes() == b"one"


@posix
def test_a_new_file_is_not_written_through_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert DISK.exists(str(tmp_path / "link"))
    with pytest.raises(FileExistsError):
        DISK.write_new(str(tmp_path / "link"), b"x")
    assert not (tmp_path / "elsewhere").exists()


@posix
def test_replace_keeps_the_permissions_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.cedar"
    path.write_bytes(b"old")
    path.chmod(0o640)
    DISK.replace(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.cedar"]


@posix
def test_replace_makes_a_new_file_as_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        DISK.replace(str(tmp_path / "new"), b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_a_replace_that_fails_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.cedar"
    path.write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        DISK.replace(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.cedar"]


# --- programs --------------------------------------------------------------------------------


@posix
def test_programs_count_only_in_folders_that_root_alone_writes(tmp_path: Path) -> None:
    tool = tmp_path / "git"
    tool.write_text("#!/bin/sh\n", encoding="utf-8")
    tool.chmod(0o755)
    assert DISK.program_names([str(tmp_path)]) == frozenset()


@posix
@pytest.mark.skipif(not only_root_writes("/usr/bin"), reason="/usr/bin is not root's alone")
def test_the_machines_own_programs_are_found() -> None:
    found = DISK.program_names(["/usr/bin", "/missing"])
    assert "env" in found
    assert "." not in found


@posix
def test_a_missing_folder_is_nobodys(tmp_path: Path) -> None:
    assert not only_root_writes(str(tmp_path / "missing"))


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_only_executables_that_root_alone_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    base = next((one for one in ("/opt", "/srv", "/usr/local") if only_root_writes(one)), None)
    if base is None:
        pytest.skip("no folder here is root's alone")
    with tempfile.TemporaryDirectory(dir=base) as name:
        place = Path(name)
        place.chmod(0o755)
        for tool, mode in (("good", 0o755), ("others", 0o777), ("data", 0o644)):
            (place / tool).write_text("", encoding="utf-8")
            (place / tool).chmod(mode)
        (place / "folder").mkdir(mode=0o755)
        (place / "linked").symlink_to(place / "good")
        (place / "dangling").symlink_to(place / "missing")
        assert DISK.program_names([name]) == {"good", "linked"}
        place.chmod(0o775)
        assert DISK.program_names([name]) == frozenset()


def test_the_world_says_where_the_workspace_is(tmp_path: Path) -> None:
    world = world_here(system_env(), str(tmp_path))
    assert world.workspaces == {"main": tmp_path.resolve().as_posix()}
    assert world.programs is not None
    assert all(folder.startswith("/") for folder in world.program_dirs)


def test_a_user_without_a_home_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert world_here(system_env(), str(tmp_path)).home == "/nonexistent"


# --- the rest --------------------------------------------------------------------------------


def test_clock_and_randomness_are_the_machines() -> None:
    env = system_env()
    first = env.clock.monotonic_ns()
    assert env.clock.now_ms() > 1_700_000_000_000
    assert env.clock.monotonic_ns() >= first
    assert abs(env.clock.utc_offset_minutes()) <= 14 * 60
    assert len(env.random.bytes(16)) == 16
    assert env.random.bytes(16) != env.random.bytes(16)


def test_addresses_are_each_once_and_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def answers(host: str, _port: object, **_: object) -> list[tuple[object, ...]]:
        assert host == "db.example"
        return [
            (2, 1, 6, "", ("10.0.0.7", 0)),
            (2, 1, 6, "", ("10.0.0.6", 0)),
            (2, 2, 17, "", ("10.0.0.7", 0)),
            (10, 1, 6, "", ("fe80::1%eth0", 0, 0, 2)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    assert system_env().resolver.addresses("db.example") == ("10.0.0.6", "10.0.0.7", "fe80::1")


@pytest.mark.parametrize("refusal", [OSError("no"), UnicodeError("label too long")])
def test_a_host_nobody_knows_has_no_address(
    monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    import socket

    def answers(*_: object, **__: object) -> None:
        raise refusal

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    assert system_env().resolver.addresses("nobody.example") == ()
