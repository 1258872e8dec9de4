"""A folder is a `Source` or it is `Refused`: for any bytes at all, and nothing between."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from holdfast.policy import folder
from holdfast.policy.diagnostics import has_errors, render_all
from holdfast.policy.folder import Refused, Source, load_source
from holdfast.policy.source.tables import BASELINE_PROFILE
from holdfast.proto.limits import PROBLEMS, SOURCE_BYTES, SOURCE_FILES, TABLE_BYTES

HERE = Path(__file__).parent
SCHEMA = (HERE.parents[2] / "policy" / "schema" / "holdfast.cedarschema").read_text()
BASE = {each.name: each.read_bytes() for each in sorted((HERE / "base").iterdir())}
RULE = b'@id("a") permit(principal, action, resource is Path);\n'
NAMES = [
    "holdfast.toml", "who.toml", "tools.toml", "approvals.toml", "profiles.toml", "limits.toml",
    "rules/a.cedar", "rules/b.cedar", "tests/a.toml", "probes/a.jsonl", "x", "rules/", "/", "",
]  # fmt: skip


def _load(files: Mapping[str, bytes]) -> Source | Refused:
    loaded = load_source(files, shipped_schema=SCHEMA)
    if isinstance(loaded, Refused):
        assert has_errors(loaded.problems)
    else:
        assert not has_errors(loaded.warnings)
    render_all(loaded.problems if isinstance(loaded, Refused) else loaded.warnings, colour=True)
    return loaded


@given(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=60), max_size=6))
@settings(max_examples=60)
def test_any_bytes_are_problems(files: dict[str, bytes]) -> None:
    _load(files)


SCRAPS = st.sampled_from(
    [b"[", b"]", b"[[", b"]]", b"=", b'"', b"'", b"{", b"}", b",", b".", b"\n", b"a", b"1", b"#",
     b"[[test]]", b"name", b"kind", b"agent", b"id", b"group", b"in", b"slots", b"tool", b"params",
     b"\xff", b"\xe2\x80\xae", b"@id", b"permit", b"forbid", b"(principal, action, resource);",
     b'"""', b"'''", b"\\", b"true", b"exec", b"http", b"url", b"rate", b"evidence", b"when {"]
)  # fmt: skip


@given(st.sampled_from(NAMES[:10]), st.lists(SCRAPS, max_size=14))
@settings(max_examples=50)
def test_any_scraps_beside_a_right_folder_are_problems(name: str, scraps: list[bytes]) -> None:
    for glue in (b"", b" "):
        _load({**BASE, "rules/a.cedar": RULE, name: glue.join(scraps)})


@given(st.sampled_from(sorted(BASE)), st.integers(0, 900), st.binary(max_size=3))
@settings(max_examples=50)
def test_any_damage_to_a_right_folder_never_raises(name: str, at: int, put: bytes) -> None:
    data = BASE[name]
    at = min(at, len(data))
    _load({**BASE, "rules/a.cedar": RULE, name: data[:at] + put + data[at + len(put) :]})


def test_only_load_source_makes_a_source() -> None:
    loaded = _load({**BASE, "rules/a.cedar": RULE})
    assert isinstance(loaded, Source)
    fields = {name: getattr(loaded, name) for name in Source.__slots__ if name != "_seal"}
    with pytest.raises(TypeError, match="only load_source"):
        Source(**fields, _seal=object())


def test_what_a_source_holds() -> None:
    loaded = _load({**BASE, "rules/a.cedar": RULE})
    assert isinstance(loaded, Source)
    (rule,) = loaded.rules
    assert (rule.id, rule.template.id, rule.file, rule.line) == ("a", "a", "rules/a.cedar", 1)
    assert rule.text == RULE.decode().strip()
    assert loaded.spans.text(rule.template) == rule.text
    assert 'action "deploy.run"' in loaded.schema
    assert loaded.default_profile is BASELINE_PROFILE
    assert loaded.texts["rules/a.cedar"] == RULE.decode()


