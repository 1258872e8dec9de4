"""A decision, as people and as programs read it.

allow  <rules>  <policy>@<revision>
deny   <rule>  <file>:<line>
       <what to do instead>
deny   pending <approvals>: needs <groups> + <groups>
deny   <reason code>  <why>
       <what to do>
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from holdfast.policy.source.tables import Approval
from holdfast.proto.decision import Decision, Obligations, RuleRef
from holdfast.proto.reasons import REASONS, Code
from holdfast.runtime.cli.page import Paint
from holdfast.runtime.cli.terminal import visible
from holdfast.runtime.jobs import JsonObject

INDENT: Final = " " * 7
_BY_RULE: Final = frozenset({Code.FORBIDDEN, Code.EVALUATION_ERROR, Code.EVALUATION_BUDGET})


def answer_lines(decision: Decision, approvals: Mapping[str, Approval], paint: Paint) -> list[str]:
    """Return the decision as people read it."""
    if decision.allowed:
        rules = ", ".join(rule.id for rule in decision.rules)
        return [f"{paint('allow', 'good')}  {rules}  {short_ref(decision.policy_ref)}"]
    first, *others = [*_denial(decision, approvals), *_next_step(decision)]
    return [
        f"{paint('deny', 'bad')}   {visible(first)}",
        *(INDENT + visible(line) for line in others),
    ]


def _denial(decision: Decision, approvals: Mapping[str, Approval]) -> list[str]:
    if decision.reason_code is Code.APPROVAL_PENDING:
        return [pending_text(decision.needs, approvals)]
    if decision.reason_code in _BY_RULE and decision.rules:
        lines = [f"{rule.id}  {rule.file}:{rule.line}" for rule in decision.rules]
        return lines if decision.reason_code is Code.FORBIDDEN else [*lines, decision.reason]
    where = next((f": {one.action} {one.uid}" for one in decision.resources if not one.rules), "")
    return [f"{decision.reason_code.value}  {decision.reason}{where}"]


def _next_step(decision: Decision) -> Iterable[str]:
    """Say what to do instead, unless it is what every denial of this kind says anyway."""
    general = REASONS[decision.reason_code].todo
    if decision.hint and decision.hint != general:
        yield from decision.hint.splitlines()
    elif decision.reason_code not in {Code.FORBIDDEN, Code.APPROVAL_PENDING}:
        yield general


def pending_text(needs: Iterable[str], approvals: Mapping[str, Approval]) -> str:
    """Return `pending deploy: needs owners + sre`."""
    names = list(needs)
    wanted = [slots_text(approvals[name]) for name in names if name in approvals]
    return f"pending {', '.join(names)}: needs {'; '.join(wanted)}"


def slots_text(approval: Approval) -> str:
    """Return who must approve: `owners + sre`, one person for each part."""
    return " + ".join("/".join(sorted(slot)) for slot in approval.slots)


def short_ref(policy_ref: str) -> str:
    """Return `demo@0` of `demo@0+sha256:...`."""
    return policy_ref.partition("+")[0]


def rules_text(rules: Iterable[RuleRef]) -> str:
    """Return rule names, comma-separated."""
    return ", ".join(rule.id for rule in rules)


def answer_json(decision: Decision) -> JsonObject:
    """Return the decision as programs read it; the names are those of `POST /v1/tool`."""
    return {
        "decision": decision.decision.value,
        "reason_code": decision.reason_code.value,
        "reason": decision.reason,
        "hint": decision.hint,
        "rules": _refs(decision.rules),
        "needs": list(decision.needs),
        "obligations": _obligations(decision.obligations),
        "policy_ref": decision.policy_ref,
        "resources": [
            {
                "action": one.action,
                "uid": one.uid,
                "decision": one.decision.value,
                "rules": _refs(one.rules),
                "needs": list(one.needs),
            }
            for one in decision.resources
        ],
        "advice": list(decision.advice),
    }


def _refs(rules: Iterable[RuleRef]) -> object:
    return [{"id": rule.id, "file": rule.file, "line": rule.line} for rule in rules]


def _obligations(owed: Obligations) -> object:
    return {
        "sandbox": owed.sandbox.name.lower(),
        "timeout_ms": owed.timeout_ms,
        "output_bytes": owed.output_bytes,
        "output_lines": owed.output_lines,
        "network": None if owed.network is None else sorted(owed.network),
        "redact": sorted(owed.redact),
        "hide": sorted(owed.hide),
        "untrusted_output": owed.untrusted_output,
        "evidence_copies": owed.evidence_copies,
        "evidence_within_ms": owed.evidence_within_ms,
        "profiles": list(owed.profiles),
    }
