"""Read a Cedar schema for what values need it: the types of attributes, tags and contexts.

A JSON document may write an entity as `{"type": .., "id": ..}` and an address as `"10.0.0.1"`, and
only the schema says which of them are meant. This reader keeps just that, and the hierarchy of
actions. It does not validate: the reference engine does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from holdfast.policy.cedar.values import Uid

_T = TypeVar("_T")


@dataclass(frozen=True)
class SetOf:
    """A set of one type."""

    element: Type


@dataclass(frozen=True)
class RecordOf:
    """A record type; attributes it does not name are untyped."""

    fields: dict[str, Type]


@dataclass(frozen=True)
class Named:
    """A type by name, as written in a namespace."""

    name: str
    namespace: str


_Reference: TypeAlias = tuple[str | None, str, str]
Type: TypeAlias = "SetOf | RecordOf | Named"
NO_FIELDS: Final = RecordOf({})

EXTENSIONS: Final = {
    "ipaddr": "ip",
    "decimal": "decimal",
    "datetime": "datetime",
    "duration": "duration",
}
"""Extension types, and the function that makes one from a string."""

_PRIMITIVES: Final = frozenset({"Bool", "Boolean", "Long", "String", *EXTENSIONS})
_TOKEN: Final = re.compile(
    r"""(?:\s|//[^\n]*)*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"""
    r"""|(?P<sign>::|[{}\[\]<>()=,;:@?]))""",
    re.DOTALL,
)
_BLANK: Final = re.compile(r"(?:\s|//[^\n]*)*")
_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9a-fA-F_]+)\}|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_SIMPLE: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


class SchemaError(ValueError):
    """A schema this reader cannot follow."""


@dataclass
class Schema:
    """What a schema says about values."""

    commons: dict[str, Type] = field(default_factory=dict[str, "Type"])
    entities: dict[str, RecordOf | Named] = field(default_factory=dict[str, RecordOf | Named])
    tags: dict[str, Type] = field(default_factory=dict[str, "Type"])
    contexts: dict[Uid, Type] = field(default_factory=dict[Uid, "Type"])
    parents: dict[Uid, list[_Reference]] = field(default_factory=dict[Uid, "list[_Reference]"])
    """Of each action: (type as written or None, id, namespace it was written in)."""

    def resolve(self, kind: Type) -> Type | str:
        """Follow a name to a structure, or to `entity` or an extension's function, or to ``."""
        seen: set[str] = set()
        while isinstance(kind, Named):
            step = self._look_up(kind)
            if isinstance(step, str):
                return step
            kind = step
            if repr(kind) in seen:
                raise SchemaError(f"type {kind} is defined by itself")
            seen.add(repr(kind))
        return kind

    def _look_up(self, kind: Named) -> Type | str:
        for name in _candidates(kind):
            if name in self.commons:
                return self.commons[name]
            if name in self.entities:
                return "entity"
        bare = kind.name.removeprefix("__cedar::")
        if bare in _PRIMITIVES:
            return EXTENSIONS.get(bare, "")
        raise SchemaError(f"type {kind.name} is not defined")

    def action_parents(self, action: Uid) -> list[Uid]:
        """Return the direct parents of an action."""
        found: list[Uid] = []
        for written, name, namespace in self.parents.get(action, []):
            local = f"{namespace}::Action" if namespace else "Action"
            choices = [local] if written is None else [*_candidates(Named(written, namespace))]
            uids = [Uid(choice, name) for choice in choices]
            found.append(next((uid for uid in uids if uid in self.parents), uids[0]))
        return found

    def action_ancestors(self, action: Uid) -> frozenset[Uid]:
        """Return every action above `action`."""
        found: set[Uid] = set()
        waiting = self.action_parents(action)
        while waiting:
            uid = waiting.pop()
            if uid not in found:
                found.add(uid)
                waiting += self.action_parents(uid)
        return frozenset(found)


def _candidates(kind: Named) -> Iterator[str]:
    if kind.namespace and not kind.name.startswith("__cedar::"):
        yield f"{kind.namespace}::{kind.name}"
    yield kind.name


def unescape(literal: str) -> str:
    """Return what a quoted Cedar string means."""

    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code.replace("_", ""), 16)) if code else _SIMPLE.get(match[3], match[3])

    return _ESCAPE.sub(character, literal[1:-1])


