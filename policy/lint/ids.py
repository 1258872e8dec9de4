"""Ids of addresses, secrets, repositories and upstream tools, as the normalisers make them.

Rules of this file:
1. The normaliser itself is asked: an id is right when what it names has exactly that id. There is
   no second grammar here that could drift from the first.
2. Each function returns (what is wrong, what to write); "" means nothing is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from holdfast.policy.facts.model import InvalidIntent, World
from holdfast.policy.facts.repos import repo_touches
from holdfast.policy.facts.secrets import secret_entity
from holdfast.policy.facts.upstream import mcp_touches
from holdfast.policy.facts.url_grammar import parse_url

__all__ = [
    "repo_complaint",
    "secret_complaint",
    "server_complaint",
    "upstream_complaint",
    "url_complaint",
]

Complaint = tuple[str, str]
_NOWHERE = World(workspaces={"main": "/workspace"})
_OTHER_SCHEME = re.compile(r"(?!https?:)[a-z]+://[^/?#@\s]+/[!-~]*")
"""What programs are given beside http and https, whose form they check themselves."""
_QUOTED = re.compile(r"^`[^`]*` ")
_BARE_V6 = re.compile(r"[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*")


def url_complaint(text: str) -> Complaint:
    """Look at the id of a `Url`: the whole address in its one spelling."""
    if _OTHER_SCHEME.fullmatch(text):
        return "", ""
    if "*" in text:
        hint = 'write `resource in Domain::"..."`, and what of it: `resource.path like "/v1/*"`'
        return "names one thing: ids are exact, `*` is not special", hint
    return _compared(text, "Url", lambda: parse_url(text).href)


def secret_complaint(text: str) -> Complaint:
    """Look at the id of a `Secret`: its name in the vault."""
    return _compared(text, "Secret", lambda: secret_entity(text, field="id").uid.id)


def repo_complaint(text: str) -> Complaint:
    """Look at the id of a `Repo`: `host/owner/name#branch`."""
    form = 'write `Repo::"host/owner/name#branch"`'
    place, mark, branch = text.partition("#")
    host, slash, path = place.partition("/")
    if not mark or not slash or host.endswith(":"):
        wrong = "is not `host/owner/name#branch`" if mark or not slash else "names no branch"
        return wrong, f"{form}; all branches are `resource.host`, `resource.owner`, `resource.name`"
    shown = f"[{host}]" if _BARE_V6.fullmatch(host) else host
    # A port that one scheme leaves out, the other keeps: either may have made this id.
    found = [
        _compared(text, "Repo", partial(_repo, f"{scheme}{shown}/{path}", branch))
        for scheme in ("https://", "ssh://git@")
    ]
    return min(found, key=lambda complaint: complaint != ("", ""))


def _repo(remote: str, branch: str) -> str:
    judged = repo_touches({"remote": remote, "branch": branch}, _NOWHERE)
    return judged.touches[0].resource.uid.id


def server_complaint(text: str) -> Complaint:
    """Look at the id of an `McpServer`: its name."""
    return _compared(text, "McpServer", lambda: _tool(text, "tool").partition("/")[0])


def upstream_complaint(text: str) -> Complaint:
    """Look at the id of an `McpTool`: `server/tool`."""
    server, slash, tool = text.partition("/")
    if not slash:
        hint = f'write `McpTool::"server/tool"`; all of a server are `in McpServer::"{server}"`'
        return "names no tool of a server", hint
    return _compared(text, "McpTool", lambda: _tool(server, tool))


def _tool(server: str, tool: str) -> str:
    return mcp_touches({"server": server, "tool": tool}, _NOWHERE).touches[0].resource.uid.id


def _compared(text: str, of: str, made: Callable[[], str]) -> Complaint:
    """Ask a normaliser; what it makes must be the very same text."""
    try:
        ident = made()
    except InvalidIntent as refusal:
        return _QUOTED.sub("", refusal.message), refusal.hint
    return ("", "") if ident == text else ("is not in its one spelling", f'write `{of}::"{ident}"`')
