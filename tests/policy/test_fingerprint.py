"""The behavioural fingerprint: same behaviour, same name; anything else, another one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from importlib.resources import files

import pytest

from holdfast.policy.cedar.program import Outcome
from holdfast.policy.cedar.values import Entity, Request, Uid
from holdfast.policy.facts.stored import read_corpus
from holdfast.policy.fingerprint import fingerprint, plain
from holdfast.policy.judge import judge
from holdfast.policy.loader import Loaded, load_policy
from holdfast.policy.moment import Moment
from holdfast.policy.policy import Policy
from holdfast.policy.reference import reference_engine
from holdfast.policy.source.tables import MISSING, Place
from holdfast.proto.decision import Sandbox
from holdfast.proto.reasons import Code

CORPUS = (files("holdfast.policy.probes") / "core-1.jsonl").read_bytes()
HOOK = ".git/hooks/post-commit"
_LINES = CORPUS.splitlines(keepends=True)
SMALL = b"".join([line for at, line in enumerate(_LINES) if at % 7 == 0 or b'".git/' in line])

FOLDER: Mapping[str, str] = {
    "holdfast.toml": 'name = "demo"\n',
    "who.toml": """
        [[agent]]
        id = "builder"
        uid = 1001
        groups = ["builders"]
        [[person]]
        id = "alice"
        uid = 2000
        groups = ["owners"]
    """,
    "approvals.toml": '[owner]\nslots = [["owners"]]\nttl = "30m"\n',
    "profiles.toml": '[quiet]\nsandbox = "workspace"\ntimeout = "30s"\n',
    "rules/a.cedar": """
        @id("edit") @profile("quiet")
        permit(principal in Group::"builders", action in Action::"fs", resource in Dir::".");
        @id("look")
        permit(principal, action == Action::"process.exec", resource == Program::"git")
        when { context.subcommand == "diff" };
        @id("no-credentials")
        forbid(principal, action, resource is Path) when { resource.sensitive };
        @id("git-config") @needs("owner")
        forbid(principal, action in Action::"write", resource is Path)
        when { resource in Dir::".git" } unless { context.approvals.contains("owner") };
    """,
    "probes/own.jsonl": '{"kind":"fs.read","params":{"path":"src/a.py"}}\n',
}


def _load(changes: Mapping[str, Callable[[str], str]] | None = None) -> Policy:
    texts = dict(FOLDER)
    for name, change in (changes or {}).items():
        texts[name] = change(texts[name])
    loaded = load_policy({name: text.encode() for name, text in texts.items()})
    assert isinstance(loaded, Loaded), loaded
    return loaded.policy


@pytest.fixture(scope="module")
def known() -> str:
    return str(fingerprint(_load(), SMALL))


def _rules(before: str, after: str) -> Mapping[str, Callable[[str], str]]:
    def change(text: str) -> str:
        assert before in text
        return text.replace(before, after)

    return {"rules/a.cedar": change}


SAME: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    "white space and comments": {"rules/a.cedar": lambda t: "// why\n" + t.replace(",", " ,\n")},
    "the order of rules": {
        "rules/a.cedar": lambda t: ";\n".join(reversed(t.strip().rstrip(";").split(";"))) + ";"
    },
    "the folder's name": {"holdfast.toml": lambda t: t.replace("demo", "other")},
}

OTHER: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    "a literal": _rules('"diff"', '"log"'),
    "an operator": _rules("context.subcommand ==", "context.subcommand !="),
    "a scope": _rules('permit(principal in Group::"builders",', "permit(principal,"),
    "a rule's id": _rules('@id("edit")', '@id("write")'),
    "a rule more": {
        "rules/a.cedar": lambda t: t + '@id("x") forbid(principal, action, resource is Secret);'
    },
    "who is in a group": {"who.toml": lambda t: t.replace("uid = 1001", "uid = 1002")},
    "a quorum": {"approvals.toml": lambda t: t.replace("30m", "31m")},
    "a profile": {"profiles.toml": lambda t: t.replace("30s", "31s")},
    "a probe": {"probes/own.jsonl": lambda t: t.replace("a.py", "b.py")},
    "a project": {"who.toml": lambda t: t + '\n        project = "web"\n'},
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_the_same_behaviour_has_the_same_name(
    known: str, change: Mapping[str, Callable[[str], str]]
) -> None:
    assert str(fingerprint(_load(change), SMALL)) == known


@pytest.mark.parametrize("change", OTHER.values(), ids=OTHER)
def test_other_behaviour_has_another_name(
    known: str, change: Mapping[str, Callable[[str], str]]
) -> None:
    assert str(fingerprint(_load(change), SMALL)) != known


def test_another_corpus_is_another_name(known: str) -> None:
    assert str(fingerprint(_load(), SMALL[: SMALL.rindex(b"\n", 0, -1) + 1])) != known


def test_the_reference_engine_computes_the_same_name(known: str) -> None:
    policy = _load()
    engine = reference_engine([rule.template for rule in policy.program.rules])
    assert str(fingerprint(policy, SMALL, evaluate=engine)) == known
    pending = judge(
        policy,
        next(
            one
            for one in read_corpus(SMALL)
            if one.touches[0].resource.uid.id == ".git/hooks/post-commit"
        ),
        Entity(Uid("Agent", "x"), {}, frozenset({Uid("Group", "builders")})),
        Moment(0),
        evaluate=engine,
    )
    assert pending.reason_code is Code.APPROVAL_PENDING


def test_an_evaluator_that_errs_anywhere_has_another_name(known: str) -> None:
    policy = _load()
    asked = 0

    def wrong_once(request: Request) -> Outcome:
        nonlocal asked
        asked += 1
        right = policy.program.evaluate(request)
        return Outcome((), right.forbids, right.errors) if asked == SEED else right

    SEED = 1 + next(  # noqa: N806 - the seeded bug: one permit dropped, once
        at for at, allowed in enumerate(_answers(policy)) if allowed
    )
    assert str(fingerprint(policy, SMALL, evaluate=wrong_once)) != known


def _answers(policy: Policy) -> list[bool]:
    answers: list[bool] = []

    def listen(request: Request) -> Outcome:
        outcome = policy.program.evaluate(request)
        answers.append(bool(outcome.permits) and not outcome.forbids)
        return outcome

    fingerprint(policy, SMALL, evaluate=listen)
    return answers


def test_the_engine_is_asked_about_errors_and_ranges_too(
    policy_of: Callable[..., Policy],
) -> None:
    policy = policy_of("""
        permit(principal, action, resource);
        forbid(principal, action, resource) when { context.local_hour + 9223372036854775807 > 0 };
        forbid(principal, action == Action::"net.request", resource)
        when { resource has ip && resource.ip.isInRange(ip("10.0.0.0/8")) };
        permit(principal, action, resource) when { context.policy_age > duration("1d") };
        permit(principal, action, resource) when { context.now > datetime("2026-01-06") };
    """)
    engine = reference_engine([rule.template for rule in policy.program.rules])
    assert fingerprint(policy, SMALL) == fingerprint(policy, SMALL, evaluate=engine)


def test_plain_forms() -> None:
    assert plain(frozenset({"b", "a"})) == ["a", "b"]
    assert plain(Place("f", 1, 2)) is None
    assert plain(MISSING) == {"": "Missing", "value": "missing"}
    assert plain(Sandbox.STRICT) == {"": "Sandbox", "value": 2}
    assert plain({"a": (1, None)}) == {"=": {"a": [1, None]}}


def test_a_field_nobody_encodes_cannot_exist() -> None:
    # A new field of a table is part of the name from its first day: plain() walks dataclasses.
    policy = _load()
    form = plain(policy.default_profile)
    for field in dataclasses.fields(policy.default_profile):
        assert f"'{field.name}':" in str(form)
