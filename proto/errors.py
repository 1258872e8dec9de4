"""The one error family that crosses rooms.

Rules:
1. An error names whose fault it is, a stable code and what to do next.
2. One place (the runtime's edge) turns it into an HTTP answer or an exit code.
3. Messages are lower case, without a full stop, with user input in backticks.
"""

from __future__ import annotations

from holdfast.proto.reasons import REASONS, Code, Fault


class HoldfastError(Exception):
    """Anything that may be told to a user."""

    def __init__(self, code: Code, message: str, *, hint: str = "") -> None:
        """Say what happened; the code decides whose fault it is and, without a hint, what to do."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint or REASONS[code].todo

    @property
    def fault(self) -> Fault:
        """Whose fault it is."""
        return REASONS[self.code].fault

    @property
    def status(self) -> int:
        """The HTTP status it is answered with."""
        return REASONS[self.code].status


class InvalidRequest(HoldfastError):
    """The intent is malformed: nothing of it was believed."""

    def __init__(self, field: str, message: str, *, hint: str = "") -> None:
        """Name the field and what is wrong with it."""
        super().__init__(Code.INVALID_REQUEST, f"{field}: {message}", hint=hint)
        self.field = field
