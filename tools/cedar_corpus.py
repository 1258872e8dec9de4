#!/usr/bin/env python3
"""Hold the compiled evaluator to Cedar's own integration tests.

PATH is a folder or a tar (`.tar`, `.tar.gz`) in the layout of Cedar's integration tests: JSON
documents that name a policy file, an entity file and a schema, and list requests with the decision
Cedar takes, the policies that determine it (`reason`) and the policies that err (`errors`). All
three must agree, through the index and without it. Names inside the documents are relative to the
root of the suite; a folder of hand-written tests may also stand beside its sample data. A tar is
read in memory and never unpacked.

Prints {"total": .., "agreed": .., "skipped": ..}, counted in requests, on standard output; what
disagrees or was skipped, and why, on standard error. The exit code is 0 only when every request
was run and agreed, and there was at least one.
"""

from __future__ import annotations

import argparse
import json
import posixpath
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cedarpy
from cedarpy import pst

from holdfast.policy.cedar.errors import UnknownConstruct
from holdfast.policy.cedar.program import Outcome, Program, compile_program
from tools.cedar_est import UnknownJson, templates
from tools.cedar_json import DocumentError, Reader, load
from tools.cedar_schema import Schema, SchemaError, read_schema

MAX_LEVELS: Final = 1_000
"""Levels of nesting the corpus may use: ten times what a bundle may."""
MAX_STEPS: Final = 100_000_000
"""Steps one corpus request may take."""
MAX_TAR_BYTES: Final = 1024 * 1024 * 1024
"""Bytes a tar may hold: it is read into memory."""
SHOWN: Final = 20
"""Disagreements that are written out in full."""
RENAMED: Final = {"tests": ("cedar-handwritten", ""), "sample-data": ("cedar-sample-data",)}
"""Names a suite's folder may have when it was published under other ones."""

FAILURES: Final = (
    ArithmeticError,
    AttributeError,
    DocumentError,
    KeyError,
    RecursionError,
    SchemaError,
    TypeError,
    UnknownConstruct,
    UnknownJson,
    ValueError,
)
"""What a test that cannot be run raises: it is skipped by name, and that fails the run."""


class Files(Protocol):
    """A suite's files by name, with `/` between the parts."""

    def names(self) -> Sequence[str]:
        """Return the names of all files."""
        ...

    def read(self, name: str) -> str | None:
        """Return a file's text, or None if there is none of that name."""
        ...


class FolderFiles:
    """A folder; names may also lead beside it, one level up."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._base = self._root.parent

    def names(self) -> Sequence[str]:
        """Return what is in the folder, as seen from the level above it."""
        paths = sorted(path for path in self._root.rglob("*") if path.is_file())
        return [path.relative_to(self._base).as_posix() for path in paths]

    def read(self, name: str) -> str | None:
        """Read a file of the folder or beside it."""
        path = self._base / name
        return path.read_text(encoding="utf-8") if path.is_file() else None


class TarFiles:
    """A tar, read into memory: nothing of it ever touches the disk."""

    def __init__(self, path: Path) -> None:
        self._files: dict[str, bytes] = {}
        size = 0
        with tarfile.open(path) as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is None:
                    continue
                size += member.size
                if size > MAX_TAR_BYTES:
                    raise DocumentError(f"the tar holds more than {MAX_TAR_BYTES} bytes")
                self._files[posixpath.normpath(member.name)] = content.read()

    def names(self) -> Sequence[str]:
        """Return the names of all regular files."""
        return sorted(self._files)

    def read(self, name: str) -> str | None:
        """Read a member."""
        content = self._files.get(name)
        return None if content is None else content.decode()


def find(files: Files, test: str, reference: str) -> str:
    """Read the file a test refers to, from the suite's root wherever the suite begins."""
    first, _, rest = reference.partition("/")
    names = [reference]
    names += [posixpath.join(other, rest) for other in RENAMED.get(first, ())]
    folder = posixpath.dirname(test)
    folders = [""]
    while folder:
        folders.insert(1, folder)
        folder = posixpath.dirname(folder)
    for base in folders:
        for name in names:
            text = files.read(posixpath.normpath(posixpath.join(base, name)))
            if text is not None:
                return text
    raise DocumentError(f"there is no file {reference}")


