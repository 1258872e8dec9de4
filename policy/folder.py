"""A policy folder, from bytes to a sealed `Source`, or to every mistake in it.

Rules of this file:
1. Bytes in, one of two values out: a `Source` in which everything was checked against
   everything, or `Refused` with all problems of all files. There is no third.
2. Only `load_source` makes a `Source`.
3. No file is opened here. Names are relative, with `/`; what the folder may hold is a table.
4. Sizes are bounded before anything is parsed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

from holdfast.policy.cedar.syntax import Parsed, Spans, parse_rules
from holdfast.policy.diagnostics import (
    Problem,
    SourceText,
    closest,
    displayed,
    has_errors,
    sort_problems,
)
from holdfast.policy.lint import Draft, check_rules
from holdfast.policy.lint.cases import Finding, check_cases, check_probes
from holdfast.policy.lint.engine import check_schema
from holdfast.policy.lint.unused import unused_names
from holdfast.policy.source.read_approvals import read_approvals
from holdfast.policy.source.read_cases import read_cases, read_probes
from holdfast.policy.source.read_limits import read_limits
from holdfast.policy.source.read_manifest import read_manifest
from holdfast.policy.source.read_profiles import read_profiles
from holdfast.policy.source.read_tools import read_tools
from holdfast.policy.source.read_who import read_who
from holdfast.policy.source.reading import Table, TomlFile, read_toml
from holdfast.policy.source.rules import SourceRule, read_rules
from holdfast.policy.source.schema import folder_schema
from holdfast.policy.source.tables import (
    BASELINE_PROFILE,
    Approval,
    Case,
    Limits,
    Manifest,
    Place,
    Probe,
    Profile,
    Tool,
    Who,
)
from holdfast.policy.source.vocabulary import SchemaError, read_vocabulary
from holdfast.proto.limits import (
    FILE_NAME_CHARACTERS,
    PROBES_AND_TESTS,
    PROBLEMS,
    PROBLEMS_PER_CHECK,
    SOURCE_BYTES,
    SOURCE_FILE_BYTES,
    SOURCE_FILES,
    TABLE_BYTES,
)

__all__ = ["Refused", "Source", "load_source"]

MANIFEST = "holdfast.toml"

_TABLES = (MANIFEST, "who.toml", "tools.toml", "approvals.toml", "profiles.toml", "limits.toml")
_FILES = re.compile(r"rules/[\w.-]+\.cedar|tests/[\w.-]+\.toml|probes/[\w.-]+\.jsonl", re.ASCII)
_IGNORED = re.compile(r"(?:.*/)?(?:README\.md|LICENSE|\.[^/]*)|\.[^/]+/.*")
_PLACES_FOR = {".cedar": "rules/", ".toml": "tests/", ".jsonl": "probes/"}
_HIDDEN = re.compile("[^\\t\\n\\r\\x20-\\x7e]")  # candidates; the category decides
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SEAL = object()

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A folder that is right, in all its parts and together."""

    manifest: Manifest
    rules: tuple[SourceRule, ...]
    """In the order of file names and places; each tree's id is the rule's `@id`."""
    spans: Spans
    who: Who
    tools: Mapping[str, Tool]
    approvals: Mapping[str, Approval]
    profiles: Mapping[str, Profile]
    limits: Limits
    cases: tuple[Case, ...]
    probes: tuple[Probe, ...]
    schema: str
    """The shipped schema and the folder's own tools."""
    texts: Mapping[str, str]
    """Every file that was read, by name."""
    warnings: tuple[Problem, ...]
    _seal: object = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse everybody but `load_source`."""
        if self._seal is not _SEAL:
            raise TypeError("only load_source makes a Source")

    @property
    def default_profile(self) -> Profile:
        """What every run owes before any permit adds to it."""
        name = self.manifest.default_profile
        return BASELINE_PROFILE if name is None else self.profiles[name]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a folder was refused: every problem, by place; warnings among them."""

    problems: tuple[Problem, ...]


def load_source(files: Mapping[str, bytes], *, shipped_schema: str) -> Source | Refused:
    """Read a folder given as relative names and bytes; never raises for what they hold."""
    return _Folder(files, shipped_schema).load()


