r"""Cedar expressions: a precedence parser that builds the engine's own nodes.

Rules of this file:
1. Every node built is what `cedarpy.policies_to_pst` builds for the same text, quirks and
   all: `has a.b` is a conjunction, `-1` is a literal, `-(1)` a negation, `"\u{2a}"` in a
   pattern is a wildcard. `syntax.parse_rules` refuses a file where the two differ.
2. Neither the parser's recursion nor a tree's depth passes `MAX_DEPTH`: what comes after
   (compiler, evaluator, tracer, the engine itself) recurses over these trees.
3. An error that leaves the shape of the rule clear is noted and parsing goes on; one that
   does not stops the rule, and the next rule is read.
"""

from __future__ import annotations

from typing import NoReturn, TypeAlias

from cedarpy import pst

from holdfast.policy.cedar.syntax.literals import text_value, wildcard_pattern
from holdfast.policy.cedar.syntax.tokens import RESERVED, VARIABLES, Token
from holdfast.policy.diagnostics import Problem, SourceText, closest, displayed

__all__ = ["MAX_DEPTH", "ExpressionParser", "RuleBroken"]

MAX_DEPTH = 64
"""Levels of nesting, in the text and in the tree."""
MAX_PREFIXES = 4
"""Cedar takes at most four `!` or `-` in a row."""
MAX_LONG = 2**63 - 1
_LONGEST_LONG = len(str(MAX_LONG))

Binary: TypeAlias = pst.BinaryOpName
Unary: TypeAlias = pst.UnaryOpName

_COMPARISONS: dict[str, Binary] = {
    "==": "eq",
    "!=": "not_eq",
    "<": "less",
    "<=": "less_eq",
    ">": "greater",
    ">=": "greater_eq",
    "in": "in",
}
_SUMS: dict[str, Binary] = {"+": "add", "-": "sub"}
_ABSENT = {"/": "division", "%": "remainder"}
_FUNCTIONS: dict[str, Unary] = {
    "ip": "ip",
    "decimal": "decimal",
    "datetime": "datetime",
    "duration": "duration",
}
_UNARY_METHODS: dict[str, Unary] = {
    "isEmpty": "is_empty",
    "isIpv4": "is_ipv4",
    "isIpv6": "is_ipv6",
    "isLoopback": "is_loopback",
    "isMulticast": "is_multicast",
    "toDate": "to_date",
    "toTime": "to_time",
    "toMilliseconds": "to_milliseconds",
    "toSeconds": "to_seconds",
    "toMinutes": "to_minutes",
    "toHours": "to_hours",
    "toDays": "to_days",
}
_BINARY_METHODS: dict[str, Binary] = {
    "contains": "contains",
    "containsAll": "contains_all",
    "containsAny": "contains_any",
    "getTag": "get_tag",
    "hasTag": "has_tag",
    "isInRange": "is_in_range",
    "offset": "offset",
    "durationSince": "duration_since",
    "lessThan": "decimal_less_than",
    "lessThanOrEqual": "decimal_less_eq",
    "greaterThan": "decimal_greater",
    "greaterThanOrEqual": "decimal_greater_eq",
}
_METHODS = (*_UNARY_METHODS, *_BINARY_METHODS)


class RuleBroken(Exception):
    """The rule cannot be read further; its problem is noted already."""


