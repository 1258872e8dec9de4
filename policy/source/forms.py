"""The forms of names, durations, hosts and paths, as the facts spell them.

Each function answers one question about one text and explains a refusal in words, so that
a reader and a lint that meet the same mistake say the same thing. "" means nothing is wrong.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata

from holdfast.proto.limits import DURATION_MS, HOST_BYTES, NAME_CHARACTERS, PATH_BYTES

__all__ = [
    "BUILTIN_PREFIXES",
    "ID",
    "KIND",
    "KNOWN_TOOLSETS",
    "PARAM",
    "WORKSPACE",
    "duration_ms",
    "host_complaint",
    "path_complaint",
    "program_complaint",
]

ID = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{NAME_CHARACTERS - 1}}}")
"""Names of rules, groups, approvals, profiles."""
WORKSPACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*", re.ASCII)
"""Names of workspaces, which the settings of a machine choose."""
KIND = re.compile(r"([a-z][a-z0-9_]{0,31})\.([a-z][a-z0-9_]{0,31})")
PARAM = re.compile(r"[a-z][a-z0-9_]{0,63}")
BUILTIN_PREFIXES = frozenset({"fs", "process", "net", "secret", "repo", "mcp", "tool", "shell"})
KNOWN_TOOLSETS = ("build", "interpreter", "network", "vcs")

_DURATION = re.compile(
    r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9})s)?(?:(\d{1,12})ms)?"
)
_UNITS_MS = (86_400_000, 3_600_000, 60_000, 1_000, 1)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC_HOST = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)(?:\.(?:[0-9]+|0x[0-9a-f]*))*")
_DRIVE = re.compile(r"[A-Za-z]:")


def duration_ms(text: str) -> int | None:
    """Return the milliseconds of `1d12h`, `30m`, `250ms`; None when it is no duration."""
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        return None
    parts = zip(found.groups(), _UNITS_MS, strict=True)
    total = sum(int(count) * unit for count, unit in parts if count)
    return total if total <= DURATION_MS else None


def host_complaint(host: str, *, pattern: bool = False) -> tuple[str, str]:
    """Return (what is wrong, what to write) of a host or domain as facts spell it."""
    if not host:
        return "is empty", "name a host"
    if "://" in host:
        return "is an address, not a host", f"write `{_host_of(host)}`"
    if "/" in host:
        return "holds a path", f"write `{_host_of(host)}`"
    if "*" in host and not pattern:
        plain = host.replace("*.", "").replace("*", "") or "example.org"
        return "is a pattern", f"write `{plain}`: a domain covers what is below it"
    address = _address(host)
    if address is not None:
        spelt = _spelt(address)
        return ("", "") if spelt == host else ("is not in canonical form", f"write `{spelt}`")
    if ":" in host:
        return "holds a port", f"write `{_host_of(host)}`; a port is `resource.port`"
    return _name_complaint(host)


def _name_complaint(host: str) -> tuple[str, str]:
    if host != host.lower():
        return "is not lower case", f"write `{host.lower()}`"
    if not host.isascii():
        return "is not ASCII", f"write `{_idna(host)}`"
    if _NUMERIC_HOST.fullmatch(host):
        return "is a number in disguise", "write the address in dotted form"
    if host.startswith(".") or host.endswith("."):
        return "begins or ends with a dot", f"write `{host.strip('.')}`"
    if len(host) > HOST_BYTES or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        return "is no host name", "letters, digits, `-` and dots"
    return "", ""


def _idna(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return "xn--..."


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        return None


def _spelt(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Return the one spelling facts have: no brackets, no zone, a mapped address as what it is."""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address)))


def _host_of(address: str) -> str:
    rest = address.partition("://")[2] or address
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    return authority.partition(":")[0].lower().removeprefix("*.") or "example.org"


def path_complaint(path: str, *, folder: bool) -> tuple[str, str]:
    """Return (what is wrong, what to write) of a path id no normaliser produces.

    `src/app.py` in the default workspace, `//docs/a.md` in the one named `docs`, and for a
    program's operand outside of any the absolute path, which is in no folder.
    """
    body, prefix = path, ""
    if path.startswith("//"):
        workspace, _, rest = path[2:].partition("/")
        if not WORKSPACE.fullmatch(workspace):
            return "names no workspace", "write `//docs` or `//docs/guide`"
        if not rest:
            return _workspace_root(path, folder=folder)
        body, prefix = rest, f"//{workspace}/"
    elif path.startswith("/"):
        if folder:
            return "is absolute", _absolute_hint(path)
        body, prefix = path[1:], "/"
    return _segments_complaint(body, prefix, folder=folder)


def _workspace_root(path: str, *, folder: bool) -> tuple[str, str]:
    if path.endswith("/"):
        return "ends with `/`", f'write `"{path.rstrip("/")}"`'
    return ("", "") if folder else ("is a workspace's root, not a file in it", "use `in Dir`")


def _absolute_hint(path: str) -> str:
    below = path.strip("/").rpartition("/")[2] or "src"
    return f'folders are relative to the workspace: `Dir::"{below}"`, `Dir::"."` is its root'


def _segments_complaint(body: str, prefix: str, *, folder: bool) -> tuple[str, str]:
    if body == "." and not prefix:
        return "", ""
    if not body:
        return "is empty", 'the root of the workspace is `"."`'
    if "\\" in body:
        return "holds a backslash", f'write `"{prefix}{body.replace(chr(92), "/")}"`'
    if _DRIVE.match(body) and not prefix:
        return "begins with a drive", "paths are relative to the workspace"
    if any(unicodedata.category(char) == "Cc" for char in body):
        return "holds a control character", "no path that is judged has one"
    if not unicodedata.is_normalized("NFC", body):
        return "is not in Unicode form NFC", f'write `"{unicodedata.normalize("NFC", body)}"`'
    if len(body.encode("utf-8", "surrogatepass")) > PATH_BYTES:
        return "is longer than any path", f"at most {PATH_BYTES} bytes"
    return _normal_complaint(body, prefix, folder=folder)


def _normal_complaint(body: str, prefix: str, *, folder: bool) -> tuple[str, str]:
    segments = body.split("/")
    clean = prefix + "/".join(part for part in segments if part not in {"", ".", ".."})
    clean = clean if clean != prefix else prefix + ("." if not prefix else "x")
    if ".." in segments:
        return "climbs with `..`", "write the path it ends up at"
    if segments[-1] == "":
        type_name = "Dir" if folder else "Path"
        shown = clean if folder else clean.rstrip("/")
        hint = f'write `{type_name}::"{shown}"`' if folder else f'a folder is `in Dir::"{shown}"`'
        return "ends with `/`", hint
    if "." in segments or "" in segments:
        return "is not in normal form", f'write `"{clean}"`'
    return "", ""


def program_complaint(program: str) -> tuple[str, str]:
    """Return (what is wrong, what to write) of a program id no normaliser produces."""
    if not program:
        return "is empty", "name a program"
    if any(char.isspace() for char in program):
        name, _, rest = program.strip().partition(" ")
        return (
            "holds arguments",
            f'write `Program::"{name}"` and `context.subcommand == "{rest.split(" ")[0]}"`',
        )
    if program.startswith("./"):
        wrong, hint = path_complaint(program[2:], folder=False)
        return wrong, hint
    if program.startswith("/"):
        return path_complaint(program, folder=False)
    if "/" in program:
        return "is a path without `./`", f'write `Program::"./{program}"`'
    if "*" in program or "?" in program:
        return "is a pattern", 'name one program, or use `resource in Toolset::"build"`'
    return "", ""