class _Folder:
    """One folder while it is read."""

    def __init__(self, files: Mapping[str, bytes], shipped_schema: str) -> None:
        self.files = files
        self.shipped_schema = shipped_schema
        self.problems: list[Problem] = []
        self.texts: dict[str, str] = {}
        self.tomls: dict[str, TomlFile] = {}
        self.cases: list[Case] = []
        self.probes: list[Probe] = []

    def load(self) -> Source | Refused:
        """Read everything, then judge it together."""
        if not self._bounded():
            return self._refused()
        for name in sorted(self.files):
            self._admit(name, self.files[name])
        if MANIFEST not in self.files:
            hint = f'create it: `name = "..."` in {MANIFEST} at the top of the folder'
            self._note(MANIFEST, "missing-file", f"`{MANIFEST}` is missing", hint)
        return self._judge()

    def _note(self, file: str, code: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(file, 1, 1, 1, code, message, hint))

    def _refused(self) -> Refused:
        problems = sort_problems(self.problems)
        if len(problems) <= PROBLEMS:
            return Refused(problems)
        told = problems[: PROBLEMS - 1]
        message = f"{len(problems) - len(told)} more problems are not shown"
        last = Problem(MANIFEST, 1, 1, 1, "more-problems", message, "mend the others first")
        return Refused((*told, last))

    # Files

    def _bounded(self) -> bool:
        total = sum(len(data) for data in self.files.values())
        if len(self.files) > SOURCE_FILES:
            hint = f"at most {SOURCE_FILES}"
            self._note(MANIFEST, "too-large", f"the folder has {len(self.files)} files", hint)
        if total > SOURCE_BYTES:
            hint = f"at most {SOURCE_BYTES}"
            self._note(MANIFEST, "too-large", f"the folder has {total} bytes", hint)
        return not self.problems

    def _admit(self, name: str, data: bytes) -> None:
        """Take a file's text if it has a meaning here and is text."""
        if _IGNORED.fullmatch(name):
            return
        if name not in _TABLES and (len(name) > FILE_NAME_CHARACTERS or not _FILES.fullmatch(name)):
            self._note(name, "unknown-file", "this file has no meaning here", _where(name))
            return
        limit = SOURCE_FILE_BYTES if name.endswith((".cedar", ".jsonl")) else TABLE_BYTES
        if len(data) > limit:
            message = f"this file has {len(data)} bytes"
            self._note(name, "too-large", message, f"at most {limit}: split it")
            return
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as refusal:
            before = data[: refusal.start].decode("utf-8")
            source = SourceText(name, before)
            hint = "save the file as UTF-8"
            message = f"byte {refusal.start} is not UTF-8"
            self.problems.append(
                source.problem(len(before), len(before), "not-utf8", message, hint)
            )
            return
        self.texts[name] = text
        self.problems += islice(_hidden_characters(SourceText(name, text)), PROBLEMS_PER_CHECK)

    def _table(self, name: str) -> Table | None:
        """Return a TOML file's table; an absent file is an empty one; None is a broken one."""
        if name in self.files and name not in self.texts:
            return None
        table, opened = read_toml(name, self.texts.get(name, ""))
        self.tomls[name] = opened
        if name == MANIFEST and name not in self.files:
            return None
        return None if table.broken else table

    def _read(self, name: str, reader: Callable[[Table], T]) -> T | None:
        """Read one table; None when its file says nothing to rely on."""
        table = self._table(name)
        value = None if table is None else reader(table)
        opened = self.tomls.get(name)
        self.problems += opened.problems if opened else ()
        return value

    # Together

    def _judge(self) -> Source | Refused:
        manifest = self._read(MANIFEST, read_manifest)
        who = self._read("who.toml", read_who)
        tools = self._read("tools.toml", read_tools)
        approvals = self._read("approvals.toml", lambda table: read_approvals(table, who))
        profiles = self._read("profiles.toml", read_profiles)
        limits = self._read("limits.toml", read_limits)
        self._check_default(manifest, profiles)
        self._cases()
        schema = self._schema(tools or {})
        parsed = self._parsed()
        spans = Spans.merged(each.spans for each in parsed)
        rules, problems = read_rules(parsed, spans, approvals, profiles)
        self.problems += problems
        if schema is None:
            return self._refused()
        draft = Draft(
            rules=tuple(_readable(rules, parsed)),
            spans=spans,
            vocabulary=read_vocabulary(schema),
            who=who,
            tools=tools,
            approvals=approvals,
            profiles=profiles,
            default_profile=manifest.default_profile if manifest else None,
            complete=not any(each.problems for each in parsed),
        )
        self._lint(draft, schema)
        if (
            has_errors(self.problems)
            or (manifest is None or who is None or tools is None or limits is None)
            or (approvals is None or profiles is None)
        ):
            return self._refused()
        self.problems += unused_names(draft, who, self)
        return Source(
            manifest=manifest,
            rules=rules,
            spans=spans,
            who=who,
            tools=tools,
            approvals=approvals,
            profiles=profiles,
            limits=limits,
            cases=tuple(self.cases),
            probes=tuple(self.probes),
            schema=schema,
            texts=MappingProxyType(dict(self.texts)),
            warnings=sort_problems(self.problems),
            _seal=_SEAL,
        )

    def _parsed(self) -> list[Parsed]:
        """Read every file of rules, in the order of their names."""
        parsed = [
            parse_rules(text, name)
            for name, text in self.texts.items()
            if name.startswith("rules/")
        ]
        for each in parsed:
            self.problems += each.problems
        return parsed

    def _check_default(
        self, manifest: Manifest | None, profiles: Mapping[str, Profile] | None
    ) -> None:
        name = manifest.default_profile if manifest else None
        if name and profiles is not None and name not in profiles:
            near = closest(name, profiles)
            hint = f"did you mean `{near}`?" if near else f"add `[{name}]` to profiles.toml"
            opened = self.tomls[MANIFEST]
            before = len(opened.problems)
            message = f"no profile {displayed(name)} in profiles.toml"
            opened.note(("profile",), "unknown-profile", message, hint)
            self.problems += opened.problems[before:]

    def _schema(self, tools: Mapping[str, Tool]) -> str | None:
        """Return the folder's schema, or None with a problem when the engine refuses it."""
        try:
            schema = folder_schema(self.shipped_schema, tools)
            read_vocabulary(schema)
            refusal = check_schema(schema)
        except SchemaError as error:
            schema, refusal = "", str(error)
        if refusal:
            message = f"the folder's schema cannot be built: {displayed(refusal)}"
            self._note("tools.toml", "bad-schema", message, "look at the names in tools.toml")
            return None
        return schema

    def _cases(self) -> None:
        for name in sorted(self.texts):
            if name.startswith("tests/"):
                self.cases += self._read(name, read_cases) or ()
            elif name.startswith("probes/"):
                probes, problems = read_probes(name, self.texts[name])
                self.probes += probes
                self.problems += problems
        if len(self.cases) + len(self.probes) > PROBES_AND_TESTS:
            message = f"the folder has {len(self.cases) + len(self.probes)} tests and probes"
            self._note(MANIFEST, "too-large", message, f"at most {PROBES_AND_TESTS}")

    def _lint(self, draft: Draft, schema: str) -> None:
        self.problems += check_rules(draft, schema)
        for case, finding in islice(check_cases(draft, self.cases), PROBLEMS_PER_CHECK):
            self.problems.append(self._placed(case.place, finding))
        for probe, finding in islice(check_probes(draft, self.probes), PROBLEMS_PER_CHECK):
            self.problems.append(self._placed(probe.place, finding))

    def _placed(self, place: Place, finding: Finding) -> Problem:
        """Return a finding at the key it speaks of, within its test or probe."""
        text = self.texts[place.file]
        source = SourceText(place.file, text)
        start = sum(len(line) + 1 for line in text.split("\n")[: place.line - 1])
        word = f'"{finding.name}"' if finding.name else finding.key
        separator = "[[test]]" if place.file.endswith(".toml") else "\n"
        following = text.find(separator, start + 1)
        end = len(text) if following < 0 else following
        key = re.compile(rf'^[ \t{{,]*"?{re.escape(finding.key)}"?[ \t]*[=:]', re.MULTILINE)
        found = key.search(text, start, end)
        at = text.find(word, found.start() if found else start, end)
        if at < 0:
            at, word = start, text[start : text.find("\n", start)] if "\n" in text[start:] else "x"
        return source.problem(at, at + len(word), finding.code, finding.message, finding.hint)

    def warning(self, file: str, name: str, code: str, message: str, hint: str) -> Problem:
        """Return a warning at the place where a file declares a name."""
        opened = self.tomls[file]
        path: tuple[str | int, ...] = (name,)
        if file == "who.toml":
            path = next((p for p in opened.places if _declares_group(p, opened, name)), ("group",))
        start, end = opened.where(path, value=False)
        return opened.source.problem(start, end, code, message, hint, "warning")


