"""The folder's own tests, run: what each expected and what came.

Rules of this file:
1. `expect = "deny"` means nothing would open it: a pending answer fails such a test, although
   both are a denial on the wire, because one approval would let it through.
2. A test that names rules, a reason or needs means exactly those, not some of them.
3. Every mismatch of a test is told, not the first.
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.policy.author.situations import judge_situation, outcome_of
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Case, Expectation
from holdfast.proto.decision import Decision

JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing a test expected and did not get; both as they are shown."""

    field: str
    expected: str
    came: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One test and what came of it."""

    case: Case
    decision: Decision
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        """Whether everything expected came."""
        return not self.mismatches

    @property
    def came(self) -> Expectation:
        """What came, in the words tests use."""
        return outcome_of(self.decision)


@dataclass(frozen=True, slots=True)
class CaseRun:
    """All tests of a folder, in the order of its files."""

    results: tuple[CaseResult, ...]

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """Those that did not get what they expected."""
        return tuple(result for result in self.results if not result.passed)


def run_cases(policy: Policy) -> CaseRun:
    """Run the folder's tests."""
    return CaseRun(tuple(_run(policy, case) for case in policy.cases))


def _run(policy: Policy, case: Case) -> CaseResult:
    decision = judge_situation(policy, case.situation)
    found: list[Mismatch] = []
    came = outcome_of(decision)
    if came != case.expect:
        found.append(Mismatch("decision", case.expect, came))
    rules = [rule.id for rule in decision.rules]
    if case.rules is not None and set(case.rules) != set(rules):
        found.append(Mismatch("rules", listed(case.rules), listed(rules)))
    if case.reason is not None and case.reason != decision.reason_code.value:
        found.append(Mismatch("reason", case.reason, decision.reason_code.value))
    if case.needs is not None and case.needs != frozenset(decision.needs):
        found.append(Mismatch("needs", listed(case.needs), listed(decision.needs)))
    return CaseResult(case, decision, tuple(found))


def listed(names: tuple[str, ...] | frozenset[str] | list[str]) -> str:
    """Return names as messages show them: sorted, never empty."""
    return ", ".join(sorted(names)) or "none"


def as_json(run: CaseRun) -> JsonObject:
    """Return what `--json` prints."""
    return {
        "passed": len(run.results) - len(run.failed),
        "failed": len(run.failed),
        "cases": [_case_json(result) for result in run.results],
    }


def _case_json(result: CaseResult) -> JsonObject:
    case, decision = result.case, result.decision
    return {
        "name": case.name,
        "file": case.place.file,
        "line": case.place.line,
        "passed": result.passed,
        "expected": case.expect,
        "came": result.came,
        "reason_code": decision.reason_code.value,
        "reason": decision.reason,
        "rules": [{"id": rule.id, "file": rule.file, "line": rule.line} for rule in decision.rules],
        "needs": list(decision.needs),
        "mismatches": [
            {"field": one.field, "expected": one.expected, "came": one.came}
            for one in result.mismatches
        ],
    }
