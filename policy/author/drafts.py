"""A folder drafted from somebody else's list: rules, what became of each entry, and the rest.

Rules of this file:
1. Nothing is widened. An allow that cannot be said exactly or more narrowly is a comment; a deny
   that cannot be said exactly is a broader forbid, and where even that fails, an error.
2. Whatever is drafted loads. It is tried with the real loader: an allow that does not load becomes
   a comment, a deny falls back to its next broader form, and a gate nothing would open is left
   out, because what nothing permits is denied anyway.
3. Every entry is accounted for: `kept`, or `left` with the reason.
4. An entry's text is somebody's input: it stands in comments and annotations, escaped, and never
   runs into the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from holdfast.policy.cedar.values import escape
from holdfast.policy.diagnostics import Problem
from holdfast.proto.errors import HoldfastError
from holdfast.proto.reasons import Code

RULES: Final = "rules/imported.cedar"
APPROVAL: Final = "owner"
_ID: Final = 56
"""Characters of a rule's id that come from its entry; a number may follow."""
_SHOWN: Final = 200

Check = Callable[[Mapping[str, bytes]], Sequence[Problem]]
"""Returns what keeps a folder from loading: the loader's problems, none when it loads."""

Became = Literal["comment", "broader forbid", "narrower permit", "nothing"]


@dataclass(frozen=True, slots=True)
class Left:
    """An entry that was not taken over as it is, and why."""

    entry: str
    became: Became
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Files of a new policy folder, and an account of every entry."""

    files: Mapping[str, bytes]
    kept: tuple[str, ...]
    left: tuple[Left, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "files": sorted(self.files),
            "kept": list(self.kept),
            "left": [
                {"entry": one.entry, "became": one.became, "reason": one.reason}
                for one in self.left
            ],
        }


@dataclass(frozen=True, slots=True)
class Form:
    """One way of saying an entry: a scope and its conditions, in Cedar."""

    scope: str
    when: str = ""
    note: str = ""
    """How it differs from the entry; empty when it does not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list; `permits` and `forbids` hold forms from the most to the least exact.

    An allow has permits, a deny forbids, a question both: permitted, but gated by an approval.
    """

    text: str
    name: str
    """What a rule's id is made of."""
    permits: tuple[Form, ...] = ()
    forbids: tuple[Form, ...] = ()
    gated: bool = False
    trouble: str = ""
    """Why there is no permit where one was wanted, or nothing at all."""


@dataclass(slots=True)
class _Rule:
    """A rule of the draft, with the forms still open to it."""

    entry: Entry
    effect: Literal["permit", "forbid", "gate"]
    forms: tuple[Form, ...]
    id: str = ""
    left: Left | None = None

    @property
    def out(self) -> bool:
        return not self.forms


def draft(title: str, entries: Sequence[Entry], check: Check, *, name: str = "imported") -> Draft:
    """Draft a folder; raise HoldfastError for a deny that cannot be said at all."""
    rules = _rules(entries)
    while True:
        text, lines = _render(title, entries, rules)
        files = _files(name, text, gated=any(one.effect == "gate" and not one.out for one in rules))
        problems = check(files)
        if not problems:
            break
        if not _retreat(rules, lines, problems):
            first = problems[0]
            raise HoldfastError(
                Code.POLICY_INVALID,
                f"what was drafted does not load: {first.file}:{first.line}: {first.message}",
                hint=first.hint or "report this: a draft always loads",
            )
    left = tuple(one.left for one in rules if one.left is not None)
    troubled = tuple(Left(one.text, "comment", one.trouble) for one in entries if one.trouble)
    named = {one.entry for one in (*left, *troubled)}
    kept = tuple(one.text for one in entries if one.text not in named)
    return Draft(files, kept, (*troubled, *left))


def _rules(entries: Sequence[Entry]) -> list[_Rule]:
    rules: list[_Rule] = []
    for entry in entries:
        if entry.permits:
            rules.append(_Rule(entry, "permit", entry.permits))
        if entry.forbids:
            rules.append(_Rule(entry, "gate" if entry.gated else "forbid", entry.forbids))
    taken: set[str] = set()
    for rule in rules:
        rule.id = _free(_slug(f"{_PREFIXES[rule.effect]}-{rule.entry.name}"), taken)
        _note(rule)
    return rules


