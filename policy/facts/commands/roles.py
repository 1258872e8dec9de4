"""What a word touches, by its role."""

# ruff: noqa: SIM905 - tables are text that a reviewer reads and extends

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from holdfast.policy.facts.commands.call import Deep, Ledger
from holdfast.policy.facts.model import Unjudgeable
from holdfast.policy.facts.names import quote
from holdfast.policy.facts.programs import plain_place
from holdfast.proto.limits import PATH_BYTES


class Effect(Protocol):
    """What the roles need of a call."""

    @property
    def ledger(self) -> Ledger:
        """Where touches go."""
        ...

    @property
    def workdir(self) -> str:
        """What relative operands are relative to."""
        ...

    @property
    def method(self) -> str:
        """How a URL is requested."""
        ...

    @property
    def headers(self) -> frozenset[str]:
        """Names of the headers that are sent."""
        ...

    @property
    def deep(self) -> bool:
        """Whether operands stand for everything below them."""
        ...


FS_ACTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "read": ("fs.read",),
        "list": ("fs.list",),
        "write": ("fs.write",),
        "into": ("fs.write",),
        "dest": ("fs.write",),
        "update": ("fs.read", "fs.write"),
        "link": ("fs.read", "fs.write"),
        "delete": ("fs.delete",),
        "move": ("fs.read", "fs.delete"),
        "erase": ("fs.write", "fs.delete"),
        "script": ("fs.read",),
    }
)

_SCP = re.compile(
    r"(?:(?P<user>[A-Za-z0-9._\-]+)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^/:@\[\]]+):(?P<path>.*)",
    re.DOTALL,
)
_GLOB = re.compile(r"[*?\[\\]")
_ADDRESS = r"(?:[0-9]+|\$|/(?:[^/\\\n]|\\[^\n])*/I?)"
_SED = re.compile(
    rf"(?:{_ADDRESS}(?:,{_ADDRESS})?)?[ ]*!?[ ]*"
    r"(?:[pdDPqQ=]|s(?P<d>[/|#,:@!%_~])(?:(?!(?P=d))[^\\\n]|\\[^\n])*(?P=d)"
    r"(?:(?!(?P=d))[^\\\n]|\\[^\n])*(?P=d)[gpiI0-9]*)[ ]*"
)
_AWK = re.compile(r"[|>@]|system|getline|ARG[VC]|ENVIRON|PROCINFO")
_SSH_OPTIONS = frozenset(
    """
    addressfamily batchmode checkhostip ciphers compression connectionattempts connecttimeout
    controlmaster controlpersist escapechar exitonforwardfailure forwardagent forwardx11
    gssapiauthentication hostkeyalgorithms identitiesonly kbdinteractiveauthentication
    kexalgorithms loglevel macs nohostauthenticationforlocalhost numberofpasswordprompts
    passwordauthentication preferredauthentications pubkeyauthentication requesttty
    serveralivecountmax serveraliveinterval stricthostkeychecking tcpkeepalive user
    """.split()
)


_READ = ("fs.read",)
_ANYTHING = ("fs.read", "fs.write", "fs.delete")


def _reach(call: Effect) -> Deep:
    return "all" if call.deep else ""


def _local(text: str) -> str:
    """Return the path of a `file://` URL, or the path that the text is."""
    if text[:7].lower() != "file://":
        return text
    # `file://localhost/x` is `/x`, and `%65` is an `e`: only the plainest form says what it opens.
    if text[7:8] != "/" or re.search(r"[%?#{}\[\]*\\]", text):
        raise Unjudgeable("argv", f"nobody can say which file {quote(text)} is", "write its path")
    return text[7:]


def _any(call: Effect, text: str) -> None:
    if "://" in text and text[:7].lower() != "file://":
        call.ledger.net(text.removeprefix("git+"))
        return
    if len(text) <= PATH_BYTES and text != "-":
        call.ledger.path(_ANYTHING, _local(text), call.workdir, deep=_reach(call))


def _url(call: Effect, text: str) -> None:
    if text[:5].lower() == "file:":
        text = text if "://" in text else f"file://{text[5:]}%"  # `file:/x` is a third spelling
        actions = ("fs.read",) if call.method != "PUT" else ("fs.write",)
        call.ledger.path(actions, _local(text), call.workdir, deep=_reach(call))
    elif re.search(r"[{}\[\]]", text.partition("://")[2].partition("/")[2]) or "{" in text:
        raise Unjudgeable("argv", f"{quote(text)} stands for several URLs", "write each of them")
    else:
        url = text if "://" in text else f"http://{text}"
        call.ledger.net(url, method=call.method, headers=call.headers)


def _repo(call: Effect, text: str) -> None:
    """Judge a repository's address: what contacts it, or the path that is read or changed."""
    if "::" in text:
        return  # `ext::sh -c x`: the transport is a program, and `runs_code` says so
    if text[:7].lower() == "file://":
        call.ledger.path(("fs.read", "fs.write"), _local(text), call.workdir, deep=_reach(call))
    elif "://" in text:
        call.ledger.net(text)
    elif (match := _SCP.fullmatch(text)) is not None:
        call.ledger.net(f"ssh://{match['host']}/")
    elif "/" in text or text.startswith("."):
        call.ledger.path(("fs.read", "fs.write"), text, call.workdir)


def _clone(call: Effect, text: str) -> None:
    _repo(call, text)
    if "::" not in text and "://" not in text and _SCP.fullmatch(text) is None:
        call.ledger.path(("fs.read",), text, call.workdir, deep=_reach(call))