def test_the_default_profile_is_the_named_one() -> None:
    loaded = _load(
        {**BASE, "holdfast.toml": b'name = "x"\nprofile = "repo-only"\n', "rules/a.cedar": RULE}
    )
    assert isinstance(loaded, Source)
    assert loaded.default_profile.name == "repo-only"


def test_a_folder_without_tools_has_the_shipped_schema() -> None:
    loaded = _load({"holdfast.toml": b'name = "x"\n'})
    assert isinstance(loaded, Source)
    assert loaded.schema == SCHEMA
    assert loaded.rules == ()


def _codes(loaded: Source | Refused) -> list[str]:
    assert isinstance(loaded, Refused)
    return [problem.code for problem in loaded.problems]


def test_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    many = {f"rules/{n}.cedar": b"" for n in range(SOURCE_FILES + 1)}
    assert _codes(_load(many)) == ["too-large"]
    whole = {"holdfast.toml": b" " * (SOURCE_BYTES + 1)}
    assert _codes(_load(whole)) == ["too-large"]
    one = {**BASE, "who.toml": b" " * (TABLE_BYTES + 1)}
    assert "too-large" in _codes(_load(one))
    monkeypatch.setattr(folder, "PROBES_AND_TESTS", 1)
    two = b"".join(
        b'[[test]]\nname = "%s"\nkind = "fs.read"\nexpect = "deny"\n' % name
        for name in (b"a", b"b")
    )
    assert _codes(_load({**BASE, "tests/a.toml": two})) == ["too-large"]


def test_bytes_that_are_no_text() -> None:
    loaded = _load({**BASE, "rules/a.cedar": b"// a\n// \xff"})
    assert isinstance(loaded, Refused)
    (problem,) = [p for p in loaded.problems if p.code == "not-utf8"]
    assert (problem.line, problem.column) == (2, 4)


def test_a_manifest_that_is_no_text_refuses() -> None:
    assert _codes(_load({"holdfast.toml": b"\xff"})) == ["not-utf8"]


CONTEXT = 'entity A; action "x" appliesTo { principal: A, resource: A, context: String };'


@pytest.mark.parametrize("schema", ["nonsense", 'entity A in ["x"', "entity A; action 3;", CONTEXT])
def test_a_schema_that_cannot_be_read_refuses(schema: str) -> None:
    loaded = load_source({"holdfast.toml": b'name = "x"\n'}, shipped_schema=schema)
    assert "bad-schema" in _codes(loaded)


def test_a_schema_the_engine_refuses_refuses() -> None:
    schema = SCHEMA + "entity Agent;\n"
    loaded = load_source({"holdfast.toml": b'name = "x"\n'}, shipped_schema=schema)
    assert _codes(loaded) == ["bad-schema"]


HOSTILE = {
    "rules/a.cedar": [
        b"$" * 300_000,
        b"(" * 300_000,
        b'"',
        b"@" * 9000,
        b"permit(" * 9000,
        b"!" * 99_999,
    ],
    "who.toml": [
        b"a." * 90_000 + b"a = 1",
        (b"a." * 1900 + b"a = 1\n") * 4,
        b"[" * 90_000,
        b'[[group]]\nid = "' + b"x" * 90_000,
    ],
    "approvals.toml": [
        b"[a]\nslots = [" + b'["owners"],\n' * 20_000 + b"]",
        b"a = " + b"{a=" * 3000,
    ],
    "tests/a.toml": [b"[[test]]\n" * 3000],
    "probes/a.jsonl": [b"{}\n" * 3000, b"[" * 90_000],
}


@pytest.mark.parametrize(
    ("name", "data"), [(name, data) for name, several in HOSTILE.items() for data in several]
)
def test_hostile_files_are_refused_in_time(name: str, data: bytes) -> None:
    loaded = _load({**BASE, "rules/a.cedar": RULE, name: data})
    assert isinstance(loaded, Refused)
    assert len(loaded.problems) <= PROBLEMS
    assert all(len(problem.source_line) <= 4000 for problem in loaded.problems)
