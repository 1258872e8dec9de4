"""What a change flips: a table of changes, and the laws of every diff."""

# ruff: noqa: E501 - rows of tables and rules are read as lines

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings as limited, strategies as st

from holdfast.policy.author.accept import accept
from holdfast.policy.author.diff import Diff, as_json, diff
from holdfast.policy.author.flips import Flip, Rank, describe
from holdfast.policy.author.sight import region_of, sight
from holdfast.policy.author.spoken import Probed, spoken, witness_json
from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.mentions import UNKNOWN
from holdfast.policy.facts.model import Facts, World
from holdfast.policy.loader import Refused, load_policy
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Situation
from holdfast.proto.errors import HoldfastError

CHANGES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("changes.toml").read_text(encoding="utf-8")
)["change"]
NAMED = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change["name"])

Load = Callable[..., Policy]
LoadFiles = Callable[[Mapping[str, bytes]], Policy]
FilesOf = Callable[[str], dict[str, bytes]]


DIFFS: dict[str, Diff] = {}


def both(load: Load, change: Mapping[str, Any]) -> tuple[Policy, Policy]:
    return load(change["base"]), load(change["base"], change.get("edits", []))


def compared(load: Load, change: Mapping[str, Any]) -> Diff:
    """The diff of one row, made once."""
    name = change["name"]
    if name not in DIFFS:
        DIFFS[name] = diff(*both(load, change))
    return DIFFS[name]


def row(flip: Flip) -> str:
    cells = [flip.rank.name.lower(), flip.kind, flip.subject, f"{flip.was} -> {flip.now}"]
    if flip.witness is not None:
        cells.append(spoken(flip.witness))
    return " | ".join(cells)


def fits(wanted: str, came: str) -> bool:
    """A `?` stands for anything."""
    pieces = wanted.split("?")
    if len(pieces) == 1:
        return wanted == came
    at = 0
    for piece in pieces:
        found = came.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return came.startswith(pieces[0]) and (not pieces[-1] or came.endswith(pieces[-1]))


@NAMED
def test_flips_as_listed(load: Load, change: dict[str, Any]) -> None:
    found = compared(load, change)
    rows = [row(flip) for flip in found.flips]
    assert len(rows) == len(change["flips"]), "\n".join(rows)
    for wanted, came in zip(change["flips"], rows, strict=True):
        assert fits(wanted, came), f"{wanted}\n{came}"
    assert sorted(found.quiet) == change.get("quiet", [])


@NAMED
def test_every_witness_flips_and_opening_comes_first(load: Load, change: dict[str, Any]) -> None:
    old, new = both(load, change)
    found = compared(load, change)
    ranks = [flip.rank for flip in found.flips]
    assert ranks == sorted(ranks)
    assert len({flip.id for flip in found.flips}) == len(found.flips)
    for flip in found.flips:
        if flip.witness is None:
            assert flip.kind not in {"decision", "needs", "obligations"}
            continue
        before, after = sight(old, flip.witness), sight(new, flip.witness)
        assert (before.answer, after.answer) == (flip.before, flip.after)
        region = region_of(old, before, new, after)
        assert region is not None
        assert (region.kind, region.rank) == (flip.kind, flip.rank)
        assert flip.kind != "decision" or before.answer != after.answer


@NAMED
def test_backwards_what_opened_tightens(load: Load, change: dict[str, Any]) -> None:
    old, new = both(load, change)
    there = {(f.before, f.after) for f in compared(load, change).flips if f.kind == "decision"}
    back = {(f.after, f.before) for f in diff(new, old).flips if f.kind == "decision"}
    assert there == back


@NAMED
def test_accepting_everything_leaves_nothing(
    load: Load, load_files: LoadFiles, files_of: FilesOf, change: dict[str, Any]
) -> None:
    old = load(change["base"])
    found = compared(load, change)
    text = 'name = "repo" # the name\n'
    accepted = accept(text, found.flips, 'because "why" \\ \x07 \U0001f600\n')
    assert accepted.startswith(text)
    assert (accepted == text) is (not found.flips)
    files = files_of(change["base"])
    for edit in change.get("edits", []):
        source = files.get(edit["file"], b"").decode()
        changed = (
            source.replace(edit["from"], edit["to"]) if "from" in edit else source + edit["add"]
        )
        files[edit["file"]] = changed.encode()
    again = diff(old, load_files({**files, "holdfast.toml": accepted.encode()}))
    assert again.unaccepted == ()
    assert [flip.id for flip in again.flips] == [flip.id for flip in found.flips]
    assert accept(accepted, again.flips, "again") == accepted


