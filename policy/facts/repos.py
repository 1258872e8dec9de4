"""repo.publish: the remote, its owner and name, and the branch.

Rules of this file:
1. A remote is `https://host/owner/name`, `ssh://user@host/owner/name` or `user@host:owner/name`,
   with or without `.git`: all are one repository. `http:`, `git:`, `file:` and paths are
   refused: nobody can say who answers, or what runs.
2. Nothing of a remote may be read as an option (`-oProxyCommand=`) or as a transport helper
   (`ext::`): git would run it.
3. A port other than the scheme's own is part of `host`: it is another server.
4. A branch is its short name, by the rules of `git check-ref-format --branch`; `refs/heads/x`,
   `HEAD`, `+x` and `a:b` are refused, each can mean another ref than it says.
5. Owner and name are byte-exact. A forge may ignore case: forbid by `host` and permit by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from holdfast.policy.cedar.values import Entity, Uid
from holdfast.policy.facts.hosts import Host, canonical_host
from holdfast.policy.facts.model import InvalidIntent, Touch, World
from holdfast.policy.facts.names import quote, require_bytes_at_most, require_seen
from holdfast.policy.facts.params import Judged, flag, require_fields
from holdfast.proto.limits import PORT_MAX, REF_BYTES, REMOTE_BYTES

_USER = r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}"
_PIECE = r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?"
_HOST = r"\[[0-9A-Fa-f:.]+\]|[^\[\]/@:\\?#%]+"
_PATH = rf"(?P<owner>~?{_PIECE}(?:/{_PIECE}){{0,19}})/(?P<name>{_PIECE})"
_FORMS = (
    re.compile(rf"(?P<scheme>https)://(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?/{_PATH}"),
    re.compile(
        rf"(?P<scheme>ssh)://(?P<user>{_USER})@(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?/{_PATH}"
    ),
    re.compile(rf"(?P<user>{_USER})@(?P<host>{_HOST}):{_PATH}"),
)
_DEFAULT_PORTS = {"https": 443, "ssh": 22}
_BAD_REF = re.compile(r"[ ~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|\Z)|\A[/.\-+]|[/.]\Z")

_REQUIRED = frozenset({"remote", "branch"})
_OPTIONAL = frozenset({"force"})


class Remote(NamedTuple):
    """A repository on a server, and the one spelling of its address that is used."""

    host: str
    owner: str
    name: str
    address: str


def repo_touches(params: Mapping[str, object], _world: World) -> Judged:
    """Return what a repo.publish touches, and its payload."""
    require_fields(params, required=_REQUIRED, optional=_OPTIONAL)
    remote = parse_remote(params["remote"], field="remote")
    branch = parse_branch(params["branch"], field="branch")
    force = flag(params, "force")
    ident = f"{remote.host}/{remote.owner}/{remote.name}#{branch}"
    attributes = {
        "host": remote.host,
        "owner": remote.owner,
        "name": remote.name,
        "branch": branch,
    }
    touch = Touch("repo.publish", Entity(Uid("Repo", ident), attributes), {"force": force})
    payload = {"remote": remote.address, "ref": f"refs/heads/{branch}", "force": force}
    return Judged((touch,), {**payload, **attributes})


def parse_remote(value: object, *, field: str) -> Remote:
    """Return the parts of a remote, else raise InvalidIntent."""
    text = require_seen(value, field=field)
    require_bytes_at_most(text, REMOTE_BYTES, field=field)
    match = next((m for form in _FORMS if (m := form.fullmatch(text))), None)
    if match is None:
        _refuse_remote(text, field)
    parts = match.groupdict()
    name = parts["name"].removesuffix(".git")
    if name.endswith((".", ".git")) or ".." in text:
        _refuse_remote(text, field)
    scheme = parts.get("scheme") or "ssh"
    host = canonical_host(parts["host"], field=field)
    shown = _with_port(host, parts.get("port"), scheme, field)
    user = f"{parts['user']}@" if scheme == "ssh" else ""
    address = f"{scheme}://{user}{shown}/{parts['owner']}/{name}.git"
    bare = host.text if shown == host.in_url else shown
    return Remote(bare, parts["owner"], name, address)


def _with_port(host: Host, text: str | None, scheme: str, field: str) -> str:
    if text is None or text == str(_DEFAULT_PORTS[scheme]):
        return host.in_url
    if text[0] == "0" or int(text) > PORT_MAX:
        raise InvalidIntent(field, f"port {quote(text)} is no port", f"1 to {PORT_MAX}")
    return f"{host.in_url}:{text}"


def _refuse_remote(text: str, field: str) -> NoReturn:
    raise InvalidIntent(
        field,
        f"{quote(text)} is not the address of a repository",
        "`https://host/owner/name`, `ssh://git@host/owner/name` or `git@host:owner/name`",
    )


def parse_branch(value: object, *, field: str) -> str:
    """Return a branch's short name, else raise InvalidIntent."""
    text = require_seen(value, field=field)
    require_bytes_at_most(text, REF_BYTES, field=field)
    if not text or _BAD_REF.search(text) or text in ("HEAD", "@"):
        raise InvalidIntent(
            field, f"{quote(text)} is not a branch name", "see `git check-ref-format --branch`"
        )
    if text.startswith("refs/"):
        raise InvalidIntent(field, f"{quote(text)} is a full ref", "write the branch's short name")
    return text
