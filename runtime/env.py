"""The real `Env`: this machine's clock, randomness, disk, children and names.

Rules of this file:
1. Nothing here decides. It reads, writes and waits, within ceilings, and says what failed.
2. A file is read only if it is a regular file and not a link: a policy folder that reaches
   outside itself would let whoever can write the target write the policy.
3. A write that replaces is whole or absent after a crash: new file, fsync, rename, fsync.
4. What only POSIX has is imported where it is used, so that the tools for authors also run on
   Windows and macOS.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from holdfast.proto.env import Env, Finished
from holdfast.proto.errors import HoldfastError
from holdfast.proto.limits import (
    RESOLVE_SECONDS,
    SOURCE_BYTES,
    SOURCE_FILE_BYTES,
    SOURCE_FILES,
    WORKER_OUTPUT_BYTES,
)
from holdfast.proto.reasons import Code

_NOFOLLOW: Final[int] = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK: Final[int] = getattr(os, "O_NONBLOCK", 0)
_BINARY: Final[int] = getattr(os, "O_BINARY", 0)
_READ: Final = os.O_RDONLY | _NOFOLLOW | _NONBLOCK | _BINARY
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_CHUNK: Final = 1024 * 1024


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_ns(self) -> int:
        """Nanoseconds that never go back."""
        return time.monotonic_ns()

    def utc_offset_minutes(self) -> int:
        """How far local time is ahead of UTC, today."""
        return time.localtime().tm_gmtoff // 60


class SystemRandom:
    """The kernel's randomness."""

    def bytes(self, count: int) -> bytes:
        """Return `count` unpredictable bytes."""
        return secrets.token_bytes(count)


class NoNet:
    """No connections: nothing of this stage opens one."""


class _Found(NamedTuple):
    path: str
    relative: str
    is_folder: bool


class SystemDisk:
    """The machine's files."""

    def read_tree(self, folder: str) -> Mapping[str, bytes]:
        """Read every regular file beneath a folder, in order of name; hidden names are left out.

        A link, a device, too many files or too many bytes refuse the whole folder: a policy
        that is half there is not a policy.
        """
        files: dict[str, bytes] = {}
        total = 0
        for relative, path in _regular_files(folder):
            if len(files) == SOURCE_FILES:
                raise _refused(
                    f"`{folder}` holds more than {SOURCE_FILES} files",
                    "keep the policy in a folder of its own, beside what it is about",
                )
            data = self.read(path, limit=SOURCE_FILE_BYTES)
            total += len(data)
            if total > SOURCE_BYTES:
                raise _refused(
                    f"`{folder}` holds more than {SOURCE_BYTES} bytes", "split or shorten it"
                )
            files[relative] = data
        return files

    def read(self, path: str, *, limit: int) -> bytes:
        """Read one regular file of at most `limit` bytes."""
        # The kind of file is asked of the descriptor: what is opened is what is read.
        descriptor = os.open(path, _READ)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _refused(f"`{path}` is not a regular file", "replace it by a plain file")
            return _read_at_most(descriptor, path, limit)
        finally:
            os.close(descriptor)

    def write_new(self, path: str, data: bytes) -> None:
        """Create a file that must not exist, with its parent folders."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _BINARY, 0o666
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)

    def replace(self, path: str, data: bytes) -> None:
        """Write a file so that a crash leaves the old or the new one, never a mix."""
        target = Path(path)
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        except OSError as bad:
            # The caller knows the file by its own name, not by the one it is first written under.
            raise OSError(bad.errno, bad.strerror, path) from bad
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(_mode_of(target))
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    def exists(self, path: str) -> bool:
        """Tell whether anything is there, a broken link too."""
        return os.path.lexists(path)

    def program_names(self, folders: Sequence[str]) -> frozenset[str]:
        """Name the executables in those of the folders that only root can write to."""
        return frozenset(name for folder in folders for name in _programs_in(folder))


def _refused(message: str, hint: str) -> HoldfastError:
    return HoldfastError(Code.POLICY_INVALID, message, hint=hint)


def _regular_files(folder: str) -> Iterator[tuple[str, str]]:
    """Every file beneath a folder, as (name with forward slashes, path), in order."""
    waiting = [_Found(folder, "", is_folder=True)]
    while waiting:
        found = waiting.pop()
        if not found.is_folder:
            yield found.relative, found.path
            continue
        with os.scandir(found.path) as entries:
            inside = sorted(entries, key=lambda entry: entry.name, reverse=True)
        waiting += [_classified(entry, found.relative) for entry in inside if not _left_out(entry)]


def _left_out(entry: os.DirEntry[str]) -> bool:
    # Version control, editors and interpreters leave these beside every file; none is a policy's.
    return entry.name.startswith(".") or entry.name == "__pycache__" or entry.name.endswith("~")


def _classified(entry: os.DirEntry[str], above: str) -> _Found:
    relative = f"{above}/{entry.name}" if above else entry.name
    try:
        relative.encode("utf-8")
    except UnicodeEncodeError:
        raise _refused(
            f"the name `{ascii(relative)[1:-1]}` is not UTF-8", "rename the file"
        ) from None
    if entry.is_symlink():
        raise _refused(
            f"`{relative}` is a symbolic link",
            "put the file itself there: a link can be redirected",
        )
    if entry.is_dir(follow_symlinks=False):
        return _Found(entry.path, relative, is_folder=True)
    if entry.is_file(follow_symlinks=False):
        return _Found(entry.path, relative, is_folder=False)
    raise _refused(f"`{relative}` is neither a file nor a folder", "remove it")


def _read_at_most(descriptor: int, path: str, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit + 1
    while left > 0 and (part := os.read(descriptor, min(left, _CHUNK))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise _refused(f"`{path}` is larger than {limit} bytes", "split or shorten it")
    return b"".join(parts)


def _mode_of(target: Path) -> int:
    """Keep the permissions of what is replaced; a new file gets what the umask leaves."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # pragma: no cover - a folder cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def only_root_writes(path: str) -> bool:
    """Whether a path and everything above it belong to root and nobody else may write them."""
    place = Path(path).resolve()
    try:
        return all(_guarded(one.stat()) for one in (place, *place.parents))
    except OSError:
        return False


