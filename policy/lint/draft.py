"""A folder that was read and is not yet judged: what every check looks at.

A table that could not be read is None, and a check that needs it stays silent: one mistake
in who.toml must not appear again at every rule that names a group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.policy.cedar.syntax import Spans
from holdfast.policy.diagnostics import Problem, Severity
from holdfast.policy.source.rules import SourceRule
from holdfast.policy.source.tables import Approval, Profile, Tool, Who
from holdfast.policy.source.vocabulary import Vocabulary

__all__ = ["Draft", "Notes"]


@dataclass(frozen=True, slots=True)
class Draft:
    """Rules with their spans, and the tables that could be read."""

    rules: tuple[SourceRule, ...]
    spans: Spans
    vocabulary: Vocabulary
    who: Who | None
    tools: Mapping[str, Tool] | None
    approvals: Mapping[str, Approval] | None
    profiles: Mapping[str, Profile] | None
    default_profile: str | None = None
    complete: bool = True
    """Every rule of the folder could be read: only then can one be missed."""


@dataclass(slots=True)
class Notes:
    """The problems of one rule; one place is blamed once for one thing."""

    draft: Draft
    problems: list[Problem] = field(default_factory=list[Problem])
    _seen: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])

    def add(
        self,
        node: object,
        code: str,
        message: str,
        hint: str = "",
        *,
        part: str = "",
        severity: Severity = "error",
    ) -> None:
        """Note a problem with a node, once per node and code."""
        if (id(node), code) not in self._seen:
            self._seen.add((id(node), code))
            self.problems.append(
                self.draft.spans.problem(node, code, message, hint, part=part, severity=severity)
            )
