"""One intent, judged: a table of outcomes, and the laws they follow from."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings, strategies as st

from holdfast.policy.cedar.program import Outcome
from holdfast.policy.cedar.values import Entity, Uid
from holdfast.policy.facts.model import Facts
from holdfast.policy.judge import Held, judge
from holdfast.policy.moment import Moment
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Profile
from holdfast.proto.decision import Decision, Sandbox, Verdict
from holdfast.proto.limits import REQUESTS_PER_INTENT
from holdfast.proto.reasons import REASONS, Code

NOON = Moment(1_767_614_400_000)

RULES = """
@id("edit") @reason("it is their repository") permit(principal, action, resource in Dir::".");
@id("src") @profile("build") @advice("run the tests") permit(principal, action, resource in Dir::"src");
@id("no-env") @hint("ask for secret.checkout") forbid(principal, action, resource)
  when { resource.name == ".env" };
@id("config") @needs("maintainer") forbid(principal, action, resource) when { resource in Dir::".git" }
  unless { context.approvals.contains("maintainer") };
@id("hooks") @needs("owner") forbid(principal, action, resource) when { resource in Dir::".git/hooks" }
  unless { context.approvals.contains("owner") };
@id("broken") forbid(principal, action, resource)
  when { resource.name == "odd" && context.local_hour + 9223372036854775807 > 0 };
