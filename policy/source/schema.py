"""The Cedar schema of one folder: the shipped kinds, and its own tools.

A custom tool's action is in `tool`, in the group of its prefix, and in its effect. What the
moment says is copied from the shipped type `Moment`, so that a rule over every action sees
the same attributes everywhere. An enum is a String; what is opaque is not there at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from holdfast.policy.source.tables import (
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    OpaqueType,
    ParamType,
    SetType,
    StringType,
    Tool,
)
from holdfast.policy.source.vocabulary import (
    Named,
    RecordOf,
    SetOf,
    Type,
    read_vocabulary,
    type_text,
)

__all__ = ["folder_schema"]


def folder_schema(shipped: str, tools: Mapping[str, Tool]) -> str:
    """Return the schema a folder's rules are validated against."""
    if not tools:
        return shipped
    moment = read_vocabulary(shipped).types["Moment"]
    attrs: Mapping[str, Type] = moment.attrs if isinstance(moment, RecordOf) else {}
    prefixes = sorted({tool.prefix for tool in tools.values()})
    lines = [shipped.rstrip(), "", "// ---- this folder's own tools, from tools.toml ----"]
    lines += [f'action "{prefix}";' for prefix in prefixes]
    lines += [_action(tools[kind], attrs) for kind in sorted(tools)]
    return "\n".join(lines) + "\n"


def _action(tool: Tool, moment: Mapping[str, Type]) -> str:
    params = {param.name: seen for param in tool.params if (seen := _seen(param.type)) is not None}
    context = RecordOf({**moment, "params": RecordOf(params)})
    resource = tool.resource.type if tool.resource else "Tool"
    return (
        f'action "{tool.kind}" in ["tool", "{tool.prefix}", "{tool.effect}"] appliesTo {{\n'
        f"  principal: [Agent, Person], resource: {resource},\n"
        f"  context: {type_text(context)}\n}};"
    )


def _seen(param: ParamType) -> Type | None:
    """Return the type a rule sees a parameter as; None when it is not judged."""
    match param:
        case StringType() | EnumType():
            return Named("String")
        case IntType():
            return Named("Long")
        case BoolType():
            return Named("Bool")
        case DecimalType():
            return Named("decimal")
        case SetType(of):
            return SetOf(Named("Long") if isinstance(of, IntType) else Named("String"))
        case OpaqueType():
            return None
        case _:
            assert_never(param)
