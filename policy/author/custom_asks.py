"""Parameters worth trying of a custom tool: each type's own edges and what rules compare with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, assert_never

from holdfast.policy.author.mentions import Mentions
from holdfast.policy.cedar.values import Decimal
from holdfast.policy.source.tables import (
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    OpaqueType,
    Param,
    SetType,
    StringType,
    Tool,
)

_VALUES: Final = 8
"""Values of one enum that are tried."""
_TEN_THOUSAND: Final = 10_000


def tool_params(
    tool: Tool, mentions: Mentions, paths: Sequence[str], urls: Sequence[str]
) -> Mapping[str, Sequence[object]]:
    """Return, for every parameter, the values to combine."""
    axes: dict[str, Sequence[object]] = {}
    for param in tool.params:
        values = _values(param, mentions)
        if tool.resource is not None and tool.resource.param == param.name:
            values = _named(tool.resource.type, mentions, paths, urls) + values
        axes[param.name] = values
    return axes


def _named(
    kind: str, mentions: Mentions, paths: Sequence[str], urls: Sequence[str]
) -> list[object]:
    match kind:
        case "Path":
            return [*paths]
        case "Url":
            return [*urls]
        case _:
            return [*mentions.uids("Secret"), *mentions.of("resource.name", str)]


def _values(param: Param, mentions: Mentions) -> list[object]:
    fact = f"context.params.{param.name}"
    match param.type:
        case StringType():
            return _once(["x", *mentions.of(fact, str)])
        case IntType(least, most):
            edges = [least, most, least + 1, most - 1, *mentions.of(fact, int)]
            return _once([min(max(0, least), most), *(n for n in edges if least <= n <= most)])
        case BoolType():
            return [False, True]
        case DecimalType():
            return _once(["0.0", *(decimal_text(one) for one in mentions.of(fact, Decimal))])
        case EnumType(values):
            mentioned = [one for one in mentions.of(fact, str) if one in values]
            return _once([*mentioned, *values[:_VALUES]])
        case SetType(of):
            inner = _values(Param(param.name, of), mentions)
            return [[], *([one] for one in inner), inner]
        case OpaqueType():
            return [None]
        case _:
            assert_never(param.type)


def decimal_text(value: Decimal) -> str:
    """Write a decimal the way a parameter takes it."""
    whole, part = divmod(abs(value.units), _TEN_THOUSAND)
    return f"{'-' if value.units < 0 else ''}{whole}.{part:04}"


def _once(values: Iterable[object]) -> list[object]:
    return list(dict.fromkeys(values))