"""  # noqa: E501 - rules read best on one line

# paths, held, decision, code, rules, needs
CASES = [
    ("src/a.py", "", "allow", Code.ALLOWED, "edit src", ""),
    ("a.py", "", "allow", Code.ALLOWED, "edit", ""),
    ("a.py src/a.py", "", "allow", Code.ALLOWED, "edit src", ""),
    (".env", "", "deny", Code.FORBIDDEN, "no-env", ""),
    ("src/a.py .env", "", "deny", Code.FORBIDDEN, "no-env", ""),
    (".git/config", "", "deny", Code.APPROVAL_PENDING, "config", "maintainer"),
    (".git/config", "maintainer", "allow", Code.ALLOWED, "edit", ""),
    (".git/config", "owner", "deny", Code.APPROVAL_PENDING, "config", "maintainer"),
    (".git/hooks/x", "", "deny", Code.APPROVAL_PENDING, "config hooks", "maintainer owner"),
    (".git/hooks/x", "owner", "deny", Code.APPROVAL_PENDING, "config", "maintainer"),
    (".git/hooks/x", "owner maintainer", "allow", Code.ALLOWED, "edit", ""),
    ("a.py .git/config", "", "deny", Code.APPROVAL_PENDING, "config", "maintainer"),
    (".env .git/config", "", "deny", Code.FORBIDDEN, "no-env", ""),
    (".git/.env", "maintainer", "deny", Code.FORBIDDEN, "no-env", ""),
    (".git/.env", "", "deny", Code.FORBIDDEN, "no-env", ""),
    ("odd", "", "deny", Code.EVALUATION_ERROR, "broken", ""),
    ("odd .env", "", "deny", Code.EVALUATION_ERROR, "broken", ""),
    (".git/odd", "", "deny", Code.EVALUATION_ERROR, "broken", ""),
]


@pytest.fixture(scope="module")
def policy(policy_of: Callable[..., Policy]) -> Policy:
    return policy_of(
        RULES, profiles={"build": Profile("build", sandbox=Sandbox.STRICT, timeout_ms=5)}
    )


@pytest.mark.guarantee("G-01")
@pytest.mark.parametrize(("paths", "held", "decision", "code", "rules", "needs"), CASES)
def test_outcome(
    policy: Policy,
    touching: Callable[..., Facts],
    agent: Entity,
    paths: str,
    held: str,
    decision: str,
    code: Code,
    rules: str,
    needs: str,
) -> None:
    facts = touching(*paths.split())
    got = judge(policy, facts, agent, NOON, [Held(name) for name in held.split()])
    assert (got.decision.value, got.reason_code) == (decision, code)
    assert [rule.id for rule in got.rules] == rules.split()
    assert list(got.needs) == needs.split()
    assert [one.uid for one in got.resources] == [f'Path::"{path}"' for path in paths.split()]
    assert got.allowed == all(one.decision is Verdict.ALLOW for one in got.resources)
    assert got.policy_ref == str(policy.ref)


def test_what_a_denial_says(policy: Policy, touching: Callable[..., Facts], agent: Entity) -> None:
    denied = judge(policy, touching(".env"), agent, NOON)
    assert denied.hint == "ask for secret.checkout"
    assert denied.reason == REASONS[Code.FORBIDDEN].text
    assert (denied.rules[0].file, denied.rules[0].line) == ("rules/test.cedar", 3)
    assert denied.obligations.profiles == ()
    pending = judge(policy, touching(".git/config", "a.py"), agent, NOON)
    assert [one.needs for one in pending.resources] == [("maintainer",), ()]


def test_what_an_allow_says(policy: Policy, touching: Callable[..., Facts], agent: Entity) -> None:
    allowed = judge(policy, touching("src/a.py", "b.py"), agent, NOON)
    assert allowed.reason == "it is their repository"
    assert allowed.hint == ""
    assert allowed.advice == ("run the tests",)
    assert allowed.obligations.profiles == ("baseline", "build")
    assert (allowed.obligations.sandbox, allowed.obligations.timeout_ms) == (Sandbox.STRICT, 5)


def test_refusals_no_rule_takes_part_in(
    policy: Policy, touching: Callable[..., Facts], agent: Entity
) -> None:
    halted = judge(policy, touching("a.py"), agent, NOON, halted=True)
    assert (halted.decision, halted.reason_code) == (Verdict.DENY, Code.KILL_SWITCH)
    assert judge(policy, touching(), agent, NOON).reason_code is Code.NO_PERMIT
    many = touching(*(f"f{i}" for i in range(REQUESTS_PER_INTENT + 1)))
    assert judge(policy, many, agent, NOON).reason_code is Code.TOO_MANY_RESOURCES
    exactly = touching(*(f"f{i}" for i in range(REQUESTS_PER_INTENT)))
    assert judge(policy, exactly, agent, NOON).allowed


def test_an_approval_counts_only_for_what_it_covers(
    policy: Policy, touching: Callable[..., Facts], agent: Entity
) -> None:
    facts = touching(".git/config", ".git/HEAD")
    config, head = ((touch.action, touch.resource.uid) for touch in facts.touches)
    for covers, allowed in (
        (frozenset({config}), False),
        (frozenset({head}), False),
        (frozenset({config, head}), True),
        (frozenset({("fs.write", config[1]), head}), False),
        (frozenset[tuple[str, Uid]](), False),
        (None, True),
    ):
        got = judge(policy, facts, agent, NOON, [Held("maintainer", covers)])
        assert got.allowed is allowed
        if not allowed:
            assert (got.reason_code, got.needs) == (Code.APPROVAL_PENDING, ("maintainer",))


def test_without_a_permit_nothing_is_pending(
    policy_of: Callable[..., Policy], touching: Callable[..., Facts], agent: Entity
) -> None:
    only_forbid = policy_of(
        '@id("f") @needs("m") forbid(principal, action, resource)'
        ' unless { context.approvals.contains("m") };'
    )
    for held in ([], [Held("m")]):
        got = judge(only_forbid, touching("a"), agent, NOON, held)
        assert (got.reason_code, got.needs) == (Code.NO_PERMIT, ())


def test_one_budget_for_the_whole_intent(
    policy_of: Callable[..., Policy], touching: Callable[..., Facts], agent: Entity
) -> None:
    heavy = " || ".join(f'resource.path like "*{i}*x*y*z*"' for i in range(60))
    rules = "".join(
        f'@id("p{n}") permit(principal, action, resource) when {{ {heavy} || true }};'
        for n in range(120)
    )
    policy = policy_of(rules)
    one = judge(policy, touching("a"), agent, NOON)
    assert one.allowed
    long = "/".join("abcdefgh" * 8 for _ in range(30))
    many = judge(policy, touching(*(f"{long}/{i}" for i in range(64))), agent, NOON)
    assert (many.decision, many.reason_code) == (Verdict.DENY, Code.EVALUATION_BUDGET)


# ---- the laws, on rules made by chance ----------------------------------------------------------

PATHS = ("a", "b", "c")
NEEDS = ("m", "n")


@dataclass(frozen=True)
class Made:
    """A rule whose meaning this test knows without evaluating it."""

    effect: str
    paths: frozenset[str]
    errs: bool
    needs: str | None

    def text(self, number: int) -> str:
        scope = ", ".join(f'Path::"{path}"' for path in sorted(self.paths))
        clauses = f" when {{ [{scope}].contains(resource) }}"
        if self.errs:
            clauses += " when { context.local_hour + 9223372036854775807 > 0 }"
        needs = f'@needs("{self.needs}") ' if self.needs else ""
        if self.needs:
            clauses += f' unless {{ context.approvals.contains("{self.needs}") }}'
        return f'@id("r{number}") {needs}{self.effect}(principal, action, resource){clauses};'

    def matches(self, path: str, held: frozenset[str]) -> bool:
        return path in self.paths and self.needs not in held and not self.errs


_SOME_PATHS = st.frozensets(st.sampled_from(PATHS), min_size=1)
_MADE = st.one_of(
    st.builds(Made, st.just("permit"), _SOME_PATHS, st.just(False), st.none()),
    st.builds(
        Made, st.just("forbid"), _SOME_PATHS, st.just(False), st.sampled_from((None, *NEEDS))
    ),
    st.builds(
        Made,
        st.sampled_from(("permit", "forbid")),
        st.frozensets(st.sampled_from(PATHS), min_size=1, max_size=1),
        st.just(True),
        st.none(),
    ),
)
_RULE_SETS = st.lists(_MADE, max_size=7)
_TOUCHED = st.lists(st.sampled_from(PATHS), min_size=1, max_size=3, unique=True)
_HELD = st.frozensets(st.sampled_from(NEEDS))


def specified(rules: list[Made], touched: list[str], held: frozenset[str]) -> Code:
    """The specification's sentences, word for word, over what the rules are known to mean."""
    errs = any(rule.errs and path in rule.paths for rule in rules for path in touched)
    matching = {path: [rule for rule in rules if rule.matches(path, held)] for path in touched}
    forbids = {p: [r for r in found if r.effect == "forbid"] for p, found in matching.items()}
    permitted = {p: any(r.effect == "permit" for r in found) for p, found in matching.items()}
    if errs:
        return Code.EVALUATION_ERROR
    if all(permitted[path] and not forbids[path] for path in touched):
        return Code.ALLOWED
    every_determining_forbid_carries_needs = all(
        rule.needs is not None for path in touched for rule in forbids[path]
    )
    each_is_permitted_without_them = all(permitted.values())
    if every_determining_forbid_carries_needs and each_is_permitted_without_them:
        return Code.APPROVAL_PENDING
    if not every_determining_forbid_carries_needs:
        return Code.FORBIDDEN
    return Code.NO_PERMIT


