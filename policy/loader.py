"""A folder's files to a policy that decides, or to everything that is wrong with them.

`parse -> validate against the schema -> typed trees -> program`, all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from holdfast.policy.actions import action_entities
from holdfast.policy.cedar.errors import UnknownConstruct
from holdfast.policy.cedar.program import compile_program
from holdfast.policy.diagnostics import Problem, displayed
from holdfast.policy.facts.mentions import Known
from holdfast.policy.folder import MANIFEST, Refused, Source, load_source
from holdfast.policy.mentioned import mentioned_paths
from holdfast.policy.obligations import Owed
from holdfast.policy.policy import Policy, Rule
from holdfast.policy.schema import shipped_schema
from holdfast.policy.source.rules import SourceRule
from holdfast.proto.bundle import DevBundle
from holdfast.proto.decision import RuleRef
from holdfast.proto.ids import PolicyRef, parse_bundle_name
from holdfast.proto.limits import UNANCHORED_RULES

__all__ = ["Loaded", "Refused", "load_policy"]


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A policy, what it was made of, and what its author should look at anyway."""

    policy: Policy
    source: Source

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is odd but not wrong."""
        return self.source.warnings


def load_policy(files: Mapping[str, bytes], ref: PolicyRef | None = None) -> Loaded | Refused:
    """Load a folder; without a `ref` it is what it is: an unsigned folder, revision 0."""
    source = load_source(files, shipped_schema=shipped_schema())
    if isinstance(source, Refused):
        return source
    if ref is None:
        ref = DevBundle.of_folder(parse_bundle_name(source.manifest.name), files).ref
    try:
        policy = _compile(source, ref)
    except UnknownConstruct as unknown:
        return Refused((_unknown(unknown),))
    crowd = policy.program.crowd
    if len(crowd) > UNANCHORED_RULES:
        return Refused((_crowded(source, sorted(crowd)),))
    return Loaded(policy, source)


def _compile(source: Source, ref: PolicyRef) -> Policy:
    program = compile_program([rule.template for rule in source.rules], spans=source.spans)
    return Policy(
        ref=ref,
        ref_text=str(ref),
        manifest=source.manifest,
        program=program,
        rules=tuple(_rule(index, rule) for index, rule in enumerate(source.rules)),
        actions=action_entities(source.tools.values()),
        who=source.who,
        tools=source.tools,
        known=Known(source.tools, mentioned_paths(rule.template for rule in source.rules)),
        approvals=source.approvals,
        profiles=source.profiles,
        default_profile=source.default_profile,
        owed=Owed(source.default_profile, source.profiles),
        limits=source.limits,
        texts=MappingProxyType(
            {name: text for name, text in source.texts.items() if name.endswith(".cedar")}
        ),
        cases=source.cases,
        probes=source.probes,
    )


def _rule(index: int, rule: SourceRule) -> Rule:
    return Rule(
        index=index,
        id=rule.id,
        effect=rule.effect,
        ref=RuleRef(rule.id, rule.file, rule.line),
        reason=rule.reason,
        hint=rule.hint,
        needs=rule.needs,
        profile=rule.profile,
        advice=rule.advice,
        text=rule.text,
    )


def _crowded(source: Source, crowd: Sequence[int]) -> Problem:
    # Each of them would be tried for one and the same request: the time a decision takes would
    # grow with the folder.
    first = source.rules[crowd[UNANCHORED_RULES]]
    message = (
        f"{displayed(first.id)} is one of {len(crowd)} rules that are tried one after another: "
        "nothing in their heads or conditions tells apart what they are about"
    )
    hint = (
        f"at most {UNANCHORED_RULES}: name an action, a `Dir`, a `Domain` or a value first; "
        '`like "*a*"`, ranges and negations tell nothing apart'
    )
    return source.spans.problem(first.template, "unanchored-rules", message, hint, part="effect")


def _unknown(unknown: UnknownConstruct) -> Problem:
    # The validator knows the construct, this evaluator does not: refuse, never guess.
    return Problem(
        MANIFEST, 1, 1, 1, "unknown-construct", str(unknown), "write it in plainer words"
    )
