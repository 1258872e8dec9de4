"""What rules can speak of: the schema's entity types, actions and attributes, as values.

The engine validates; this exists so that a check can say which word is wrong and which one
was meant. It reads the same schema text and knows only what shipped and generated schemas
use: no namespaces, no tags, no enumerated entities, no annotations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, assert_never

from holdfast.policy.cedar.syntax.literals import text_value

__all__ = [
    "ActionKind",
    "EntityKind",
    "EntityOf",
    "Named",
    "RecordOf",
    "SchemaError",
    "SetOf",
    "Type",
    "Vocabulary",
    "read_vocabulary",
    "type_text",
]


class SchemaError(ValueError):
    """The schema text is none this reader knows."""


@dataclass(frozen=True, slots=True)
class Named:
    """A type with a name of its own: Bool, Long, String, ipaddr, decimal, ..."""

    name: str


@dataclass(frozen=True, slots=True)
class EntityOf:
    """An entity of a type."""

    name: str


@dataclass(frozen=True, slots=True)
class SetOf:
    """A set; None is what nothing is known of."""

    of: Type | None


@dataclass(frozen=True, slots=True)
class RecordOf:
    """A record: each attribute's type, and which may be absent."""

    attrs: Mapping[str, Type]
    optional: frozenset[str] = frozenset()


Type = Named | EntityOf | SetOf | RecordOf

_SCANNER = re.compile(
    r"""(?P<skip>\s+|//[^\n]*)|(?P<id>[A-Za-z_]\w*)|(?P<str>"(?:\\.|[^"\\])*")|(?P<op>[\W\d])""",
    re.ASCII,
)
_PRIMITIVE = {
    "Bool": Named("Bool"),
    "Boolean": Named("Bool"),
    "Long": Named("Long"),
    "String": Named("String"),
    "ipaddr": Named("ipaddr"),
    "decimal": Named("decimal"),
    "datetime": Named("datetime"),
    "duration": Named("duration"),
}


@dataclass(frozen=True, slots=True)
class EntityKind:
    """An entity type: its attributes, and every type an ancestor of it may have."""

    name: str
    attrs: RecordOf
    within: frozenset[str]


