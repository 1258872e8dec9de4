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
from holdfast.runtime.cli.terminal import visible

_WHEN: Final = ("now", "weekday", "local_hour", "policy_age", "site", "deployment")
_MOMENT: Final = frozenset({*_WHEN, "digest"})
"""Facts that are the same for everything an intent touches."""
_WIDTH: Final = 100
_LABEL: Final = 12
_LOOKED_UP: Final = re.compile(r"(?:principal|action|resource|context)\b").match
_LONGEST_LINE: Final = 160


def why_lines(policy: Policy, shown: Explanation, paint: Paint) -> list[str]:
    """Return the explanation as people read it."""
    groups = ", ".join(f'Group::"{name}"' for name in shown.groups)
    lines = [_labelled("asked by", f"{shown.principal}{f' in {groups}' if groups else ''}", 0)]
    if shown.resources:
        lines += _fields("at", shown.resources[0].context, 0, _WHEN)
    for resource in shown.resources:
        lines += ["", *_resource(policy, resource, paint)]
    return lines


def _resource(policy: Policy, shown: ResourceShown, paint: Paint) -> list[str]:
    verdict = shown.decision.decision.value
    title = f"{shown.decision.action} {visible(shown.decision.uid)}"
    style = "good" if verdict == "allow" else "bad"
    lines = [f"{paint(title, 'strong')}  {paint(verdict, style)}"]
    lines += fact_lines(shown.resource, shown.parents, shown.context, leave_out=_MOMENT)
    for rule in shown.matched:
        lines += _rule(policy, rule, "errs" if _erred(rule) else "matches")
    for rule in shown.near:
        lines += _rule(policy, rule, "does not match")
    return [*lines, *_wrapped("change", shown.nearest, 2)]


def _erred(shown: RuleShown) -> bool:
    return shown.failed is not None and shown.failed.result == "error"


def fact_lines(
    resource: Mapping[str, Value],
    parents: Sequence[str],
    context: Mapping[str, Value],
    *,
    leave_out: frozenset[str] = frozenset(),
) -> list[str]:
    """Return what rules see of one touched thing."""
    lines = _fields("resource", resource, 2, sorted(resource))
    if parents:
        lines += _wrapped("in", ", ".join(parents), 2)
    return lines + _fields("context", context, 2, sorted(context.keys() - leave_out))


def _fields(
    label: str, fields: Mapping[str, Value], indent: int, names: Iterable[str]
) -> list[str]:
    text = ", ".join(f"{name} {cedar_text(fields[name])}" for name in names)
    return _wrapped(label, text, indent) if text else []


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
    first, *others = wrapped or [""]
    pad = " " * (_LABEL + 2)
    return [f"{'':<{indent}}{label:<{_LABEL - indent}}  {first}", *(pad + line for line in others)]