def _guarded(what: os.stat_result) -> bool:
    # The sticky bit (/tmp) lets others add names, so it is no excuse here.
    return what.st_uid == 0 and not what.st_mode & _OTHERS_WRITE


def _programs_in(folder: str) -> Iterator[str]:
    if os.name == "nt" or not only_root_writes(folder):
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                what = entry.stat()  # through links: what would run is their target
            except OSError:
                continue
            if stat.S_ISREG(what.st_mode) and what.st_mode & stat.S_IXOTH and _guarded(what):
                yield entry.name


class SystemSpawn:
    """Child processes."""

    def python(self, module: str, *, stdin: bytes, seconds: float, memory_bytes: int) -> Finished:
        """Run a module of ours in a fresh, isolated interpreter under its ceilings.

        Input and output are unlinked files, not pipes: nothing can deadlock, and the system's
        own file-size limit bounds what comes back. The child lowers its limits before it reads
        a byte of its input (`holdfast.runtime.confined`).
        """
        import subprocess  # noqa: PLC0415 - only what spawns pays for it

        command = [sys.executable, "-I", "-m", "holdfast.runtime.confined", module]
        ceilings = [str(memory_bytes), str(int(seconds) + 1), str(WORKER_OUTPUT_BYTES)]
        with (
            tempfile.TemporaryFile() as job,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            job.write(stdin)
            job.seek(0)
            child = subprocess.Popen(  # noqa: S603 - our interpreter, our module
                [*command, *ceilings], stdin=job, stdout=out, stderr=err, close_fds=True
            )
            timed_out = False
            try:
                child.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                timed_out = True
            finally:
                # Also on Ctrl-C: no child outlives the command that wanted its answer.
                child.kill()
                child.wait()
            out.seek(0)
            err.seek(0)
            return Finished(
                child.returncode, out.read(WORKER_OUTPUT_BYTES), err.read(_CHUNK), timed_out
            )


class SystemResolver:
    """The machine's resolver, with a deadline of its own."""

    def addresses(self, host: str) -> tuple[str, ...]:
        """Resolve a host name; empty when it has none or nobody answers in time."""
        import socket  # noqa: PLC0415
        import threading  # noqa: PLC0415

        found: list[str] = []

        def look_up() -> None:
            try:
                answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError):
                return
            found.extend(str(address[0]).partition("%")[0] for *_, address in answers)

        # getaddrinfo has no deadline and cannot be cancelled: a daemon thread is left behind.
        worker = threading.Thread(target=look_up, daemon=True)
        worker.start()
        worker.join(RESOLVE_SECONDS)
        return tuple(sorted(set(found)))


def system_env() -> Env:
    """Return the Env of this machine."""
    return Env(
        clock=SystemClock(),
        random=SystemRandom(),
        disk=SystemDisk(),
        net=NoNet(),
        spawn=SystemSpawn(),
        resolver=SystemResolver(),
    )
