"""Generate (or `--check`) the published promises from docs/guarantees.toml and the tests.

Rules:
1. A promise is proved by tests that carry `@pytest.mark.guarantee("G-01")` (or that its entry
   lists by name). One without a test, or a marker without its promise, fails.
2. A test of a promise is not skipped, not expected to fail, unless its entry says why.
3. The tests are read, not imported: a promise must not depend on what happens to be installed.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from tools.generated import ROOT, checking, finish, sync, table

PAGE = "docs/guarantees.md"
SOURCE = ROOT / "docs" / "guarantees.toml"
STRENGTHS = ("proved", "enumerated", "sampled", "reviewed")
_UNRELIABLE = ("pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail")
_SKIPPING = ("pytest.skip", "pytest.importorskip", "pytest.xfail")


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise, as published."""

    id: str
    text: str
    strength: str
    not_when: str
    tests: Sequence[str] = ()
    skips: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Test:
    """One test function, as written."""

    name: str
    promises: tuple[str, ...]
    unreliable: bool


def promises_of(text: str) -> list[Promise]:
    """Read the promises; an unknown key is a mistake."""
    rows: list[dict[str, Any]] = tomllib.loads(text)["promise"]
    return [Promise(**row) for row in rows]


def tests_of(source: str, where: str) -> Iterator[Test]:
    """Every test function of one file, with what its decorators (and its class's) say."""
    tree = ast.parse(source)
    yield from _tests(tree.body, where, inherited=_module_marks(tree))


def _module_marks(tree: ast.Module) -> list[ast.expr]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            value = node.value
            return value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
    return []


def _tests(body: Sequence[ast.stmt], where: str, inherited: list[ast.expr]) -> Iterator[Test]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            marks = [*inherited, *node.decorator_list]
            name = f"{where}::{node.name}"
            if any(ast.unparse(base).endswith("RuleBasedStateMachine") for base in node.bases):
                yield _test(name, marks)
            yield from _tests(node.body, name, marks)
        elif _is_test(node):
            marks = [*inherited, *node.decorator_list]
            yield _test(f"{where}::{node.name}", marks, may_skip=_may_skip(node))


def _is_test(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test")


def _may_skip(function: ast.FunctionDef) -> bool:
    """Whether the body can skip: by a call, or by the fixture that looks for vectors."""
    if any(argument.arg == "vectors" for argument in function.args.args):
        return True
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(ast.unparse(call.func) in _SKIPPING for call in calls)


def _test(name: str, marks: Sequence[ast.expr], *, may_skip: bool = False) -> Test:
    promised: list[str] = []
    unreliable = may_skip
    for mark in marks:
        called = ast.unparse(mark.func if isinstance(mark, ast.Call) else mark)
        unreliable |= called in _UNRELIABLE
        if called == "pytest.mark.guarantee" and isinstance(mark, ast.Call):
            promised += [str(ast.literal_eval(argument)) for argument in mark.args]
    return Test(name, tuple(promised), unreliable)


def problems_of(promises: Sequence[Promise], tests: Sequence[Test]) -> Iterator[str]:
    """Every promise nothing proves, and every proof of nothing."""
    by_name = {test.name: test for test in tests}
    known = {promise.id for promise in promises}
    for test in tests:
        for unknown in set(test.promises) - known:
            yield f"{test.name} proves `{unknown}`, which is no promise"
    for promise in promises:
        if promise.strength not in STRENGTHS:
            strengths = ", ".join(STRENGTHS)
            yield f"{promise.id}: strength `{promise.strength}` is not one of {strengths}"
        yield from (f"{promise.id}: no test `{n}`" for n in promise.tests if n not in by_name)
        proofs = proofs_of(promise, tests)
        if not proofs and promise.strength != "reviewed":
            yield f"{promise.id} has no test"
        for proof in proofs:
            if proof.unreliable and proof.name not in promise.skips:
                yield f"{promise.id}: {proof.name} may be skipped, and no reason is listed"


def proofs_of(promise: Promise, tests: Sequence[Test]) -> list[Test]:
    """The tests of one promise."""
    return [t for t in tests if promise.id in t.promises or t.name in promise.tests]


def render(promises: Sequence[Promise], tests: Sequence[Test]) -> str:
    """The published table."""
    rows = [
        (
            promise.id,
            promise.text,
            promise.strength,
            promise.not_when,
            "<br>".join(f"`{test.name}`" for test in proofs_of(promise, tests)) or "-",
        )
        for promise in promises
    ]
    return table(("id", "promise", "strength", "does not hold", "proved by"), rows)


def all_tests() -> list[Test]:
    """Every test of the repository."""
    found: list[Test] = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        where = Path(path).relative_to(ROOT).as_posix()
        found += tests_of(path.read_text(encoding="utf-8"), where)
    return found


def main() -> int:
    """Write the page, or say what is wrong with the promises."""
    promises = promises_of(SOURCE.read_text(encoding="utf-8"))
    tests = all_tests()
    problems = list(problems_of(promises, tests))
    problems += sync({(PAGE, "promises"): render(promises, tests)}, check=checking())
    return finish("guarantees", problems)


if __name__ == "__main__":
    raise SystemExit(main())
