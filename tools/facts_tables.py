"""What facts are made of, as Markdown tables: the published lists of the normalisers.

Rule of this file: every row comes from the list that the normaliser itself reads.
"""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.policy.facts.addresses import NETWORKS_V4, NETWORKS_V6
from holdfast.policy.facts.commands.environment import (
    DECIDES_PROGRAM,
    HARMLESS,
    RUNS_CODE_NAMES,
    RUNS_CODE_PREFIXES,
)
from holdfast.policy.facts.commands.spec import ROLES, Command, Spec, compile_spec
from holdfast.policy.facts.commands.tables import SPECS
from holdfast.policy.facts.programs import ALIASES, TOOLSETS
from holdfast.policy.facts.sensitive import SHAPES
from holdfast.policy.facts.shell.builtins import AS_PROGRAMS, FOLLOWED, INERT, REFUSED
from tools.generated import table

_RUNS = frozenset({"code", "script", "command"})
"""Roles whose word is itself run."""
_READ_FIRST = frozenset({"sedscript", "awkscript"})
"""Roles whose word is a program of its own kind, and read."""


def _names(names: Iterable[str]) -> str:
    """Names in code, in order; one that holds a backtick would break the page and has none."""
    return ", ".join(f"`{name}`" for name in names) or "-"


def sensitive() -> str:
    """Names and places of credentials, keys and tokens."""
    return table(
        ("what is compared", "any of", "what it holds"),
        [(shape.kind, _names(shape.patterns), shape.holds) for shape in SHAPES],
    )


def networks() -> str:
    """Address classes; the first row that covers an address names it."""
    rows = [(f"`{net.prefix}`", f"`{net.name}`", net.why) for net in (*NETWORKS_V4, *NETWORKS_V6)]
    return table(("addresses", "`resource.ip_class`", "why"), rows)


def toolsets() -> str:
    """Toolsets, and the names that count as another."""
    sets = [(f'`Toolset::"{name}"`', _names(programs)) for name, programs in TOOLSETS.items()]
    aliases = [(f"`{other}`", f"`{name}`") for other, name in sorted(ALIASES.items())]
    return f"{table(('toolset', 'programs'), sets)}\n\n{table(('name', 'is judged as'), aliases)}"


def programs() -> str:
    """Programs whose arguments are understood, and what makes each run something else."""
    rows: dict[int, tuple[Spec, list[str]]] = {}
    for name, spec in SPECS.items():
        rows.setdefault(id(spec), (spec, []))[1].append(name)
    lines = [(_names(names), _operands(spec), _runs(spec)) for spec, names in rows.values()]
    roles = [(f"`{role}`", text) for role, text in ROLES.items()]
    head = ("programs", "operands", "`context.runs_code` is true")
    return f"{table(head, lines)}\n\n{table(('role', 'what such a word is'), roles)}"


def _operands(spec: Spec) -> str:
    if spec.subcommands:
        return "by subcommand"
    return f"`{spec.operands}`" if spec.operands else "-"


def _runs(spec: Spec) -> str:
    """Say in words what sets `runs_code`; an option no table knows always does."""
    if spec.runs_code:
        return "always: it is what the program is for"
    command = compile_spec(spec)
    said = _where(command)
    subs = {id(sub): sub for sub in command.subcommands.values()}.values()
    always = [name for sub in subs if sub.spec.runs_code for name in sub.spec.name.split()]
    said += [f"subcommands {_names(always)}"] if always else []
    for sub in subs:
        below = [] if sub.spec.runs_code else _where(sub)
        said += [f"{_names(sub.spec.name.split())}: {one}" for one in below]
    return "; ".join(said) or ("as read by its own rule" if spec.special else "-")


def _where(command: Command) -> list[str]:
    """Return the options and operands of one row that run something."""
    found = [name for name, option in command.options.items() if option.code]
    found += [name for name, one in command.options.items() if not one.code and one.role in _RUNS]
    said = [f"with {_names(found)}"] if found else []
    operands = [role for role in (*command.head, command.star, command.tail) if role in _RUNS]
    if _READ_FIRST.intersection((*command.head, command.star, command.tail)):
        said.append("by its program, unless that only edits or computes")
    return said + ([f"by its operand ({', '.join(dict.fromkeys(operands))})"] if operands else [])


def environment() -> str:
    """Environment names that make a program run something else."""
    rows = [
        ("sets `context.runs_code`", _names(sorted(RUNS_CODE_NAMES))),
        ("so does any that begins with", _names(RUNS_CODE_PREFIXES)),
        ("but these only hold data", _names(sorted(HARMLESS))),
        ("refused: it decides which program a name is", _names(sorted(DECIDES_PROGRAM))),
    ]
    return table(("what it does", "names"), rows)


def builtins() -> str:
    """What a shell's own commands are judged as."""
    rows = [
        ("judged as the program of that name", _names(sorted(AS_PROGRAMS))),
        ("followed: the rest is judged as it leaves things", _names(sorted(FOLLOWED))),
        ("changes nothing that is judged", _names(sorted(INERT))),
    ]
    reasons: dict[str, list[str]] = {}
    for name, why in REFUSED.items():
        reasons.setdefault(why, []).append(name)
    rows += [(f"refused: {why}", _names(names)) for why, names in reasons.items()]
    return table(("what happens", "builtins"), rows)
