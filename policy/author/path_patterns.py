"""File patterns of permission lists (gitignore's), as Cedar on `Path`.

Rules of this file:
1. `permit_forms` never covers a file the pattern does not. It may leave out that gitignore also
   means everything below a directory of that name.
2. `forbid_forms` covers at least every file the pattern does, below such directories too.
3. Where the workspace lies is not known here: a pattern for elsewhere permits nothing, and forbids
   everything unless no workspace can lie there.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from holdfast.policy.author.drafts import Form, either, pattern, quoted

_SPECIAL: Final = re.compile(r"[?\[\]{}!\\]")
_SYSTEM: Final = frozenset({"bin", "boot", "etc", "proc", "sbin", "sys"})
"""Directories below `/` in which no workspace lies."""

_UNSAID = "it also matched directories of that name"
_ELSEWHERE = "it is outside the workspace, where no rule permits anything"


class Anchored(NamedTuple):
    """A pattern for paths of the workspace: a literal folder, and what follows it."""

    folder: str
    deep: bool
    """Whether any number of directories may stand between."""
    rest: tuple[str, ...]
    directory: bool
    """The pattern ended in `/`: directories only, with all that is below."""


def permit_forms(text: str, actions: str) -> tuple[Form, ...] | str:
    """Return a permit no wider than the pattern, or why there is none."""
    if _is_elsewhere(text):
        return _ELSEWHERE
    if _SPECIAL.search(text):
        return "`?`, `[...]`, `{...}` and `!` have no counterpart in a rule"
    found = anchored(text)
    folder = quoted(found.folder)
    scope = f"principal, {actions}, resource in Dir::{folder}"
    if not found.rest:
        return (Form(scope),)
    if len(found.rest) > 1:
        return "directories after a `*` have no counterpart in a permit"
    name = "".join(found.rest)
    if found.directory:
        if "*" in name:
            return "a `*` in a directory's name has no counterpart in a permit"
        note = "only the one at the top" if found.deep else ""
        scope = f"principal, {actions}, resource in Dir::{quoted(_below(found))}"
        return (Form(scope, "", note),)
    test = _name_test(name)
    own = found.folder.rpartition("/")[2]
    if found.deep and fnmatchcase(own, name):
        # A folder is in itself: only what is below it was meant.
        test = f"{test} && resource != Path::{folder}"
    if found.deep:
        return (Form(scope, test, "" if "*" in name else _UNSAID),)
    if "*" not in name:
        path = quoted(_below(found))
        return (Form(f"principal, {actions}, resource == Path::{path}", "", _UNSAID),)
    depth = 1 if found.folder == "." else found.folder.count("/") + 2
    conditions = [f"resource.depth == {depth}", *([test] if name != "*" else [])]
    return (Form(scope, " && ".join(conditions), _UNSAID),)


def forbid_forms(text: str, actions: str) -> tuple[Form, ...]:
    """Return forbids no narrower than the pattern, the most exact one first."""
    everything = Form(f"principal, {actions}, resource is Path", "", "it forbids every path")
    if _is_elsewhere(text):
        return _forbid_elsewhere(text, everything)
    plain = _starred(text)
    if text.startswith("!"):
        return (everything,)
    loose = "" if plain == text else "`?`, `[...]` and `{...}` are read as `*`"
    found = anchored(plain)
    if found.folder == ".":
        if not found.rest:
            # `Dir::"."` is one workspace only; a pattern for everything means everything.
            return (Form(everything.scope, "", loose), everything)
        broader: tuple[Form, ...] = (everything,)
    else:
        folder = quoted(found.folder)
        # The folder itself as well: who lists it reads the names of what is in it.
        inside = either([f"resource in Dir::{folder}", f"resource == Path::{folder}"])
        if not found.rest:
            return (Form(everything.scope, inside, loose), everything)
        note = f"it forbids all of `{found.folder}`"
        broader = (Form(everything.scope, inside, note), everything)
    scope = f"principal, {actions}, resource is Path in Dir::{quoted(found.folder)}"
    if not found.deep and any("*" in part for part in found.rest):
        loose = f"{loose}; at any depth" if loose else "at any depth"
    return (Form(scope, either(_matching(found)), loose), *broader)


def _matching(found: Anchored) -> list[str]:
    """Return conditions that together hold for all the pattern matches, and below it."""
    if all("*" not in part for part in found.rest):
        path, rest = quoted(_below(found)), "/".join(found.rest)
        inside = [f"resource in Dir::{path}"]
        if found.deep:
            inside.append(f"resource.path like {pattern(f'*/{rest}/*')}")
        if found.directory:
            return inside
        whole = [f"resource == Path::{path}"]
        if found.deep:
            whole = (
                [_name_test(rest)]
                if len(found.rest) == 1
                else [
                    *whole,
                    f"resource.path like {pattern(f'*/{rest}')}",
                ]
            )
        return [*whole, *inside]
    tail = re.sub(r"\*+", "*", "/".join(found.rest))
    below = f"resource.path like {pattern(re.sub(r'[*]+', '*', f'*{tail}/*'))}"
    if found.directory:
        return [below]
    if len(found.rest) == 1:
        return [_name_test(tail), below]
    return [f"resource.path like {pattern(re.sub(r'[*]+', '*', f'*{tail}'))}", below]


def _forbid_elsewhere(text: str, everything: Form) -> tuple[Form, ...]:
    home = text.startswith("~/")
    parts = [part for part in _starred(text).removeprefix("~").split("/") if part]
    while parts and parts[-1] == "**":
        parts.pop()
    safe = bool(parts) and (parts[0].startswith(".") if home else parts[0] in _SYSTEM)
    if not safe or "*" in parts[0] or ".." in parts:
        # The workspace may lie in there, and its files are known by their relative names only.
        return (everything,)
    where = f"~/{parts[0]}" if home else f"/{parts[0]}"
    tail = re.sub(r"[*]+", "*", "*/" + "/".join(parts))
    conditions = [f"resource.path like {pattern(one)}" for one in (tail, f"{tail}/*")]
    note = f"it forbids such paths under any directory, and takes no workspace to be in {where}"
    return (Form(everything.scope, either(conditions), note), everything)


def _starred(text: str) -> str:
    """Read what only gitignore knows as `*`, which covers it."""
    return _SPECIAL.sub("*", re.sub(r"\\.|\[[^\]]*\]|\{[^}]*\}", "*", text))


def anchored(text: str) -> Anchored:
    """Take a workspace pattern apart."""
    directory = text.endswith("/")
    body = text.rstrip("/")
    floating = "/" not in body
    body = body.removeprefix("./").lstrip("/")
    parts = [part for part in body.split("/") if part not in ("", ".")]
    folder: list[str] = []
    while len(parts) > 1 and "*" not in parts[0]:
        folder.append(parts.pop(0))
    deep = floating
    while parts and parts[0] == "**":
        deep = True
        parts.pop(0)
    if parts and parts[-1] == "**":
        # `a/**` is everything below `a`.
        while parts and parts[-1] == "**":
            parts.pop()
        directory = bool(parts)
    if deep and parts == ["*"]:
        parts = []
    return Anchored("/".join(folder) or ".", deep, tuple(parts), directory)


def _below(found: Anchored) -> str:
    rest = "/".join(found.rest)
    return rest if found.folder == "." else f"{found.folder}/{rest}"


def _is_elsewhere(text: str) -> bool:
    return text.startswith(("~", "//")) or ".." in text.split("/")


def _name_test(name: str) -> str:
    if "*" in name:
        return f"resource.name like {pattern(re.sub(r'[*]+', '*', name))}"
    return f"resource.name == {quoted(name)}"