def _host(call: Effect, text: str) -> None:
    if "://" in text:
        call.ledger.net(text)
    else:
        call.ledger.net(f"ssh://{text.rpartition('@')[2]}/")


def _remote(action: str) -> Callable[[Effect, str], None]:
    def effect(call: Effect, text: str) -> None:
        if text.startswith("rsync://"):
            call.ledger.net(text)
        elif (match := _SCP.fullmatch(text)) is not None:
            call.ledger.net(f"ssh://{match['host']}/")
        elif text != "-":
            call.ledger.path((action,), text, call.workdir, deep=_reach(call))

    return effect


def _package(call: Effect, text: str) -> None:
    if "://" in text:
        call.ledger.net(text.partition(" @ ")[2].removeprefix("git+") or text.removeprefix("git+"))
    elif "/" in text or text.startswith((".", "~")):
        call.ledger.path(("fs.read",), text, call.workdir)


def _data(call: Effect, text: str) -> None:
    if text[:1] == "@" and text != "@-":
        call.ledger.path(("fs.read",), text[1:], call.workdir)


def _form(call: Effect, text: str) -> None:
    value = text.partition("=")[2] or text
    for mark in ("@", "<"):
        _, found, path = value.partition(mark)
        if found:
            for piece in dict.fromkeys((path, *path.split(","), *re.split("[;,]", path))):
                call.ledger.path(("fs.read",), piece.strip('"'), call.workdir)


def _volume(call: Effect, text: str) -> None:
    source = text.partition(":")[0]
    if "/" in source or source.startswith((".", "~")):
        call.ledger.path(("fs.read", "fs.write"), source, call.workdir, deep="all")


def _plain(call: Effect, text: str, actions: tuple[str, ...]) -> bool:
    """Judge a pathspec in the plainest spelling, which most are; False: it is not one."""
    found = plain_place(text, workdir=call.workdir, world=call.ledger.world)
    if found is None:
        return False
    call.ledger.entity(actions, found, deep="all" if call.deep else "tracked")
    return True


def _rev(call: Effect, text: str) -> None:
    """Judge a revision as the path it may be, and what follows its colon as a path too."""
    if _plain(call, text, _READ):
        return
    if _GLOB.search(text) and not text.startswith(("^", ":/")):
        raise Unjudgeable("argv", f"{quote(text)} may be any file", "name the files")
    _pathspec(call, text, _READ)
    _, colon, path = text.partition(":")
    if colon:
        for directory in directories_above(call.workdir):
            call.ledger.path(("fs.read",), path.rpartition(":")[2], directory)


def directories_above(workdir: str) -> list[str]:
    """Return a directory and those above it: git's root may be any of them."""
    found = [workdir]
    while workdir not in {".", ""} and not (workdir[:2] == "//" and "/" not in workdir[2:]):
        workdir = workdir.rpartition("/")[0] or "."
        found.append(workdir)
    return found


def _pathspec(call: Effect, text: str, actions: tuple[str, ...]) -> None:
    if text.startswith((":(", ":!", ":^", ":/")) or text == ":":
        raise Unjudgeable("argv", f"pathspec {quote(text)} may be any file", "name the files")
    # A path given to git is everything below it, as far as git follows it.
    call.ledger.path(actions, text, call.workdir, deep=_reach(call) or "tracked")


def _spec(actions: tuple[str, ...]) -> Callable[[Effect, str], None]:
    def effect(call: Effect, text: str) -> None:
        if _plain(call, text, actions):
            return
        if _GLOB.search(text):
            raise Unjudgeable("argv", f"pathspec {quote(text)} may be any file", "name the files")
        _pathspec(call, text, actions)

    return effect


def _lines(call: Effect, text: str) -> None:
    for path in dict.fromkeys((text.rpartition(":")[2], text.partition(":")[2])):
        call.ledger.path(("fs.read",), path, call.workdir)


def _always(_: str) -> bool:
    return True


def _sed(text: str) -> bool:
    return _SED.fullmatch(text) is None and not _several(text)


def _awk(text: str) -> bool:
    return _AWK.search(text) is not None


def _ssh_option(text: str) -> bool:
    return re.split(r"[= ]", text.strip(), maxsplit=1)[0].lower() not in _SSH_OPTIONS


def _transport(text: str) -> bool:
    return "::" in text


def _several(script: str) -> bool:
    """Whether a sed program is several harmless commands joined by `;`."""
    # In `s/[/]/p;s/w f/` the bracket hides a delimiter: where a command ends is then a guess.
    return "[" not in script and all(_SED.fullmatch(part) for part in script.split(";"))


RUNS: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        "code": _always,
        "script": _always,
        "sedscript": _sed,
        "awkscript": _awk,
        "sshopt": _ssh_option,
        "repo": _transport,
        "clone": _transport,
    }
)
"""Roles whose words can make a program run code, and when they do."""

EFFECTS: Final[Mapping[str, Callable[[Effect, str], None]]] = MappingProxyType(
    {
        "any": _any,
        "url": _url,
        "repo": _repo,
        "clone": _clone,
        "host": _host,
        "from": _remote("fs.read"),
        "to": _remote("fs.write"),
        "package": _package,
        "data": _data,
        "header": _data,
        "form": _form,
        "volume": _volume,
        "rev": _rev,
        "pread": _spec(("fs.read",)),
        "pwrite": _spec(("fs.read", "fs.write")),
        "pdelete": _spec(("fs.delete",)),
        "lines": _lines,
    }
)
