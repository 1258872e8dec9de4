"""How a command says that it cannot do what was asked."""

from __future__ import annotations

from holdfast.proto.exits import Exit


class Failure(Exception):
    """A command cannot do what was asked: the exit code, what is wrong, the next step."""

    def __init__(self, exit_code: Exit, what: str, hint: str) -> None:
        """Say it."""
        super().__init__(what)
        self.exit_code = exit_code
        self.what = what
        self.hint = hint
