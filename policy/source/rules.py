"""What a folder's rules say about themselves: `@id`, `@reason`, `@hint`, `@needs`, ...

Rules of this file:
1. Every rule has an `@id`, unique in the folder: evidence names rules by it.
2. An annotation nobody reads is a mistake, not a comment: `@need("deploy")` would silently
   drop the approval it was written for.
3. `context.approvals` stands only where the pending outcome is defined: once, in a forbid
   with `@needs("g")`, as its last clause `unless { context.approvals.contains("g") }`.
   Anything else could let an approval do more than lift the one forbid that names it.
4. Templates are refused: a slot nobody fills authorises nothing, and one filled elsewhere
   is not in the bundle that was signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, cast

from cedarpy import pst

from holdfast.policy.cedar.syntax import Parsed, Spans
from holdfast.policy.diagnostics import Problem, closest, displayed
from holdfast.policy.source.forms import ID
from holdfast.proto.limits import ANNOTATION_CHARACTERS

__all__ = ["ANNOTATIONS", "SourceRule", "children", "read_rules", "walk"]

ANNOTATIONS: Mapping[str, str] = {
    "id": "its name, unique in the folder",
    "reason": "why it decides as it does, for the one who was denied",
    "hint": "what would be allowed instead",
    "needs": "the approval that lifts this forbid",
    "profile": "what a run under this permit owes",
    "advice": "a note for whoever reads the decision",
}


@dataclass(frozen=True, slots=True, eq=False)
class SourceRule:
    """One rule as written: its tree (whose id is the rule's), its place, its annotations."""

    id: str
    effect: pst.Effect
    template: pst.Template
    file: str
    line: int
    column: int
    text: str
    nodes: tuple[object, ...]
    """Every node of the tree, in the order written."""
    reason: str = ""
    hint: str = ""
    needs: str | None = None
    profile: str | None = None
    advice: str = ""


def read_rules(
    files: Sequence[Parsed],
    spans: Spans,
    approvals: Mapping[str, object] | None,
    profiles: Mapping[str, object] | None,
) -> tuple[tuple[SourceRule, ...], tuple[Problem, ...]]:
    """Read every rule's annotations; names are checked against tables that could be read."""
    rules: list[SourceRule] = []
    problems: list[Problem] = []
    for parsed in files:
        for template in parsed.templates:
            rule = _rule(template, spans)
            rules.append(rule)
            checks = _Checks(rule, spans, approvals, profiles)
            problems += checks.run()
    problems += _duplicates(rules, spans)
    return tuple(rules), tuple(problems)


_NO_NODES = frozenset(
    {"annotations", "attr", "attrs", "basename", "effect", "id", "namespace", "op", "pattern"}
)


def _fields_of_nodes() -> Mapping[type, tuple[str, ...]]:
    """Return the fields that can hold nodes, per node type; a pattern's letters hold none."""
    found: dict[type, tuple[str, ...]] = {}
    for name in pst.__all__:
        node: Any = getattr(pst, name)
        if is_dataclass(node):
            below = (each.name for each in fields(node))
            found[cast("type", node)] = tuple(n for n in below if n not in _NO_NODES)
    return found


_FIELDS = _fields_of_nodes()


def children(node: object) -> list[object]:
    """Return the nodes directly below a node, in the order written."""
    found: list[object] = []
    for name in _FIELDS[type(node)]:
        value = getattr(node, name)
        if type(value) in _FIELDS:
            found.append(value)
        elif isinstance(value, tuple | Mapping):
            several = cast("Any", value.values() if isinstance(value, Mapping) else value)
            found += [each for each in several if type(each) in _FIELDS]
    return found


def walk(node: object) -> Iterator[object]:
    """Yield a node and everything below it, in the order written."""
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        below = children(one)
        below.reverse()
        todo += below


def _rule(template: pst.Template, spans: Spans) -> SourceRule:
    notes = template.annotations
    name = notes.get("id", template.id)
    span = spans.of(template)
    twin = replace(template, id=name)
    spans.copy_of(template, twin)
    return SourceRule(
        id=name,
        effect=template.effect,
        template=twin,
        file=span.file if span else "",
        line=span.line if span else 1,
        column=span.column if span else 1,
        text=spans.text(template),
        nodes=tuple(walk(twin)),
        reason=notes.get("reason", ""),
        hint=notes.get("hint", ""),
        needs=notes.get("needs"),
        profile=notes.get("profile"),
        advice=notes.get("advice", ""),
    )


def _duplicates(rules: Sequence[SourceRule], spans: Spans) -> Iterator[Problem]:
    seen: dict[str, SourceRule] = {}
    for rule in rules:
        if "id" not in rule.template.annotations:
            continue
        first = seen.setdefault(rule.id, rule)
        if first is not rule:
            message = f"the id {displayed(rule.id)} stands twice"
            hint = f"the other is at {first.file}:{first.line}"
            yield spans.problem(rule.template, "duplicate-id", message, hint, part="@id=")


class _Checks:
    """Everything that can be said of one rule by itself."""

    def __init__(
        self,
        rule: SourceRule,
        spans: Spans,
        approvals: Mapping[str, object] | None,
        profiles: Mapping[str, object] | None,
    ) -> None:
        self.template = rule.template
        self.nodes = rule.nodes
        self.spans = spans
        self.approvals = approvals
        self.profiles = profiles
        self.problems: list[Problem] = []

    def run(self) -> list[Problem]:
        """Return what is wrong."""
        self._annotations()
        self._id()
        self._needs()
        self._profile()
        self._approvals_form()
        self._slots()
        return self.problems

    def _note(self, node: object, code: str, message: str, hint: str = "", part: str = "") -> None:
        self.problems.append(self.spans.problem(node, code, message, hint, part=part))

    def _annotations(self) -> None:
        for name, value in self.template.annotations.items():
            shown = displayed(f"@{name}", 40)
            if name not in ANNOTATIONS:
                near = closest(name, ANNOTATIONS)
                listed = ", ".join(f"`@{each}`" for each in ANNOTATIONS)
                hint = f"did you mean `@{near}`?" if near else f"rules know {listed}"
                self._note(
                    self.template, "unknown-annotation", f"no annotation {shown}", hint, f"@{name}"
                )
            elif not value.strip():
                hint = f'write `@{name}("...")`: {ANNOTATIONS[name]}'
                message = f"{shown} says nothing"
                self._note(self.template, "empty-annotation", message, hint, f"@{name}")
            elif len(value) > ANNOTATION_CHARACTERS:
                message = f"{shown} is longer than {ANNOTATION_CHARACTERS} characters"
                self._note(
                    self.template, "empty-annotation", message, "say it shorter", f"@{name}="
                )

    def _id(self) -> None:
        name = self.template.annotations.get("id")
        if name is None:
            hint = 'write `@id("...")` before it: evidence names rules by it'
            effect = self.template.effect
            message = f"this {effect} has no `@id`"
            self._note(self.template, "missing-id", message, hint, "effect")
        elif name.strip() and not ID.fullmatch(name):
            hint = "lower case letters, digits and dashes, at most 64"
            message = f"{displayed(name)} is not a name"
            self._note(self.template, "bad-id", message, hint, "@id=")

    def _needs(self) -> None:
        name = self.template.annotations.get("needs")
        if name is None:
            return
        if self.template.effect == "permit":
            hint = "an approval lifts a forbid: write the forbid it lifts, `@needs` on that"
            message = "`@needs` on a permit does nothing"
            self._note(self.template, "needs-on-permit", message, hint, "@needs")
        if self.approvals is not None and name.strip() and name not in self.approvals:
            near = closest(name, self.approvals)
            hint = f"did you mean `{near}`?" if near else f"add `[{name}]` to approvals.toml"
            message = f"no approval {displayed(name)} in approvals.toml"
            self._note(self.template, "unknown-approval", message, hint, "@needs=")

    def _profile(self) -> None:
        name = self.template.annotations.get("profile")
        if name is None:
            return
        if self.template.effect == "forbid":
            hint = "what a run owes stands on the permit that allows it"
            message = "`@profile` on a forbid does nothing"
            self._note(self.template, "profile-on-forbid", message, hint, "@profile")
        if self.profiles is not None and name.strip() and name not in self.profiles:
            near = closest(name, self.profiles)
            hint = f"did you mean `{near}`?" if near else f"add `[{name}]` to profiles.toml"
            message = f"no profile {displayed(name)} in profiles.toml"
            self._note(self.template, "unknown-profile", message, hint, "@profile=")

    def _approvals_form(self) -> None:
        needs = self.template.annotations.get("needs")
        clauses = self.template.clauses
        lawful = None
        if needs is not None and self.template.effect == "forbid":
            form = f'unless {{ context.approvals.contains("{needs}") }}'
            last = clauses[-1] if clauses else None
            if isinstance(last, pst.Unless) and _asks_for(last.expr) == needs:
                lawful = last
            else:
                self._wrong_last_clause(last, needs, form)
                return
        for clause in clauses:
            if clause is not lawful:
                self._refuse_approvals_in(clause.expr)

    def _wrong_last_clause(self, last: pst.Clause | None, needs: str, form: str) -> None:
        asked = _asks_for(last.expr) if isinstance(last, pst.Unless) else None
        if last is not None and asked is not None:
            message = f"`@needs` says {displayed(needs)}, the clause {displayed(asked)}"
            self._note(last, "approval-form", message, f"write `{form}`")
            return
        message = "the last clause of this forbid does not ask for its approval"
        self._note(self.template, "approval-form", message, f"end it with `{form}`", "@needs")

    def _refuse_approvals_in(self, expr: pst.Expr) -> None:
        """Refuse the approvals, and whatever could reach them by another name."""
        todo: list[object] = [expr]
        while todo:
            node = todo.pop()
            match node:
                case pst.GetAttr(pst.Var("context"), attr):
                    if attr == "approvals":
                        self._misplaced(node)
                case pst.HasAttr(pst.Var("context"), attrs):
                    if attrs[0] == "approvals":
                        self._misplaced(node)
                case pst.Var("context"):
                    hint = "name the attribute: `context.site`"
                    message = "`context` as a whole holds the approvals"
                    self._note(node, "approval-form", message, hint)
                case _:
                    todo.extend(children(node))

    def _misplaced(self, node: object) -> None:
        hint = (
            'only `unless { context.approvals.contains("...") }`, '
            "last in a forbid with that `@needs`"
        )
        self._note(node, "approval-form", "`context.approvals` cannot be asked here", hint)

    def _slots(self) -> None:
        for node in self.nodes:
            if isinstance(node, pst.Slot):
                message = f"`?{node.name}` is a template's: nothing fills it here"
                self._note(node, "template-slot", message, "name the entity, or use a group")


def _asks_for(expr: pst.Expr) -> str | None:
    """Return the approval an expression of the one lawful form asks for."""
    match expr:
        case pst.BinaryOp(
            "contains", pst.GetAttr(pst.Var("context"), "approvals"), pst.StringLit(name)
        ):
            return name
        case _:
            return None