def test_an_acceptance_ends_with_the_next_change(
    load: Load, load_files: LoadFiles, files_of: FilesOf
) -> None:
    old = load("site")
    files = files_of("site")
    rules = files["rules/site.cedar"].decode()
    wider = rules.replace("<= 40", "<= 50")
    first = diff(old, load_files({**files, "rules/site.cedar": wider.encode()}))
    manifest = accept(files["holdfast.toml"].decode(), first.flips, "fine").encode()
    widest = rules.replace("<= 40", "<= 100").encode()
    second = diff(old, load_files({**files, "rules/site.cedar": widest, "holdfast.toml": manifest}))
    assert [flip.rank for flip in second.unaccepted] == [Rank.DENY_TO_ALLOW]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('name = "x"\naccepted = []\n', "why"),
        ('name = "x"\n[[accepted]]\nwitness = 1', "why"),
        ('name = "x"\r\n', "why"),
        ("", "why"),
        ('name = "x"\naccepted = 3\n', "why"),
        ('name = "x"\n', " \n"),
    ],
)
def test_accepting_never_rewrites(load: Load, text: str, why: str) -> None:
    flips = diff(load("site"), load("site", CHANGES_BY_NAME["a range that grew"]["edits"])).flips
    if text.startswith('name = "x"\naccepted') or not why.strip():
        with pytest.raises(HoldfastError):
            accept(text, flips, why)
        return
    after = accept(text, flips, why)
    assert after.startswith(text)
    assert tomllib.loads(after)["accepted"][-1]["why"] == why


CHANGES_BY_NAME = {change["name"]: change for change in CHANGES}


def test_json_has_every_flip(load: Load) -> None:
    found = diff(*both(load, CHANGES_BY_NAME["a forbid that lost a pattern"]))
    shown: Any = as_json(found)
    assert [one["id"] for one in shown["flips"]] == [flip.id for flip in found.flips]
    assert shown["unaccepted"] == len(found.flips)
    assert shown["flips"][0]["opens"] is True
    assert shown["flips"][0]["witness"] == {
        "kind": "fs.delete",
        "params": {"path": "draft"},
        "as": "coder",
    }
    assert "DENY -> ALLOW" in describe(found.flips[0])
    table = diff(*both(load, CHANGES_BY_NAME["a smaller quorum, for longer"]))
    assert "approval deploy slots" in describe(table.flips[0])
    assert as_json(table)["flips"][0]["witness"] is None  # type: ignore[index]


@pytest.mark.parametrize("base", ["repo", "site"])
@given(data=st.data())
@limited(max_examples=8)
def test_order_is_no_change(
    base: str, load: Load, load_files: LoadFiles, files_of: FilesOf, data: st.DataObject
) -> None:
    files = files_of(base)
    name = f"rules/{base}.cedar"
    rules = [part for part in files.pop(name).decode().split("@id(") if part.strip()]
    shuffled = [f"@id({rule}" for rule in data.draw(st.permutations(rules))]
    cut = data.draw(st.integers(0, len(shuffled)))
    files["rules/zz.cedar"] = "".join(shuffled[:cut]).encode()
    files["rules/aa.cedar"] = "".join(shuffled[cut:]).encode()
    found = diff(load(base), load_files(files))
    assert found.flips == ()
    assert found.quiet == ()


