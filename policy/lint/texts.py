"""Attributes compared with texts they never equal, and paths matched as if `*` stopped at `/`.

In Cedar's `like`, `*` is any run of characters, `/` included, and nothing else is special.
Somebody who writes `src*` or `src/**` has another language in mind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from cedarpy import pst

from holdfast.policy.diagnostics import closest, displayed
from holdfast.policy.lint.conjuncts import subject_of
from holdfast.policy.lint.draft import Notes
from holdfast.policy.lint.scenes import Scene
from holdfast.policy.source.forms import host_complaint, path_complaint
from holdfast.policy.source.rules import SourceRule
from holdfast.policy.source.tables import EnumType

__all__ = ["check_texts", "surprise"]

IP_CLASSES = (
    "public",
    "private",
    "loopback",
    "link_local",
    "cgnat",
    "metadata",
    "multicast",
    "reserved",
    "unspecified",
    "unresolved",
)
_KNOWN: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("Url", "resource.ip_class"): IP_CLASSES,
    ("Url", "resource.scheme"): ("http", "https"),
    ("", "context.weekday"): ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    ("", "context.deployment"): ("dev", "ci", "staging", "prod"),
    ("", "principal.auth"): ("uid", "mtls", "key", "oidc", "none"),
    ("", "principal.assurance"): ("none", "local", "session", "signed"),
}
_Complaint = tuple[str, str]


def check_texts(rule: SourceRule, scenes: tuple[Scene, ...], notes: Notes) -> None:
    """Note every comparison of an attribute with a text that cannot be meant."""
    types = {scene.resource for scene in scenes}
    for node in rule.nodes:
        if isinstance(node, pst.Like):
            _like(node, types, notes)
        for subject, literal in _comparisons(node):
            _equal(subject, literal, types, scenes, notes)


def _comparisons(node: object) -> Iterator[tuple[str, pst.StringLit]]:
    """Yield (attribute, text) of every equality and of every `[...].contains(attribute)`."""
    match node:
        case pst.BinaryOp("eq" | "not_eq", left, right):
            for one, other in ((left, right), (right, left)):
                subject = subject_of(one)
                if subject is not None and isinstance(other, pst.StringLit):
                    yield subject, other
        case pst.BinaryOp("contains", pst.Set(elements), asked):
            subject = subject_of(asked)
            for element in elements if subject is not None else ():
                if subject is not None and isinstance(element, pst.StringLit):
                    yield subject, element
        case _:
            pass


def _equal(
    subject: str,
    literal: pst.StringLit,
    types: set[str],
    scenes: tuple[Scene, ...],
    notes: Notes,
) -> None:
    for (of, attr), known in _KNOWN.items():
        if attr == subject and (not of or of in types) and literal.value not in known:
            _not_one_of(subject, literal, known, notes)
            return
    if subject.startswith("context.params."):
        _enum(subject, literal, scenes, notes)
        return
    check = _FORMS.get(subject)
    if check is not None and check[0] in types:
        wrong, hint = check[1](literal.value)
        if wrong:
            message = f"`{subject}` is never {displayed(literal.value)}: it {wrong}"
            notes.add(literal, check[2], message, hint)


def _not_one_of(subject: str, literal: pst.StringLit, known: tuple[str, ...], notes: Notes) -> None:
    near = closest(literal.value, known)
    hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(known)}"
    message = f"`{subject}` is never {displayed(literal.value)}"
    notes.add(literal, "unknown-value", message, hint)


def _enum(subject: str, literal: pst.StringLit, scenes: tuple[Scene, ...], notes: Notes) -> None:
    """Refuse a text that no tool of the rule's scenes takes for that parameter."""
    name = subject.removeprefix("context.params.")
    tools = notes.draft.tools or {}
    values: dict[str, None] = {}
    for scene in scenes:
        tool = tools.get(scene.action.name)
        for param in tool.params if tool else ():
            if param.name == name:
                if not isinstance(param.type, EnumType):
                    return
                values.update(dict.fromkeys(param.type.values))
    if values and literal.value not in values:
        _not_one_of(subject, literal, tuple(values), notes)


