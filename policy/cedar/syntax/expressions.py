r"""Cedar expressions: a precedence parser that builds the engine's own nodes.

Rules of this file:
1. Every node built is what `cedarpy.policies_to_pst` builds for the same text, quirks and
   all: `has a.b` is a conjunction, `-1` is a literal, `-(1)` a negation, `"\u{2a}"` in a
   pattern is a wildcard. `syntax.parse_rules` refuses a file where the two differ.
2. An error that leaves the shape of the rule clear is noted and parsing goes on; one that
   does not stops the rule, and the next rule is read.
"""

from __future__ import annotations

from cedarpy import pst

from holdfast.policy.cedar.syntax.calls import BINARY_METHODS, FUNCTIONS, METHODS, UNARY_METHODS
from holdfast.policy.cedar.syntax.cursor import Cursor
from holdfast.policy.cedar.syntax.literals import wildcard_pattern
from holdfast.policy.cedar.syntax.tokens import VARIABLES, Token
from holdfast.policy.diagnostics import closest, displayed
from holdfast.proto.limits import INTEGER_MAX, PREFIXES

__all__ = ["ExpressionParser"]

_LONGEST_LONG = len(str(INTEGER_MAX))


_COMPARISONS: dict[str, pst.BinaryOpName] = {
    "==": "eq",
    "!=": "not_eq",
    "<": "less",
    "<=": "less_eq",
    ">": "greater",
    ">=": "greater_eq",
    "in": "in",
}
_SUMS: dict[str, pst.BinaryOpName] = {"+": "add", "-": "sub"}
_ABSENT = {"/": "division", "%": "remainder"}