RULES = [
    '@id("{id}") permit(principal, action in Action::"fs", resource in Dir::"{dir}");',
    '@id("{id}") permit(principal in Group::"agents", action == Action::"fs.read", resource in Dir::"{dir}");',
    '@id("{id}") permit(principal, action in Action::"read", resource is Path) when {{ resource.ext == "py" }};',
    '@id("{id}") forbid(principal, action in Action::"write", resource in Dir::"{dir}");',
    '@id("{id}") forbid(principal, action, resource is Path) when {{ resource.name like "*{dir}" }};',
    (
        '@id("{id}") @needs("maintainer") forbid(principal, action == Action::"fs.write", '
        'resource in Dir::"{dir}") unless {{ context.approvals.contains("maintainer") }};'
    ),
]
rule_sets = st.lists(
    st.tuples(st.sampled_from(RULES), st.sampled_from(["src", "docs", "src/app"])), max_size=5
)


@given(first=rule_sets, second=rule_sets)
@limited(max_examples=12)
def test_laws_of_any_two_policies(files_of: FilesOf, first: list[Any], second: list[Any]) -> None:
    files = files_of("repo")
    files.pop("tests/repo.toml")
    sides: list[Policy] = []
    for rules in (first, second):
        text = files["rules/repo.cedar"].decode() + "\n".join(
            rule.format(id=f"extra-{at}", dir=folder) for at, (rule, folder) in enumerate(rules)
        )
        loaded = load_policy({**files, "rules/repo.cedar": text.encode()})
        if isinstance(loaded, Refused):
            return
        sides.append(loaded.policy)
    old, new = sides
    found = diff(old, new)
    ranks = [flip.rank for flip in found.flips]
    assert ranks == sorted(ranks)
    for flip in found.flips:
        assert flip.witness is not None
        assert sight(old, flip.witness).answer == flip.before
        assert sight(new, flip.witness).answer == flip.after


def test_recorded_traffic_and_the_corpus_flip_too(load: Load) -> None:
    old, new = both(load, CHANGES_BY_NAME["a forbid that lost a pattern"])
    recorded = [Situation("alice", "fs.read", {"path": f"a/draft{n}"}) for n in range(3)]
    recorded.append(Situation(None, "fs.read", {"path": "src/x"}))
    world = World(workspaces={"main": "/workspace"})
    corpus: list[Situation | Facts] = [
        facts_of("fs.read", {"path": "b/draft"}, UNKNOWN, world),
        Situation(None, "fs.read", {"path": "x/draft"}),
    ]
    found = diff(old, new, recorded=recorded, corpus=corpus)
    plain: Diff = diff(old, new)
    assert [flip.id for flip in found.flips] == [flip.id for flip in plain.flips]
    assert found.tried > plain.tried


def test_what_only_the_corpus_reaches(load: Load) -> None:
    edit = '@id("odd") permit(principal, action == Action::"fs.read", resource in Dir::"//docs");'
    old, new = load("repo"), load("repo", [{"file": "rules/repo.cedar", "add": edit}])
    world = World(workspaces={"main": "/workspace", "docs": "/docs"})
    facts = facts_of("fs.read", {"path": "a", "workspace": "docs"}, UNKNOWN, world)
    (flip,) = diff(old, new, corpus=[facts]).flips
    assert isinstance(flip.witness, Probed)
    assert (flip.before, flip.after, flip.witness.subject) == ("deny", "allow", "coder")
    site = load("site"), load("site", CHANGES_BY_NAME["a new agent"]["edits"])
    assert diff(*site, corpus=[facts]).tried == diff(*site).tried + 4


def test_a_probe_alone_is_a_witness(load: Load) -> None:
    """Where only stored facts show it, they are shown."""
    old = load("repo")
    new = load("repo", CHANGES_BY_NAME["a forbid that lost a pattern"]["edits"])
    world = World(workspaces={"main": "/workspace"})
    probe = Probed("coder", facts_of("fs.read", {"path": "b/draft"}, UNKNOWN, world))
    region = region_of(old, sight(old, probe), new, sight(new, probe))
    assert region is not None
    assert region.before == "deny"
    assert spoken(probe) == 'fs.read (a stored probe): fs.read Path::"b/draft" as coder'
    assert witness_json(probe)["touches"] == [["fs.read", 'Path::"b/draft"']]
    stranger = Probed("nobody", probe.facts)
    assert sight(old, stranger).answer == "deny"