def _declares_group(path: tuple[str | int, ...], opened: TomlFile, name: str) -> bool:
    if not path or path[0] != "group" or path[-1] != "id":
        return False
    start, end = opened.where(path, value=True)
    return opened.source.text[start:end].strip("\"'") == name


def _readable(rules: Sequence[SourceRule], parsed: Sequence[Parsed]) -> Iterator[SourceRule]:
    """Yield the rules whose text has no mistake: the others' trees hold stand-ins."""
    broken: dict[str, list[int]] = {}
    for each in parsed:
        for problem in each.problems:
            broken.setdefault(problem.file, []).append(problem.line)
    for rule in rules:
        last = rule.line + rule.text.count("\n")
        if not any(rule.line <= line <= last for line in broken.get(rule.file, ())):
            yield rule


def _where(name: str) -> str:
    """Return where a file of that name belongs."""
    for ending, folder in _PLACES_FOR.items():
        if name.endswith(ending):
            near = closest(name, _TABLES)
            if near:
                return f"did you mean `{near}`?"
            if "/" not in name or not name.startswith(folder):
                return f"files `*{ending}` stand in `{folder}`"
    return "a folder holds rules/*.cedar, tests/*.toml, probes/*.jsonl and six tables"


def _hidden_characters(source: SourceText) -> Iterator[Problem]:
    """Yield every character a reader cannot see: what is reviewed must be what runs."""
    for found in _HIDDEN.finditer(source.text):
        char = found[0]
        if unicodedata.category(char) in _HIDDEN_CATEGORIES:
            shown = f"\\u{{{ord(char):x}}}"
            name = unicodedata.name(char, "a control character").lower()
            hint = f"remove it; in a text of a rule write `{shown}`"
            message = f"`{shown}` ({name}) cannot be seen by whoever reviews this"
            yield source.problem(found.start(), found.end(), "hidden-character", message, hint)