_PREFIXES: Final = {"permit": "allow", "forbid": "deny", "gate": "ask"}


def _note(rule: _Rule) -> None:
    """Say how the form now used differs from its entry."""
    note = rule.forms[0].note
    became: Became = "narrower permit" if rule.effect == "permit" else "broader forbid"
    rule.left = Left(rule.entry.text, became, note) if note else None


def _retreat(rules: list[_Rule], lines: Mapping[str, range], problems: Sequence[Problem]) -> bool:
    """Take back every rule that is complained about, one form; False when none can be."""
    moved = False
    for rule in rules:
        mine = [one for one in problems if one.file == RULES and one.line in lines.get(rule.id, ())]
        if not mine or rule.out:
            continue
        if len(rule.forms) > 1:
            rule.forms = rule.forms[1:]
            _note(rule)
        elif rule.effect == "permit":
            rule.forms = ()
            rule.left = Left(rule.entry.text, "comment", mine[0].message)
        elif rule.effect == "gate" and all(one.code == "dead-approval" for one in mine):
            rule.forms = ()
            rule.left = Left(rule.entry.text, "nothing", "nothing permits it, so it is denied")
        else:
            continue
        moved = True
    return moved


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:_ID].strip("-")


def _free(slug: str, taken: set[str]) -> str:
    found, number = slug, 2
    while found in taken:
        found, number = f"{slug}-{number}", number + 1
    taken.add(found)
    return found


# ---- files -------------------------------------------------------------------------------------


def _render(
    title: str, entries: Sequence[Entry], rules: Sequence[_Rule]
) -> tuple[str, Mapping[str, range]]:
    """Return the rules' file, and which lines each rule has."""
    out = [
        f"// {comment(title)}",
        "// What it does not name is denied here, not asked about. A program's name also stands",
        "// for its file in root-owned directories: `git` is `/usr/bin/git`.",
    ]
    lines: dict[str, range] = {}
    for entry in entries:
        out += ["", f"// {comment(entry.text)}"]
        if entry.trouble:
            out.append(f"//   not taken over: {comment(entry.trouble)}")
        for rule in rules:
            if rule.entry is not entry:
                continue
            if rule.left is not None:
                out.append(f"//   {rule.left.became}: {comment(rule.left.reason)}")
            if not rule.out:
                start = len(out) + 1
                out += _source(rule)
                lines[rule.id] = range(start, len(out) + 1)
    return "\n".join(out) + "\n", lines


def _source(rule: _Rule) -> list[str]:
    form = rule.forms[0]
    needs = f' @needs("{APPROVAL}")' if rule.effect == "gate" else ""
    effect = "permit" if rule.effect == "permit" else "forbid"
    lines = [f'@id("{rule.id}"){needs}', f"{effect}({form.scope})"]
    if form.when:
        lines.append(f"when {{ {form.when} }}")
    if rule.effect == "gate":
        lines.append(f'unless {{ context.approvals.contains("{APPROVAL}") }}')
    lines[-1] += ";"
    return lines


def comment(text: str) -> str:
    """Return text that stays inside a line comment."""
    shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
    return escape(shown).replace('\\"', '"')


def quoted(text: str) -> str:
    """Return a Cedar string literal."""
    return f'"{escape(text)}"'


def pattern(text: str) -> str:
    """Return a Cedar pattern in which only `*` is special."""
    return f'"{escape(text)}"'


def either(conditions: Sequence[str]) -> str:
    """Join conditions of which one is enough."""
    return " || ".join(conditions)


_WHO: Final = """\
# Who the agent is to the transport: replace `key` by its uid, SPIFFE id or key.
[[agent]]
id = "coding-agent"
key = "replace-me"
"""
_OWNER: Final = """\

# Who answers when a rule asks.
[[person]]
id = "owner"
key = "replace-me-too"
groups = ["owners"]
"""
_APPROVALS: Final = f"""\
# Entries that asked now wait for this approval.
[{APPROVAL}]
slots = [["owners"]]
ttl = "30m"
"""


def _files(name: str, rules: str, *, gated: bool) -> Mapping[str, bytes]:
    files = {
        "holdfast.toml": f'name = "{name}"\n',
        "who.toml": _WHO + (_OWNER if gated else ""),
        RULES: rules,
    }
    if gated:
        files["approvals.toml"] = _APPROVALS
    return {path: text.encode() for path, text in files.items()}
