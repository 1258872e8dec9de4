"""tools.toml: kinds of the folder's own.

```
[tool."deploy.run"]                      # prefix.name, lower case; no built-in prefix
effect = "critical"                      # read | write | critical
run = "runtime"                          # run by us from a template, or by the "caller"
idempotent = false                       # may be run again when its outcome is unknown
timeout = "30s"
resource = { type = "Path", param = "file" }    # else the resource is Tool::"deploy.run"
exec = ["kubectl", "rollout", "{app}"]   # each {param} is one whole argument
http = { method = "POST", url = "https://deploy.example/{env}" }   # or this

[tool."deploy.run".params]               # required, unless there is a default
env     = { type = "enum", values = ["dev", "prod"] }
app     = { type = "string", max_length = 64 }
percent = { type = "int", min = 0, max = 100, default = 10 }
urgent  = { type = "bool", default = false }
price   = { type = "decimal" }
hosts   = { type = "set<string>" }       # also set<int>, set<enum>
note    = { type = "opaque" }            # bound into the digest, never judged
```
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, assert_never

from holdfast.policy.diagnostics import closest, displayed
from holdfast.policy.source.forms import (
    BUILTIN_PREFIXES,
    KIND,
    PARAM,
    host_complaint,
    program_complaint,
)
from holdfast.policy.source.reading import Table, as_list, describe
from holdfast.policy.source.tables import (
    MISSING,
    BoolType,
    DecimalType,
    Effect,
    EnumType,
    ExecTemplate,
    HttpTemplate,
    IntType,
    OpaqueType,
    Param,
    ParamRef,
    ParamType,
    SetType,
    StringType,
    Tool,
    ToolResource,
)
from holdfast.proto.limits import (
    INTEGER_MAX,
    INTEGER_MIN,
    TOOL_PARAMS,
    TOOL_TEXT_CHARACTERS,
    TOOL_TIMEOUT_MS,
    TOOL_VALUES,
)

__all__ = ["read_tools"]

EFFECTS: tuple[Effect, ...] = ("read", "write", "critical")
Runner = Literal["runtime", "caller"]
RUNNERS: tuple[Runner, ...] = ("runtime", "caller")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
TYPES = (
    "string",
    "int",
    "bool",
    "decimal",
    "enum",
    "set<string>",
    "set<int>",
    "set<enum>",
    "opaque",
)
_HOLE = re.compile(r"\{([^{}]*)\}")
_URL = re.compile(r"(https?)://([^/?#]*)([/?].*)?", re.DOTALL)
_DECIMAL = re.compile(r"-?\d{1,15}\.\d{1,4}")
_RESERVED_PREFIXES = frozenset({"read", "write", "critical"})


def read_tools(table: Table) -> Mapping[str, Tool]:
    """Read tools.toml."""
    found: dict[str, Tool] = {}
    top = table.table("tool")
    if top is not None:
        for kind, each in top.named_tables():
            _check_kind(top, kind)
            found[kind] = _tool(kind, each)
    table.finish()
    return MappingProxyType(found)


def _check_kind(top: Table, kind: str) -> None:
    prefix = kind.partition(".")[0]
    if KIND.fullmatch(kind) is None:
        near = re.sub(r"[^a-z0-9_.]", "_", kind.lower())
        hint = (
            f'write `[tool."{near}"]`'
            if KIND.fullmatch(near)
            else 'write `[tool."deploy.run"]`: a prefix, a dot, a name, lower case'
        )
        top.note(kind, "bad-value", f"{displayed(kind)} is not a kind", hint, of_key=True)
    elif prefix in BUILTIN_PREFIXES:
        message = f"the prefix `{prefix}` is the runtime's own"
        top.note(kind, "bad-value", message, "choose another prefix", of_key=True)
    elif prefix in _RESERVED_PREFIXES:
        message = f"the prefix `{prefix}` is an action group"
        top.note(kind, "bad-value", message, "choose another prefix", of_key=True)


def _tool(kind: str, table: Table) -> Tool:
    params = _params(table)
    by_name = {param.name: param for param in params}
    run: Runner = table.choice("run", RUNNERS, "caller")
    template = _template(table, by_name)
    found = Tool(
        kind=kind,
        effect=table.choice("effect", EFFECTS),
        run=run,
        idempotent=table.flag("idempotent", default=False),
        timeout_ms=table.duration("timeout", "30s"),
        params=params,
        resource=_resource(table, by_name),
        template=template,
        place=table.place(),
    )
    if found.timeout_ms > TOOL_TIMEOUT_MS:
        table.note("timeout", "bad-value", "`timeout` is longer than an hour", 'at most `"1h"`')
    if run == "runtime" and template is None and not {"exec", "http"} & table.data.keys():
        hint = "add `exec = [...]` or `http = {...}`, or let the caller run it"
        table.note("run", "missing-key", "the runtime has nothing to run", hint)
    table.finish()
    return found


def _params(table: Table) -> tuple[Param, ...]:
    params = table.table("params")
    if params is None:
        return ()
    if len(params.data) > TOOL_PARAMS:
        table.note("params", "bad-value", f"more than {TOOL_PARAMS} parameters")
    found: list[Param] = []
    for name, each in params.named_tables():
        if not PARAM.fullmatch(name):
            hint = "lower case letters, digits and `_`"
            params.note(name, "bad-value", f"{displayed(name)} is not a name", hint, of_key=True)
        param_type = _type(each)
        default = each.raw("default") if "default" in each else MISSING
        if default is not MISSING:
            _check_default(each, param_type, default)
        each.finish()
        found.append(Param(name, param_type, default))
    return tuple(found)


def _type(table: Table) -> ParamType:
    name = table.choice("type", TYPES)
    readers: Mapping[str, Callable[[Table], ParamType]] = {
        "string": _string,
        "int": _int,
        "bool": lambda _: BoolType(),
        "decimal": lambda _: DecimalType(),
        "enum": _enum,
        "set<string>": lambda each: SetType(_string(each)),
        "set<int>": lambda each: SetType(_int(each)),
        "set<enum>": lambda each: SetType(_enum(each)),
        "opaque": lambda _: OpaqueType(),
    }
    return readers[name](table)


def _string(table: Table) -> StringType:
    return StringType(table.number("max_length", 4096, low=1, high=TOOL_TEXT_CHARACTERS))


def _int(table: Table) -> IntType:
    low = table.number("min", INTEGER_MIN, low=INTEGER_MIN, high=INTEGER_MAX)
    high = table.number("max", INTEGER_MAX, low=INTEGER_MIN, high=INTEGER_MAX)
    if low > high:
        table.note("min", "bad-value", f"`min` is {low}, `max` is {high}", "exchange them")
    return IntType(low, high)


def _enum(table: Table) -> EnumType:
    values = table.texts("values", required=True, limit=TOOL_VALUES)
    if "values" in table and not values:
        table.note("values", "bad-value", "an enum needs at least one value")
    return EnumType(values)


def _check_default(table: Table, param_type: ParamType, default: object) -> None:
    wrong = _mismatch(param_type, default)
    if wrong:
        table.note("default", "bad-value", f"`default` {wrong}")


def _mismatch(param_type: ParamType, value: object) -> str:
    """Return why a value is not of a type, or ""."""
    match param_type:
        case StringType(max_length):
            right = isinstance(value, str) and len(value) <= max_length
            return "" if right else f"is no text of at most {max_length} characters"
        case IntType(low, high):
            right = type(value) is int and low <= value <= high
            return "" if right else f"is no whole number from {low} to {high}"
        case BoolType():
            return "" if isinstance(value, bool) else "is neither true nor false"
        case DecimalType():
            right = isinstance(value, str) and _DECIMAL.fullmatch(value) is not None
            return "" if right else 'is no decimal; write `"1.25"`'
        case EnumType(values):
            return "" if value in values else f"is none of {', '.join(values)}"
        case SetType(of):
            items = as_list(value)
            if items is None:
                return "is no list"
            return next((f"holds what {w}" for item in items if (w := _mismatch(of, item))), "")
        case OpaqueType():
            return ""
        case _:
            assert_never(param_type)


def _resource(table: Table, params: Mapping[str, Param]) -> ToolResource | None:
    each = table.table("resource")
    if each is None:
        return None
    found = ToolResource(
        type=each.choice("type", ("Path", "Url", "Secret")), param=each.text("param")
    )
    _check_param(each, ("param",), found.param, params)
    known = params.get(found.param)
    if known is not None and not isinstance(known.type, StringType | EnumType):
        each.note("param", "bad-value", f"{displayed(found.param)} is not a text")
    each.finish()
    return found


def _check_param(
    table: Table, below: tuple[str | int, ...], name: str, params: Mapping[str, Param]
) -> bool:
    """Note a hole that no parameter fills."""
    if name in params:
        return True
    near = closest(name, params)
    hint = f"did you mean `{near}`?" if near else f"declare it: `{name} = {{ type = ... }}`"
    path = (*table.path, *below)
    table.file.note(path, "unknown-name", f"no parameter {displayed(name)}", hint)
    return False


def _template(table: Table, params: Mapping[str, Param]) -> ExecTemplate | HttpTemplate | None:
    if "exec" in table and "http" in table:
        table.note("http", "bad-value", "a tool has one template", "keep `exec` or `http`")
    argv, http = table.raw("exec"), table.table("http")
    if argv is not None:
        return _exec(table, argv, params)
    return None if http is None else _http(http, params)


def _exec(table: Table, argv: object, params: Mapping[str, Param]) -> ExecTemplate | None:
    listed = as_list(argv) or []
    words = [word for word in listed if isinstance(word, str)]
    if not words or len(words) != len(listed):
        message = f"`exec` is a list of arguments, not {describe(argv)}"
        table.note("exec", "wrong-type", message, 'write `["program", "{param}"]`')
        return None
    parts: list[str | ParamRef] = []
    for index, written in enumerate(words):
        hole = _HOLE.fullmatch(written)
        if hole is not None:
            _check_hole(table, ("exec", index), hole[1], params)
            parts.append(ParamRef(hole[1]))
            continue
        if "{" in written or "}" in written:
            hint = 'pass it on its own: `"--app", "{app}"`'
            message = "a parameter is one whole argument"
            table.note_item("exec", index, "bad-value", message, hint)
        parts.append(written)
    _check_program(table, parts[0])
    return ExecTemplate(tuple(parts))


def _check_program(table: Table, program: str | ParamRef) -> None:
    if isinstance(program, ParamRef):
        message = "the program cannot be a parameter"
        table.note_item("exec", 0, "bad-value", message, "name the program")
        return
    wrong, hint = program_complaint(program)
    if wrong and "{" not in program:
        if "arguments" in wrong:
            hint = "each argument is an element of its own"
        table.note_item("exec", 0, "bad-program-id", f"{displayed(program)} {wrong}", hint)


def _check_hole(
    table: Table, below: tuple[str | int, ...], name: str, params: Mapping[str, Param]
) -> None:
    if _check_param(table, below, name, params) and isinstance(
        params[name].type, SetType | OpaqueType
    ):
        message = f"{displayed(name)} is not one value"
        hint = "a hole takes string, int, bool, decimal or enum"
        table.file.note((*table.path, *below), "bad-value", message, hint)


def _http(table: Table, params: Mapping[str, Param]) -> HttpTemplate:
    method = table.choice("method", METHODS)
    url = table.text("url", limit=4096)
    pieces = _url_pieces(table, url, params)
    table.finish()
    return HttpTemplate(method, pieces)


def _url_pieces(table: Table, url: str, params: Mapping[str, Param]) -> tuple[str | ParamRef, ...]:
    found = _URL.fullmatch(url)
    if found is None:
        if isinstance(table.data.get("url"), str):
            hint = 'write `"https://host/path/{param}"`'
            table.note("url", "bad-value", "this is no http address", hint)
        return (url,)
    _check_authority(table, found[2])
    pieces: list[str | ParamRef] = []
    at = 0
    for hole in _HOLE.finditer(url):
        pieces += [url[at : hole.start()], ParamRef(hole[1])]
        at = hole.end()
        if hole.start() >= found.end(2):
            _check_hole(table, ("url",), hole[1], params)
            _check_component(table, url, hole)
    pieces.append(url[at:])
    if any(isinstance(p, str) and ("{" in p or "}" in p) for p in pieces):
        table.note("url", "bad-value", "a brace without its partner", "write `{param}`")
    return tuple(piece for piece in pieces if piece != "")


def _check_authority(table: Table, authority: str) -> None:
    if "{" in authority:
        hint = "a parameter stands in the path or the query"
        table.note("url", "bad-value", "the host cannot be a parameter", hint)
        return
    host = authority.rpartition("@")[2]
    bare = re.sub(r":\d{1,5}$", "", host)
    wrong, hint = host_complaint(bare)
    if host != authority:
        wrong, hint = "holds a user or password", "credentials do not stand in a policy"
    if wrong:
        table.note("url", "bad-host-id", f"the host {displayed(authority)} {wrong}", hint)


def _check_component(table: Table, url: str, hole: re.Match[str]) -> None:
    """A hole is a whole component, so that no value changes what stands around it."""
    before, after = url[hole.start() - 1], url[hole.end() : hole.end() + 1]
    if before not in "/=" or after not in {"", "/", "?", "&", "#"}:
        message = f"`{{{hole[1]}}}` is only a part of a component"
        table.note("url", "bad-value", message, "write `/{a}/` or `?x={a}&`")
