"""Folders as text files: what is in them, and every word that is said of them.

A case is `<topic>.case`: a line of what it is about, files each after `--- name`, and after
`=== refused` (or `=== sealed`, for warnings) exactly what `render_all` prints. Files are laid
over `source/base/` unless the second line says "without the base folder".
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.policy.diagnostics import render_all
from holdfast.policy.folder import Refused, Source, load_source

HERE = Path(__file__).parent
CASES = sorted(HERE.parent.glob("*/cases/*.case"))
SCHEMA = (HERE.parents[2] / "policy" / "schema" / "holdfast.cedarschema").read_text()
BASE = {each.name: each.read_bytes() for each in sorted((HERE / "base").iterdir())}
CUT = "\n\\ no newline at the end\n"


def _read(path: Path) -> tuple[dict[str, bytes], str, str]:
    text = path.read_bytes().decode()
    given, _, wanted = text.partition("\n=== ")
    verdict, _, printed = wanted.partition("\n")
    parts = re.split(r"^--- (.+)\n", given + "\n", flags=re.MULTILINE)
    files = {} if "without the base folder" in parts[0] else dict(BASE)
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        whole = body.removesuffix(CUT) if body.endswith(CUT) else body
        files[name] = whole.encode()
    return files, verdict, printed


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_word_of_a_folders_problems(path: Path) -> None:
    files, verdict, printed = _read(path)
    loaded = load_source(files, shipped_schema=SCHEMA)
    problems = loaded.problems if isinstance(loaded, Refused) else loaded.warnings
    assert render_all(problems) + "\n" == printed
    assert ("refused" if isinstance(loaded, Refused) else "sealed") == verdict


def test_the_base_folder_is_right() -> None:
    loaded = load_source(
        {**BASE, "rules/a.cedar": b'@id("a") permit(principal, action, resource is Path);\n'},
        shipped_schema=SCHEMA,
    )
    assert isinstance(loaded, Source)
    assert [problem.code for problem in loaded.warnings] == [
        "unused-approval",
        "unused-approval",
        "unused-profile",
    ]
