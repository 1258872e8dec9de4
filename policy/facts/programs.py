"""Programs: which entity an argv's first element is, and which published toolsets it is in.

Rules of this file:
1. `Program::"git"` is claimed only for what root-owned directories hold: a bare name found there,
   or an absolute path whose directory is one of them. Nothing else carries a name or a toolset.
2. Everything else is named by where it is (`./scripts/x.sh`, `//docs/x`, `/opt/x`), is not
   trusted and is in no toolset, whatever its last segment says: `./git` is not `git`.
3. An absolute path is taken in its normal spelling only: `/usr/bin/../bin/rm` would be a second
   name for `rm`, and a link inside it would make it the name of something else.
4. A version at the end of a name (`python3.12`, `gcc-13`) is the same family; the entity keeps
   the name that was asked, the family decides toolsets and what the arguments mean.
"""

# ruff: noqa: SIM905 - tables are text that a reviewer reads and extends

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from holdfast.policy.cedar.values import Entity, Uid
from holdfast.policy.facts.model import MAIN_WORKSPACE, InvalidIntent, World
from holdfast.policy.facts.names import quote, require_seen
from holdfast.policy.facts.paths import path_entity, resolve_operand
from holdfast.proto.limits import PATH_BYTES

TOOLSETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "build": tuple(
            """
            ant bazel black bun bundle c++ cargo cc clang clang++ cmake composer ctest deno dotnet
            eslint g++ gcc go gofmt gradle hatch javac jest ld make meson mvn mypy ninja nox npm
            npx pip pipx pnpm poetry prettier pyright pytest ruff rustc rustfmt sphinx-build tox
            tsc uv uvx vite vitest yarn
            """.split()
        ),
        "vcs": tuple("bzr cvs fossil gh git git-lfs glab hg jj svn".split()),
        "network": tuple(
            """
            aria2c curl dig ftp host http https lftp nc ncat netcat nmap nslookup ping rclone
            rsync scp sftp socat ssh telnet tftp traceroute wget whois
            """.split()
        ),
        "interpreter": tuple(
            """
            R Rscript ash awk bash bun busybox csh dash deno elixir erl expect fish gawk groovy
            guile ipython irb java julia ksh lua luajit mawk nawk node osascript perl php pwsh
            python rbash ruby scala sh tclsh tcsh toybox ts-node zsh
            """.split()
        ),
    }
)
"""The published toolsets, by family name."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "bsdtar": "tar",
        "gawk": "awk",
        "gfind": "find",
        "ggrep": "grep",
        "gmake": "make",
        "gnumake": "make",
        "gsed": "sed",
        "gtar": "tar",
        "mawk": "awk",
        "nawk": "awk",
        "nodejs": "node",
        "nvim": "vim",
        "original-awk": "awk",
        "pypy": "python",
        "vi": "vim",
        "view": "vim",
    }
)
"""Other names of a family whose arguments mean the same."""

VERSIONED = tuple(
    """
    c++ clang clang++ cc g++ gcc go java lua luajit node nodejs perl php pip pypy python ruby
    tclsh
    """.split()
)
"""Families whose programs are installed under names that end in a version."""


_VERSION = re.compile(r"(?P<family>.*?[A-Za-z+])-?[0-9]+(?:\.[0-9]+)*t?")
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.\-]*)*", re.ASCII)
_PLAIN_SLASHES = 15  # counted apart: a bounded repeat takes half as long again to match
_PLAIN_LENGTH = 128
_NO_TOOLSETS: frozenset[Uid] = frozenset()


def _memberships() -> dict[str, frozenset[Uid]]:
    found: dict[str, frozenset[Uid]] = {}
    for toolset, names in TOOLSETS.items():
        for name in names:
            found[name] = found.get(name, _NO_TOOLSETS) | {Uid("Toolset", toolset)}
    for alias, name in ALIASES.items():
        found[alias] = found.get(alias, _NO_TOOLSETS) | found.get(name, _NO_TOOLSETS)
    return found


_TOOLSETS_OF = _memberships()


def family(name: str) -> str:
    """Return the name whose table entry a bare program name uses."""
    found = ALIASES.get(name, name)
    if found[-1:].isdigit() or found[-1:] == "t":
        match = _VERSION.fullmatch(found)
        if match and match["family"] in VERSIONED:
            found = match["family"]
            return ALIASES.get(found, found)
    return found


def _trusted(name: str, path: str) -> Entity:
    members = _TOOLSETS_OF.get(name) or _TOOLSETS_OF.get(family(name), _NO_TOOLSETS)
    return Entity(Uid("Program", name), {"name": name, "path": path, "trusted": True}, members)


# Built once: the same entity serves every world in which the bare name is found.
_KNOWN: Mapping[str, Entity] = MappingProxyType(
    {name: _trusted(name, name) for name in sorted({*_TOOLSETS_OF, *ALIASES})}
)


def resolve_program(argv0: str, *, workdir: str, world: World, field: str = "argv") -> Entity:
    """Return the `Program` entity that `argv0` names on this machine."""
    if "/" not in argv0:
        found = world.programs
        if found is None or argv0 in found:
            known = _KNOWN.get(argv0)
            if known is not None:
                return known
            _require_name(argv0, field)
            return _trusted(argv0, argv0)
        _require_name(argv0, field)
        # Nothing trusted has this name: whatever a search path finds is somebody's own file.
        return _untrusted(f"./{argv0}", argv0, workdir, world)
    require_seen(argv0, field=field)
    if len(argv0) > PATH_BYTES or argv0.endswith("/"):
        raise InvalidIntent(field, f"{quote(argv0)} names no program", "name a file")
    if argv0.startswith("/"):
        return _absolute(argv0, workdir, world, field)
    return _untrusted(argv0, argv0, workdir, world)


def _require_name(name: str, field: str) -> None:
    require_seen(name, field=field)
    if not name or name in (".", "..") or "\\" in name or len(name) > PATH_BYTES:
        raise InvalidIntent(field, f"{quote(name)} names no program", "name a program to run")


def _absolute(path: str, workdir: str, world: World, field: str) -> Entity:
    if any(part in ("", ".", "..") for part in path[1:].split("/")):
        raise InvalidIntent(
            field, f"program path {quote(path)} is not normal", "write it without `.`, `..`, `//`"
        )
    directory, _, name = path.rpartition("/")
    if directory in world.program_dirs:
        if world.programs is None or name in world.programs:
            return _trusted(name, path)
        # A file the machine did not list is not there, or appeared since: not what was vetted.
        return Entity(Uid("Program", path), {"name": name, "path": path, "trusted": False})
    return _untrusted(path, path, workdir, world)


def _untrusted(path: str, asked: str, workdir: str, world: World) -> Entity:
    where = resolve_place(path, workdir=workdir, world=world).uid.id
    if where.rpartition("/")[0] in world.program_dirs:
        raise InvalidIntent(
            "argv", f"{quote(asked)} leads into a program directory", "use the program's bare name"
        )
    ident = where if where.startswith("/") else f"./{where}"
    name = asked.rpartition("/")[2]
    return Entity(Uid("Program", ident), {"name": name, "path": asked, "trusted": False})


def plain_place(text: str, *, workdir: str, world: World) -> Entity | None:
    """Return what `resolve_operand` says of an operand in the plainest spelling, sooner.

    None for any other: nothing that has an entity here holds a blank, a glob or a `:`, or begins
    with a `-`, `.`, `/` or `~`.
    """
    if (
        workdir == "."
        and len(text) <= _PLAIN_LENGTH
        and text.count("/") <= _PLAIN_SLASHES
        and _PLAIN.fullmatch(text)
        and len(world.workspaces) == 1
        and MAIN_WORKSPACE in world.workspaces
    ):
        return path_entity(text)
    return None


def resolve_place(
    text: str, *, workdir: str, world: World, field: str = "argv", home: bool = False
) -> Entity:
    """Return the `Path` entity of an operand, also below a directory outside every workspace.

    `workdir` is workspace-relative as in facts (`.`, `src`, `//docs/drafts`), or the absolute
    path that `cd /tmp` leads to. `home`: a leading `~` is the home directory.
    """
    if (plain := plain_place(text, workdir=workdir, world=world)) is not None:
        return plain
    if workdir[:1] == "/" and workdir[1:2] != "/" and text[:1] != "/":
        if not (home and text[:1] == "~"):
            text = f"{workdir}/{text}"
        workdir = "."
    return resolve_operand(text, workdir=workdir, world=world, field=field, shell=home)
