"""Every reason code, with its HTTP status, whose fault it is, its text and what to do.

Rules:
1. A code is never renamed and never reused: adapters, journals and alerts depend on it.
2. Pages, OpenAPI and metrics docs are generated from this table.
3. A code is here only when something can answer it today.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    """Who can mend it."""

    NOBODY = "nobody"
    CALLER = "caller"
    AUTHOR = "author"
    OPERATOR = "operator"
    US = "us"


class Code(StrEnum):
    """The closed set of stable codes."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    NO_PERMIT = "no_permit"
    APPROVAL_PENDING = "approval_pending"
    EVALUATION_ERROR = "evaluation_error"
    EVALUATION_BUDGET = "evaluation_budget"
    KILL_SWITCH = "kill_switch"
    INVALID_REQUEST = "invalid_request"
    UNKNOWN_KIND = "unknown_kind"
    UNJUDGEABLE = "unjudgeable"
    TOO_MANY_RESOURCES = "too_many_resources"
    UNKNOWN_PRINCIPAL = "unknown_principal"
    POLICY_INVALID = "policy_invalid"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Reason:
    """One row of the table."""

    code: Code
    status: int
    fault: Fault
    text: str
    todo: str


_ROWS: Final = (
    Reason(Code.ALLOWED, 200, Fault.NOBODY, "a rule permits it and no rule forbids it", "nothing"),
    Reason(
        Code.FORBIDDEN,
        403,
        Fault.CALLER,
        "a rule forbids it",
        "read the rule's hint; ask for what it offers instead",
    ),
    Reason(
        Code.NO_PERMIT,
        403,
        Fault.CALLER,
        "no rule permits it",
        "ask for something a rule permits, or have the policy's author add a permit",
    ),
    Reason(
        Code.APPROVAL_PENDING,
        403,
        Fault.CALLER,
        "it would be permitted once the named approvals are given",
        "have the people named in `needs` approve it, then ask again",
    ),
    Reason(
        Code.EVALUATION_ERROR,
        403,
        Fault.AUTHOR,
        "a rule could not be evaluated on these facts, so nothing is allowed",
        "mend the rule that erred: `holdfast ask ... --why` names it",
    ),
    Reason(
        Code.EVALUATION_BUDGET,
        403,
        Fault.AUTHOR,
        "evaluating the rules on these facts would cost more than the step budget",
        "ask for less in one intent, or anchor the patterns of the rules named",
    ),
    Reason(
        Code.KILL_SWITCH,
        403,
        Fault.OPERATOR,
        "the kill switch is on: everything is denied",
        "wait for an operator to lift it with `holdfast resume`",
    ),
    Reason(
        Code.INVALID_REQUEST,
        400,
        Fault.CALLER,
        "the intent is malformed",
        "mend the field that is named",
    ),
    Reason(
        Code.UNKNOWN_KIND,
        400,
        Fault.CALLER,
        "no such kind of intent",
        "use a built-in kind or one that tools.toml declares",
    ),
    Reason(
        Code.UNJUDGEABLE,
        403,
        Fault.CALLER,
        "nobody can say what it would do, so it is denied",
        "ask for it in a form that can be judged: an argv instead of a shell string",
    ),
    Reason(
        Code.TOO_MANY_RESOURCES,
        403,
        Fault.CALLER,
        "one intent touches more things than one decision may cover",
        "split it into several intents",
    ),
    Reason(
        Code.UNKNOWN_PRINCIPAL,
        401,
        Fault.OPERATOR,
        "nobody in who.toml has this identity",
        "add the identity to who.toml",
    ),
    Reason(
        Code.POLICY_INVALID,
        503,
        Fault.AUTHOR,
        "the policy does not load, so nothing is allowed",
        "run `holdfast policy check` and mend what it names",
    ),
    Reason(
        Code.INTERNAL,
        500,
        Fault.US,
        "something unexpected happened, so it was denied",
        "report it with the request id",
    ),
)

REASONS: Final = {row.code: row for row in _ROWS}
