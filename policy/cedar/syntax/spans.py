"""Where each node of a tree was written: a side table by identity.

The nodes are the engine's own and carry no positions, and two equal nodes may stand in two
places, so the table is keyed by `id()` and keeps every node alive for as long as it lives:
an id that is reused would put a caret under somebody else's rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from holdfast.policy.diagnostics import Problem, Severity, SourceText, Span

__all__ = ["Span", "Spans"]

_Mark = tuple[object, int, int]


class Spans:
    """Spans of nodes, and of the named parts of them that are no nodes themselves.

    Parts: `effect` of a template; `@name` and `@name=` (its value, when written) for every
    annotation; `op` of an operator or a method name; `attr` of an attribute name; `pattern`
    of a `like`; `var` of a scope constraint, the variable it speaks of.
    """

    __slots__ = ("_nodes", "_parts")

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._nodes: dict[int, tuple[object, SourceText, int, int]] = {}
        self._parts: dict[int, dict[str, tuple[int, int]]] = {}

    def learn(
        self,
        source: SourceText,
        nodes: Mapping[int, _Mark],
        parts: Mapping[int, dict[str, tuple[int, int]]],
    ) -> None:
        """Take over what the parser of one file noted."""
        for key, (node, start, end) in nodes.items():
            self._nodes[key] = (node, source, start, end)
        self._parts.update(parts)

    def copy_of(self, original: object, twin: object) -> None:
        """Let `twin`, a changed copy of a node, stand where the original stands."""
        known = self._nodes.get(id(original))
        if known is None:
            return
        self._nodes[id(twin)] = (twin, *known[1:])
        self._parts[id(twin)] = self._parts.get(id(original), {})

    def of(self, node: object) -> Span | None:
        """Return where a node stands, or None for a node nobody wrote."""
        known = self._nodes.get(id(node))
        return None if known is None else known[1].span(known[2], known[3])

    def part(self, node: object, part: str) -> Span | None:
        """Return where a named part of a node stands."""
        known, place = self._nodes.get(id(node)), self._parts.get(id(node), {}).get(part)
        return None if known is None or place is None else known[1].span(*place)

    def text(self, node: object) -> str:
        """Return a node as it was written, or "" for a node nobody wrote."""
        known = self._nodes.get(id(node))
        return "" if known is None else known[1].text[known[2] : known[3]]

    def problem(
        self,
        node: object,
        code: str,
        message: str,
        hint: str = "",
        *,
        part: str = "",
        severity: Severity = "error",
    ) -> Problem:
        """Describe a node, or a part of it, as a problem."""
        _, source, start, end = self._nodes[id(node)]
        start, end = self._parts.get(id(node), {}).get(part, (start, end))
        return source.problem(start, end, code, message, hint, severity)

    @staticmethod
    def merged(several: Iterable[Spans]) -> Spans:
        """Return one table over several files."""
        whole = Spans()
        for spans in several:
            spans._teach(whole)  # noqa: SLF001 - the same class
        return whole

    def _teach(self, other: Spans) -> None:
        other._nodes.update(self._nodes)
        other._parts.update(self._parts)
