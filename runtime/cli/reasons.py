"""`--why` and `policy facts`: what the rules saw, which of them spoke, and what would change it.

fs.read Path::".env"  deny
  resource  depth 1, ext "", hidden true, name ".env", path ".env", sensitive true, size 0
  in        Dir::".", Workspace::"main"
  forbid    no-credentials  rules/repo.cedar:3  matches
  permit    git-look  rules/repo.cedar:27  does not
            when { context.subcommand == "diff" };
                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context.subcommand is "push"
  change    `git-look` would permit it if ...
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from holdfast.policy.cedar.values import Value
from holdfast.policy.explain import ConditionShown, Explanation, ResourceShown, RuleShown
from holdfast.policy.policy import Policy
from holdfast.policy.show import cedar_text
from holdfast.runtime.cli.page import Paint
from holdfast.runtime.cli.terminal import Style, visible

_WHEN: Final = ("now", "weekday", "local_hour", "policy_age", "site", "deployment")
_MOMENT: Final = frozenset({*_WHEN, "digest"})
"""Facts that are the same for everything an intent touches."""
_WIDTH: Final = 100
_LABEL: Final = 12
_LOOKED_UP: Final = re.compile(r"(?:principal|action|resource|context)\b").match
_LONGEST_LINE: Final = 160


def why_lines(policy: Policy, shown: Explanation, paint: Paint) -> list[str]:
    """Return the explanation as people read it."""
    context: Mapping[str, Value] = shown.resources[0].context if shown.resources else {}
    lines = asked_lines(shown.principal, shown.groups, context)
    for resource in shown.resources:
        lines += ["", *_resource(policy, resource, paint)]
    return lines


def asked_lines(principal: str, groups: Iterable[str], context: Mapping[str, Value]) -> list[str]:
    """Return who asks and when: what is the same for everything an intent touches."""
    named = ", ".join(f'Group::"{name}"' for name in groups)
    lines = [_labelled("asked by", f"{principal}{f' in {named}' if named else ''}", 0)]
    return lines + (_fields("at", context, 0, _WHEN) if context else [])


def _resource(policy: Policy, shown: ResourceShown, paint: Paint) -> list[str]:
    verdict = shown.decision.decision.value
    title = f"{shown.decision.action} {visible(shown.decision.uid)}"
    style: Style = "good" if verdict == "allow" else "bad"
    lines = [f"{paint(title, 'strong')}  {paint(verdict, style)}"]
    lines += fact_lines(shown.resource, shown.parents, shown.context)
    for rule in shown.matched:
        lines += _rule(policy, rule, "errs" if _erred(rule) else "matches")
    for rule in _worth_showing(shown):
        lines += _rule(policy, rule, "does not match")
    return [*lines, *_wrapped("change", shown.nearest, 2)]


def _worth_showing(shown: ResourceShown) -> Sequence[RuleShown]:
    """Return the near misses that somebody would act on; the rest is noise here, not in JSON."""
    if any(rule.rule.effect == "permit" for rule in shown.matched):
        # Permitted: what nearly forbade it is of interest, what else nearly permitted it is not.
        return [rule for rule in shown.near if rule.rule.effect == "forbid"][:1]
    return shown.near


def _erred(shown: RuleShown) -> bool:
    return shown.failed is not None and shown.failed.result == "error"


def fact_lines(
    resource: Mapping[str, Value],
    parents: Sequence[str],
    context: Mapping[str, Value],
) -> list[str]:
    """Return what rules see of one touched thing, beside what `asked_lines` says."""
    lines = _fields("resource", resource, 2, sorted(resource))
    if parents:
        lines += _listed("in", [visible(parent) for parent in parents], 2)
    return lines + _fields("context", context, 2, sorted(context.keys() - _MOMENT))


def _fields(
    label: str, fields: Mapping[str, Value], indent: int, names: Iterable[str]
) -> list[str]:
    items = [visible(f"{name} {cedar_text(fields[name])}") for name in names]
    return _listed(label, items, indent) if items else []


def _listed(label: str, items: Sequence[str], indent: int) -> list[str]:
    """Return items side by side; one is never cut in two."""
    rows = [""]
    for item in items:
        joined = f"{rows[-1]}, {item}" if rows[-1] else item
        if rows[-1] and len(joined) > _WIDTH - _LABEL - 2:
            rows[-1] += ","
            rows.append(item)
        else:
            rows[-1] = joined
    return _rows(label, rows, indent)


def _rows(label: str, rows: Sequence[str], indent: int) -> list[str]:
    first, *others = rows
    pad = " " * (_LABEL + 2)
    return [f"{'':<{indent}}{label:<{_LABEL - indent}}  {first}", *(pad + row for row in others)]


def _rule(policy: Policy, shown: RuleShown, verb: str) -> list[str]:
    ref = shown.rule.ref
    lines = [_labelled(shown.rule.effect, f"{ref.id}  {ref.file}:{ref.line}  {verb}", 2)]
    failed = shown.failed
    if failed is not None and failed.line:
        lines += _excerpt(policy, failed)
    return lines


def _excerpt(policy: Policy, failed: ConditionShown) -> list[str]:
    """Return the source line of a condition, a caret under it, and what came of it."""
    source = policy.texts[failed.file].split("\n")[failed.line - 1]
    start = failed.column - 1
    indent = len(source) - len(source.lstrip())
    before = visible(source[indent:start].replace("\t", " "))
    marked = visible(source[start : start + failed.length].rstrip())
    rest = visible(source[start + len(marked) :].rstrip())
    pad = " " * (_LABEL + 2)
    line = f"{before}{marked}{rest}"
    if len(line) > _LONGEST_LINE:
        before, line = "", marked[:_LONGEST_LINE]
    caret = "^" * max(1, min(len(marked), _LONGEST_LINE))
    return [f"{pad}{line}", f"{pad}{' ' * len(before)}{caret} {visible(_came(failed))}".rstrip()]


def _came(failed: ConditionShown) -> str:
    if failed.message:
        return failed.message
    # A literal says for itself what it is; so only what was looked up is told.
    values = [f"{text} is {value}" for text, value in failed.operands if _LOOKED_UP(text)]
    return ", ".join(values) or f"is {failed.result}"


def _labelled(label: str, text: str, indent: int) -> str:
    return f"{'':<{indent}}{label:<{_LABEL - indent}}  {visible(text)}"


def _wrapped(label: str, text: str, indent: int) -> list[str]:
    # Broken between words only: a path or digest that is cut in two cannot be copied.
    wrapped = textwrap.wrap(
        visible(text), _WIDTH - _LABEL - 2, break_long_words=False, break_on_hyphens=False
    )
    return _rows(label, wrapped or [""], indent)
