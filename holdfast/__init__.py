"""Holdfast decides what an agent's tool call may do, runs it, and proves it later.

Rule of this file: importing it costs next to nothing. It names the public API and loads the
room behind a name when the name is first used, so `import holdfast` drags in no engine, no
third party and nothing that only servers need.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from holdfast.proto.decision import Decision, Verdict
    from holdfast.proto.errors import HoldfastError
    from holdfast.proto.intent import Intent, parse_intent

__all__ = ["Decision", "HoldfastError", "Intent", "Verdict", "__version__", "parse_intent"]

__version__ = "0.1.0.dev0"

_HOME = {
    "Decision": "holdfast.proto.decision",
    "HoldfastError": "holdfast.proto.errors",
    "Intent": "holdfast.proto.intent",
    "Verdict": "holdfast.proto.decision",
    "parse_intent": "holdfast.proto.intent",
}


def __getattr__(name: str) -> object:
    """Load a public name from its room, once (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module `holdfast` has no attribute `{name}`")
    from importlib import import_module  # noqa: PLC0415 - paid by who uses the name

    value: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """What can be imported from here."""
    return sorted(__all__)
