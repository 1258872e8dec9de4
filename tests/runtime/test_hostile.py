"""Well-formed folders made to hurt: each is refused or compiled within its ceilings.

These run in the real worker process. A folder may be compiled, refused with problems, or ended by
a ceiling with `policy_invalid`; it may not hang, crash us, or load in part.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from holdfast.proto.errors import HoldfastError
from holdfast.proto.reasons import Code
from holdfast.runtime.env import system_env
from holdfast.runtime.jobs import run_job

MIB = 1024 * 1024
HEAD = '@id("{id}")\npermit(principal, action == Action::"fs.read", resource)'


def folder(rules: str) -> Mapping[str, bytes]:
    return {"holdfast.toml": b'name = "hostile"\n', "rules/a.cedar": rules.encode()}


def rule(condition: str, name: str = "a") -> str:
    return f"{HEAD.format(id=name)} when {{ {condition} }};\n"


def parens(depth: int) -> str:
    return "(" * depth + "true" + ")" * depth


HOSTILE: Mapping[str, str] = {
    "deep parentheses": rule(parens(100_000)),
    "deep negation": rule("!" * 100_000 + "true"),
    "deep arithmetic": rule("-" * 100_000 + "1 == 1"),
    "deep conditionals": rule("if true then " * 20_000 + "true" + " else false" * 20_000),
    "deep sets": rule("[" * 50_000 + "]" * 50_000 + " == []"),
    "deep attributes": rule("resource" + ".path" * 50_000 + ' == "a"'),
    "a wide conjunction": rule(" && ".join(["resource.depth == 1"] * 20_000)),
    "a wide disjunction": rule(" || ".join(f"resource.depth == {n}" for n in range(20_000))),
    "a wide set": rule("[" + ", ".join(str(n) for n in range(20_000)) + "].contains(1)"),
    "a wide sum": rule(" + ".join(["1"] * 50_000) + " == 1"),
    "many stars": rule(f'resource.path like "{"*a" * 20_000}"'),
    "a long text": rule(f'resource.path == "{"a" * 500_000}"'),
    "many annotations": "".join(f'@a{n}("x")\n' for n in range(5_000)) + rule("true"),
    "an unclosed text": rule('resource.path == "' + "a" * 500_000),
    "an unclosed comment": "/*" * 50_000,
    "only quotes": '"' * 50_000,
    "only brackets": "(" * 50_000,
}


def ending(files: Mapping[str, bytes]) -> str:
    """How the worker's job ended, in a word."""
    try:
        answer = run_job(system_env(), "check", [files])
    except HoldfastError as ceiling:
        return ceiling.code.value
    loaded = answer["loaded"]
    if isinstance(loaded, dict) and loaded["ok"]:
        return "compiled"
    return "refused" if isinstance(loaded, dict) and loaded["problems"] else "nothing"


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_rule_is_refused_or_compiled_within_the_ceilings(name: str) -> None:
    assert ending(folder(HOSTILE[name])) in {"compiled", "refused", "policy_invalid"}


def test_time_is_a_ceiling_with_a_reason() -> None:
    rules = "".join(rule(f"resource.depth == {n}", f"r{n}") for n in range(4_000))
    with pytest.raises(HoldfastError, match=r"took more than 0\.4 s") as refused:
        run_job(system_env(), "check", [folder(rules)], seconds=0.4)
    assert refused.value.code is Code.POLICY_INVALID
    assert refused.value.hint


def test_memory_is_a_ceiling_with_a_reason() -> None:
    text = rule("[" + ", ".join(f'"{n}"' for n in range(60_000)) + '].contains("1")')
    with pytest.raises(HoldfastError, match="more than 120 MiB of memory") as refused:
        run_job(system_env(), "check", [folder(text)], memory_bytes=120 * MIB)
    assert refused.value.code is Code.POLICY_INVALID
