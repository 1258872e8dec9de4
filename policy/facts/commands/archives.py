"""tar, whose argv has three styles, and whose members are named inside the archive.

Rules of this file:
1. What is extracted is named by the archive: the directory it goes to is written, with all that
   is known to lie below it.
2. `-C` applies to what follows it, relative to the one before: members are judged below each.
"""

# ruff: noqa: SIM905 - tables are text that a reviewer reads and extends

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from holdfast.policy.facts.commands.judge import Call
from holdfast.policy.facts.commands.spec import Command
from holdfast.policy.facts.model import Unjudgeable
from holdfast.policy.facts.names import quote

_TAR_MODES: Final = {
    "--create": "c", "--extract": "x", "--get": "x", "--list": "t", "--append": "r",
    "--update": "u", "--diff": "d", "--compare": "d", "--concatenate": "r", "--delete": "r",
}  # fmt: skip
_TAR_SWITCHES: Final = frozenset("cxtrudAzjJZavpPkmMoOshlWBwnGi")
_TAR_VALUES: Final = {
    "f": "archive",
    "C": "chdir",
    "b": "text",
    "N": "text",
    "X": "read",
    "T": "names",
}
_TAR_LONG: Final[Mapping[str, str]] = MappingProxyType(
    {
        "--file": "archive", "--directory": "chdir", "--exclude": "text",
        "--exclude-from": "read", "--strip-components": "text", "--owner": "text",
        "--group": "text", "--mode": "text", "--mtime": "text", "--sort": "text",
        "--format": "text", "--blocking-factor": "text", "--newer": "text", "--after-date": "text",
        "--use-compress-program": "code", "--to-command": "code", "--checkpoint-action": "code",
        "--rsh-command": "code", "--rmt-command": "code", "--info-script": "code",
        "--new-volume-script": "code",
        "--files-from": "names",
    }
)  # fmt: skip
_TAR_LONG_SWITCHES: Final = frozenset(
    "--gzip --bzip2 --xz --zstd --lzma --auto-compress --verbose --verify --totals --numeric-owner "
    "--no-same-owner --same-owner --no-same-permissions --same-permissions --preserve-permissions "
    "--keep-old-files --overwrite --to-stdout --wildcards --no-wildcards --anchored --no-anchored "
    "--dereference --hard-dereference --exclude-vcs --exclude-vcs-ignores --exclude-backups "
    "--absolute-names --one-file-system --no-recursion --recursion --sparse --touch --force-local "
    "--checkpoint --help --version --show-transformed-names --delay-directory-restore".split()
)


class _Tar:
    """What one tar argv says."""

    __slots__ = ("archives", "directories", "mode", "stdout")

    def __init__(self) -> None:
        self.mode = ""
        self.archives: list[str] = []
        self.directories: list[str] = []
        self.stdout = False


def read_tar(call: Call, command: Command, words: Sequence[str]) -> None:  # noqa: ARG001
    """Read a tar argv in any of its three styles."""
    said = _Tar()
    pending = list(words)
    if pending and pending[0][:1] != "-":
        pending = _old_style(pending)
    while pending:
        word = pending.pop(0)
        if word == "--":
            call.args.extend(pending)
            break
        if word[:2] == "--":
            known = _tar_long(call, word, pending, said)
        elif word[:1] == "-" and word != "-":
            known = _tar_cluster(call, word, pending, said)
        else:
            call.args.append(word)
            known = True
        if not known:
            call.flags.clear()
            call.args.clear()
            call.unknown(words)
            return
    _tar_touches(call, said)


def _old_style(words: list[str]) -> list[str]:
    """`tar xzfC a.tgz dir`: the letters first, then their values in order."""
    letters, rest = words[0], words[1:]
    found: list[str] = []
    for letter in letters:
        found.append(f"-{letter}")
        if letter in _TAR_VALUES and rest:
            found[-1] += rest.pop(0)
    return found + rest


def _tar_long(call: Call, word: str, pending: list[str], said: _Tar) -> bool:
    name, attached, value = word.partition("=")
    call.flags.append(name)
    if name in _TAR_MODES and not attached:
        said.mode += _TAR_MODES[name]
        return True
    if name in _TAR_LONG_SWITCHES:
        said.stdout = said.stdout or name == "--to-stdout"
        return True
    role = _TAR_LONG.get(name)
    if role is None or not (attached or pending):
        return False
    _tar_value(call, role, value if attached else pending.pop(0), said)
    return True


def _tar_cluster(call: Call, word: str, pending: list[str], said: _Tar) -> bool:
    for index, letter in enumerate(word[1:], start=1):
        call.flags.append(f"-{letter}")
        role = _TAR_VALUES.get(letter) or ("code" if letter in "IF" else None)
        if role is not None:
            value = word[index + 1 :]
            if not value:
                if not pending:
                    return False
                value = pending.pop(0)
            _tar_value(call, role, value, said)
            return True
        if letter not in _TAR_SWITCHES:
            return False
        if letter in "cxtrudA":
            said.mode += letter
        said.stdout = said.stdout or letter == "O"
    return True


def _tar_value(call: Call, role: str, value: str, said: _Tar) -> None:
    if role == "archive":
        said.archives.append(value)
    elif role == "names":
        raise Unjudgeable(
            "argv", f"nobody can say which files {quote(value)} names", "name them instead of `-T`"
        )
    elif role == "chdir":
        said.directories.append(value)
    else:
        call.effect(role, value)


def _tar_touches(call: Call, said: _Tar) -> None:
    """Judge members under every directory given: which of them holds is a matter of order."""
    call.deep = True
    for archive in said.archives:
        if ":" in archive:
            call.effect("from", archive)
        call.effect("read" if said.mode in {"x", "t", "d"} else "update", archive)
    places = ["."]
    for directory in said.directories:
        places.append(f"{places[-1]}/{directory}" if directory[:1] != "/" else directory)
    if said.mode not in {"c", "t", "d", "r", "u"} and not said.stdout:
        for place in places[-1:] if said.mode == "x" else places:
            call.effect("write", place)
    if said.mode not in {"x", "t"}:
        for place in places:
            for member in call.args or (["."] if said.mode == "d" else []):
                if member.startswith("@"):
                    call.effect("read", f"{place}/{member[1:]}")
                call.effect("read", member if member[:1] == "/" else f"{place}/{member}")
