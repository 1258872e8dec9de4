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
_LABEL: Final = 12
_PAD: Final = " " * (_LABEL + 2)
_LOOKED_UP: Final = re.compile(r"(?:principal|action|resource|context)\b").match
_CUT: Final = "..."


def why_lines(policy: Policy, shown: Explanation, paint: Paint, width: int) -> list[str]:
    """Return the explanation as people read it, in lines of about `width` columns."""
    context: Mapping[str, Value] = shown.resources[0].context if shown.resources else {}
    lines = asked_lines(shown.principal, shown.groups, context, width)
    for resource in shown.resources:
        lines += ["", *_resource(policy, resource, paint, width)]
    return lines


def asked_lines(
    principal: str, groups: Iterable[str], context: Mapping[str, Value], width: int
) -> list[str]:
    """Return who asks and when: what is the same for everything an intent touches."""
    named = ", ".join(f'Group::"{name}"' for name in groups)
    lines = [_labelled("asked by", f"{principal}{f' in {named}' if named else ''}", 0)]
    return lines + (_fields("at", context, 0, _WHEN, width) if context else [])


def _resource(policy: Policy, shown: ResourceShown, paint: Paint, width: int) -> list[str]:
    verdict = shown.decision.decision.value
    title = f"{shown.decision.action} {visible(shown.decision.uid)}"
    style: Style = "good" if verdict == "allow" else "bad"
    lines = [f"{paint(title, 'strong')}  {paint(verdict, style)}"]
    lines += fact_lines(shown.resource, shown.parents, shown.context, width)
    for rule in shown.matched:
        lines += _rule(policy, rule, "errs" if _erred(rule) else "matches", width)
    for rule in _worth_showing(shown):
        lines += _rule(policy, rule, "does not match", width)
    return [*lines, *_wrapped("change", shown.nearest, 2, width)]


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
    width: int,
) -> list[str]:
    """Return what rules see of one touched thing, beside what `asked_lines` says."""
    lines = _fields("resource", resource, 2, sorted(resource), width)
    if parents:
        lines += _listed("in", [visible(parent) for parent in parents], 2, width)
    return lines + _fields("context", context, 2, sorted(context.keys() - _MOMENT), width)


def _fields(
    label: str, fields: Mapping[str, Value], indent: int, names: Iterable[str], width: int
) -> list[str]:
    items = [visible(f"{name} {cedar_text(fields[name])}") for name in names]
    return _listed(label, items, indent, width) if items else []


def _listed(label: str, items: Sequence[str], indent: int, width: int) -> list[str]:
    """Return items side by side; one is never cut in two."""
    rows = [""]
    for item in items:
        joined = f"{rows[-1]}, {item}" if rows[-1] else item
        if rows[-1] and len(joined) > width - len(_PAD):
            rows[-1] += ","
            rows.append(item)
        else:
            rows[-1] = joined
    return _rows(label, rows, indent)


def _rows(label: str, rows: Sequence[str], indent: int) -> list[str]:
    first, *others = rows
    return [f"{'':<{indent}}{label:<{_LABEL - indent}}  {first}", *(_PAD + row for row in others)]


def _rule(policy: Policy, shown: RuleShown, verb: str, width: int) -> list[str]:
    ref = shown.rule.ref
    lines = [_labelled(shown.rule.effect, f"{ref.id}  {ref.file}:{ref.line}  {verb}", 2)]
    failed = shown.failed
    if failed is not None and failed.line:
        lines += _excerpt(policy, failed, width)
    return lines


def _excerpt(policy: Policy, failed: ConditionShown, width: int) -> list[str]:
    """Return the source line of a condition, a caret under it, and what came of it."""
    source = policy.texts[failed.file].split("\n")[failed.line - 1]
    start = failed.column - 1
    indent = len(source) - len(source.lstrip())
    marked = source[start : start + failed.length].rstrip()
    before, marked, rest = _fitted(
        visible(source[indent:start].replace("\t", " ")),
        visible(marked),
        visible(source[start + len(marked) :].rstrip()),
        width - len(_PAD),
    )
    lines = [f"{_PAD}{before}{marked}{rest}"]
    carets = f"{_PAD}{' ' * len(before)}{'^' * max(1, len(marked))}"
    came = visible(_came(failed))
    if len(carets) + 1 + len(came) <= width:
        return [*lines, f"{carets} {came}".rstrip()]
    under = len(_PAD) + len(before)
    if under + len(came) <= width:
        return [*lines, carets, f"{'':<{under}}{came}"]
    return [*lines, carets, *_wrapped("", came, 0, width)]


def _fitted(before: str, marked: str, rest: str, room: int) -> tuple[str, str, str]:
    """Cut a line to `room` columns: first what is around the mark, then the mark's middle."""
    if len(marked) >= room:
        # The ends say most: what is compared stands at one of them.
        half = (room - len(_CUT)) // 2
        return "", f"{marked[:half]}{_CUT}{marked[-half:]}" if len(marked) > room else marked, ""
    spare = room - len(marked)
    front = max(spare // 2, spare - len(rest))
    if len(before) > front:
        before = _CUT + before[len(before) - front + len(_CUT) :] if front > len(_CUT) else ""
    back = spare - len(before)
    if len(rest) > back:
        rest = rest[: back - len(_CUT)] + _CUT if back >= len(_CUT) else ""
    return before, marked, rest


def _came(failed: ConditionShown) -> str:
    if failed.message:
        return failed.message
    # A literal says for itself what it is; so only what was looked up is told.
    values = [f"{text} is {value}" for text, value in failed.operands if _LOOKED_UP(text)]
    return ", ".join(values) or f"is {failed.result}"


def _labelled(label: str, text: str, indent: int) -> str:
    return f"{'':<{indent}}{label:<{_LABEL - indent}}  {visible(text)}"


def _wrapped(label: str, text: str, indent: int, width: int) -> list[str]:
    # Broken between words only: a path or digest that is cut in two cannot be copied.
    wrapped = textwrap.wrap(
        visible(text), width - len(_PAD), break_long_words=False, break_on_hyphens=False
    )
    return _rows(label, wrapped or [""], indent)
