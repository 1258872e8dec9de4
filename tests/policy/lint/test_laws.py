"""Laws of the checks: what they show is true, and what they call impossible is."""

from __future__ import annotations

from pathlib import Path

from cedarpy import pst
from hypothesis import given, strategies as st

from holdfast.policy.cedar.syntax import Spans, parse_rules
from holdfast.policy.diagnostics import render_all
from holdfast.policy.folder import Source, load_source
from holdfast.policy.lint.conjuncts import Demands, conjuncts
from holdfast.policy.lint.draft import Draft, Notes
from holdfast.policy.lint.entities import CHECKS
from holdfast.policy.lint.scenes import Cast
from holdfast.policy.lint.texts import surprise
from holdfast.policy.lint.typed import UNKNOWN, Reader
from holdfast.policy.source.vocabulary import read_vocabulary

ROOT = Path(__file__).parents[3]
SCHEMA = (ROOT / "policy" / "schema" / "holdfast.cedarschema").read_text()
RULE = "permit(principal, action, resource is Path) when { %s };"


def _first(text: str) -> pst.Template:
    parsed = parse_rules(text, "a.cedar")
    assert not parsed.problems
    return parsed.templates[0]


def _matches(pattern: str, text: str) -> bool:
    """Match by the book: a star is any run of characters."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_matches(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return text[:1] == pattern[0] and _matches(pattern[1:], text[1:])


@given(st.text(alphabet="ab/*", max_size=7))
def test_the_path_shown_matches_the_pattern(pattern: str) -> None:
    elements = tuple(pst.Wildcard() if c == "*" else pst.Char(value=c) for c in pattern)
    shown = surprise(elements)
    if shown is None:
        assert "*" not in pattern or pattern.startswith("*")
    else:
        assert _matches(pattern, shown)
        assert "/" in shown


NUMBERS = st.integers(0, 3)
COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]
ATOMS = st.one_of(
    st.builds("resource.depth {} {}".format, st.sampled_from(COMPARISONS), NUMBERS),
    st.builds("{1} {0} resource.depth".format, st.sampled_from(["<", "<=", ">", ">="]), NUMBERS),
    st.builds("[{}, {}].contains(resource.depth)".format, NUMBERS, NUMBERS),
    st.builds('resource.name == "{}"'.format, st.sampled_from(["a", "ab", "b"])),
    st.builds('resource.name like "{}"'.format, st.sampled_from(["a*", "*b", "*", "a", "*a*b*"])),
    st.sampled_from(["resource.hidden", "!resource.hidden"]),
)  # fmt: skip
CONDITIONS = st.lists(st.one_of(ATOMS, ATOMS.map(lambda atom: f"!({atom})")), max_size=5)


def _holds(atom: str, depth: int, name: str, *, hidden: bool) -> bool:
    """Evaluate one atom by hand."""
    if atom.startswith("!("):
        return not _holds(atom[2:-1], depth, name, hidden=hidden)
    if atom.startswith("!"):
        return not hidden
    if atom == "resource.hidden":
        return hidden
    if "like" in atom:
        return _matches(atom.split('"')[1], name)
    if "name" in atom:
        return name == atom.split('"')[1]
    if "contains" in atom:
        return depth in {int(atom[1]), int(atom[4])}
    left, op, right = (str(depth) if "." in part else part for part in atom.split(" "))
    a, b = int(left), int(right)
    return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


@given(CONDITIONS)
def test_what_excludes_itself_never_holds(atoms: list[str]) -> None:
    demands = Demands()
    written = " && ".join(atoms) or "true"
    answers = [demands.add(each) for each in conjuncts(_first(RULE % written))]
    possible = False not in answers
    if not possible:
        assert not any(
            all(_holds(atom, depth, name, hidden=hidden) for atom in atoms)
            for depth in range(-1, 5)
            for name in ("a", "ab", "b", "", "bab")
            for hidden in (True, False)
        )


def _draft() -> Draft:
    return Draft((), Spans(), read_vocabulary(SCHEMA), None, None, None, None)


def test_ids_of_every_type_are_checked() -> None:
    assert set(CHECKS) == set(read_vocabulary(SCHEMA).entities)


def test_nothing_is_said_of_a_slot() -> None:
    notes = Notes(_draft())
    template = _first("permit(principal == ?principal, action, resource in ?resource);")
    scenes = Cast(notes.draft.vocabulary).scenes_of(template)
    assert len(scenes) == len(
        Cast(notes.draft.vocabulary).scenes_of(_first("permit(principal, action, resource);"))
    )
    seen = Reader(scenes[0], notes).read(pst.Slot("principal"))
    assert (seen.type, seen.value, notes.problems) == (None, UNKNOWN, [])


THREE = ROOT / "tests" / "policy" / "syntax" / "layouts" / "three-policies.txt"
WHO = b"""[[agent]]
id = "coder"
uid = 1000
groups = ["release-bots", "site-agents"]
[[person]]
id = "alice"
key = "a"
groups = ["owners"]
[[person]]
id = "bob"
key = "b"
groups = ["sre"]
"""
TOOLS = b"""[tool."deploy.run"]
effect = "critical"
params.env = { type = "enum", values = ["dev", "prod"] }
[tool."valve.set"]
effect = "write"
params.percent = { type = "int", min = 0, max = 100 }
"""
APPROVALS = b"""[deploy]
slots = [["owners"], ["sre"]]
ttl = "30m"
[maintainer]
slots = [["owners"]]
ttl = "1h"
"""


def test_the_three_short_policies_are_right_as_written() -> None:
    files = {
        "holdfast.toml": b'name = "demo"\n',
        "who.toml": WHO,
        "tools.toml": TOOLS,
        "approvals.toml": APPROVALS,
        "profiles.toml": b'[repo-only]\nsandbox = "strict"\nhide = [".env*"]\n',
        "rules/all.cedar": THREE.read_text().partition("\n=== ")[0].encode(),
    }
    loaded = load_source(files, shipped_schema=SCHEMA)
    assert isinstance(loaded, Source), render_all(loaded.problems)
    assert loaded.warnings == ()
    assert len(loaded.rules) == 11