def read_schema(text: str) -> Schema:
    """Read a schema in Cedar's own syntax."""
    reader = _Reader(text)
    reader.declarations("")
    return reader.schema


class _Reader:
    """A recursive-descent reader over the tokens of one schema."""

    def __init__(self, text: str) -> None:
        self.schema = Schema()
        self.tokens: list[str] = []
        self.at = 0
        position = 0
        end = len(text)
        while match := _TOKEN.match(text, position):
            self.tokens.append(match["string"] or match["word"] or match["sign"])
            position = match.end()
        blank = _BLANK.match(text, position)
        if blank is None or blank.end() != end:
            raise SchemaError(f"cannot read the schema at character {position}")

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def accept(self, token: str) -> bool:
        if self.peek() != token:
            return False
        self.at += 1
        return True

    def need(self, token: str) -> None:
        if not self.accept(token):
            raise SchemaError(f"expected {token} instead of {self.peek() or 'the end'}")

    def annotations(self) -> None:
        while self.accept("@"):
            self.take()
            if self.accept("("):
                self.take()
                self.need(")")

    def declarations(self, namespace: str) -> None:
        while self.peek() not in {"", "}"}:
            self.annotations()
            word = self.take()
            if word == "namespace":
                inner = self.path()
                self.need("{")
                self.declarations(inner)
                self.need("}")
                continue
            declare = {"entity": self.entity, "action": self.action, "type": self.common}.get(word)
            if declare is None:
                raise SchemaError(f"expected a declaration instead of {word}")
            declare(namespace)
            self.need(";")

    def path(self) -> str:
        parts = [self.take()]
        while self.peek() == "::" and not self.tokens[self.at + 1].startswith('"'):
            self.at += 1
            parts.append(self.take())
        return "::".join(parts)

    def name(self) -> str:
        token = self.take()
        return unescape(token) if token.startswith('"') else token

    def listed(self, one: Callable[[], _T]) -> list[_T]:
        """Read one, or several in brackets."""
        if not self.accept("["):
            return [one()]
        found: list[_T] = []
        while not self.accept("]"):
            found.append(one())
            self.accept(",")
        return found

    def names(self) -> list[str]:
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        return found

    def entity(self, namespace: str) -> None:
        names = [f"{namespace}::{name}" if namespace else name for name in self.names()]
        shape: RecordOf | Named = NO_FIELDS
        tags: Type | None = None
        if self.accept("enum"):
            self.listed(self.name)
        else:
            if self.accept("in"):
                self.listed(self.path)
            if self.accept("=") or self.peek() == "{":
                written = self.type(namespace)
                shape = NO_FIELDS if isinstance(written, SetOf) else written
            if self.accept("tags"):
                tags = self.type(namespace)
        for name in names:
            self.schema.entities[name] = shape
            if tags is not None:
                self.schema.tags[name] = tags

    def reference(self) -> tuple[str | None, str]:
        """Read `Ns::Action::"id"`, `"id"` or `id`."""
        if self.peek().startswith('"'):
            return None, self.name()
        path = self.path()
        return (path, self.name()) if self.accept("::") else (None, path)

    def action(self, namespace: str) -> None:
        kind = f"{namespace}::Action" if namespace else "Action"
        uids = [Uid(kind, name) for name in self.names()]
        parents = self.listed(self.reference) if self.accept("in") else []
        context: Type = NO_FIELDS
        if self.accept("appliesTo"):
            self.need("{")
            while not self.accept("}"):
                what = self.take()
                self.need(":")
                if what == "context":
                    context = self.type(namespace)
                else:
                    self.listed(self.path)
                self.accept(",")
        if self.accept("attributes"):
            self.type(namespace)
        for uid in uids:
            self.schema.contexts[uid] = context
            self.schema.parents[uid] = [(path, name, namespace) for path, name in parents]

    def common(self, namespace: str) -> None:
        name = self.take()
        self.need("=")
        self.schema.commons[f"{namespace}::{name}" if namespace else name] = self.type(namespace)

    def type(self, namespace: str) -> Type:
        if self.accept("{"):
            fields: dict[str, Type] = {}
            while not self.accept("}"):
                self.annotations()
                name = self.name()
                self.accept("?")
                self.need(":")
                fields[name] = self.type(namespace)
                self.accept(",")
            return RecordOf(fields)
        name = self.path()
        if name == "Set" and self.accept("<"):
            element = self.type(namespace)
            self.need(">")
            return SetOf(element)
        return Named(name, namespace)
