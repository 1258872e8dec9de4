"""Run the examples of a Markdown page as its reader would.

Rules of this file:
1. A page has one empty directory; its examples run there one after another, so that a tutorial
   builds state step by step and nothing dirties the tree.
2. A `console` block runs: `$ ` begins a command, `> ` continues it, what follows is its whole
   output (both streams). `...` matches anything; blank lines and trailing blanks do not count.
3. A block whose first line is a comment with a file name is written to that file.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sybil import Example

_OUTPUT = doctest.OutputChecker()
_FLAGS = doctest.ELLIPSIS | doctest.REPORT_NDIFF


def enter_page(namespace: dict[str, Any]) -> None:
    """Give a page its own empty directory; its examples run there one after another."""
    namespace["_scratch"] = tempfile.TemporaryDirectory(prefix="holdfast-docs-")


def leave_page(namespace: dict[str, Any]) -> None:
    """Remove the page's directory."""
    namespace["_scratch"].cleanup()


def page_environment(home: str) -> dict[str, str]:
    """The environment a reader would have: this command first on PATH, no colours, own home."""
    commands = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HOLDFAST_", "PYTHON"))}
    return {
        **kept,
        "PATH": commands,
        "HOME": home,
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }


def steps(block: str) -> list[tuple[str, str]]:
    """Split a console block into commands and the output wanted under each.

    A command starts with `$ `; `> ` continues the line above it (as a shell shows it).
    """
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
        elif found:
            found[-1][1].append(line + "\n")
        elif line.strip():
            raise ValueError(f"a console block must start with `$ `, not `{line}`")
    return [(command, "".join(wanted)) for command, wanted in found]


def run_command(
    command: str, home: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run one command in the page's directory; both streams come back as one."""
    return subprocess.run(
        ["bash", "-c", command],
        cwd=home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def same_output(wanted: str, got: str) -> bool:
    """Whether a command said what the page says; blank lines and trailing blanks do not count."""
    plain, said = (
        "".join(f"{x.rstrip()}\n" for x in t.splitlines() if x.strip()) for t in (wanted, got)
    )
    return _OUTPUT.check_output(plain, said, _FLAGS)


def run_console(example: Example) -> str | None:
    """Run each command of a console block; `...` in the expected output matches anything."""
    home = example.namespace["_scratch"].name
    for command, wanted in steps(example.parsed):
        done = run_command(command, home, page_environment(home))
        if not same_output(wanted, done.stdout):
            return f"$ {command}\nwanted:\n{wanted}got (exit {done.returncode}):\n{done.stdout}"
    return None


_NAMED = re.compile(r"(?://|#) (?P<path>[a-z][A-Za-z0-9_./-]*\.[a-z]+)\n")


def write_file(example: Example) -> None:
    """Write a block whose first line is a comment with a file name into the page's directory."""
    named = _NAMED.match(example.parsed)
    if named is None:
        return
    path = Path(example.namespace["_scratch"].name, named["path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    # JSON has no comments: there the line that names the file is for the reader only.
    text = example.parsed[named.end() :] if path.suffix == ".json" else example.parsed
    path.write_text(text, encoding="utf-8")
