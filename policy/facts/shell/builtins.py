"""What a shell's own commands do, as far as it can be known without running them.

Published tables: which builtins are judged as the program of the same name, which change nothing
that is judged, which are followed, and which refuse the string.
"""

# ruff: noqa: SIM905 - tables are text that a reviewer reads and extends

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

AS_PROGRAMS: Final = frozenset("echo printf test [ true false pwd kill".split())
"""Builtins that are also programs, and judged as those."""

INERT: Final = frozenset(": type wait umask ulimit times jobs fg bg exit return".split())
"""Builtins that open nothing and change nothing that later words depend on."""

INERT_WITHOUT_OPTIONS: Final = frozenset("wait umask times jobs fg bg".split())
"""Of these, the ones an option turns into something else: `jobs -x` runs, `wait -p` assigns."""

FOLLOWED: Final = frozenset("cd export unset set read eval exec command hash [[".split())
"""Builtins with a rule of their own."""

REFUSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".": "runs a file in this shell: nobody can say what follows it",
        "source": "runs a file in this shell: nobody can say what follows it",
        "alias": "makes later words mean something else",
        "unalias": "makes later words mean something else",
        "bind": "belongs to an interactive shell",
        "break": "where the loop stops is not followed",
        "chdir": "not every shell has it",
        "builtin": "not every shell has it",
        "complete": "belongs to an interactive shell",
        "compgen": "belongs to an interactive shell",
        "compopt": "belongs to an interactive shell",
        "continue": "where the loop goes on is not followed",
        "declare": "not every shell has it",
        "dirs": "not every shell has it",
        "disown": "belongs to an interactive shell",
        "enable": "makes later words mean something else",
        "fc": "belongs to an interactive shell",
        "getopts": "sets variables nobody can foresee",
        "history": "belongs to an interactive shell",
        "let": "arithmetic can run commands",
        "local": "belongs in a function",
        "logout": "belongs to an interactive shell",
        "mapfile": "arithmetic and callbacks can run commands",
        "popd": "not every shell has it",
        "pushd": "not every shell has it",
        "readarray": "arithmetic and callbacks can run commands",
        "readonly": "makes later assignments fail",
        "shift": "changes what later words mean",
        "shopt": "makes later words mean something else",
        "suspend": "belongs to an interactive shell",
        "trap": "runs a string at a moment nobody can foresee",
        "typeset": "not every shell has it",
    }
)
"""Builtins nobody can judge, with the reason."""

SET_OPTIONS: Final = frozenset(
    "-e -u -x -v -eu -ex -ux -eux -euo -ue -xe -exu -euxo -eo -o -uo -xeuo -exo +e +u +x +v +eux "
    "+o errexit nounset xtrace pipefail verbose".split()
)
"""Words of `set` that change how a script stops or what it prints, and nothing else."""
