"""The command line: what people and scripts type, and nothing that decides."""

from __future__ import annotations

from holdfast.runtime.cli.front import main

__all__ = ["main"]
