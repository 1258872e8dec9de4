"""Closures that read the request: variables, attributes, tags, types and the hierarchy.

Rules: an entity nobody knows has no attributes, no tags and no ancestors, so `has` is false on it
and reading it is an error. Reading what is not there is an error, never a default.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

from holdfast.policy.cedar.errors import EvaluationError
from holdfast.policy.cedar.frame import Frame, Run, Test
from holdfast.policy.cedar.operators import expect_string, mismatch
from holdfast.policy.cedar.values import Record, Uid, Value, escape, set_values, type_name

VARIABLES: Final[Mapping[str, Run]] = MappingProxyType(
    {
        "principal": lambda frame: frame.principal.uid,
        "action": lambda frame: frame.action.uid,
        "resource": lambda frame: frame.resource.uid,
        "context": lambda frame: Record(frame.context),
    }
)


def all_hold(tests: tuple[Test, ...], frame: Frame) -> bool:
    """Evaluate a chain of `&&`."""
    for test in tests:  # noqa: SIM110 - a generator expression costs more than the tests
        if not test(frame):
            return False
    return True


def any_holds(tests: tuple[Test, ...], frame: Frame) -> bool:
    """Evaluate a chain of `||`."""
    for test in tests:  # noqa: SIM110 - a generator expression costs more than the tests
        if test(frame):
            return True
    return False


# ---- attributes and tags -----------------------------------------------------------------------


def attribute_of_variable(variable: str, name: str) -> Run | None:
    """Read `variable.name` without going through a value, where there is a short way."""
    if variable == "context":

        def of_context(frame: Frame) -> Value:
            try:
                return frame.context[name]
            except KeyError:
                raise _no_attribute("context", name) from None

        return of_context
    if variable == "resource":

        def of_resource(frame: Frame) -> Value:
            try:
                return frame.resource.attrs[name]
            except KeyError:
                raise _no_attribute(str(frame.resource.uid), name) from None

        return of_resource
    if variable == "principal":

        def of_principal(frame: Frame) -> Value:
            try:
                return frame.principal.attrs[name]
            except KeyError:
                raise _no_attribute(str(frame.principal.uid), name) from None

        return of_principal
    return None


def attribute(run: Run, name: str) -> Run:
    """Read an attribute of a record or an entity."""
    return lambda frame: _attribute_of(frame, run(frame), name)


def _attribute_of(frame: Frame, base: Value, name: str) -> Value:
    fields = _fields(frame, base)
    value = fields.get(name)
    if value is None:  # no Cedar value is None
        raise _no_attribute(str(base) if isinstance(base, Uid) else "the record", name)
    return value


def _fields(frame: Frame, base: Value) -> Mapping[str, Value]:
    if isinstance(base, Record):
        return base.fields
    if isinstance(base, Uid):
        entity = frame.entity(base)
        return _NOTHING if entity is None else entity.attrs
    raise mismatch("record or entity", base)


_NOTHING: Final[Mapping[str, Value]] = MappingProxyType({})


def _no_attribute(owner: str, name: str) -> EvaluationError:
    return EvaluationError(f"`{owner}` has no attribute `{escape(name)}`")


def has(run: Run, names: tuple[str, ...]) -> Test:
    """Compile `has a.b.c`: each step must be there before the next one is looked at."""

    def test(frame: Frame) -> bool:
        base: Value | None = run(frame)
        for name in names:
            if base is None:
                return False
            base = _fields(frame, base).get(name)
        return base is not None

    return test


def _tags(frame: Frame, base: Value) -> tuple[Uid, Mapping[str, Value]]:
    if not isinstance(base, Uid):
        raise mismatch("entity", base)
    entity = frame.entity(base)
    return base, _NOTHING if entity is None else entity.tags


def tag(run: Run, key: Run) -> Run:
    """Compile `getTag`."""

    def get(frame: Frame) -> Value:
        uid, tags = _tags(frame, run(frame))
        name = expect_string(key(frame))
        value = tags.get(name)
        if value is None:
            raise EvaluationError(f"`{uid}` has no tag `{escape(name)}`")
        return value

    return get


def has_tag(run: Run, key: Run) -> Test:
    """Compile `hasTag`."""

    def test(frame: Frame) -> bool:
        _, tags = _tags(frame, run(frame))
        return expect_string(key(frame)) in tags

    return test


# ---- types and the hierarchy -------------------------------------------------------------------


def is_type(run: Run, name: str) -> Test:
    """Compile `is`."""

    def test(frame: Frame) -> bool:
        value = run(frame)
        if isinstance(value, Uid):
            return value.type == name
        raise mismatch("entity", value)

    return test


def variable_within(variable: str, target: Value) -> Test | None:
    """Compile `principal in Group::"x"` and its like, where nothing can go wrong."""
    if isinstance(target, frozenset) and all(isinstance(member, Uid) for member in target):
        return _variable_in_any(variable, cast("frozenset[Uid]", target))
    return _variable_in_any(variable, frozenset((target,))) if isinstance(target, Uid) else None


def _variable_in_any(variable: str, targets: frozenset[Uid]) -> Test | None:
    # Sets keep their hashes: this is as fast as it gets for one target, too.
    if variable == "action":
        return lambda frame: not targets.isdisjoint(frame.action.keys)
    if variable == "principal":
        return lambda frame: not targets.isdisjoint(frame.principal.keys)
    if variable == "resource":
        return lambda frame: not targets.isdisjoint(frame.resource.keys)
    return None


def variable_is(variable: str, uid: Uid) -> Test | None:
    """Compile `action == Action::"x"` and its like."""
    if variable == "action":
        return lambda frame: frame.action.uid == uid
    if variable == "principal":
        return lambda frame: frame.principal.uid == uid
    if variable == "resource":
        return lambda frame: frame.resource.uid == uid
    return None


def within(run: Run, targets: Run) -> Test:
    """Compile `in`: an entity in another one, or in any of a set of entities."""

    def test(frame: Frame) -> bool:
        uid, target = run(frame), targets(frame)
        if not isinstance(uid, Uid):
            raise mismatch("entity", uid)
        wanted = _entities(frame, target)
        if uid in wanted:
            return True
        entity = frame.entity(uid)
        return entity is not None and not wanted.isdisjoint(entity.ancestors)

    return test


def _entities(frame: Frame, target: Value) -> frozenset[Uid]:
    if isinstance(target, Uid):
        return frozenset((target,))
    if not isinstance(target, frozenset):
        raise mismatch("entity or set of entities", target)
    frame.spend(len(target))
    for member in set_values(target):
        if not isinstance(member, Uid):
            raise EvaluationError(
                f"type error: expected a set of entities, got a {type_name(member)} in it"
            )
    return target  # type: ignore[return-value]
