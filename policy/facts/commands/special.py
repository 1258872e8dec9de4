"""What a row cannot say: programs whose arguments have a form of their own.

Rules of this file:
1. A function here either reads the whole argv (`REPLACING`) or adds to what the row said
   (`FINISHING`). It never takes a touch away.
2. Where a program names files by itself (an archive's members, a suffix, a directory it fills),
   the directory is written, with everything known to lie below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from holdfast.policy.facts.commands.judge import Call
from holdfast.policy.facts.commands.options import Reading
from holdfast.policy.facts.commands.roles import directories_above as _up
from holdfast.policy.facts.commands.spec import Command
from holdfast.policy.facts.model import Unjudgeable
from holdfast.policy.facts.names import quote

_COMPRESSED: Final = (".gz", ".bz2", ".xz", ".zst", ".lz4", ".tgz", ".tbz2", ".txz")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=", re.ASCII)


def _pager(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """`less +!cmd file` runs a command."""
    if any(word.startswith("+") for word in reading.operands):
        call.code = True


def _grep(call: Call, command: Command, reading: Reading) -> None:
    """Without files, a recursive grep reads the working directory."""
    patterns = 0 if reading.has(*command.head_unless) else 1
    if call.deep and len(reading.operands) <= patterns:
        call.effect("read", ".")


def _sed(call: Call, command: Command, reading: Reading) -> None:
    suffix = reading.value_of("-i", "--in-place")
    if suffix:
        if "/" in suffix or "*" in suffix:
            raise Unjudgeable("argv", f"backup suffix {quote(suffix)} names other files", "drop it")
        scripts = 0 if reading.has(*command.head_unless) else 1
        for word in reading.operands[scripts:]:
            call.effect("write", word + suffix)


def _patch(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """The files that change are named in the patch: anything below the directory."""
    looks = ("--stat", "--numstat", "--summary", "--check", "--dry-run", "--stdout")
    if not reading.has(*looks):
        call.deep = True
        call.effect("write", ".")


def _mktemp(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    if not reading.operands or reading.has("-t"):
        call.effect("write", "/tmp")  # noqa: S108 - where mktemp puts it
    for word in reading.operands:
        call.effect("write", word.rpartition("/")[0] or ".")


def _ln(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """A symbolic link's target is relative to the link, and opens by the link's name later."""
    operands = reading.operands
    if len(operands) == 1:
        call.effect("write", operands[0].rstrip("/").rpartition("/")[2] or ".")
    places = [value for _, role, value in reading.values if role == "into"] or operands[-1:]
    for place in places:
        for target in operands:
            if target.startswith("/") or target is place:
                continue
            call.effect("link", f"{place}/../{target}")
            call.effect("link", f"{place}/{target}")


def _compress(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    # Of `--list --compress` the last one counts: no mode is taken for one that only looks.
    given = [value for name, _, value in reading.values if name in {"-S", "--suffix"}]
    suffixes = [*_COMPRESSED, *given, *(f".{value}" for value in given)]
    for word in reading.operands:
        for suffix in suffixes:
            if word.endswith(suffix):
                call.effect("write", word.removesuffix(suffix))
        for suffix in (*given, _default_suffix(call.argv[0].rpartition("/")[2])):
            call.effect("write", word + suffix)


def _default_suffix(name: str) -> str:
    for start, suffix in (("bz", ".bz2"), ("xz", ".xz"), ("zst", ".zst"), ("lz4", ".lz4")):
        if name.startswith(start):
            return suffix
    return ".gz"


def _zip(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    for archive in reading.operands[:1]:
        call.effect("update", f"{archive}.zip")


def _unzip(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    for archive in reading.operands[:1]:
        call.effect("read", f"{archive}.zip")
    if not reading.has("-l", "-t", "-p", "-c", "-v"):
        call.deep = True
        call.effect("write", reading.value_of("-d") or ".")


def _clone(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    if len(reading.operands) == 1:
        name = re.split(r"[/:]", reading.operands[0].rstrip("/"))[-1].removesuffix(".git")
        call.effect("write", name or ".")


def _remote(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    if reading.operands and reading.operands[0] not in {"show", "get-url"}:
        call.effect("write", ".git/config")
        call.code = call.code or any("::" in word for word in reading.operands)


def _bisect(call: Call, command: Command, reading: Reading) -> None:
    for word in reading.operands[1:]:
        call.effect("rev", word)
    _worktree(call, command, reading)
    if reading.operands[:1] == ["run"]:
        call.code = True
        call.nest(reading.operands[1:])


def _gitconfig(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """Setting a value is writing a file that decides what git runs."""
    looks = ("--get", "--get-all", "--get-regexp", "--list", "-l")
    looking = reading.has(*looks) or reading.operands[:1] in (["list"], ["get"])
    if not reading.unknown and (looking or len(reading.operands) == 1):
        return
    call.code = True
    if reading.has("--global"):
        call.effect("write", f"{call.ledger.world.home}/.gitconfig")
    elif reading.has("--system"):
        call.effect("write", "/etc/gitconfig")
    else:
        for directory in _up(call.workdir):
            call.ledger.path(("fs.write",), ".git/config", directory)
            if reading.has("--worktree"):
                call.ledger.path(("fs.write",), ".git/config.worktree", directory)


def _curl(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    _urls(call, reading)
    if reading.has("-O", "--remote-name"):
        call.deep = True
        for url in reading.operands:
            call.effect("write", url.partition("?")[0].rpartition("/")[2] or ".")
    cookies = reading.value_of("-b", "--cookie")
    if cookies and "=" in cookies:
        call.effects.remove(("read", cookies))  # cookie text, not a file of them
    written = reading.value_of("-w", "--write-out")
    if written and "%output{" in written:
        raise Unjudgeable("argv", "`%output{` in a format writes files", "use `-o`")


def _urls(call: Call, reading: Reading) -> None:
    """Give every URL the request's method and header names."""
    sends = ("-d", "--data", "--data-ascii", "--data-binary", "--data-raw", "--data-urlencode",
             "--json", "-F", "--form", "--form-string", "--post-data", "--post-file")  # fmt: skip
    method = "GET"
    if reading.has(*sends):
        method = "POST"
    elif reading.has("-T", "--upload-file"):
        method = "PUT"
    elif reading.has("-I", "--head", "--spider"):
        method = "HEAD"
    method = reading.value_of("-X", "--request", "--method") or method
    headers = frozenset(
        value.partition(":")[0].strip().lower()
        for _, role, value in reading.values
        if role == "header" and value[:1] != "@"
    )
    call.method = method
    call.headers = headers


