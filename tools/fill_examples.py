"""Write the output of a page's commands anew where it no longer matches: read the diff after.

    python tools/fill_examples.py docs/tutorial/policy.md

Rule of this file: output that still matches stays as it is, so that `...` a person wrote
survives; what is rewritten is what the command says today, for a person to judge.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from sybil import Example

from tools.examples import (
    enter_page,
    leave_page,
    page_environment,
    run_command,
    same_output,
    steps,
    write_file,
)

_FENCE = re.compile(r"```(cedar|toml|json|console)\n(.*?)```", re.DOTALL)


def filled(block: str, home: str) -> str:
    """A console block with the output of each command as it is today."""
    lines: list[str] = []
    for command, wanted in steps(block):
        first, *more = command.split("\n")
        lines += [f"$ {first}\n", *(f"> {line}\n" for line in more)]
        got = run_command(command, home, page_environment(home)).stdout
        lines.append(wanted if same_output(wanted, got) else got)
    return "".join(lines)


def refill(page: Path) -> bool:
    """Run one page from top to bottom; true when something was rewritten."""
    namespace: dict[str, Any] = {}
    enter_page(namespace)

    def run(fence: re.Match[str]) -> str:
        if fence[1] == "console":
            return f"```console\n{filled(fence[2], namespace['_scratch'].name)}```"
        write_file(cast("Example", SimpleNamespace(parsed=fence[2], namespace=namespace)))
        return fence[0]

    before = page.read_text(encoding="utf-8")
    try:
        after = _FENCE.sub(run, before)
    except subprocess.TimeoutExpired as late:
        print(f"{page}: `{late.cmd}` did not end")
        return False
    finally:
        leave_page(namespace)
    page.write_text(after, encoding="utf-8")
    return after != before


def main() -> int:
    """Refill the pages named on the command line."""
    for name in sys.argv[1:]:
        print(f"{name}: {'rewritten' if refill(Path(name)) else 'as it was'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
