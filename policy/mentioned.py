"""The paths that rules name, collected once when a policy is loaded.

Rules of this file:
1. Every literal of the types `Dir` and `Path` counts, wherever it stands, and every text that is
   compared with a path: a path too many costs a touch, one too few would be passed by.
2. A pattern counts by paths that it matches, when it does not begin with a wildcard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cedarpy import pst

from holdfast.policy.facts.mentions import Mentioned
from holdfast.policy.source.rules import walk

_TYPES: Final = frozenset({"Dir", "Path"})
_FILLERS: Final = ("x", "")
_FACT: Final = "path"


def mentioned_paths(templates: Iterable[pst.Template]) -> Mentioned:
    """Return every path these rules name."""
    return Mentioned(path for template in templates for path in _of_rule(template))


def _of_rule(template: pst.Template) -> Iterator[str]:
    for node in walk(template):
        match node:
            case pst.EntityUid(kind, ident) if kind.basename in _TYPES:
                yield ident
            case pst.BinaryOp(_, left, right) if _is_path(left) or _is_path(right):
                yield from (each.value for side in (left, right) for each in _texts(side))
            case pst.Like(base, pattern) if _is_path(base):
                yield from _matching(pattern)
            case _:
                pass


def _is_path(node: object) -> bool:
    return isinstance(node, pst.GetAttr) and node.attr == _FACT


def _texts(node: object) -> Iterator[pst.StringLit]:
    return (each for each in walk(node) if isinstance(each, pst.StringLit))


def _matching(pattern: tuple[pst.PatternElem, ...]) -> Iterator[str]:
    """Yield paths that a pattern matches: its wildcards as a letter, and as nothing."""
    if not pattern or isinstance(pattern[0], pst.Wildcard):
        return
    for filler in _FILLERS:
        yield "".join(each.value if isinstance(each, pst.Char) else filler for each in pattern)