def _path_value(value: str) -> _Complaint:
    return path_complaint(value, folder=False)


def _ext_value(value: str) -> _Complaint:
    if value.startswith("."):
        return "holds the dot", f'write `"{value.lstrip(".")}"`'
    return (
        ("holds a `/`", "an extension is what follows the last dot") if "/" in value else ("", "")
    )


def _name_value(value: str) -> _Complaint:
    if "/" in value:
        last = value.rstrip("/").rpartition("/")[2]
        return "holds a `/`", f'a name is the last part: `"{last}"`; the whole is `resource.path`'
    return "", ""


def _method_value(value: str) -> _Complaint:
    upper = value.upper()
    return ("is not upper case", f'write `"{upper}"`') if value != upper else ("", "")


_FORMS: Mapping[str, tuple[str, Callable[[str], _Complaint], str]] = {
    "resource.path": ("Path", _path_value, "bad-path-id"),
    "resource.ext": ("Path", _ext_value, "unknown-value"),
    "resource.name": ("Path", _name_value, "unknown-value"),
    "resource.host": ("Url", host_complaint, "bad-host-id"),
    "context.method": ("Url", _method_value, "unknown-value"),
}


def _like(node: pst.Like, types: set[str], notes: Notes) -> None:
    subject = subject_of(node.base)
    if "Path" not in types or subject not in {"resource.path", "resource.name"}:
        return
    written = "".join(e.value if isinstance(e, pst.Char) else "*" for e in node.pattern)
    shown = f'`like "{displayed(written)[1:-1]}"`'
    if subject == "resource.name":
        if "/" in written:
            folder = written.partition("/")[0].partition("*")[0] or "."
            message = f"{shown} never matches: a name has no `/`"
            notes.add(node, "path-as-text", message, _folder_hint(folder), part="op")
        return
    if _is_outside(written):
        return
    example = surprise(node.pattern)
    if example is not None:
        literal = written.partition("*")[0]
        folder = (literal if "/" not in literal[1:] else literal.rpartition("/")[0]) or "."
        message = f"{shown} also matches `{example}`"
        notes.add(node, "path-as-text", message, _folder_hint(folder), part="op")
    elif "?" in written:
        message = f"{shown} matches a `?`, not any character"
        notes.add(node, "path-as-text", message, _folder_hint("."), part="op")


def _is_outside(written: str) -> bool:
    """Whether this is everything below an absolute folder: `/tmp/*`.

    A path outside every workspace is in no `Dir`, so there is no other way to say it.
    """
    folder, star, rest = written.partition("/*")
    return folder.startswith("/") and folder[1:2] != "/" and bool(star) and not rest


def _folder_hint(folder: str) -> str:
    if folder.startswith("/") and folder[1:2] != "/":
        return f'outside the workspaces write `like "{folder.rstrip("/")}/*"`; `*` crosses `/`'
    plain = folder.replace("?", "").rstrip("/") or "."
    return f'write `resource in Dir::"{plain}"`; `*` crosses `/`, `**` and `?` are not special'


def surprise(pattern: tuple[pst.PatternElem, ...]) -> str | None:
    """Return a path the pattern matches and its author did not think of, or None.

    A pattern that begins with a star says "anywhere" (`*/node_modules/*`, `*.pem`) and
    surprises nobody; one that begins with a folder's name and goes on with a star does, and
    so does every `**`.
    """
    stars = [isinstance(element, pst.Wildcard) for element in pattern]
    doubled = any(a and b for a, b in pairwise(stars))
    if not any(stars) or (stars[0] and not doubled):
        return None
    made = ""
    for index, element in enumerate(pattern):
        if isinstance(element, pst.Char):
            made += element.value
        elif index == 0 or not stars[index - 1]:
            made += _filling(made, last=all(stars[index:]))
    return made


def _filling(before: str, *, last: bool) -> str:
    """Return what a star stands for in the example: something across a `/`."""
    if before.endswith("/") or not before:
        return "old/key.pem" if last else "old/deep"
    return "-old/key.pem" if last else "-old/key"
