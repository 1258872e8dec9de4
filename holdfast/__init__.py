"""Holdfast decides what an agent's tool call may do, runs it, and proves it later.

Rule of this file: importing it costs next to nothing. It names the public API and loads the
room behind a name when the name is first used, so `import holdfast` drags in no engine, no
third party and nothing that only servers need.
"""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0.dev0"
