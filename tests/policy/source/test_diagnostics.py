"""How a problem is printed, found and suggested."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from holdfast.policy.diagnostics import (
    CODES,
    Problem,
    SourceText,
    as_json,
    closest,
    displayed,
    has_errors,
    render,
    render_all,
    sort_problems,
)

LINE = 'permit(principal, action == Action::"fs.raed", resource in Dir::"src");'


def _problem(**changes: object) -> Problem:
    given_values: dict[str, object] = {
        "file": "rules/repo.cedar", "line": 4, "column": 29, "length": 17,
        "code": "unknown-action", "message": "no action `fs.raed`",
        "hint": "did you mean `fs.read`?", "source_line": LINE,
    }  # fmt: skip
    return Problem(**{**given_values, **changes})  # type: ignore[arg-type]


def test_the_tone_with_a_caret() -> None:
    assert render(_problem()) == (
        "rules/repo.cedar:4:29: no action `fs.raed`  [unknown-action]\n"
        '  permit(principal, action == Action::"fs.raed", resource in Dir::"src");\n'
        "                              ^^^^^^^^^^^^^^^^^ did you mean `fs.read`?"
    )


def test_the_tone_with_advice() -> None:
    shown = render(_problem(code="dead-approval", message="it opens nothing", hint="add a permit"))
    assert shown == "rules/repo.cedar:4:29: it opens nothing  [dead-approval]\n  add a permit"


def test_no_hint_and_no_line() -> None:
    assert render(_problem(hint="")).endswith("^^^^")
    assert render(_problem(hint="", source_line="")).count("\n") == 0
    assert render(_problem(source_line="  ")).endswith("  did you mean `fs.read`?")


def test_a_warning_says_so() -> None:
    assert ": warning: no action" in render(_problem(severity="warning"))


def test_colour_changes_no_word() -> None:
    for severity in ("error", "warning"):
        problem = _problem(severity=severity)
        coloured = render(problem, colour=True)
        assert "\x1b[1mrules/repo.cedar:4:29:\x1b[0m" in coloured
        assert f"\x1b[{'31' if severity == 'error' else '33'}m^" in coloured
        plain = coloured
        for style in ("0", "1", "2", "31", "33"):
            plain = plain.replace(f"\x1b[{style}m", "")
        assert plain == render(problem)


@pytest.mark.parametrize(
    ("line", "column", "length", "shown", "caret"),
    [
        ("\ta = 1", 2, 1, "  a = 1", 3),
        ("日本 = x", 6, 1, "日本 = x", 9),
        ("e\u0301 = x", 6, 1, "e\u0301 = x", 6),
        ("a\u202eb", 3, 1, "a\\u{202e}b", 11),
        ("a\u202eb", 2, 1, "a\\u{202e}b", 3),
    ],
)
def test_the_caret_stands_under_what_is_shown(
    line: str, column: int, length: int, shown: str, caret: int
) -> None:
    printed = render(_problem(source_line=line, column=column, length=length, hint=""))
    _, source, mark = printed.split("\n")
    assert source.strip() == shown.strip()
    assert mark.index("^") == caret + 0


def test_a_long_line_is_cut_around_the_caret() -> None:
    line = "a" * 400 + "BAD" + "c" * 400
    _, source, mark = render(_problem(source_line=line, column=401, length=3)).split("\n")
    assert source[mark.index("^") : mark.index("^") + 3] == "BAD"
    assert len(source) < 180
    assert source.strip().startswith("...")
    assert source.endswith("...")


def test_control_characters_never_reach_the_terminal() -> None:
    printed = render(_problem(file="a\x1b[2J", message="x\x07", hint="\u202e", source_line="\x9b"))
    assert not any(char in printed for char in "\x1b\x07\x9b\u202e")


@given(st.text(max_size=60), st.text(max_size=20))
def test_anything_can_be_printed(line: str, message: str) -> None:
    shown = render(_problem(source_line=line.replace("\n", ""), message=message, column=1))
    assert all(char.isprintable() or char.isspace() for char in shown)
    assert not any(char in shown for char in "\x1b\r\u2028\u202e\u200b")


def test_as_json_says_everything() -> None:
    assert as_json(_problem()) == {
        "file": "rules/repo.cedar", "line": 4, "column": 29, "length": 17, "severity": "error",
        "code": "unknown-action", "message": "no action `fs.raed`",
        "hint": "did you mean `fs.read`?", "source_line": LINE,
    }  # fmt: skip


def test_problems_are_sorted_and_said_once() -> None:
    one, two, three = _problem(line=9), _problem(line=2, column=3), _problem(file="a.toml")
    assert sort_problems([one, two, three, one]) == (three, two, one)
    assert render_all([one, two]) == render(two) + "\n\n" + render(one)
    assert render_all([]) == ""


def test_only_errors_refuse() -> None:
    warning = _problem(severity="warning")
    assert not has_errors([warning])
    assert has_errors([warning, _problem()])


def test_a_code_outside_the_table_is_refused() -> None:
    with pytest.raises(LookupError, match="`made-up` is not in the table"):
        _problem(code="made-up")


def test_every_code_says_what_it_means_and_what_to_do() -> None:
    for name, code in CODES.items():
        assert name == code.code
        assert name == name.lower()
        assert code.text
        assert code.advice
        assert not code.text.endswith(".")


@pytest.mark.parametrize(
    ("wrong", "known", "meant"),
    [
        ("fs.raed", ["fs.read", "fs.list"], "fs.read"),
        ("contractor", ["contractors", "owners"], "contractors"),
        ("FS.READ", ["fs.read"], "fs.read"),
        ("x", ["y", "zz"], "y"),
        ("ab", ["cd"], None),
        ("zzzzzz", ["fs.read"], None),
        ("abc", [], None),
        ("sandbxo", ["sandbox"], "sandbox"),
    ],
)
def test_what_was_probably_meant(wrong: str, known: list[str], meant: str | None) -> None:
    assert closest(wrong, known) == meant


def test_user_input_is_quoted_and_bounded() -> None:
    assert displayed("a") == "`a`"
    assert displayed("a" * 500) == f"`{'a' * 117}...`"


@given(st.text(alphabet="ab\n\r", max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_places_are_inside_the_text(text: str, start: int, end: int) -> None:
    start, end = min(start, len(text)), min(max(start, end), len(text))
    source = SourceText("a", text)
    span = source.span(start, end)
    lines = text.split("\n")
    assert lines[span.line - 1][span.column - 1 :] == text[start:].partition("\n")[0]
    problem = source.problem(start, end, "syntax", "x")
    assert problem.source_line == lines[span.line - 1].removesuffix("\r")
    assert problem.length >= 1
