"""All rows of the command tables, by program family.

Rows are compiled when a program is first asked for: importing costs nothing, and the cache is
bounded by the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from holdfast.policy.facts.commands import build, files, network, vcs, wrappers
from holdfast.policy.facts.commands.spec import Command, Spec, compile_spec
from holdfast.policy.facts.programs import family


def _rows() -> Iterator[tuple[str, Spec]]:
    for spec in (*files.ALL, *vcs.ALL, *network.ALL, *build.ALL, *wrappers.ALL):
        for name in spec.name.split():
            yield name, spec


SPECS: Mapping[str, Spec] = MappingProxyType(dict(_rows()))
"""Every known program, by family name."""


@cache
def _compiled(name: str) -> Command:
    return compile_spec(SPECS[name])


@lru_cache(maxsize=1024)
def lookup(program: str) -> Command | None:
    """Return what is known of a trusted program, by its name or its family's."""
    name = program if program in SPECS else family(program)
    return _compiled(name) if name in SPECS else None
