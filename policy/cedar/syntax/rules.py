"""Whole rules: annotations, scope, clauses; and where reading resumes after a mistake.

A mistake costs one rule: reading goes on after the next `;`, or at a token that plainly
begins a rule, so that one check shows every mistake of a file.
"""

from __future__ import annotations

from typing import Literal

from cedarpy import pst

from holdfast.policy.cedar.syntax.cursor import RuleBroken
from holdfast.policy.cedar.syntax.expressions import ExpressionParser
from holdfast.policy.cedar.syntax.tokens import Token
from holdfast.policy.diagnostics import closest, displayed

__all__ = ["RuleParser"]

_EFFECTS: tuple[pst.Effect, ...] = ("permit", "forbid")
_FOREIGN_EFFECTS = {"allow": "permit", "grant": "permit", "deny": "forbid", "refuse": "forbid"}
_SCOPE_HINT = "the head of a rule is `(principal, action, resource)`"
_CONDITION_HINT = "put the condition into a clause: `when { ... }`"


class RuleParser(ExpressionParser):
    """Reads a file of rules."""

    def rules(self) -> list[pst.Template]:
        """Read every rule that can be read; ids are positions, as the engine gives them."""
        found: list[pst.Template] = []
        count = 0
        while self.now.kind != "end":
            self.nesting = 0
            try:
                found.append(self._rule(f"policy{count}"))
            except RuleBroken:
                self._resume()
            count += 1
        return found

    def _resume(self) -> None:
        """Go to where the next rule begins."""
        while self.now.kind != "end":
            if self.accept(";"):
                return
            if self._begins_rule():
                return
            self.advance()

    def _begins_rule(self) -> bool:
        """Return whether a rule plainly begins here: `@name(` or `permit (`, line-first."""
        now = self.now
        if self.at == 0 or now.start == self.tokens[self.at - 1].end:
            return False
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        first = "\n" in self.source.text[self.tokens[self.at - 1].end : now.start]
        return first and (
            (now.kind == "@" and following.kind == "id")
            or (now.kind == "id" and now.text in _EFFECTS and following.kind == "(")
        )

    def _rule(self, policy_id: str) -> pst.Template:
        start = self.now.start
        places: dict[str, tuple[int, int]] = {}
        annotations = self._annotations(places)
        effect = self._effect(places)
        self.expect("(", "`(`", _SCOPE_HINT)
        principal = self._subject("principal")
        self.expect(",", "`,`", _SCOPE_HINT)
        action = self._action()
        self.expect(",", "`,`", _SCOPE_HINT)
        resource = self._subject("resource")
        self.accept(",")
        self.expect(")", "`)`", _CONDITION_HINT)
        clauses = self._clauses()
        if self.now.kind != ";":
            self.stop("expected `;`", "a rule ends with `;`")
        self.advance()
        node = pst.Template(
            id=policy_id,
            effect=effect,
            principal=principal,
            action=action,
            resource=resource,
            clauses=clauses,
            annotations=pst.FrozenMap(annotations),
        )
        self.mark(node, start)
        self.parts[id(node)] = places
        return node

    def _annotations(self, places: dict[str, tuple[int, int]]) -> dict[str, str]:
        found: dict[str, str] = {}
        while self.now.kind == "@":
            at = self.advance()
            token = self.expect("id", "the annotation's name", 'write `@id("...")`')
            name, value = token.text, ""
            place = (at.start, token.end)
            if self.accept("("):
                text = self.now
                value = self.text("this annotation", 'write `@id("...")`')
                self.expect(")", "`)`", "an annotation takes one text")
                places.setdefault(f"@{name}=", (text.start, text.end))
            if name in found:
                message = f"{displayed('@' + name, 40)} stands twice"
                self.note(*place, "duplicate-annotation", message, "remove one")
            places.setdefault(f"@{name}", place)
            found[name] = value
        return found

    def _effect(self, places: dict[str, tuple[int, int]]) -> pst.Effect:
        token = self.now
        for effect in _EFFECTS:
            if self.accept_word(effect):
                places["effect"] = (token.start, token.end)
                return effect
        near = _FOREIGN_EFFECTS.get(token.text.lower()) or closest(token.text, _EFFECTS)
        hint = f"did you mean `{near}`?" if near else "a rule begins with `permit` or `forbid`"
        return self.stop("expected `permit` or `forbid`", hint)

    # The scope

    def _variable(self, name: str) -> Token:
        if self.now.kind != "id" or self.now.text != name:
            self.stop(f"expected `{name}`", _SCOPE_HINT)
        token = self.advance()
        if self.sees(":"):
            self.stop("expected `is`", f"write `{name} is Type`")
        return token

    def _subject(self, name: Literal["principal", "resource"]) -> pst.PrincipalOrResourceConstraint:
        """Read the constraint on principal or resource."""
        var = self._variable(name)
        node: pst.PrincipalOrResourceConstraint
        if self.accept("=="):
            node = pst.ScopeEq(entity=self._entity_or_slot(name))
        elif self.accept_word("in"):
            node = pst.ScopeIn(entity=self._entity_or_slot(name))
            if self.now.kind == "id" and self.now.text == "is":
                self.stop("expected `is` before `in`", f"write `{name} is Type in ...`")
        elif self.accept_word("is"):
            entity_type = self.entity_type()
            if self.accept_word("in"):
                entity = self._entity_or_slot(name)
                node = pst.ScopeIsIn(entity_type=entity_type, entity=entity)
            else:
                node = pst.ScopeIs(entity_type=entity_type)
        else:
            self._refuse_condition()
            node = pst.ScopeAny()
        self.mark(node, var.start)
        self.mark_part(node, "var", var)
        return node

    def _refuse_condition(self) -> None:
        if self.now.kind == "=":
            self.stop("expected `==`", "equality is written `==`")
        if self.now.kind not in {",", ")", "end"}:
            self.stop("expected `==`, `in`, `is`, `,` or `)`", _CONDITION_HINT)

    def _entity_or_slot(self, name: pst.SlotName) -> pst.EntityOrSlot:
        if self.now.kind == "slot":
            return self._slot(name)
        if self.accept("("):
            inner = self._nested_entity(name)
            self.expect(")", "`)`")
            return inner
        if self.now.kind == "[":
            hint = f"list them in a clause: `when {{ {name} in [...] }}`"
            self.stop("expected one entity", hint)
        return self.entity_uid()

    def _nested_entity(self, name: pst.SlotName) -> pst.EntityOrSlot:
        self.nested(+1)
        inner = self._entity_or_slot(name)
        self.nested(-1)
        return inner

    def _slot(self, name: pst.SlotName) -> pst.Slot:
        token = self.now
        if token.text != f"?{name}":
            self.stop(f"expected an entity or `?{name}`")
        self.advance()
        node = pst.Slot(name=name)
        self.mark(node, token.start)
        return node

    def _action(self) -> pst.ActionConstraint:
        var = self._variable("action")
        node: pst.ActionConstraint
        if self.accept("=="):
            node = pst.ActionEq(entity=self._action_uid())
        elif self.accept_word("in"):
            node = pst.ActionIn(entities=self._action_uids())
        elif self.now.kind == "id" and self.now.text == "is":
            self.stop("expected `==` or `in`", 'write `action in Action::"..."`')
        else:
            self._refuse_condition()
            node = pst.ScopeAny()
        self.mark(node, var.start)
        self.mark_part(node, "var", var)
        return node

    def _action_uids(self) -> tuple[pst.EntityUid, ...]:
        if self.now.kind == "(" and self._list_in_parentheses():
            self.advance()
            self.nested(+1)
            inner = self._action_uids()
            self.nested(-1)
            self.expect(")", "`)`")
            return inner
        if not self.accept("["):
            return (self._action_uid(),)
        found: list[pst.EntityUid] = []
        while self.now.kind != "]":
            found.append(self._action_uid())
            if not self.accept(","):
                break
        self.expect("]", "`,` or `]`")
        return tuple(found)

    def _list_in_parentheses(self) -> bool:
        at = self.at
        while self.tokens[at].kind == "(":
            at += 1
        return self.tokens[at].kind == "["

    def _action_uid(self) -> pst.EntityUid:
        if self.accept("("):
            self.nested(+1)
            inner = self._action_uid()
            self.nested(-1)
            self.expect(")", "`)`")
            return inner
        start = self.now.start
        node = self.entity_uid()
        if node.type.basename != "Action":
            message = f"{displayed(str(node.type))} is not an action"
            hint = 'actions are written `Action::"..."`'
            self.note(start, self.last_end, "not-an-action", message, hint)
        return node

    # Clauses

    def _clauses(self) -> tuple[pst.Clause, ...]:
        found: list[pst.Clause] = []
        while self.now.kind == "id" and not self._begins_rule():
            start = self.now.start
            if self.now.text not in {"when", "unless"}:
                self.stop("expected `when`, `unless` or `;`", "a condition is `when { ... }`")
            word = self.advance().text
            self.expect("{", "`{`", f"write `{word} {{ ... }}`")
            if self.sees("}"):
                self.stop("expected a condition", f"remove the empty `{word}`")
            expr = self.expression()
            self.expect("}", "`}` or an operator")
            node: pst.Clause = pst.When(expr=expr) if word == "when" else pst.Unless(expr=expr)
            self.mark(node, start)
            found.append(node)
        return tuple(found)
