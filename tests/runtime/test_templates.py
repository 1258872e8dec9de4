"""The shipped policies: each loads without a warning, is formatted, and is tested whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.policy.author.cases import run_cases
from holdfast.policy.author.coverage import coverage, uncovered
from holdfast.policy.cedar.syntax.format import format_rules
from holdfast.policy.loader import Loaded, load_policy
from holdfast.runtime.data import TEMPLATES, probe_corpus, template_files

ROOT = Path(__file__).resolve().parents[2]


def loaded(name: str) -> Loaded:
    found = load_policy(template_files(name))
    assert isinstance(found, Loaded), found.problems
    return found


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_loads_without_a_warning(name: str) -> None:
    assert loaded(name).warnings == ()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_passes_its_tests(name: str) -> None:
    run = run_cases(loaded(name).policy)
    assert run.results
    assert [(one.case.name, one.mismatches) for one in run.failed] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_templates_tests_decide_by_every_rule_and_condition(name: str) -> None:
    assert list(uncovered(coverage(loaded(name).policy))) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_formatted(name: str) -> None:
    for path, data in template_files(name).items():
        if path.endswith(".cedar"):
            assert format_rules(data.decode(), path).text == data.decode(), path


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_read_in_five_minutes(name: str) -> None:
    lines = [
        line
        for path, data in template_files(name).items()
        if path.endswith(".cedar")
        for line in data.decode().splitlines()
    ]
    assert len(lines) <= 150


def test_every_template_on_disk_is_listed() -> None:
    folder = ROOT / "policy" / "templates"
    assert {path.name for path in folder.iterdir() if path.is_dir()} == set(TEMPLATES)


def test_a_template_nobody_ships_is_not_found() -> None:
    with pytest.raises(LookupError):
        template_files("../../etc")


def test_the_probe_corpus_is_shipped() -> None:
    assert probe_corpus("core-1").startswith(b"{")


def test_the_policies_of_the_readme_are_in_the_templates_as_written() -> None:
    first = template_files("coding-agent")["rules/repo.cedar"].decode()
    assert first.startswith('// a coding agent in a repository\n@id("edit-repo")\n')
    deploy = template_files("ops")["rules/deploy.cedar"].decode()
    assert '@id("deploy-two-people") @needs("deploy")' in deploy
    site = template_files("ops")["rules/site.cedar"].decode()
    assert site.startswith("// a site without internet\n")
