"""Permission lists in the form of Claude Code's settings.json.

An entry is `Tool` or `Tool(specifier)`. deny wins over ask, ask over allow, as forbids win over
gates and gates over permits. Entries for tools that Holdfast has no kind for permit nothing, and
denying them needs nothing: what no rule permits is denied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, cast

from holdfast.policy.author.commands import (
    ANYTHING,
    EVERYTHING,
    forbid_command,
    permit_command,
)
from holdfast.policy.author.drafts import Check, Draft, Entry, Form, draft, quoted
from holdfast.policy.author.path_patterns import forbid_forms, permit_forms
from holdfast.policy.source.forms import host_complaint
from holdfast.proto.errors import HoldfastError
from holdfast.proto.reasons import Code
from holdfast.proto.strict_json import JsonError, JsonValue, loads

_FORM: Final = re.compile(r"(?P<tool>[A-Za-z0-9_*.-]+)(?:\((?P<inside>.*)\))?", re.DOTALL)
_LISTS: Final[tuple[Literal["allow", "ask", "deny"], ...]] = ("deny", "ask", "allow")
_NO_KIND: Final = "no kind of intent does this, so no rule permits it and it is denied"

Said = tuple[tuple[Form, ...] | str, tuple[Form, ...]]
"""Permits, or why there are none; and forbids, none where denying needs nothing."""


def import_claude(data: bytes, check: Check) -> Draft:
    """Draft a folder from the `permissions` of a settings file."""
    lists = _read(data)
    entries = [_entry(kind, text) for kind in _LISTS for text in lists[kind]]
    return draft("Imported from the permissions of a coding agent.", entries, check)


def _read(data: bytes) -> Mapping[str, list[str]]:
    try:
        value = loads(data)
    except JsonError as bad:
        raise _refused(str(bad)) from None
    permissions = value.get("permissions") if isinstance(value, dict) else None
    if not isinstance(permissions, dict):
        raise _refused("it has no object `permissions`")
    return {kind: _texts(kind, permissions.get(kind, [])) for kind in _LISTS}


def _texts(kind: str, value: JsonValue) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _refused(f"`permissions.{kind}` is not a list of texts")
    return cast("list[str]", value)


def _refused(what: str) -> HoldfastError:
    return HoldfastError(
        Code.POLICY_INVALID,
        f"the permission list cannot be read: {what}",
        hint="give a settings file with `permissions.allow`, `ask` and `deny`",
    )


def _entry(kind: Literal["allow", "ask", "deny"], text: str) -> Entry:
    permits, forbids = _said(text)
    shown = f"{kind}: {text}"
    if kind == "deny":
        return Entry(shown, text, forbids=forbids)
    trouble = permits if isinstance(permits, str) else ""
    found = () if isinstance(permits, str) else permits
    if kind == "allow":
        return Entry(shown, text, permits=found, trouble=trouble)
    return Entry(shown, text, permits=found, forbids=forbids, gated=True, trouble=trouble)


def _said(text: str) -> Said:
    match = _FORM.fullmatch(text.strip())
    if match is None:
        # Nobody knows what it denies: as a denial it denies everything.
        return "it is not in the form `Tool(specifier)`", (_ALL,)
    tool, inside = match["tool"], match["inside"]
    if tool.startswith("mcp__"):
        return _mcp(tool)
    reader = _TOOLS.get(tool)
    if reader is None:
        return (_NO_KIND, (_ALL,) if "*" in tool else ())
    return reader((inside or "").strip())


_ALL: Final = Form("principal, action, resource", "", "it forbids everything")


# ---- Bash --------------------------------------------------------------------------------------


def _bash(inside: str) -> Said:
    if inside in ("", "*", ":*"):
        return (ANYTHING,), (EVERYTHING,)
    prefix = inside.endswith((":*", " *"))
    body = inside[:-2] if prefix else inside
    words = body.split()
    if "*" in body:
        reason = "a `*` inside of a command has no counterpart in a permit"
        cut = next(at for at, word in enumerate(words) if "*" in word)
        return reason, forbid_command(words[: max(1, cut)])
    return permit_command(words, prefix=prefix), forbid_command(words)


# ---- files -------------------------------------------------------------------------------------

_READ: Final = 'action in [Action::"fs.read", Action::"fs.list"]'
_WRITE: Final = 'action == Action::"fs.write"'
_CHANGE: Final = 'action in [Action::"fs.write", Action::"fs.delete"]'
_LIST: Final = 'action == Action::"fs.list"'


def _files(permitted: str, forbidden: str) -> Callable[[str], Said]:
    def said(inside: str) -> Said:
        if not inside:
            scope = f'principal, {permitted}, resource in Dir::"."'
            everywhere = Form(f"principal, {forbidden}, resource is Path")
            return (Form(scope, "", "only in the workspace"),), (everywhere,)
        return permit_forms(inside, permitted), forbid_forms(inside, forbidden)

    return said


# ---- the web -----------------------------------------------------------------------------------

_NET: Final = 'principal, action == Action::"net.request"'
_GET: Final = 'context.method == "GET"'


def _web(inside: str) -> Said:
    if inside in ("", "*", "domain:*"):
        everything = Form(f"{_NET}, resource", "", "every method, not only fetching")
        return (Form(f"{_NET}, resource", _GET),), (everything,)
    host = inside.removeprefix("domain:").lower()
    below = host.startswith("*.")
    host = host.removeprefix("*.")
    wrong, hint = host_complaint(host)
    if wrong or not inside.startswith("domain:"):
        everything = Form(f"{_NET}, resource", "", "it forbids every request")
        return f"it names no host: {hint or 'write `domain:example.com`'}", (everything,)
    domain = f"{_NET}, resource in Domain::{quoted(host)}"
    test = f"resource.host {'!=' if below else '=='} {quoted(host)} && {_GET}"
    note = "" if below else "it forbids subdomains, and every method"
    return (Form(domain, test),), (Form(domain, "", note or "it forbids every method"),)


# ---- upstream tools ----------------------------------------------------------------------------

_CALL: Final = 'principal, action == Action::"mcp.call"'
_MCP_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)


def _mcp(text: str) -> Said:
    server, _, tool = text.removeprefix("mcp__").partition("__")
    everything = Form(f"{_CALL}, resource", "", "it forbids every upstream tool")
    if not _MCP_NAME.fullmatch(server):
        return "it names no server", (everything,)
    whole = Form(f"{_CALL}, resource in McpServer::{quoted(server)}")
    if tool in ("", "*"):
        return (whole,), (whole,)
    broad = Form(whole.scope, "", f"it forbids every tool of `{server}`")
    if not _MCP_NAME.fullmatch(tool):
        return "it names no tool", (broad,)
    if "__" in tool:
        # `mcp__a__b__c` is tool `b__c` of `a`, or tool `c` of `a__b`: nobody can say.
        return "server and tool cannot be told apart", (everything,)
    one = Form(f"{_CALL}, resource == McpTool::{quoted(f'{server}/{tool}')}")
    return (one,), (one,)


def _search_permit(_inside: str) -> Said:
    return "it lists and reads: write one entry for each", _files(_READ, _READ)("")[1]


_TOOLS: Final[Mapping[str, Callable[[str], Said]]] = MappingProxyType(
    {
        "Bash": _bash,
        "Read": _files(_READ, _READ),
        "Edit": _files(_WRITE, _CHANGE),
        "Write": _files(_WRITE, _CHANGE),
        "MultiEdit": _files(_WRITE, _CHANGE),
        "NotebookEdit": _files(_WRITE, _CHANGE),
        "LS": _files(_LIST, _LIST),
        "Glob": _files(_LIST, _LIST),
        "Grep": _search_permit,
        "WebFetch": _web,
    }
)