def _wget(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    _urls(call, reading)
    if reading.has("-O", "--output-document", "--spider"):
        return
    directory = reading.value_of("-P", "--directory-prefix") or "."
    call.effect("write", directory)
    for url in reading.operands:
        name = url.partition("://")[2].partition("/")[2].rpartition("/")[2] or "index.html"
        call.effect("write", f"{directory}/{name}")


def _ssh(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    if len(reading.operands) > 1:
        call.code = True  # on another machine, but it is code


def _formatter(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """Formatters write what they read unless they only check."""
    if not reading.has("--check", "--diff", "--check-only"):
        for word in reading.operands or ["."]:
            call.effect("write", word)


def _worktree(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """These write tracked files of their own choice: whoever may not write may not ask for it."""
    if not reading.has("--version", "--help", "--dry-run"):
        call.ledger.path(("fs.write",), ".", call.workdir)


_DISCARDS: Final = frozenset({"--hard", "--merge", "--keep", "-f", "--force", "--discard-changes"})


def _discard(call: Call, command: Command, reading: Reading) -> None:
    """With these options, what was changed in the whole repository is gone."""
    discards = not _DISCARDS.isdisjoint(reading.flags)
    looks = reading.operands[:1] in (["list"], ["show"], ["drop"], ["clear"], ["create"])
    if discards or (call.subcommand == "stash" and not looks):
        for directory in _up(call.workdir):
            call.ledger.path(("fs.write", "fs.delete"), ".", directory, deep="tracked")
    elif call.subcommand in {"switch", "checkout"}:
        _worktree(call, command, reading)


def _init(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """What is there already is written to as well."""
    for place in reading.operands or ["."]:
        call.effect("write", f"{place}/.git/config")


def _rsync(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    for place in reading.operands[-1:]:
        if any(flag.startswith(("--del", "--force")) for flag in reading.flags):
            call.effects.append(("delete", place))
        if reading.has("-b", "--backup", "--suffix"):
            call.effect("to", place.rstrip("/") + (reading.value_of("--suffix") or "~"))


def _plus(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """`uniq +1 a b` writes to `b`, and `strings @list` opens what `list` names."""
    for word in reading.operands:
        if word[:1] in {"+", "@"}:
            raise Unjudgeable("argv", f"{quote(word)} may be an old option", f"write `./{word}`")


def _split(call: Call, command: Command, reading: Reading) -> None:
    """The names of the parts begin with a prefix, which may hold directories."""
    split = command.spec.name == "split"
    prefix = reading.value_of("-f", "--prefix") or ("x" if split else "xx")
    if split and len(reading.operands) > 1:
        prefix = reading.operands[1]
    suffix = reading.value_of("--additional-suffix") or ""
    call.effect("write", prefix.rpartition("/")[0] or ".")
    for part in ("aa", "00"):
        call.effect("write", f"{prefix}{part}{suffix}")
    if reading.has("-b", "--suffix-format") and not split:
        raise Unjudgeable("argv", "a format decides the names of the parts", "drop it")


def _bare(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """`yarn` alone installs."""
    if not reading.has("--version", "--help"):
        call.code = True


def _nohup(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    if reading.rest is not None:
        call.effect("write", "nohup.out")
        call.nest(reading.rest)


def _time(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    if reading.rest is None:
        return
    if _NAME.match(reading.rest[0]):
        # bash's keyword takes it for an assignment, the program for a program's name.
        raise Unjudgeable("argv", "`time` before an assignment", "write `env NAME=value`")
    call.nest(reading.rest)


def _builtin(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    if not reading.has("-v", "-V") and reading.rest is not None:
        if reading.has("-p"):
            raise Unjudgeable("argv", "`command -p` looks elsewhere for programs", "drop `-p`")
        call.nest(reading.rest)


_TAKES_ANYTHING: Final = frozenset({"echo", "true", "false", ":"})


def _xargs(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """What is appended comes from elsewhere: only a program it cannot matter to is judged."""
    call.code = True
    inner = reading.rest or ["echo"]
    if inner[0] not in _TAKES_ANYTHING:
        raise Unjudgeable(
            "argv", f"nobody can say what `xargs` makes {quote(inner[0])} touch",
            "name the files, or use `find ... -exec`",
        )  # fmt: skip
    call.nest(inner)


def _watch(call: Call, command: Command, reading: Reading) -> None:  # noqa: ARG001
    """`watch` hands its words to a shell unless told not to."""
    if reading.rest is None:
        return
    if reading.has("-x", "--exec"):
        call.nest(reading.rest)
    else:
        call.script = " ".join(reading.rest)


ADDITIONS: Final[Mapping[str, Callable[[Call, Command, Reading], None]]] = MappingProxyType(
    {
        "bare": _bare,
        "discard": _discard,
        "init": _init,
        "uniq": _plus,
        "strings": _plus,
        "rsync": _rsync,
        "split": _split,
        "worktree": _worktree,
        "bisect": _bisect,
        "builtin": _builtin,
        "clone": _clone,
        "compress": _compress,
        "curl": _curl,
        "formatter": _formatter,
        "gitconfig": _gitconfig,
        "grep": _grep,
        "ln": _ln,
        "mktemp": _mktemp,
        "nohup": _nohup,
        "pager": _pager,
        "patch": _patch,
        "remote": _remote,
        "sed": _sed,
        "ssh": _ssh,
        "time": _time,
        "unzip": _unzip,
        "watch": _watch,
        "wget": _wget,
        "xargs": _xargs,
        "zip": _zip,
    }
)
