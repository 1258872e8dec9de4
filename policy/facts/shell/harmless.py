"""Where a word that nobody knows does no harm, and what looks harmless and is not.

Rules of this file:
1. Unknown text is let through only quoted, as data of a command that prints or compares it.
2. Printing and comparing commands have forms that run or assign something: those are refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from holdfast.policy.facts.shell.builtins import FOLLOWED, REFUSED
from holdfast.policy.facts.shell.syntax import Param, Substitution, Word, refuse

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./=!:@%+\-]*", re.ASCII)
PRINTING: Final = frozenset({"echo", "printf", "test", "["})
_PRINTING_OR_NOTHING: Final = PRINTING | {":"}
_NUMBERS: Final = frozenset("?#$!")


def may_be_unknown(name: str | None, word: Word) -> bool:
    """Whether a word whose value nobody knows is one quoted text of a command that prints."""
    return name == "exit" or (name in _PRINTING_OR_NOTHING and _quoted(word.parts))


def _quoted(parts: Sequence[object]) -> bool:
    """Whether none of the parts could become several words, or name files."""
    for part in parts:
        if isinstance(part, Param) and not part.quoted and part.name not in _NUMBERS:
            return False
        if isinstance(part, Param) and part.quoted and part.name == "@":
            return False
        if isinstance(part, Substitution) and not part.quoted:
            return False
    return True


def require_harmless(argv: Sequence[str | None], position: int) -> None:
    """Refuse the forms in which even a printing command runs or assigns something."""
    name, first = argv[0], argv[1] if len(argv) > 1 else ""
    if name == "printf":
        # `-v NAME` and `%n` assign.
        if first is None or first.startswith("-") or re.search(r"%[^a-mo-zA-Z%]*n", first):
            raise refuse(position, "a format that assigns, or that nobody knows", "write it")
    elif name != "echo":
        _require_plain_test(argv, first, position)


def _require_plain_test(argv: Sequence[str | None], first: str | None, position: int) -> None:
    words = argv[1 : len(argv) - (argv[0] == "[" and argv[-1] == "]")]
    if None not in words:
        # `-v 'a[$(x)]'` runs x.
        if {"-v", "-R"} & set(words) and any("[" in (word or "") for word in words):
            raise refuse(position, "a test of an array's element")
        return
    plain = words.count(None) == 1 and all(_PLAIN.fullmatch(word) for word in words if word)
    emptiness = len(words) == 2 and first in {"-n", "-z"}  # noqa: PLR2004 - test -n WORD
    equality = len(words) == 3 and words[1] in {"=", "!="}  # noqa: PLR2004 - test WORD = WORD
    if not plain or not (emptiness or equality):
        raise refuse(position, "a test on a word nobody knows", "compare it with `=`")


_TRANSPARENT: Final = frozenset({"time", "!"})


def require_no_builtin_behind(words: Sequence[str], position: int) -> None:
    """`time cd x` changes the directory in bash and nothing in sh."""
    if words[0] in _TRANSPARENT:
        for word in words[1:]:
            if word in REFUSED or word in FOLLOWED:
                raise refuse(position, f"`{word}` behind `{words[0]}`", "run it by itself")
            if not word.startswith("-"):
                return
