"""Tests and probes that name what the folder does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from holdfast.policy.diagnostics import closest, displayed
from holdfast.policy.lint.draft import Draft
from holdfast.policy.source.tables import Case, Probe, Situation
from holdfast.proto.reasons import Code

__all__ = ["Finding", "check_cases", "check_probes"]

ASKED_ONLY = ("fs.patch", "shell.exec")
"""Kinds that can be asked for and are judged as others."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A wrong name under a key of a test or probe, to be placed by whoever has the text."""

    key: str
    name: str
    code: str
    message: str
    hint: str


def check_probes(draft: Draft, probes: Sequence[Probe]) -> Iterator[tuple[Probe, Finding]]:
    """Yield every wrong name of every probe."""
    for probe in probes:
        for finding in _situation(draft, probe.situation):
            yield probe, finding


def check_cases(draft: Draft, cases: Sequence[Case]) -> Iterator[tuple[Case, Finding]]:
    """Yield every wrong name of every test, and every name two tests share."""
    rules = {rule.id for rule in draft.rules}
    taken: dict[str, Case] = {}
    for case in cases:
        first = taken.setdefault(case.name, case)
        if first is not case:
            where = f"the other is at {first.place.file}:{first.place.line}"
            message = f"a test called {displayed(case.name)} stands twice"
            yield case, Finding("name", "", "duplicate-name", message, where)
        for finding in _situation(draft, case.situation):
            yield case, finding
        if draft.complete:
            key = "rules" if case.rules is not None and len(case.rules) != 1 else "rule"
            for name in case.rules or ():
                yield from ((case, f) for f in _known(key, name, rules, "rule"))
        yield from ((case, f) for f in _expectations(draft, case))


def _expectations(draft: Draft, case: Case) -> Iterator[Finding]:
    for name in sorted(case.needs or ()):
        if draft.approvals is not None:
            yield from _known("needs", name, draft.approvals, "approval")
    if case.reason is not None:
        yield from _known("reason", case.reason, tuple(code.value for code in Code), "reason code")


def _situation(draft: Draft, situation: Situation) -> Iterator[Finding]:
    if draft.who is not None:
        names = tuple(subject.id for subject in draft.who.subjects)
        if situation.subject is not None:
            yield from _known("as", situation.subject, names, "agent or person")
        elif not draft.who.agents:
            message = "nobody asks: who.toml has no agent"
            hint = 'add an `[[agent]]`, or say `as = "..."`'
            yield Finding("kind", "", "missing-key", message, hint)
    if draft.tools is not None:
        kinds = (*draft.vocabulary.kinds, *ASKED_ONLY)
        yield from _known("kind", situation.kind, kinds, "kind")
    for name in sorted(situation.approvals):
        if draft.approvals is not None:
            yield from _known("approvals", name, draft.approvals, "approval")


def _known(key: str, name: str, known: Collection[str], what: str) -> Iterator[Finding]:
    if name and name not in known:
        near = closest(name, known)
        listed = ", ".join(sorted(known)[:12]) or "none"
        hint = f"did you mean `{near}`?" if near else f"there are: {listed}"
        yield Finding(key, name, "unknown-name", f"no {what} {displayed(name)}", hint)