@dataclass
class Tally:
    """What came of the requests so far."""

    total: int = 0
    agreed: int = 0
    skipped: int = 0
    complaints: list[str] = field(default_factory=list[str])

    def skip(self, test: str, requests: int, why: BaseException) -> None:
        """Count requests that could not be run."""
        self.total += requests
        self.skipped += requests
        reason = f"{type(why).__name__}: {why}"
        self.complaints.append(f"skipped {test} ({requests} requests): {reason}")

    def compare(self, test: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        """Count one request."""
        self.total += 1
        different = [name for name, value in found.items() if value != wanted[name]]
        if not different:
            self.agreed += 1
            return
        for name in different:
            self.complaints.append(f"{test}: {name} is {found[name]}, wanted {wanted[name]}")


def compile_text(text: str) -> Program:
    """Compile policy text, by the engine's typed tree or, where it has none, by its JSON."""
    try:
        rules: Sequence[pst.Template] = [*cedarpy.policies_to_pst(text).static_policies.values()]
    except ValueError:
        rules = templates(json.loads(cedarpy.policies_to_json_str(text)))
    return compile_program(rules, max_depth=MAX_LEVELS)


def schema_of(text: str) -> Schema:
    """Read a schema in either syntax."""
    if text.lstrip().startswith("{"):
        text = str(cedarpy.Schema.from_json_str(text))
    return read_schema(text)


def answer(program: Program, outcome: Outcome) -> dict[str, Any]:
    """Put an outcome in the corpus' words."""
    return {
        "decision": "allow" if outcome.allowed else "deny",
        "reason": sorted(program.rules[index].id for index in outcome.determining),
        "errors": sorted(program.rules[error.index].id for error in outcome.errors),
    }


def run_test(files: Files, name: str, test: Mapping[str, Any], tally: Tally) -> None:
    """Run every request of one document."""
    requests = test["requests"]
    try:
        program = compile_text(find(files, name, test["policies"]))
        written = test.get("schema")
        reader = Reader(schema_of(find(files, name, written)) if written else None)
        entities = reader.entities(load(find(files, name, test["entities"])))
    except FAILURES as error:
        tally.skip(name, len(requests), error)
        return
    for number, data in enumerate(requests):
        label = f"{name} request {number}"
        try:
            request = reader.request(data, entities)
            outcome = program.evaluate(request, steps=MAX_STEPS)
            scanned = program.scan(request, steps=MAX_STEPS)
        except FAILURES as error:
            tally.skip(label, 1, error)
            continue
        wanted = {
            "decision": str(data["decision"]).lower(),
            "reason": sorted(data["reason"]),
            "errors": sorted(data["errors"]),
            "index": True,
        }
        found = answer(program, outcome)
        tally.compare(label, wanted, {**found, "index": outcome == scanned})


def tests_of(files: Files) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Find the documents that are tests, whatever else lies around."""
    for name in files.names():
        if not name.endswith(".json") or name.endswith(".entities.json"):
            continue
        try:
            document = load(files.read(name) or "")
        except ValueError as error:
            raise DocumentError(f"{name} is not JSON: {error}") from error
        if isinstance(document, dict) and "requests" in document and "policies" in document:
            yield name, document


def run(path: Path, *, progress: bool) -> Tally:
    """Run a whole suite."""
    files: Files = FolderFiles(path) if path.is_dir() else TarFiles(path)
    tally = Tally()
    for number, (name, test) in enumerate(tests_of(files), 1):
        run_test(files, name, test, tally)
        if progress and number % 50 == 0:
            sys.stderr.write(f"\r{tally.total} requests, {tally.agreed} agreed ")
            sys.stderr.flush()
    if progress:
        sys.stderr.write("\r\033[K")
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", metavar="PATH", type=Path, help="the suite: a folder or a tar")
    parser.add_argument(
        "--json", action="store_true", help="only the JSON object and what went wrong, no summary"
    )
    options = parser.parse_args(arguments)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 20 * MAX_LEVELS))
    try:
        tally = run(options.path, progress=sys.stderr.isatty() and not options.json)
    except (OSError, tarfile.TarError, DocumentError) as error:
        sys.stderr.write(f"cannot read {options.path}: {error}\n")
        return 2
    finally:
        sys.setrecursionlimit(limit)
    for complaint in tally.complaints[:SHOWN]:
        sys.stderr.write(f"{complaint}\n")
    if len(tally.complaints) > SHOWN:
        sys.stderr.write(f"and {len(tally.complaints) - SHOWN} more\n")
    print(json.dumps({"total": tally.total, "agreed": tally.agreed, "skipped": tally.skipped}))
    good = tally.total == tally.agreed > 0
    if not options.json:
        verdict = "agrees with Cedar" if good else "DOES NOT agree with Cedar"
        sys.stderr.write(f"the evaluator {verdict} on {tally.agreed} of {tally.total} requests\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
