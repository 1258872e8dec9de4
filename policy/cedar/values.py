"""The values Cedar computes with, and the request it is asked about.

Rules:

1. A value is a Python object with Cedar's equality. The one trap is `True == 1`: inside sets and
   records a bool is kept as a `BoolMember`, so that `[true]` and `[1]` never meet. Build sets with
   `make_set` (a set of only strings may be written `frozenset({"a"})`) and records with `Record`.
2. Everything here is immutable and hashable. Mappings handed to `Entity`, `Request` or `Record`
   belong to them from then on: nobody may change them.
3. A Long outside 64 bits, a float or None is no value. Whoever builds values from outside data
   (the facts rooms, the corpus reader) refuses those before they get here.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias, Union

from holdfast.policy.cedar.datetime import Datetime, datetime
from holdfast.policy.cedar.decimal import Decimal, decimal
from holdfast.policy.cedar.duration import Duration, duration
from holdfast.policy.cedar.errors import CedarValueError
from holdfast.policy.cedar.ipaddr import IpAddr, ip

__all__ = [
    "BoolMember",
    "CedarValueError",
    "Datetime",
    "Decimal",
    "Duration",
    "Entity",
    "IpAddr",
    "Member",
    "Record",
    "Request",
    "Uid",
    "Value",
    "datetime",
    "decimal",
    "duration",
    "ip",
    "make_set",
    "same",
    "set_values",
    "type_name",
]


class Uid(NamedTuple):
    """An entity's name: its full type (`Ns::Type`) and its id; `str()` is Cedar text."""

    type: str
    id: str

    def __str__(self) -> str:
        return f'{self.type}::"{escape(self.id)}"'


class BoolMember:
    """A bool inside a set or record, where Python would take `True` for `1`."""

    __slots__ = ("value",)
    value: bool

    def __init__(self, value: bool) -> None:  # noqa: FBT001 - it is the value
        """Use the two instances of this module; sets compare members by identity."""
        self.value = value

    def __repr__(self) -> str:
        return "true" if self.value else "false"


_TRUE: Final = BoolMember(True)  # noqa: FBT003
_FALSE: Final = BoolMember(False)  # noqa: FBT003


class Record:
    """An immutable record. Equal to another one when each field is the same Cedar value."""

    __slots__ = ("_hash", "fields")
    fields: Mapping[str, "Value"]
    _hash: int

    def __init__(self, fields: Mapping[str, "Value"]) -> None:
        """Keep `fields`, which must not change any more."""
        self.fields = fields
        self._hash = -1  # not known yet; hash() itself never returns -1

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record):
            return NotImplemented
        theirs = other.fields
        return len(self.fields) == len(theirs) and all(
            name in theirs and same(value, theirs[name]) for name, value in self.fields.items()
        )

    def __hash__(self) -> int:
        if self._hash == -1:
            self._hash = hash(frozenset((k, _member(v)) for k, v in self.fields.items()))
        return self._hash

    def __getitem__(self, name: str) -> "Value":
        return self.fields[name]

    def __contains__(self, name: object) -> bool:
        return name in self.fields

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __repr__(self) -> str:
        return f"Record({dict(self.fields)!r})"


# `Union` rather than `|`: a forward reference inside a runtime alias needs it on Python 3.11.
Member: TypeAlias = Union[
    int, str, Uid, "frozenset[Member]", Record, IpAddr, Decimal, Datetime, Duration, BoolMember
]
Value: TypeAlias = Union[
    bool, int, str, Uid, "frozenset[Member]", Record, IpAddr, Decimal, Datetime, Duration
]


def make_set(values: Iterable[Value]) -> "frozenset[Member]":
    """Build a Cedar set."""
    return frozenset(map(_member, values))


def set_values(members: "frozenset[Member]") -> Iterator[Value]:
    """Iterate over a Cedar set as values, bools as bools."""
    for member in members:
        yield member.value if isinstance(member, BoolMember) else member


def same(left: Value, right: Value) -> bool:
    """Cedar's `==`: never an error, and values of two types are never equal."""
    return left == right and (left.__class__ is bool) == (right.__class__ is bool)


def as_member(value: Value) -> Member:
    """Return `value` as it is kept inside a set."""
    if value is True:
        return _TRUE
    return _FALSE if value is False else value


_member = as_member


_TYPE_NAMES: Final[Mapping[type, str]] = MappingProxyType(
    {
        bool: "bool",
        int: "long",
        str: "string",
        Uid: "entity",
        frozenset: "set",
        Record: "record",
        IpAddr: "ipaddr",
        Decimal: "decimal",
        Datetime: "datetime",
        Duration: "duration",
    }
)


def type_name(value: Value) -> str:
    """Name the Cedar type of `value`, for messages."""
    return _TYPE_NAMES[value.__class__]


_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def escape(text: str) -> str:
    """Escape `text` for the inside of a Cedar string literal."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return text
    return "".join(
        _ESCAPES.get(c) or (c if c.isprintable() else f"\\u{{{ord(c):x}}}") for c in text
    )


_NOTHING: Final[Mapping[str, Value]] = MappingProxyType({})
_NO_ANCESTORS: Final[frozenset[Uid]] = frozenset()
_NO_ENTITIES: Final["Mapping[Uid, Entity]"] = MappingProxyType({})


class Entity:
    """An entity: its name, attributes, tags and **transitive** ancestors.

    `keys` is what the rule index looks entities up by: the uid, every ancestor and the type name.
    """

    __slots__ = ("ancestors", "attrs", "keys", "tags", "uid")
    uid: Uid
    attrs: Mapping[str, Value]
    ancestors: frozenset[Uid]
    tags: Mapping[str, Value]
    keys: frozenset[Uid | str]

    def __init__(
        self,
        uid: Uid,
        attrs: Mapping[str, Value] = _NOTHING,
        ancestors: frozenset[Uid] = _NO_ANCESTORS,
        tags: Mapping[str, Value] = _NOTHING,
    ) -> None:
        """Keep the parts; none of them may change any more."""
        self.uid = uid
        self.attrs = attrs
        self.ancestors = ancestors
        self.tags = tags
        self.keys = ancestors.union((uid, uid.type))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entity):
            return NotImplemented
        return (
            self.uid == other.uid
            and self.ancestors == other.ancestors
            and Record(self.attrs) == Record(other.attrs)
            and Record(self.tags) == Record(other.tags)
        )

    def __hash__(self) -> int:
        return hash(self.uid)

    def __repr__(self) -> str:
        return f"Entity({self.uid})"


class Request:
    """One question: may `principal` do `action` to `resource` in this `context`?

    `entities` is whatever else is known. An entity that is nowhere has no attributes, no tags and
    no ancestors. The three entities of the request win over `entities` of the same name.
    """

    __slots__ = ("action", "context", "entities", "principal", "resource")
    principal: Entity
    action: Entity
    resource: Entity
    context: Mapping[str, Value]
    entities: Mapping[Uid, Entity]

    def __init__(
        self,
        principal: Entity,
        action: Entity,
        resource: Entity,
        context: Mapping[str, Value] = _NOTHING,
        entities: Mapping[Uid, Entity] = _NO_ENTITIES,
    ) -> None:
        """Keep the parts; none of them may change any more."""
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
        self.entities = entities

    def __repr__(self) -> str:
        return f"Request({self.principal.uid}, {self.action.uid}, {self.resource.uid})"
