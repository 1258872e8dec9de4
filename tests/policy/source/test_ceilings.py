"""Every ceiling of what a policy folder may hold: at it the folder loads, one more refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from holdfast.policy.folder import Refused, Source, load_source
from holdfast.proto import limits as ceiling

SCHEMA: Final = (
    Path(__file__).parents[3] / "policy" / "schema" / "holdfast.cedarschema"
).read_text()
RULE: Final = '@id("{id}") permit(principal, action, resource is Path){clauses};\n'
CASE: Final = '[[test]]\nname = "{name}"\nkind = "fs.read"\nexpect = "deny"\n'
AGENT: Final = '[[agent]]\nid = "a"\nuid = 1\n'
Folder = Mapping[str, str]


def _rule(clauses: str = "", notes: str = "", name: str = "a") -> Folder:
    return {"rules/a.cedar": notes + RULE.format(id=name, clauses=clauses)}


def _who(text: str) -> Folder:
    return {"who.toml": text}


def _tool(params: str, more: str = "") -> Folder:
    head = f'[tool."x.y"]\neffect = "write"\nrun = "caller"\n{more}'
    return {"tools.toml": f'{head}[tool."x.y".params]\n{params}'}


def _approval(more: str, slots: int = 1) -> Folder:
    people = "".join(
        f'[[person]]\nid = "p{n}"\nkey = "k{n}"\ngroups = ["g{n}"]\n' for n in range(slots)
    )
    listed = ", ".join(f'["g{n}"]' for n in range(slots))
    return {"who.toml": people, "approvals.toml": f"[a]\nslots = [{listed}]\n{more}"}


def _profile(text: str) -> Folder:
    return {"profiles.toml": f"[p]\n{text}\n"}


def _nested(levels: int) -> str:
    inner = levels - 1  # the braces are one
    return f" when {{ {'(' * inner}true{')' * inner} }}"


def _params(depth: int) -> Folder:
    value = "[" * (depth - 1) + "]" * (depth - 1)
    return {"tests/a.toml": f"{CASE.format(name='n')}params = {{ a = {value} }}\n"}


L: Final = ceiling
MAKERS: Final[Mapping[str, Callable[[int], Folder]]] = {
    "source_files": lambda n: {f"rules/r{i}.cedar": "" for i in range(n - 2)},
    "source_file_bytes": lambda n: {"rules/a.cedar": "//" + " " * (n - 2)},
    "table_bytes": lambda n: _who(("#" * 99 + "\n") * (n // 100) + "#" * (n % 100)),
    "file_name_characters": lambda n: {f"rules/{'x' * (n - 12)}.cedar": ""},
    "toml_line_characters": lambda n: _who("#" * n + "\n" + AGENT),
    "name_characters": lambda n: _rule(name="x" * n),
    "text_characters": lambda n: _who(f'{AGENT}project = "{"x" * n}"\n'),
    "list_items": lambda n: _profile("redact = [" + "".join(f"'w{i}',\n" for i in range(n)) + "]"),
    "annotation_characters": lambda n: _rule(notes=f'@reason("{"x" * n}")\n'),
    "expression_depth": lambda n: _rule(_nested(n)),
    "prefixes": lambda n: _rule(f" when {{ {'!' * n}resource.hidden }}"),
    "subjects": lambda n: _who("".join(f'[[agent]]\nid="a{i}"\nuid={i}\n' for i in range(n))),
    "groups": lambda n: _who("".join(f'[[group]]\nid = "g{i}"\n' for i in range(n))),
    "groups_per_subject": lambda n: _who(f"{AGENT}groups = {[f'g{i}' for i in range(n)]}\n"),
    "uid_max": lambda n: _who(f'[[agent]]\nid = "a"\nuid = {n}\n'),
    "tool_params": lambda n: _tool("".join(f'p{i}.type = "bool"\n' for i in range(n))),
    "tool_text_characters": lambda n: _tool(f'p = {{ type = "string", max_length = {n} }}\n'),
    "tool_values": lambda n: _tool(
        f'p = {{ type = "enum", values = {[f"v{i}" for i in range(n)]} }}\n'
    ),
    "tool_timeout_ms": lambda n: _tool("", f'timeout = "{n}ms"\n'),
    "approval_slots": lambda n: _approval('ttl = "1h"\n', n),
    "approval_uses": lambda n: _approval(f'ttl = "1h"\nuses = {n}\n'),
    "duration_ms": lambda n: _approval(f'ttl = "{n}ms"\n'),
    "rate_tokens": lambda n: {"limits.toml": f'[principal_action]\nrate = "{n}/s"\n'},
    "output_bytes": lambda n: _profile(f"output_bytes = {n}"),
    "output_lines": lambda n: _profile(f"output_lines = {n}"),
    "evidence_copies": lambda n: _profile(f'evidence = {{ copies = {n}, within = "5s" }}'),
    "why_characters": lambda n: {
        "holdfast.toml": 'name = "x"\n[[accepted]]\nwitness = "w"\nfrom = "deny"\nto = "allow"\n'
        f'why = "{"x" * n}"\n'
    },
    "case_name_characters": lambda n: {"tests/a.toml": CASE.format(name="x" * n)},
    "json_depth": _params,
    "probes_and_tests": lambda n: {"probes/a.jsonl": '{"kind":"fs.read"}\n' * n},
}


def _load(more: Folder) -> Source | Refused:
    files = {"holdfast.toml": 'name = "x"\n', "who.toml": AGENT} | dict(more)
    return load_source({name: text.encode() for name, text in files.items()}, shipped_schema=SCHEMA)


@pytest.mark.parametrize("name", MAKERS)
def test_what_a_folder_may_hold_is_bounded(name: str) -> None:
    most: int = getattr(ceiling, name.upper())
    loaded = _load(MAKERS[name](most))
    assert isinstance(loaded, Source), loaded.problems[:3]
    assert isinstance(_load(MAKERS[name](most + 1)), Refused)


def test_the_folder_as_a_whole_is_bounded() -> None:
    part = {f"rules/{n}.cedar": "//" + " " * (L.SOURCE_FILE_BYTES - 2) for n in range(4)}
    refused = _load(part)
    assert isinstance(refused, Refused)
    assert [problem.code for problem in refused.problems] == ["too-large"]


def test_problems_are_counted_beyond_those_that_are_told() -> None:
    missing = RULE.replace('@id("{id}") ', "").format(clauses="")
    most = _load({"rules/a.cedar": missing * L.PROBLEMS})
    assert isinstance(most, Refused)
    assert {problem.code for problem in most.problems} == {"missing-id"}
    more = _load({"rules/a.cedar": missing * (L.PROBLEMS + 7)})
    assert isinstance(more, Refused)
    assert len(more.problems) == L.PROBLEMS
    assert more.problems[-1].code == "more-problems"
    assert more.problems[-1].message == "8 more problems are not shown"


def test_characters_that_mean_nothing_are_told_up_to_a_number() -> None:
    refused = _load({"rules/a.cedar": "~" * (L.PROBLEMS_PER_CHECK + 50)})
    assert isinstance(refused, Refused)
    assert len(refused.problems) == L.PROBLEMS_PER_CHECK
