"""Cedar policy text, read twice: by this parser, which knows places, and by the engine's.

Rules of this package:
1. The tree is made of the engine's own nodes (`cedarpy.pst`); places stand beside it.
2. Two independent parsers must agree. A file on which they differ is refused: either could
   be wrong, and a rule that reads two ways is worse than none.
3. The engine's parser sees only text that this one has accepted, hence bounded in depth.
4. Every mistake of a file is reported, each with its place, what was expected and a hint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cedarpy
from cedarpy import pst

from holdfast.policy.cedar.syntax.rules import RuleParser
from holdfast.policy.cedar.syntax.spans import Span, Spans
from holdfast.policy.cedar.syntax.tokens import tokenize
from holdfast.policy.diagnostics import Problem, SourceText, displayed, sort_problems

__all__ = ["Parsed", "Span", "Spans", "parse_rules"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file holds. With a problem among `problems` the templates are not all of it."""

    templates: tuple[pst.Template, ...]
    spans: Spans
    problems: tuple[Problem, ...]


def parse_rules(text: str, file: str) -> Parsed:
    """Read a file of rules; never raises for what the text says."""
    source = SourceText(file, text)
    cut = tokenize(source)
    parser = RuleParser(source, cut.tokens)
    templates = tuple(parser.rules())
    spans = Spans()
    spans.learn(source, parser.nodes, parser.parts)
    problems = [*cut.problems, *parser.problems]
    if not problems:
        problems = _second_opinion(source, templates, spans)
    return Parsed(templates, spans, sort_problems(problems))


def _second_opinion(
    source: SourceText, templates: Sequence[pst.Template], spans: Spans
) -> list[Problem]:
    """Return what stands against the file when the engine's parser reads it as well."""
    hint = "write the rule in plainer words, and report this: two parsers must agree"
    try:
        theirs = cedarpy.policies_to_pst(source.text)
    except ValueError as refusal:
        message = f"the Cedar engine refuses this file: {displayed(str(refusal))}"
        return [source.problem(0, 1, "engine-refuses", message, hint)]
    by_id = {**theirs.static_policies, **theirs.templates}
    if len(by_id) != len(templates):
        message = f"read as {len(templates)} rules here, as {len(by_id)} by the Cedar engine"
        return [source.problem(0, 1, "parsers-disagree", message, hint)]
    return [
        spans.problem(
            ours, "parsers-disagree", "this rule reads differently to the Cedar engine", hint
        )
        for ours in templates
        if by_id.get(ours.id) != ours
    ]