class ExpressionParser(Cursor):
    """A cursor that reads expressions."""

    # Expressions, loosest binding first

    def expression(self) -> pst.Expr:
        """Read one expression."""
        self.nested(+1)
        conditional = self.now.kind == "id" and self.now.text == "if"
        node = self._conditional() if conditional else self._or()
        self.nested(-1)
        return node

    def _conditional(self) -> pst.Expr:
        start = self.advance().start
        cond = self.expression()
        if not self.accept_word("then"):
            self.stop("expected `then`", "write `if a then b else c`")
        then_expr = self.expression()
        if not self.accept_word("else"):
            self.stop("expected `else`", "every `if` has an `else`: `if a then b else c`")
        else_expr = self.expression()
        node = pst.IfThenElse(cond=cond, then_expr=then_expr, else_expr=else_expr)
        return self.build(node, start, cond, then_expr, else_expr)

    def _or(self) -> pst.Expr:
        start = self.now.start
        left = self._and()
        while self.now.kind == "||":
            op = self.advance()
            left = self._binary("or", op, start, left, self._and())
        return left

    def _and(self) -> pst.Expr:
        start = self.now.start
        left = self._relation()
        while self.now.kind == "&&":
            op = self.advance()
            left = self._binary("and", op, start, left, self._relation())
        return left

    def _binary(
        self, name: pst.BinaryOpName, op: Token, start: int, left: pst.Expr, right: pst.Expr
    ) -> pst.Expr:
        node = self.build(pst.BinaryOp(op=name, left=left, right=right), start, left, right)
        self.mark_part(node, "op", op)
        return node

    def _relation(self) -> pst.Expr:
        start = self.now.start
        left = self._sum()
        op = self.now
        if op.kind == "id" and op.text in {"has", "like", "is"}:
            self.advance()
            read = {"has": self._has, "like": self._like, "is": self._is}[op.text]
            return read(start, left, op)
        name = _COMPARISONS.get(op.text) if op.kind in {"id", op.text} else None
        if name is None:
            self._refuse_foreign_operator()
            return left
        self.advance()
        node = self._binary(name, op, start, left, self._sum())
        if self.now.kind in {"id", self.now.text} and self.now.text in _COMPARISONS:
            self.stop("expected one comparison", "put parentheses around the first")
        return node

    def _refuse_foreign_operator(self) -> None:
        if self.now.kind == "=":
            self.stop("expected an operator", "equality is written `==`")

    def _has(self, start: int, base: pst.Expr, op: Token) -> pst.Expr:
        if self.now.kind == "str":
            token = self.now
            name = self.text("this attribute name")
            return self._has_one(start, base, name, token, op)
        token = self.now
        tested = self._has_one(start, base, self.name("an attribute name"), token, op)
        holder, name = base, token.text
        while self.accept("."):
            token = self.now
            below = self.name("an attribute name")
            holder = self.build(pst.GetAttr(base=holder, attr=name), start, holder)
            deeper = self._has_one(start, holder, below, token, op)
            tested = self._binary("and", op, start, tested, deeper)
            name = below
        return tested

    def _has_one(self, start: int, base: pst.Expr, name: str, token: Token, op: Token) -> pst.Expr:
        node = self.build(pst.HasAttr(base=base, attrs=(name,)), start, base)
        self.mark_part(node, "attr", token)
        self.mark_part(node, "op", op)
        return node

    def _like(self, start: int, base: pst.Expr, op: Token) -> pst.Expr:
        token = self.expect("str", "a pattern in double quotes", 'write `like "src-*"`')
        pattern, complaint = wildcard_pattern(token.text)
        if complaint:
            self.bad_escape(token, complaint)
        node = self.build(pst.Like(base=base, pattern=pattern), start, base)
        self.mark_part(node, "op", op)
        self.mark_part(node, "pattern", token)
        return node

    def _is(self, start: int, base: pst.Expr, op: Token) -> pst.Expr:
        entity_type = self.entity_type()
        within = self._sum() if self.accept_word("in") else None
        children = (base,) if within is None else (base, within)
        node = pst.Is(base=base, entity_type=entity_type, in_expr=within)
        self.build(node, start, *children)
        self.mark_part(node, "op", op)
        return node

    def _sum(self) -> pst.Expr:
        start = self.now.start
        left = self._product()
        while (name := _SUMS.get(self.now.kind)) is not None:
            op = self.advance()
            left = self._binary(name, op, start, left, self._product())
        return left

    def _product(self) -> pst.Expr:
        start = self.now.start
        left = self._prefixed()
        while self.now.kind == "*":
            op = self.advance()
            left = self._binary("mul", op, start, left, self._prefixed())
        if self.now.kind in _ABSENT:
            self.stop(f"Cedar has no {_ABSENT[self.now.kind]}", "compare with a product instead")
        return left

    def _prefixed(self) -> pst.Expr:
        kind = self.now.kind
        if kind not in {"!", "-"}:
            return self._member()
        prefixes: list[Token] = []
        while self.now.kind == kind:
            if len(prefixes) == PREFIXES:
                self.stop(f"expected at most {PREFIXES} of `{kind}`", "two cancel out")
            prefixes.append(self.advance())
        if kind == "-" and self.now.kind == "int" and not self._member_goes_on():
            number = self._long(negative=True)
            node = self.build(pst.LongLit(value=number), prefixes.pop().start)
        else:
            node = self._member()
        name: pst.UnaryOpName = "not" if kind == "!" else "neg"
        for op in reversed(prefixes):
            node = self.build(pst.UnaryOp(op=name, arg=node), op.start, node)
            self.mark_part(node, "op", op)
        return node

    def _member_goes_on(self) -> bool:
        return self.tokens[self.at + 1].kind in {".", "["}

    def _long(self, *, negative: bool = False) -> int:
        token = self.advance()
        digits = token.text.lstrip("0")
        value = int(digits or "0") if len(digits) <= _LONGEST_LONG else INTEGER_MAX + 2
        if value > INTEGER_MAX + negative:
            hint = f"numbers go from -{INTEGER_MAX + 1} to {INTEGER_MAX}"
            shown = displayed(token.text, 40)
            self.note(token.start, token.end, "number-too-large", f"{shown} is too large", hint)
            value = 0
        return -value if negative else value

    # Members: attributes, indexes, calls

    def _member(self) -> pst.Expr:
        start = self.now.start
        node = self._primary()
        while True:
            if self.now.kind == ".":
                self.advance()
                node = self._attribute_or_call(start, node)
            elif self.now.kind == "[":
                self.advance()
                token = self.now
                name = self.text("this index", 'an index is a text: `context["a b"]`')
                self.expect("]", "`]`")
                node = self._get(start, node, name, token)
            elif self.now.kind == "(":
                self.stop("only a function or a method can be called")
            else:
                return node

    def _get(self, start: int, base: pst.Expr, name: str, token: Token) -> pst.Expr:
        node = self.build(pst.GetAttr(base=base, attr=name), start, base)
        self.mark_part(node, "attr", token)
        return node

    def _attribute_or_call(self, start: int, base: pst.Expr) -> pst.Expr:
        token = self.now
        name = self.name("an attribute or method name")
        if self.now.kind != "(":
            return self._get(start, base, name, token)
        args = self._arguments()
        node: pst.Expr
        if name in BINARY_METHODS and len(args) == 1:
            node = pst.BinaryOp(op=BINARY_METHODS[name], left=base, right=args[0])
            self.build(node, start, base, args[0])
        elif name in UNARY_METHODS and not args:
            node = self.build(pst.UnaryOp(op=UNARY_METHODS[name], arg=base), start, base)
        else:
            self._bad_method(token, len(args))
            return base
        self.mark_part(node, "op", token)
        return node

    def _bad_method(self, token: Token, given: int) -> None:
        name, place = token.text, (token.start, token.end)
        if name in METHODS:
            wanted = 1 if name in BINARY_METHODS else 0
            message = f"`{name}` takes {_count(wanted)}, not {given}"
            self.note(*place, "wrong-arguments", message)
        elif name in FUNCTIONS:
            message = f"`{name}` is a function, not a method"
            self.note(*place, "unknown-method", message, f'write `{name}("...")`')
        else:
            near = closest(name, METHODS)
            hint = f"did you mean `{near}`?" if near else f"methods: {', '.join(METHODS)}"
            self.note(*place, "unknown-method", f"no method {displayed(name)}", hint)

    def _arguments(self) -> tuple[pst.Expr, ...]:
        self.advance()
        return self._listed(")")

    def _listed(self, closing: str) -> tuple[pst.Expr, ...]:
        """Read expressions up to a closing bracket; the last comma may trail."""
        found: list[pst.Expr] = []
        while self.now.kind != closing:
            found.append(self.expression())
            if not self.accept(","):
                break
        self.expect(closing, f"`,` or `{closing}`")
        return tuple(found)

    # Primaries

    def _primary(self) -> pst.Expr:
        now = self.now
        match now.kind:
            case "id":
                return self._named()
            case "str":
                return self.build(pst.StringLit(value=self.text("this text")), now.start)
            case "int":
                return self.build(pst.LongLit(value=self._long()), now.start)
            case "(":
                self.advance()
                inner = self.expression()
                self.expect(")", "`)`")
                return inner
            case "[":
                self.advance()
                elements = self._listed("]")
                return self.build(pst.Set(elements=elements), now.start, *elements)
            case "{":
                return self._record()
            case "slot":
                hint = "a slot stands in the head of a rule"
                return self.stop("expected a value", hint, "template-slot")
            case _:
                self._refuse_foreign_operator()
                return self.stop("expected a value")

    def _named(self) -> pst.Expr:
        start = self.now
        if start.text in {"true", "false"}:
            self.advance()
            return self.build(pst.BoolLit(value=start.text == "true"), start.start)
        names = self.path()
        if self.accept("::"):
            uid = self.uid_after(names, start.start)
            return self.build(pst.EntityLit(value=uid), start.start)
        if self.now.kind == "(":
            return self._function(names, start)
        if len(names) == 1 and names[0] == "principal":
            return self.build(pst.Var(name="principal"), start.start)
        if len(names) == 1 and names[0] == "action":
            return self.build(pst.Var(name="action"), start.start)
        if len(names) == 1 and names[0] == "resource":
            return self.build(pst.Var(name="resource"), start.start)
        if len(names) == 1 and names[0] == "context":
            return self.build(pst.Var(name="context"), start.start)
        self._unknown_variable("::".join(names), start.start)
        return self.build(pst.BoolLit(value=False), start.start)

    def _unknown_variable(self, written: str, start: int) -> None:
        near = closest(written, (*VARIABLES, "true", "false"))
        hint = (
            f"did you mean `{near}`?"
            if near
            else f'a text is written `"{written}"`, an entity `Type::"{written}"`'
        )
        message = f"{displayed(written)} is not a variable"
        self.note(start, self.last_end, "unknown-variable", message, hint)

    def _function(self, names: tuple[str, ...], token: Token) -> pst.Expr:
        name = "::".join(names)
        end = self.last_end
        args = self._arguments()
        if name in FUNCTIONS and len(args) == 1:
            node = self.build(pst.UnaryOp(op=FUNCTIONS[name], arg=args[0]), token.start, *args)
            self.mark_part(node, "op", token)
            return node
        if name in FUNCTIONS:
            message = f"`{name}` takes {_count(1)}, not {len(args)}"
            self.note(token.start, end, "wrong-arguments", message)
        elif name in METHODS:
            message, hint = f"`{name}` is a method, not a function", f"write `x.{name}(...)`"
            self.note(token.start, end, "unknown-function", message, hint)
        else:
            near = closest(name, FUNCTIONS)
            hint = f"did you mean `{near}`?" if near else f"functions: {', '.join(FUNCTIONS)}"
            message = f"no function {displayed(name)}"
            self.note(token.start, end, "unknown-function", message, hint)
        return self.build(pst.BoolLit(value=False), token.start)

    def _record(self) -> pst.Expr:
        start = self.advance().start
        fields: dict[str, pst.Expr] = {}
        while self.now.kind != "}":
            token = self.now
            key = self.text("this key") if token.kind == "str" else self.name("a key")
            self.expect(":", "`:`", "a record is written `{name: value}`")
            if key in fields:
                message = f"{displayed(key)} stands twice in this record"
                self.note(token.start, token.end, "duplicate-key", message, "remove one")
            fields[key] = self.expression()
            if not self.accept(","):
                break
        self.expect("}", "`,` or `}`")
        node = pst.Record(fields=pst.FrozenMap(fields))
        return self.build(node, start, *fields.values())


def _count(arguments: int) -> str:
    return "1 argument" if arguments == 1 else "no argument"
