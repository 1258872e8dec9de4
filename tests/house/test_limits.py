"""Every ceiling has one name, one place and a test that reaches it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from holdfast.proto import limits
from tools import shape

ROOT: Final = Path(__file__).parents[2]
INTENT: Final = "policy/facts/test_ceilings.py::test_what_an_intent_may_touch_is_bounded"
FOLDER: Final = "policy/source/test_ceilings.py::test_what_a_folder_may_hold_is_bounded"
REFUSED: Final = "proto/test_intent.py::test_is_refused"
TOLD: Final = "policy/source/test_ceilings.py"

REACHED: Final = {
    "body_bytes": "runtime/test_ceilings.py::test_what_is_asked_on_standard_input_is_bounded",
    "idempotency_key_bytes": REFUSED,
    "labels": REFUSED,
    "label_bytes": REFUSED,
    "kind_bytes": REFUSED,
    "source_bytes": f"{TOLD}::test_the_folder_as_a_whole_is_bounded",
    "problems": f"{TOLD}::test_problems_are_counted_beyond_those_that_are_told",
    "problems_per_check": f"{TOLD}::test_characters_that_mean_nothing_are_told_up_to_a_number",
    "unanchored_rules": "policy/test_loader.py::test_rules_that_nothing_tells_apart_are_refused",
    "tree_depth": "policy/cedar/test_program.py::test_nesting_has_a_ceiling_that_the_engine_shares",
    "evaluation_steps": "policy/cedar/test_program.py::"
    "test_a_program_larger_than_the_budget_denies",
    "compile_seconds": "runtime/test_hostile.py::test_time_is_a_ceiling_with_a_reason",
    "compile_memory_bytes": "runtime/test_hostile.py::test_memory_is_a_ceiling_with_a_reason",
    "worker_output_bytes": "runtime/test_spawn.py::test_output_has_a_ceiling",
    "resolve_seconds": "runtime/test_ceilings.py::test_a_resolver_that_never_answers_is_no_address",
    "import_bytes": "policy/author/test_imports.py::test_codex_rules_that_cannot_be_read",
    "import_prefixes": "policy/author/test_imports.py::test_codex_rules_that_cannot_be_read",
    "import_tools": "policy/author/test_imports.py::test_tool_lists_that_cannot_be_read",
}
"""Ceiling to the test that reaches it; those of an intent and a folder are rows of two tables."""


def _rows(test: str, table: str) -> set[str]:
    """Return the keys of a table of a test file."""
    tree = ast.parse((ROOT / "tests" / test.partition("::")[0]).read_text(encoding="utf-8"))
    for node in tree.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.value, ast.Dict):
            continue
        if isinstance(node.target, ast.Name) and node.target.id == table:
            return {str(ast.literal_eval(key)) for key in node.value.keys if key is not None}
    raise LookupError(table)


def test_every_ceiling_is_reached_by_a_test() -> None:
    reached = set(REACHED) | _rows(INTENT, "CASES") | _rows(FOLDER, "MAKERS")
    assert reached == {limit.name for limit in limits.LIMITS}


@pytest.mark.parametrize("test", sorted({*REACHED.values(), INTENT, FOLDER}))
def test_the_tests_that_reach_them_are_there(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_constant_of_the_table_is_a_row_of_its_own_name() -> None:
    constants = {name: value for name, value in vars(limits).items() if type(value) is int}
    assert constants == {limit.name.upper(): limit.value for limit in limits.LIMITS}
    assert len({limit.name for limit in limits.LIMITS}) == len(limits.LIMITS)
    assert all(limit.why and re.fullmatch(r"[a-z]*", limit.unit) for limit in limits.LIMITS)


def test_a_ceiling_nothing_asks_for_is_none() -> None:
    rooms = ("policy", "proto", "runtime", "edge", "oci")
    code = "".join(
        path.read_text(encoding="utf-8")
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if path != ROOT / "proto" / "limits.py"
    )
    unused = [
        limit.name for limit in limits.LIMITS if not re.search(rf"\b{limit.name.upper()}\b", code)
    ]
    assert unused == []


@pytest.mark.parametrize(
    "text",
    [
        "MAX_THINGS = 3",
        "MAX_THINGS: Final = 3 * 1024",
        "_MAX_THINGS = 2**10",
        "THINGS_LIMIT = -1",
        "LONGEST = 7",
        "_A_MAX, _B_MAX = 1, 2",
    ],
)
def test_a_ceiling_elsewhere_is_out_of_shape(text: str) -> None:
    (only, *_) = shape.ceiling_problems("policy/x.py", ast.parse(text))
    assert "proto/limits.py" in only


@pytest.mark.parametrize("text", ["MAXIMS = 3", "MAX_NAMES = ('a',)", "def f():\n    MAX_X = 3"])
def test_other_constants_are_in_shape(text: str) -> None:
    assert list(shape.ceiling_problems("policy/x.py", ast.parse(text))) == []
