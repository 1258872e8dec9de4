"""The reference and the engine against the examples of the language reference, row by row."""

from __future__ import annotations

import cedarpy
import pytest
from cedarpy import pst

from tests.twin.authorizer import policy_of
from tests.twin.compare import pst_set
from tests.twin.reference import Interpreter
from tests.twin.values import Bool, EntityData, Erred, Question, RecordOf, Ref, String, set_of

QUESTION = Question(
    Ref("User", "alice"),
    Ref("Action", "read"),
    Ref("Doc", "x"),
    {"role": set_of([String("admin")]), "addr": RecordOf({"city": String("DC")})},
)
STORE = {
    Ref("User", "alice"): EntityData(
        {"name": String("a")}, (Ref("Group", "g"),), {"t": Bool(True)}
    ),
    Ref("Group", "g"): EntityData({}, (Ref("Group", "top"),)),
}

TRUE = """
"ham and eggs" like "*h*a*m*"
"\\\\afterslash" like "\\\\*"
"string*with*stars" like "string\\*with\\*stars"
"a/b" like "a*b"
"" like "*"
!("eggs" like "ham*")
ip("127.0.0.1") != ip("::1")
ip("192.168.0.1/24") != ip("192.168.0.8/24")
ip("127.0.0.1") != "127.0.0.1"
ip("10.0.0.1") == ip("10.0.0.1/32")
ip("192.168.0.75").isInRange(ip("192.168.0.1/24"))
!ip("192.168.0.75").isInRange(ip("192.168.0.1/28"))
ip("1:2:3:4::").isInRange(ip("1:2:3:4::/48"))
!ip("192.168.0.1").isInRange(ip("1:2:3:4::"))
ip("127.0.0.1/8").isLoopback() && !ip("127.0.0.1/7").isLoopback()
ip("ff00::/8").isMulticast() && ip("224.0.0.1").isMulticast()
decimal("1.0") == decimal("1.0000")
decimal("-0.5").lessThan(decimal("0.0"))
decimal("9.9").lessThan(decimal("10.0"))
datetime("2024-10-15T00:00:00-0500") == datetime("2024-10-15T05:00:00Z")
datetime("2024-10-16T00:00:00-0500").durationSince(datetime("2024-10-15")) == duration("1d5h")
datetime("2025-02-20T22:00:00-0500").toDate() == datetime("2025-02-21")
datetime("2025-02-20T22:00:00-0500").toTime() == duration("3h")
datetime("1969-12-31T23:00:00Z").toDate() == datetime("1969-12-31")
datetime("1969-12-31T23:00:00Z").toTime() == duration("23h")
duration("4m70s").toMinutes() == 5
duration("-1500ms").toSeconds() == -1
duration("-1h") < duration("0ms")
duration("1ms") != datetime("1970-01-01T00:00:00.001Z")
1 != true && [1] != [true] && {a: 1} != {a: true}
[1, 2, 2] == [2, 1]
[[]] != []
[].isEmpty() && [1].containsAll([]) && ![].containsAny([1])
[1, "a"].contains("a")
-9223372036854775808 == -9223372036854775807 - 1
false && 1 == 1 || true
if true then true else 1 + "a" == 2
principal in Group::"top" && principal in principal && !(Group::"g" in principal)
principal in [User::"bob", Group::"g"]
Ghost::"a" in Ghost::"a" && !(Ghost::"a" has name)
principal is User in Group::"g" && !(principal is Ns::User)
context has addr.city && !(context has addr.zip) && !(context has a.b.c)
principal.hasTag("t") && principal.getTag("t") && !principal.hasTag("name")
!Ghost::"a".hasTag("t")
"e\\u{301}" != "\\u{e9}"
""".strip().splitlines()

ERRORS = """
1
1 + "a" == 2
true && 1
false || 1
9223372036854775807 + 1 == 0
-9223372036854775808 - 1 == 0
-(-9223372036854775808) == 0
4294967296 * 4294967296 == 0
context.missing
context.role.name == 1
Ghost::"a".name == 1
1 has a
principal.getTag("none") == 1
principal.hasTag(1)
"a".hasTag("t")
principal in [Group::"g", 1]
principal in "Group"
"a" in Group::"g"
1 is User
context like "*"
1 < "a"
"a" < "b"
decimal("1.0") < decimal("2.0")
datetime("2024-01-01") < duration("1d")
[1] .contains(1 + "a")
1 .isEmpty()
[1].containsAll(1)
if 1 then true else false
!1
ip("10.0.0.01") == 1
ip("::ffff:1.2.3.4") == 1
ip("10.0.0.1\\n") == 1
ip(1) == 1
ip("10.0.0.1").isInRange(1)
decimal("1") == 1
decimal("1.00000") == 1
decimal("922337203685477.5808") == 1
decimal("1.0").lessThan(1)
datetime("2022-10-10 ") == 1
datetime("2023-02-29") == 1
datetime("2024-01-01T00:00:60Z") == 1
datetime("2024-01-01T00:00:00+2400") == 1
datetime("9999-12-31").offset(duration("9223372036854775807ms")) == 1
duration("1s1m") == 1
duration("-") == 1
duration("9223372036854775808ms") == 1
duration("5h").toDate() == 1
""".strip().splitlines()

ROWS = [*((row, True) for row in TRUE), *((row, None) for row in ERRORS)]


def parsed(condition: str) -> pst.Template:
    policies = cedarpy.policies_to_pst(
        f"permit(principal, action, resource) when {{ {condition} }};"
    )
    return policies.static_policies["policy0"]


@pytest.mark.parametrize(("condition", "expected"), ROWS, ids=[row for row, _ in ROWS])
def test_the_examples_of_the_language_reference(condition: str, expected: bool | None) -> None:
    machine = Interpreter(QUESTION, STORE)
    expression = policy_of(parsed(condition)).condition
    if expected is None:
        with pytest.raises(Erred):
            machine.truth(machine.evaluate(expression))
    else:
        assert machine.truth(machine.evaluate(expression)) is expected


def test_a_slot_is_never_evaluated() -> None:
    with pytest.raises(ValueError, match="unlinked slot"):
        Interpreter(QUESTION, STORE).evaluate(pst.Slot("principal"))
    linked = parsed("true")
    with pytest.raises(TypeError, match="linked"):
        policy_of(
            pst.Template(
                id="p",
                effect="permit",
                principal=pst.ScopeEq(pst.Slot("principal")),
                action=linked.action,
                resource=linked.resource,
                clauses=linked.clauses,
                annotations=linked.annotations,
            )
        )


def test_a_policy_set_of_nodes_is_what_was_put_in() -> None:
    template = parsed("true")
    assert cedarpy.PolicySet.from_pst(pst_set([template])).to_pst() == pst_set([template])
