"""The tools of an upstream MCP server, from its `tools/list`.

Rules of this file:
1. A server describes itself: its annotations are claims. None of them opens anything alone; a
   tool that says it only reads is permitted while its definition is pinned, every other tool
   waits for an approval as well.
2. Descriptions are somebody's text, for people only: they stand in comments.
"""

from __future__ import annotations

import re
from typing import Final

from holdfast.policy.author.drafts import Check, Draft, Entry, Form, draft, quoted
from holdfast.proto.errors import HoldfastError
from holdfast.proto.limits import IMPORT_TOOLS
from holdfast.proto.reasons import Code
from holdfast.proto.strict_json import JsonError, JsonValue, loads

_SERVER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}", re.ASCII)
_TOOL: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-/]{0,127}", re.ASCII)


def import_mcp(server: str, data: bytes, check: Check) -> Draft:
    """Draft a folder from the answer to `tools/list`, or from its `result`."""
    if not _SERVER.fullmatch(server):
        raise _refused("the server's name is not A-Z a-z 0-9 _ . - (at most 128)")
    entries = [_entry(server, tool) for tool in _tools(data)]
    return draft(f"Imported from the tools of the upstream server {server}.", entries, check)


def _tools(data: bytes) -> list[dict[str, JsonValue]]:
    try:
        value = loads(data)
    except JsonError as bad:
        raise _refused(str(bad)) from None
    if isinstance(value, dict) and isinstance(value.get("result"), dict):
        value = value["result"]
    tools = value.get("tools") if isinstance(value, dict) else value
    if not isinstance(tools, list) or len(tools) > IMPORT_TOOLS:
        raise _refused(f"it has no list `tools` of at most {IMPORT_TOOLS}")
    found: dict[str, dict[str, JsonValue]] = {}
    for tool in tools:
        name = tool.get("name") if isinstance(tool, dict) else None
        if not isinstance(tool, dict) or not isinstance(name, str):
            raise _refused("a tool has no name")
        if name in found:
            raise _refused(f"the tool {name[:80]!r} stands twice")
        found[name] = tool
    return list(found.values())


def _entry(server: str, tool: dict[str, JsonValue]) -> Entry:
    name = str(tool["name"])
    description = tool.get("description")
    said = " ".join(description.split()) if isinstance(description, str) else ""
    text = f"{name}: {said}" if said else name
    if not _TOOL.fullmatch(name):
        return Entry(text, name, trouble="its name is none that a rule can give")
    scope = 'principal, action == Action::"mcp.call", resource == McpTool::'
    form = Form(f"{scope}{quoted(f'{server}/{name}')}", "resource.pinned")
    annotations = tool.get("annotations")
    reads = isinstance(annotations, dict) and annotations.get("readOnlyHint") is True
    if reads:
        return Entry(text, name, permits=(form,))
    return Entry(text, name, permits=(form,), forbids=(Form(form.scope),), gated=True)


def _refused(what: str) -> HoldfastError:
    return HoldfastError(
        Code.POLICY_INVALID,
        f"the tool list cannot be read: {what}",
        hint="give the JSON that the server answers to `tools/list`",
    )
