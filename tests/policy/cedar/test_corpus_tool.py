"""The corpus tool, on a small suite that has what Cedar's own suite has."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.cedar_corpus import main

SCHEMA = """
// every way a schema types a value
namespace Ns {
  @doc("a group") entity Team;
  entity Kind enum ["a", "b"];
  type Address = { at: ipaddr, "odd name"?: __cedar::Long };
  entity User in [Team] = { home: Address, boss?: User, peers: Set<User>, kind: Kind }
    tags Set<decimal>;
  action all;
  action view, "edit\\u{41}" in [all] appliesTo {
    principal: [User], resource: User, context: { when: datetime, "for": duration }
  };
  action other in [Action::"view", Ns::Action::"all"] attributes {};
}
"""
POLICY = (
    'permit(principal is Ns::User, action in Ns::Action::"all", resource) when {'
    ' principal.home.at.isInRange(ip("10.0.0.0/8")) && principal.boss == resource &&'
    ' principal.peers.contains(resource) && principal.kind == Ns::Kind::"a" &&'
    ' context.when < datetime("2025-01-01") && context["for"] > duration("1h") };'
    'forbid(principal, action, resource) when { ip("10.0.0.1").isInRange() };'
    "forbid(principal, action, resource) when {"
    ' principal.getTag("t").contains(decimal("1.0")) && ' + "[" * 120 + "]" * 120 + " == [] };"
)


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": f"Ns::{kind}", "id": name}


ENTITIES: list[dict[str, Any]] = [
    {
        "uid": {"__entity": _uid("User", "ann")},
        "attrs": {
            "home": {"at": "10.1.2.3", "odd name": 3},
            "boss": _uid("User", "bob"),
            "peers": [_uid("User", "bob"), {"__entity": _uid("User", "cat")}],
            "kind": _uid("Kind", "a"),
        },
        "parents": [_uid("Team", "t")],
        "tags": {"t": ["1.0", {"__extn": {"fn": "decimal", "arg": "2.0"}}]},
    },
    {"uid": _uid("User", "bob"), "attrs": {}, "parents": []},
]
OFFSET = [
    {"__extn": {"fn": "datetime", "arg": "1970-01-01"}},
    {"__extn": {"fn": "duration", "arg": "1d"}},
]


def case(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    context = {"when": "2024-01-01", "for": {"fn": "duration", "arg": "2h"}}
    ask = {
        "principal": _uid("User", "ann"),
        "action": _uid("Action", "editA"),
        "resource": _uid("User", "bob"),
        "context": context,
        "decision": "allow",
        "reason": ["policy0"],
        "errors": ["policy1"],
    }
    other = ask | {"context": {**context, "when": {"__extn": {"fn": "offset", "args": OFFSET}}}}
    test = {
        "policies": "tests/x/p.cedar",
        "entities": "sample-data/e.json",
        "schema": "sample-data/s.cedarschema",
        "shouldValidate": False,
        "requests": [ask, other],
    }
    return test | changes


def write(root: Path, test: dict[str, Any], tests: str, data: str) -> None:
    for folder in (root / tests / "x", root / data):
        folder.mkdir(parents=True)
    (root / tests / "x" / "p.cedar").write_text(POLICY)
    (root / tests / "x" / "1.json").write_text(json.dumps(test))
    (root / data / "e.json").write_text(json.dumps(ENTITIES))
    (root / data / "s.cedarschema").write_text(SCHEMA)


Run = Callable[[Path], tuple[int, dict[str, int], str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def go(path: Path) -> tuple[int, dict[str, int], str]:
        code = main([str(path), "--json"])
        printed = capsys.readouterr()
        return code, json.loads(printed.out), printed.err

    return go


def test_a_suite_in_its_own_layout(tmp_path: Path, run: Run) -> None:
    write(tmp_path, case(), "tests", "sample-data")
    assert run(tmp_path) == (0, {"total": 2, "agreed": 2, "skipped": 0}, "")
    assert run(tmp_path / "tests")[0] == 0


def test_a_suite_under_other_names(tmp_path: Path, run: Run) -> None:
    write(tmp_path, case(), "cedar-handwritten", "cedar-sample-data")
    assert run(tmp_path / "cedar-handwritten")[1]["agreed"] == 2
    assert run(tmp_path)[0] == 0


def test_a_suite_in_a_tar(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "suite", case(), "tests", "sample-data")
    with tarfile.open(tmp_path / "suite.tar.gz", "w:gz") as archive:
        for path in sorted((tmp_path / "suite").rglob("*.*")):
            if path.is_file():
                info = tarfile.TarInfo(f"./top/{path.relative_to(tmp_path / 'suite')}")
                info.size = path.stat().st_size
                archive.addfile(info, io.BytesIO(path.read_bytes()))
        archive.addfile(tarfile.TarInfo("folder/"))
    assert run(tmp_path / "suite.tar.gz")[:2] == (0, {"total": 2, "agreed": 2, "skipped": 0})


@pytest.mark.parametrize("field", ["decision", "reason", "errors"])
def test_a_disagreement_in_any_field_fails(tmp_path: Path, run: Run, field: str) -> None:
    wrong = {"decision": "deny", "reason": ["policy9"], "errors": []}
    test = case()
    test["requests"][0][field] = wrong[field]
    write(tmp_path, test, "tests", "sample-data")
    code, counts, said = run(tmp_path)
    assert (code, counts) == (1, {"total": 2, "agreed": 1, "skipped": 0})
    assert f"request 0: {field} is" in said


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"policies": "tests/x/none.cedar"}, "there is no file"),
        ({"schema": "tests/x/p.cedar"}, "SchemaError"),
        ({"entities": "sample-data/s.cedarschema"}, "JSONDecodeError"),
    ],
    ids=["policies", "schema", "entities"],
)
def test_what_cannot_be_run_is_skipped_by_name_and_fails(
    tmp_path: Path, run: Run, changes: dict[str, str], why: str
) -> None:
    write(tmp_path, case(**changes), "tests", "sample-data")
    code, counts, said = run(tmp_path)
    assert (code, counts) == (1, {"total": 2, "agreed": 0, "skipped": 2})
    assert why in said


def test_a_request_that_is_no_cedar_data_is_skipped(tmp_path: Path, run: Run) -> None:
    test = case()
    test["requests"][1]["context"] = {"when": 1.5}
    write(tmp_path, test, "tests", "sample-data")
    assert run(tmp_path)[:2] == (1, {"total": 2, "agreed": 1, "skipped": 1})


def test_nothing_to_run_is_a_failure(tmp_path: Path, run: Run) -> None:
    assert run(tmp_path)[:2] == (1, {"total": 0, "agreed": 0, "skipped": 0})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cedar-corpus.tar.gz", "cedar-handwritten"])
def test_the_public_corpus_agrees(vectors: Callable[[str], Path], run: Run, name: str) -> None:
    code, counts, said = run(vectors(name))
    assert (code, said) == (0, "")
    assert counts["total"] == counts["agreed"] > 0
