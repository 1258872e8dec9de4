"""The build's own checks, each with a mistake seeded that it must find."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools import committed, coverage_gate, gen_dependencies, gen_guarantees, generated, lock, shape

ROOT = Path(__file__).resolve().parents[2]


# --- shape ---------------------------------------------------------------------------------


def in_shape(text: str, tmp_path: Path, name: str = "thing.py") -> list[str]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    tree = ast.parse(text)
    return [
        *shape.length_problems(name, text, tree, product=True),
        *shape.product_problems(name, path, tree),
        *shape.unfinished(name, path),
    ]


def test_a_file_in_shape_has_no_problem(tmp_path: Path) -> None:
    assert in_shape('"""Rules."""\n\nX = 1  # TODO(#12): more\n', tmp_path) == []


@pytest.mark.parametrize(
    ("text", "name", "complaint"),
    [
        ("X = 1\n", "thing.py", "no module docstring"),
        ('"""D."""\n' + "X = 1\n" * 400, "thing.py", "401 lines"),
        ('"""D."""\ndef f():\n' + "    x = 1\n" * 60, "thing.py", "`f` has 61 lines"),
        ('"""D."""\n# ' + "TODO: later\n", "thing.py", "unfinished"),
        ('"""D."""\n# ' + "FIXME\n", "thing.py", "unfinished"),
        ('"""D."""\n', "utils.py", "says nothing"),
    ],
)
def test_a_file_out_of_shape_is_named(text: str, name: str, complaint: str, tmp_path: Path) -> None:
    (only,) = in_shape(text, tmp_path, name)
    assert complaint in only


@pytest.mark.guarantee("G-24")
def test_no_product_code_relies_on_an_assert(tmp_path: Path) -> None:
    (only,) = in_shape('"""D."""\ndef f(x):\n    assert x\n', tmp_path)
    assert "disappears under python -O" in only
    assert [line for line in shape.problems() if "python -O" in line] == []


# --- committed files -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "see /wo" + "rk/main/policy",
        "--index-url https://py" + "pi.org/simple",
        "files.python" + "hosted.org",
        "-----BEGIN " + "PRIVATE KEY-----",
        "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    ],
)
def test_what_must_not_be_committed_is_found(line: str) -> None:
    assert {number for number, _ in committed.leaks(f"fine\n{line}\n")} == {2}


def test_ordinary_paths_are_no_leak() -> None:
    assert list(committed.leaks("/etc/passwd /usr/bin/git /root/.ssh/id_ed25519 work/main")) == []


# --- locks ---------------------------------------------------------------------------------


def test_the_locks_belong_to_this_pyproject() -> None:
    assert list(dict.fromkeys(lock.problems())) == []


def test_a_changed_table_changes_the_stamp() -> None:
    made_from = lock.tables()
    changed = {**made_from, "runtime": [*made_from["runtime"], "left-pad"]}
    assert lock.stamp(changed) != lock.stamp(made_from)
    assert lock.stamp(json.loads(json.dumps(made_from))) == lock.stamp(made_from)


def test_every_pin_has_a_hash_and_nothing_has_an_address() -> None:
    for name in ("dev", "runtime"):
        text = (lock.LOCKS / f"{name}.txt").read_text(encoding="utf-8")
        entries = text.replace("\\\n", "").splitlines()
        pinned = [line for line in entries if line and not line.startswith("#")]
        assert len(pinned) == len(lock.pins(text)) > 0
        assert [line for line in pinned if "--hash=sha256:" not in line] == []
        assert "://" not in text


def test_what_the_lock_lacks_is_found() -> None:
    (env, *_) = lock.environments()
    held = lock.pins((lock.LOCKS / "dev.txt").read_text(encoding="utf-8"))
    assert list(lock.unlocked(["pytest"], held, env)) == []
    without = {name: version for name, version in held.items() if name != "pluggy"}
    assert list(lock.unlocked(["pytest"], without, env)) == ["pluggy (python 3.11, x86_64)"]


def test_this_environment_is_the_locked_one() -> None:
    """What runs the tests is what the lock names: a drifted environment proves nothing."""
    held = lock.pins((lock.LOCKS / "runtime.txt").read_text(encoding="utf-8"))
    assert {name: importlib.metadata.version(name) for name in held} == held


# --- dependencies, generated pages, guarantees -----------------------------------------------


def test_an_import_is_seen_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "thing.py"
    path.write_text("def f():\n    import a.b\n    from c.d import e\n", encoding="utf-8")
    assert sorted(gen_dependencies.imports(path)) == [(2, "a"), (3, "c")]


def test_product_code_imports_what_is_declared() -> None:
    assert list(gen_dependencies.undeclared()) == []


def test_a_region_is_replaced_and_nothing_else() -> None:
    page = "before\n<!-- generated:x -->\nold\n<!-- /generated:x -->\nafter\n"
    fresh = generated.fill(page, "x", "new\n")
    assert fresh == "before\n<!-- generated:x -->\nnew\n<!-- /generated:x -->\nafter\n"
    assert generated.fill(fresh, "x", "new") == fresh


@pytest.mark.parametrize("page", ["", "<!-- generated:x -->", "<!-- generated:x -->" * 2])
def test_a_page_without_its_region_is_refused(page: str) -> None:
    with pytest.raises(generated.RegionMissingError):
        generated.fill(page, "x", "new")


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert generated.table(("a",), [("x|y\nz",)]) == "| a |\n| --- |\n| x\\|y z |"


PROMISES = '[[promise]]\nid = "G-90"\ntext = "t"\nstrength = "sampled"\nnot_when = "never"\n'
PROVED = 'import pytest\n@pytest.mark.guarantee("G-90")\ndef test_it():\n    pass\n'


@pytest.mark.parametrize(
    ("promises", "tests", "complaint"),
    [
        (PROMISES, "", "G-90 has no test"),
        (PROMISES, PROVED.replace("G-90", "G-91"), "which is no promise"),
        (PROMISES, PROVED.replace("def", "@pytest.mark.skip\ndef"), "may be skipped"),
        (PROMISES, PROVED.replace("def", "@pytest.mark.xfail()\ndef"), "may be skipped"),
        (PROMISES, PROVED.replace("pass", "pytest.skip('x')"), "may be skipped"),
        (PROMISES, PROVED.replace("it()", "it(vectors)"), "may be skipped"),
        (PROMISES, "import pytest\npytestmark = pytest.mark.skip\n" + PROVED, "may be skipped"),
        (PROMISES.replace("sampled", "hoped"), PROVED, "strength `hoped`"),
        (PROMISES + 'tests = ["tests/x.py::test_gone"]\n', PROVED, "no test `tests/x.py"),
    ],
)
def test_a_promise_nobody_keeps_is_found(promises: str, tests: str, complaint: str) -> None:
    found = list(
        gen_guarantees.problems_of(
            gen_guarantees.promises_of(promises),
            list(gen_guarantees.tests_of(tests, "tests/test_x.py")),
        )
    )
    assert complaint in "\n".join(found)


def test_a_kept_promise_is_published() -> None:
    promises = gen_guarantees.promises_of(PROMISES)
    tests = list(gen_guarantees.tests_of(PROVED, "tests/test_x.py"))
    assert list(gen_guarantees.problems_of(promises, tests)) == []
    assert "`tests/test_x.py::test_it`" in gen_guarantees.render(promises, tests)


# --- coverage ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("policy/cedar/index.py", "policy"),
        ("holdfast/policy/cedar/index.py", "policy"),
        ("holdfast/__init__.py", "holdfast"),
        ("runtime/cli/ask.py", "runtime"),
    ],
)
def test_coverage_is_counted_per_room(path: str, room: str) -> None:
    assert coverage_gate.room_of(path) == room


def test_what_is_missing_is_named() -> None:
    report = {"missing_lines": [3], "missing_branches": [[3, 4], [7, 9], [8, -1]]}
    assert list(coverage_gate.missing_of("a.py", report)) == ["a.py: 3 7->9 8->exit"]


@pytest.mark.parametrize("flag", ["--only=P-999"])
def test_the_bench_refuses_a_goal_it_does_not_have(flag: str) -> None:
    done = subprocess.run(
        [sys.executable, "bench/run.py", flag],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no goal `P-999`" in done.stdout
