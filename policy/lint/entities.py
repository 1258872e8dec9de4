"""Entities a rule names that nothing is, or that no normaliser ever produces.

An entity id is compared exactly. `Path::"src/*"` is the file named `*`; `Dir::"src/"` is no
folder; `Program::"git status"` is no program. Each validates clean, and each reads as if it
protected something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cedarpy import pst

from holdfast.policy.diagnostics import closest, displayed
from holdfast.policy.lint.draft import Notes
from holdfast.policy.lint.ids import (
    repo_complaint,
    secret_complaint,
    server_complaint,
    upstream_complaint,
    url_complaint,
)
from holdfast.policy.source.forms import (
    KNOWN_TOOLSETS,
    WORKSPACE,
    host_complaint,
    path_complaint,
    program_complaint,
)
from holdfast.policy.source.rules import SourceRule, walk

__all__ = ["CHECKS", "check_entities"]

BUILTIN_TOOL = "tool.echo"
_Check = Callable[[SourceRule, pst.EntityUid, Notes], None]


def check_entities(rule: SourceRule, notes: Notes) -> None:
    """Note every entity and entity type of a rule that cannot be meant."""
    known = notes.draft.vocabulary.entities
    for node in rule.nodes:
        match node:
            case pst.EntityUid(of) if of.basename == "Action":
                _action(node, notes)
            case pst.EntityUid(of) if str(of) not in known:
                _unknown_type(node, str(of), notes)
            case pst.EntityUid(of):
                CHECKS[str(of)](rule, node, notes)
            case pst.EntityType() if notes.draft.spans.of(node) and str(node) not in known:
                _unknown_type(node, str(node), notes)
            case _:
                pass


def _action(uid: pst.EntityUid, notes: Notes) -> None:
    actions = notes.draft.vocabulary.actions
    if uid.type.namespace or uid.id not in actions:
        near = closest(uid.id, actions)
        tools = notes.draft.tools
        if near is None and tools is None:
            return  # tools.toml could not be read: it may be declared there
        prefix = uid.id.partition(".")[0]
        below = sorted(name for name in actions if name.startswith(f"{prefix}."))
        listed = below or sorted(notes.draft.vocabulary.kinds)
        hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(listed)}"
        notes.add(uid, "unknown-action", f"no action {displayed(uid.id)}", hint)


def _unknown_type(node: object, name: str, notes: Notes) -> None:
    near = closest(name, notes.draft.vocabulary.entities)
    listed = ", ".join(notes.draft.vocabulary.entities)
    hint = f"did you mean `{near}`?" if near else f"there are: {listed}"
    notes.add(node, "unknown-type", f"no entity type {displayed(name)}", hint)


def _in_head(rule: SourceRule, uid: pst.EntityUid) -> bool:
    return any(uid is node for node in walk(rule.template.principal))


def _group(rule: SourceRule, uid: pst.EntityUid, notes: Notes) -> None:
    who = notes.draft.who
    if who is None or uid.id in who.groups:
        return
    near = closest(uid.id, who.groups)
    suggestion = f"did you mean `{near}`?" if near else "give an agent of who.toml that group"
    _nobody(rule, uid, f"no group {displayed(uid.id)} in who.toml", suggestion, notes)


def _nobody(
    rule: SourceRule, uid: pst.EntityUid, absent: str, suggestion: str, notes: Notes
) -> None:
    """Note a principal that nobody is; in the head of a forbid that kills the rule."""
    if rule.effect == "forbid" and _in_head(rule, uid):
        message = f"{displayed(rule.id)} never matches: {absent}"
        notes.add(uid, "dead-forbid", message, f"{suggestion} this forbid protects nothing")
        return
    code = "unknown-group" if str(uid.type) == "Group" else "unknown-name"
    notes.add(uid, code, absent, suggestion)


def _subject(rule: SourceRule, uid: pst.EntityUid, notes: Notes) -> None:
    who = notes.draft.who
    if who is None:
        return
    found = who.subject(uid.id)
    kind = str(uid.type)
    if found is not None and found.kind == kind:
        return
    if found is not None:
        suggestion = f'write `{found.kind}::"{uid.id}"`;'
    else:
        near = closest(uid.id, (s.id for s in who.subjects if s.kind == kind))
        suggestion = f"did you mean `{near}`?" if near else f"add a `[[{kind.lower()}]]`;"
    absent = f"no {kind.lower()} {displayed(uid.id)} in who.toml"
    _nobody(
        rule,
        uid,
        absent,
        suggestion.removesuffix(";") if rule.effect == "permit" else suggestion,
        notes,
    )


def _path(_rule: SourceRule, uid: pst.EntityUid, notes: Notes) -> None:
    _path_or_folder(uid, notes, folder=False)


def _folder(_rule: SourceRule, uid: pst.EntityUid, notes: Notes) -> None:
    _path_or_folder(uid, notes, folder=True)


def _path_or_folder(uid: pst.EntityUid, notes: Notes, *, folder: bool) -> None:
    shown = f"`{'Dir' if folder else 'Path'}::{displayed(uid.id)[1:-1]!r}`".replace("'", '"')
    if any(char in uid.id for char in "*?"):
        base = _literal_folder(uid.id)
        message = f"{shown} names one thing: ids are exact, `*` and `?` are not special"
        notes.add(uid, "path-pattern", message, f'write `resource in Dir::"{base}"`')
        return
    wrong, hint = path_complaint(uid.id, folder=folder)
    if wrong:
        what = "folder" if folder else "path"
        notes.add(uid, "bad-path-id", f"{shown} is no {what} that is ever judged: it {wrong}", hint)


def _literal_folder(pattern: str) -> str:
    """Return the folder a pattern begins in."""
    literal = pattern[: min(pattern.find(char) for char in "*?" if char in pattern)]
    return literal.rpartition("/")[0].strip("/") or "."


def _program(_rule: SourceRule, uid: pst.EntityUid, notes: Notes) -> None:
    wrong, hint = program_complaint(uid.id)
    if wrong:
        message = f"{displayed(uid.id)} is no program: it {wrong}"
        notes.add(uid, "bad-program-id", message, hint)


def _toolset(_rule: SourceRule, uid: pst.EntityUid, notes: Notes) -> None:
    _one_of(uid, KNOWN_TOOLSETS, "unknown-toolset", "toolset", notes)


def _one_of(uid: pst.EntityUid, known: Iterable[str], code: str, what: str, notes: Notes) -> None:
    names = tuple(known)
    if uid.id not in names:
        near = closest(uid.id, names)
        hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(names)}"
        notes.add(uid, code, f"no {what} {displayed(uid.id)}", hint)


def _tool(_rule: SourceRule, uid: pst.EntityUid, notes: Notes) -> None:
    tools = notes.draft.tools
    if tools is not None:
        _one_of(uid, (*tools, BUILTIN_TOOL), "unknown-tool", "tool", notes)


def _workspace(_rule: SourceRule, uid: pst.EntityUid, notes: Notes) -> None:
    if not WORKSPACE.fullmatch(uid.id):
        message = f"no workspace can be called {displayed(uid.id)}"
        notes.add(uid, "unknown-workspace", message, 'the default one is `Workspace::"main"`')


def _form(
    code: str, what: str, complaint: Callable[[str], tuple[str, str]]
) -> Callable[[SourceRule, pst.EntityUid, Notes], None]:
    """Check an id by the normaliser that makes such ids."""

    def check(_rule: SourceRule, uid: pst.EntityUid, notes: Notes) -> None:
        wrong, hint = complaint(uid.id)
        if wrong:
            message = f"{displayed(uid.id)} is no {what} that is ever judged: it {wrong}"
            notes.add(uid, code, message, hint)

    return check


CHECKS: Mapping[str, _Check] = {
    "Group": _group,
    "Agent": _subject,
    "Person": _subject,
    "Path": _path,
    "Dir": _folder,
    "Program": _program,
    "Toolset": _toolset,
    "Tool": _tool,
    "Workspace": _workspace,
    "Domain": _form("bad-host-id", "host", host_complaint),
    "Url": _form("bad-url-id", "address", url_complaint),
    "Secret": _form("bad-secret-id", "secret", secret_complaint),
    "Repo": _form("bad-repo-id", "repository", repo_complaint),
    "McpServer": _form("bad-upstream-id", "server", server_complaint),
    "McpTool": _form("bad-upstream-id", "upstream tool", upstream_complaint),
}