def decide(
    policy_of: Callable[..., Policy],
    touching: Callable[..., Facts],
    agent: Entity,
    rules: list[Made],
    touched: list[str],
    held: frozenset[str],
) -> Decision:
    text = "".join(rule.text(number) for number, rule in enumerate(rules))
    return judge(
        policy_of(text), touching(*touched), agent, NOON, [Held(name) for name in sorted(held)]
    )


@pytest.mark.guarantee("G-01")
@settings(max_examples=300)
@given(rules=_RULE_SETS, touched=_TOUCHED, held=_HELD)
def test_the_outcome_is_the_specifications(
    policy_of: Callable[..., Policy],
    touching: Callable[..., Facts],
    agent: Entity,
    rules: list[Made],
    touched: list[str],
    held: frozenset[str],
) -> None:
    got = decide(policy_of, touching, agent, rules, touched, held)
    code = specified(rules, touched, held)
    assert got.reason_code is code
    assert got.allowed is (code is Code.ALLOWED)
    if code is Code.APPROVAL_PENDING:
        wanted = {
            rule.needs
            for rule in rules
            for path in touched
            if rule.effect == "forbid" and rule.matches(path, held)
        }
        assert set(got.needs) == wanted
        assert not wanted & held
        # Holding exactly what is asked for is what allows it.
        again = decide(policy_of, touching, agent, rules, touched, held | set(got.needs))
        assert again.allowed
    else:
        assert got.needs == ()


