"""The shipped Cedar schema: every built-in kind. Custom tools are added per folder.

The one module of this room that reads a file: the schema is part of the package.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def shipped_schema() -> str:
    """Return the schema's text."""
    return (files(__name__) / "holdfast.cedarschema").read_text(encoding="utf-8")