class ExpressionParser:
    """A cursor over one file's tokens that reads names and expressions."""

    def __init__(self, source: SourceText, tokens: tuple[Token, ...]) -> None:
        """Begin at the first token."""
        self.source = source
        self.tokens = tokens
        self.at = 0
        self.now = tokens[0]
        self.last_end = 0
        self.problems: list[Problem] = []
        self.nodes: dict[int, tuple[object, int, int]] = {}
        self.parts: dict[int, dict[str, tuple[int, int]]] = {}
        self._depths: dict[int, int] = {}
        self.nesting = 0

    # The cursor

    def advance(self) -> Token:
        """Step over the current token and return it."""
        taken = self.now
        self.last_end = taken.end
        if taken.kind != "end":
            self.at += 1
            self.now = self.tokens[self.at]
        return taken

    def accept(self, kind: str) -> bool:
        """Step over the current token if it is of that kind."""
        if self.now.kind != kind:
            return False
        self.advance()
        return True

    def expect(self, kind: str, wanted: str, hint: str = "") -> Token:
        """Step over a token that must be there."""
        if self.now.kind != kind:
            self.stop(f"expected {wanted}", hint)
        return self.advance()

    def accept_word(self, word: str) -> bool:
        """Step over a word of the language if it is there."""
        if self.now.kind != "id" or self.now.text != word:
            return False
        self.advance()
        return True

    def stop(self, wanted: str, hint: str = "", code: str = "syntax") -> NoReturn:
        """Note that the current token is not what the grammar wants, and give up the rule."""
        now, before = self.now, self.tokens[max(0, self.at - 1)]
        if before.kind == "str" and "\n" in before.text:
            # most often its end is missing and it has swallowed the lines below
            message = "this text goes on past the end of its line"
            self.note(before.start, before.end, "unterminated-text", message, 'end it with `"`')
            raise RuleBroken
        found = "the end of the file" if now.kind == "end" else displayed(now.text, 40)
        self.note(now.start, now.end, code, f"{wanted}, found {found}", hint)
        raise RuleBroken

    def note(self, start: int, end: int, code: str, message: str, hint: str = "") -> None:
        """Note a problem without giving up."""
        self.problems.append(self.source.problem(start, end, code, message, hint))

    def build(self, node: pst.Expr, start: int, *children: pst.Expr) -> pst.Expr:
        """Note a node's place, from `start` to the last token taken, and check its depth."""
        depth = 1 + max((self._depths[id(child)] for child in children), default=0)
        self.nodes[id(node)] = (node, start, self.last_end)
        self._depths[id(node)] = depth
        if depth > MAX_DEPTH:
            self._too_deep(start)
        return node

    def mark(self, node: object, start: int) -> None:
        """Note the place of a node that is no expression."""
        self.nodes[id(node)] = (node, start, self.last_end)

    def mark_part(self, node: object, part: str, token: Token) -> None:
        """Note the place of a part of a node."""
        self.parts.setdefault(id(node), {})[part] = (token.start, token.end)

    def _too_deep(self, start: int) -> NoReturn:
        self.note(
            start,
            self.last_end,
            "too-deep",
            f"this nests deeper than {MAX_DEPTH} levels",
            "split the rule in two, or ask a set: `[...].contains(x)`",
        )
        raise RuleBroken

    # Expressions, loosest binding first

    def expression(self) -> pst.Expr:
        """Read one expression."""
        self.nested(+1)
        conditional = self.now.kind == "id" and self.now.text == "if"
        node = self._conditional() if conditional else self._or()
        self.nested(-1)
        return node

    def nested(self, step: int) -> None:
        """Count a bracket opened (+1) or closed (-1) and stop beyond the ceiling."""
        self.nesting += step
        if self.nesting > MAX_DEPTH:
            self._too_deep(self.now.start)

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
        self, name: Binary, op: Token, start: int, left: pst.Expr, right: pst.Expr
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
            self._bad_escape(token, complaint)
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
            if len(prefixes) == MAX_PREFIXES:
                self.stop(f"expected at most {MAX_PREFIXES} of `{kind}`", "two cancel out")
            prefixes.append(self.advance())
        if kind == "-" and self.now.kind == "int" and not self._member_goes_on():
            number = self._long(negative=True)
            node = self.build(pst.LongLit(value=number), prefixes.pop().start)
        else:
            node = self._member()
        name: Unary = "not" if kind == "!" else "neg"
        for op in reversed(prefixes):
            node = self.build(pst.UnaryOp(op=name, arg=node), op.start, node)
            self.mark_part(node, "op", op)
        return node

    def _member_goes_on(self) -> bool:
        return self.tokens[self.at + 1].kind in {".", "["}

    def _long(self, *, negative: bool = False) -> int:
        token = self.advance()
        digits = token.text.lstrip("0")
        value = int(digits or "0") if len(digits) <= _LONGEST_LONG else MAX_LONG + 2
        if value > MAX_LONG + negative:
            hint = f"numbers go from -{MAX_LONG + 1} to {MAX_LONG}"
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
        if name in _BINARY_METHODS and len(args) == 1:
            node = pst.BinaryOp(op=_BINARY_METHODS[name], left=base, right=args[0])
            self.build(node, start, base, args[0])
        elif name in _UNARY_METHODS and not args:
            node = self.build(pst.UnaryOp(op=_UNARY_METHODS[name], arg=base), start, base)
        else:
            self._bad_method(token, len(args))
            return base
        self.mark_part(node, "op", token)
        return node

    def _bad_method(self, token: Token, given: int) -> None:
        name, place = token.text, (token.start, token.end)
        if name in _METHODS:
            wanted = 1 if name in _BINARY_METHODS else 0
            message = f"`{name}` takes {_count(wanted)}, not {given}"
            self.note(*place, "wrong-arguments", message)
        elif name in _FUNCTIONS:
            message = f"`{name}` is a function, not a method"
            self.note(*place, "unknown-method", message, f'write `{name}("...")`')
        else:
            near = closest(name, _METHODS)
            hint = f"did you mean `{near}`?" if near else f"methods: {', '.join(_METHODS)}"
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
                self.stop(
                    "expected a value", "a slot stands in the head of a rule", "template-slot"
                )
            case _:
                self._refuse_foreign_operator()
                self.stop("expected a value")

    def _named(self) -> pst.Expr:
        start = self.now
        if start.text in {"true", "false"}:
            self.advance()
            return self.build(pst.BoolLit(value=start.text == "true"), start.start)
        names = self._path()
        if self.accept("::"):
            uid = self._uid(names, start.start)
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
        if name in _FUNCTIONS and len(args) == 1:
            node = self.build(pst.UnaryOp(op=_FUNCTIONS[name], arg=args[0]), token.start, *args)
            self.mark_part(node, "op", token)
            return node
        if name in _FUNCTIONS:
            message = f"`{name}` takes {_count(1)}, not {len(args)}"
            self.note(token.start, end, "wrong-arguments", message)
        elif name in _METHODS:
            message, hint = f"`{name}` is a method, not a function", f"write `x.{name}(...)`"
            self.note(token.start, end, "unknown-function", message, hint)
        else:
            near = closest(name, _FUNCTIONS)
            hint = f"did you mean `{near}`?" if near else f"functions: {', '.join(_FUNCTIONS)}"
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

    # Names and texts

    def name(self, wanted: str) -> str:
        """Read one identifier that is no word of the language."""
        token = self.expect("id", wanted)
        if token.text in RESERVED:
            message = f"`{token.text}` is a word of the language"
            self.note(token.start, token.end, "reserved-word", message, "choose another name")
        return token.text

    def _path(self) -> tuple[str, ...]:
        """Read `A::B::C`, leaving a `::` that a text follows."""
        names = [self.name("a name")]
        while self.now.kind == "::" and self.tokens[self.at + 1].kind == "id":
            self.advance()
            names.append(self.name("a name"))
        return tuple(names)

    def entity_type(self) -> pst.EntityType:
        """Read an entity type."""
        start = self.now.start
        if self.now.kind != "id":
            self.stop("expected an entity type", "for example `resource is Path`")
        *namespace, basename = self._path()
        node = pst.EntityType(basename=basename, namespace=tuple(namespace))
        self.mark(node, start)
        return node

    def entity_uid(self) -> pst.EntityUid:
        """Read `Type::"id"`."""
        start = self.now.start
        if self.now.kind != "id":
            self.stop("expected an entity", 'for example `Group::"owners"`')
        names = self._path()
        if not self.accept("::"):
            self.stop("expected `::` and an id in double quotes", f'write `{names[-1]}::"..."`')
        return self._uid(names, start)

    def _uid(self, names: tuple[str, ...], start: int) -> pst.EntityUid:
        entity_type = pst.EntityType(basename=names[-1], namespace=names[:-1])
        token = self.now
        value = self.text("this id", f'write `{names[-1]}::"..."`')
        node = pst.EntityUid(type=entity_type, id=value)
        self.mark(node, start)
        self.mark_part(node, "id", token)
        return node

    def text(self, what: str, hint: str = "") -> str:
        """Read a text in double quotes."""
        token = self.expect("str", "a text in double quotes", hint)
        value, complaint = text_value(token.text)
        if complaint:
            self._bad_escape(token, f"{complaint} in {what}")
        return value

    def _bad_escape(self, token: Token, complaint: str) -> None:
        hint = r"escapes: `\n \r \t \\ \0 \' \"`, `\x41`, `\u{1f512}`, and `\*` in patterns"
        self.note(token.start, token.end, "bad-escape", complaint, hint)


def _count(arguments: int) -> str:
    return "1 argument" if arguments == 1 else "no argument"