@pytest.mark.guarantee("G-01")
@settings(max_examples=150)
@given(rules=_RULE_SETS, touched=_TOUCHED, held=_HELD, seed=st.integers(0, 9))
def test_order_duplicates_and_strangers_change_nothing(
    policy_of: Callable[..., Policy],
    touching: Callable[..., Facts],
    agent: Entity,
    rules: list[Made],
    touched: list[str],
    held: frozenset[str],
    seed: int,
) -> None:
    before = decide(policy_of, touching, agent, rules, touched, held)
    stranger = Made("forbid", frozenset({"elsewhere"}), errs=False, needs=None)
    others = [*rules, *rules, stranger]
    random.Random(seed).shuffle(others)
    after = decide(policy_of, touching, agent, others, touched[::-1], held)
    assert (after.decision, after.reason_code, after.needs) == (
        before.decision,
        before.reason_code,
        before.needs,
    )


@pytest.mark.guarantee("G-01")
@settings(max_examples=150)
@given(rules=_RULE_SETS, touched=_TOUCHED, held=_HELD, more=_MADE)
def test_forbid_wins_and_allow_needs_a_permit(
    policy_of: Callable[..., Policy],
    touching: Callable[..., Facts],
    agent: Entity,
    rules: list[Made],
    touched: list[str],
    held: frozenset[str],
    more: Made,
) -> None:
    before = decide(policy_of, touching, agent, rules, touched, held)
    after = decide(policy_of, touching, agent, [*rules, more], touched, held)
    if more.effect == "forbid" or more.errs:
        assert not (after.allowed and not before.allowed)
    elif after.allowed != before.allowed:
        assert after.allowed
    if before.allowed:
        permits = [rule for rule in rules if rule.effect == "permit"]
        assert all(any(path in rule.paths for rule in permits) for path in touched)


@settings(max_examples=100)
@given(rules=_RULE_SETS, touched=_TOUCHED, lifted=st.sampled_from(NEEDS))
def test_an_approval_lifts_only_the_forbids_that_name_it(
    policy_of: Callable[..., Policy],
    touching: Callable[..., Facts],
    agent: Entity,
    rules: list[Made],
    touched: list[str],
    lifted: str,
) -> None:
    with_it = decide(policy_of, touching, agent, rules, touched, frozenset({lifted}))
    without_those = [rule for rule in rules if rule.needs != lifted]
    removed = decide(policy_of, touching, agent, without_those, touched, frozenset())
    assert with_it.reason_code is removed.reason_code


def test_an_outcome_is_combined_whatever_engine_made_it(
    policy: Policy, touching: Callable[..., Facts], agent: Entity
) -> None:
    denied = judge(policy, touching("a.py"), agent, NOON, evaluate=lambda _: Outcome((), (), ()))
    assert denied.reason_code is Code.NO_PERMIT