@dataclass(frozen=True, slots=True)
class ActionKind:
    """An action: the groups it is in, and what it applies to (nothing, for a group)."""

    name: str
    groups: frozenset[str]
    principals: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    context: RecordOf = RecordOf(MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word of a schema."""

    entities: Mapping[str, EntityKind]
    actions: Mapping[str, ActionKind]
    types: Mapping[str, Type]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Actions that can be asked for: no groups."""
        return tuple(name for name, action in self.actions.items() if action.resources)


def type_text(of: Type) -> str:
    """Return a type as a schema writes it."""
    match of:
        case Named(name) | EntityOf(name):
            return name
        case SetOf(inner):
            return f"Set<{type_text(inner) if inner else 'String'}>"
        case RecordOf(attrs, optional):
            inside = ", ".join(
                f'"{name}"{"?" if name in optional else ""}: {type_text(each)}'
                for name, each in attrs.items()
            )
            return f"{{ {inside} }}" if inside else "{}"
        case _:
            assert_never(of)


def read_vocabulary(schema: str) -> Vocabulary:
    """Read a schema."""
    reader = _Reader((*_tokens(schema), _Token("end", "the end")))
    reader.run()
    return Vocabulary(
        MappingProxyType(_with_ancestors(reader.entities)),
        MappingProxyType(_with_groups(reader.actions)),
        MappingProxyType(reader.types),
    )


def _closure(parents: Mapping[str, frozenset[str]], name: str) -> frozenset[str]:
    found: set[str] = set()
    todo = list(parents.get(name, ()))
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo.extend(parents.get(one, ()))
    return frozenset(found)


def _with_ancestors(entities: Mapping[str, EntityKind]) -> dict[str, EntityKind]:
    parents = {name: kind.within for name, kind in entities.items()}
    return {
        name: EntityKind(name, kind.attrs, _closure(parents, name))
        for name, kind in entities.items()
    }


def _with_groups(actions: Mapping[str, ActionKind]) -> dict[str, ActionKind]:
    parents = {name: action.groups for name, action in actions.items()}
    return {
        name: ActionKind(
            name, _closure(parents, name), action.principals, action.resources, action.context
        )
        for name, action in actions.items()
    }


class _Token(NamedTuple):
    """A word, a quoted name, or one punctuation character, which is its own kind."""

    kind: str
    text: str


def _tokens(schema: str) -> Iterator[_Token]:
    for found in _SCANNER.finditer(schema):
        kind, text = found.lastgroup or "skip", found[0]
        if kind != "skip":
            yield _Token(text if kind == "op" else kind, text)


class _Reader:
    """A cursor over a schema's tokens."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self.tokens = tokens
        self.at = 0
        self.entities: dict[str, EntityKind] = {}
        self.actions: dict[str, ActionKind] = {}
        self.types: dict[str, Type] = {}

    def run(self) -> None:
        """Read every declaration."""
        readers = {"entity": self._entity, "action": self._action, "type": self._type_name}
        while self._kind != "end":
            word = self._take("id")
            reader = readers.get(word)
            if reader is None:
                raise SchemaError(f"`{word}` begins no declaration this reader knows")
            reader()
            self._take(";")

    @property
    def _kind(self) -> str:
        return self.tokens[self.at].kind

    def _take(self, kind: str) -> str:
        token = self.tokens[self.at]
        if token.kind != kind:
            raise SchemaError(f"expected `{kind}`, found `{token.text}`")
        self.at += 1
        return token.text

    def _accept(self, kind: str, text: str = "") -> bool:
        token = self.tokens[self.at]
        if token.kind != kind or (text and token.text != text):
            return False
        self.at += 1
        return True

    def _name(self) -> str:
        """Read a name, quoted or bare."""
        if self._kind == "str":
            return text_value(self._take("str"))[0]
        return self._take("id")

    def _names(self) -> tuple[str, ...]:
        """Read one name, or a list of them in brackets."""
        if not self._accept("["):
            return (self._name(),)
        found: list[str] = []
        while not self._accept("]"):
            found.append(self._name())
            self._accept(",")
        return tuple(found)

    def _declared(self) -> tuple[str, ...]:
        found = [self._name()]
        while self._accept(","):
            found.append(self._name())
        return tuple(found)

    def _entity(self) -> None:
        names = self._declared()
        within = self._names() if self._accept("id", "in") else ()
        attrs = self._record() if self._kind == "{" else RecordOf(MappingProxyType({}))
        for name in names:
            self.entities[name] = EntityKind(name, attrs, frozenset(within))

    def _type_name(self) -> None:
        name = self._take("id")
        self._take("=")
        self.types[name] = self._type()

    def _action(self) -> None:
        names = self._declared()
        groups = frozenset(self._names() if self._accept("id", "in") else ())
        applies: dict[str, tuple[str, ...]] = {"principal": (), "resource": ()}
        context = RecordOf(MappingProxyType({}))
        if self._accept("id", "appliesTo"):
            self._take("{")
            while not self._accept("}"):
                what = self._take("id")
                self._take(":")
                if what == "context":
                    context = self._context()
                else:
                    applies[what] = self._names()
                self._accept(",")
        for name in names:
            self.actions[name] = ActionKind(
                name, groups, applies["principal"], applies["resource"], context
            )

    def _context(self) -> RecordOf:
        found = self._type()
        if not isinstance(found, RecordOf):
            raise SchemaError("a context is a record")
        return found

    def _record(self) -> RecordOf:
        self._take("{")
        attrs: dict[str, Type] = {}
        optional: set[str] = set()
        while not self._accept("}"):
            name = self._name()
            if self._accept("?"):
                optional.add(name)
            self._take(":")
            attrs[name] = self._type()
            self._accept(",")
        return RecordOf(MappingProxyType(attrs), frozenset(optional))

    def _type(self) -> Type:
        if self._kind == "{":
            return self._record()
        name = self._take("id")
        if name == "Set":
            self._take("<")
            inner = self._type()
            self._take(">")
            return SetOf(inner)
        return self.types.get(name) or _PRIMITIVE.get(name) or EntityOf(name)
