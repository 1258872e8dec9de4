"""`policy import`: draft folders from what other systems know. One door, three readers."""

from __future__ import annotations

from holdfast.policy.author.drafts import Check, Draft, Left
from holdfast.policy.author.import_claude import import_claude
from holdfast.policy.author.import_codex import import_codex
from holdfast.policy.author.import_mcp import import_mcp

__all__ = ["Check", "Draft", "Left", "import_claude", "import_codex", "import_mcp"]
