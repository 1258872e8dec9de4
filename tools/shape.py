"""The shape of the code, checked: lengths, module docstrings, names and unfinished marks.

Rules:
1. A file has at most 400 lines and a function at most 60: longer ones are two things in one.
2. A module opens with a docstring that states its rules.
3. A mark of unfinished work names its issue: `TODO(#12):`. No other form is allowed.
4. No module is called `utils`, `helpers`, `common`, `misc` or `manager`: a name says what it is.
5. A ceiling is a `Limit` of `proto/limits.py`: no other module of a room names one.
6. No `assert` outside tests: `python -O` removes it, so it may not guard anything (G-24).
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("runtime", "policy", "oci", "edge", "proto")
OTHERS = ("tools", "bench", "tests")
MAX_FILE, MAX_FUNCTION = 400, 60
VAGUE = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "manager"})
_CEILING = re.compile(r"(?:^|_)(?:MAX|MAXIMUM|LIMIT|LONGEST|CEILING)(?:_|$)")
_NAKED = re.compile(r"#.*\b(?:XXX|FIXME|HACK|TODO(?!\(#\d+\):))")


def sources() -> Iterator[tuple[Path, bool]]:
    """Every Python file, and whether it is product code."""
    for room in ROOMS:
        yield from ((path, True) for path in sorted((ROOT / room).rglob("*.py")))
    yield from ((path, True) for path in sorted((ROOT / "holdfast").glob("*.py")))
    for folder in OTHERS:
        yield from ((path, False) for path in sorted((ROOT / folder).rglob("*.py")))
    yield from ((ROOT / name, False) for name in ("conftest.py", "setup.py"))


def length_problems(where: str, text: str, tree: ast.Module, *, product: bool) -> Iterator[str]:
    """Files and functions that are too long; test files may be long, their functions not."""
    lines = text.count("\n")
    if product and lines > MAX_FILE:
        yield f"{where}: {lines} lines, at most {MAX_FILE}"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > MAX_FUNCTION:
                yield f"{where}:{node.lineno}: `{node.name}` has {size} lines, over {MAX_FUNCTION}"


def ceiling_problems(where: str, tree: ast.Module) -> Iterator[str]:
    """Numbers of a module that are called a ceiling: they belong into the one table."""
    for node in tree.body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.AnnAssign) and _is_number(node.value):
            targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
        for name in (each for target in targets for each in ast.walk(target)):
            if isinstance(name, ast.Name) and _CEILING.search(name.id):
                yield f"{where}:{node.lineno}: `{name.id}` is a ceiling: proto/limits.py names it"


def _is_number(value: ast.expr | None) -> bool:
    """Whether a value is made of numbers and nothing else."""
    made = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Tuple, ast.operator, ast.unaryop, ast.Load)
    parts = [] if value is None else list(ast.walk(value))
    numbers = [type(part.value) for part in parts if isinstance(part, ast.Constant)]
    return (
        bool(numbers)
        and all(isinstance(part, made) for part in parts)
        and all(kind in {int, float} for kind in numbers)
    )


def product_problems(where: str, path: Path, tree: ast.Module) -> Iterator[str]:
    """What product code alone must obey."""
    if tree.body and not ast.get_docstring(tree):
        yield f"{where}: no module docstring"
    if path.stem in VAGUE or path.parent.name in VAGUE:
        yield f"{where}: `{path.stem}` says nothing about what is in it"
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield f"{where}:{node.lineno}: `assert` disappears under python -O"


def unfinished(where: str, path: Path) -> Iterator[str]:
    """Comments that mark unfinished work without naming its issue."""
    with tokenize.open(path) as source:
        for token in tokenize.generate_tokens(source.readline):
            if token.type == tokenize.COMMENT and _NAKED.search(token.string):
                yield f"{where}:{token.start[0]}: unfinished work names its issue: TODO(#12):"


def problems() -> Iterator[str]:
    """Everything out of shape."""
    for path, product in sources():
        if "_pb2" in path.name:
            continue
        where = str(path.relative_to(ROOT))
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text, filename=where)
        yield from length_problems(where, text, tree, product=product)
        yield from unfinished(where, path)
        if product:
            yield from product_problems(where, path, tree)
            if path != ROOT / "proto" / "limits.py":
                yield from ceiling_problems(where, tree)


def main() -> int:
    """Print what is out of shape."""
    found = list(problems())
    print("\n".join(found) or "shape: ok")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
