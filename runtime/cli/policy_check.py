"""`holdfast policy check` and `test`: is the folder right, and does it do what its tests say?

Rule of this file: the folder may be somebody else's (a pull request), so it is compiled and its
tests are run in the confined worker; this process only prints what came back.
"""

from __future__ import annotations

from typing import Any, Final

from holdfast.policy.diagnostics import Problem, render_all
from holdfast.proto.env import Env
from holdfast.proto.exits import Exit
from holdfast.runtime.cli.folder import folder_of
from holdfast.runtime.cli.grammar import Call
from holdfast.runtime.cli.terminal import Terminal, visible
from holdfast.runtime.jobs import run_job

Answer = dict[str, Any]
"""What the worker answered: JSON of ours, read back."""
_INDENT: Final = " " * 6


def check(call: Call, terminal: Terminal, env: Env) -> int:
    """Print everything that is wrong with a folder."""
    folder = folder_of(call, env)
    with terminal.progress(f"checking {folder}"):
        answer: Answer = run_job(env, "check", [env.disk.read_tree(folder)])
    loaded = answer["loaded"]
    if terminal.json_wanted:
        terminal.data(loaded)
    print_problems(terminal, loaded)
    if loaded["ok"]:
        warned = len(loaded["problems"])
        found = f"; {count(warned, 'warning')}" if warned else ""
        terminal.say(f"{loaded['name']}: {summary(loaded)}: {terminal.paint('ok', 'good')}{found}")
        if not loaded["rules"]:
            terminal.note("hint: without a rule everything is denied; rules stand in rules/*.cedar")
    return int(Exit.OK if loaded["ok"] else Exit.FAILED)


def test(call: Call, terminal: Terminal, env: Env) -> int:
    """Run a folder's tests."""
    folder = folder_of(call, env)
    with terminal.progress(f"testing {folder}"):
        answer: Answer = run_job(env, "test", [env.disk.read_tree(folder)])
    loaded = answer["loaded"]
    tests = answer.get("tests", {"passed": 0, "failed": 0, "cases": []})
    report = call.one("--junit")
    if report is not None and loaded["ok"]:
        env.disk.replace(report, answer["junit"].encode("utf-8"))
    if terminal.json_wanted:
        coverage: Answer = dict(answer.get("coverage") or {})
        coverage.pop("lines", None)
        terminal.data({"loaded": loaded, "tests": tests, "coverage": coverage})
    print_problems(terminal, loaded)
    if not loaded["ok"]:
        return int(Exit.FAILED)
    for case in tests["cases"]:
        _print_case(terminal, case)
    print_coverage(terminal, answer["coverage"], listed=call.has("--coverage"))
    failed = tests["failed"]
    result = f"{failed} failed, {tests['passed']} passed" if failed else f"{tests['passed']} passed"
    terminal.say(f"{loaded['name']}: {terminal.paint(result, 'bad' if failed else 'good')}")
    return int(Exit.FAILED if failed else Exit.OK)


def _print_case(terminal: Terminal, case: Answer) -> None:
    place = f"{case['file']}:{case['line']}"
    if case["passed"]:
        terminal.say(f"{terminal.paint('ok', 'good')}    {visible(case['name'])}")
        return
    terminal.say(f"{terminal.paint('FAIL', 'bad')}  {visible(case['name'])}  {place}")
    for one in case["mismatches"]:
        expected, came = visible(one["expected"]), visible(one["came"])
        terminal.say(f"{_INDENT}{one['field']}: expected {expected}, came {came}")
    for rule in case["rules"]:
        terminal.say(f"{_INDENT}by {rule['id']}  {rule['file']}:{rule['line']}")
    if not case["rules"]:
        terminal.say(f"{_INDENT}{case['reason_code']}: {visible(case['reason'])}")


def print_coverage(terminal: Terminal, coverage: Answer, *, listed: bool) -> None:
    """Print how much of the rules the tests decided by, and the rest on request."""
    terminal.say()
    if listed:
        for line in coverage["lines"]:
            terminal.say(visible(line))
    rules = f"{coverage['rules_matched']}/{coverage['rules']} rules matched"
    both = (
        f"{coverage['conditions_covered']}/{coverage['conditions']} conditions seen true and false"
    )
    more = "" if listed or not coverage["lines"] else "; --coverage lists the others"
    terminal.say(f"{rules}, {both}{more}")


def print_problems(terminal: Terminal, loaded: Answer) -> None:
    """Print what is wrong with a folder, as what was asked for."""
    problems = [Problem(**problem) for problem in loaded["problems"]]
    if not problems:
        return
    terminal.say(render_all(problems, colour=terminal.colour))
    if loaded["more_problems"]:
        terminal.say(f"... and {loaded['more_problems']} more")
    terminal.say()
    if not loaded["ok"]:
        errors = sum(problem.severity == "error" for problem in problems)
        warned = len(problems) - errors
        found = (
            [count(errors, "error"), count(warned, "warning")]
            if warned
            else [count(errors, "error")]
        )
        terminal.say(terminal.paint(", ".join(found), "bad"))


def summary(loaded: Answer) -> str:
    """Return `9 rules, 15 tests`."""
    counted = [count(loaded["rules"], "rule"), count(loaded["tests"], "test")]
    return ", ".join([*counted, count(loaded["probes"], "probe")] if loaded["probes"] else counted)


def count(number: int, what: str, many: str = "") -> str:
    """Return `1 rule`, `2 rules`."""
    return f"{number} {what if number == 1 else many or f'{what}s'}"
