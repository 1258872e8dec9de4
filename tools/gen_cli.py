"""Generate (or `--check`) the commands' reference page from the command tree.

Rule of this file: the page shows the very text `--help` prints, so neither can promise what
the other does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.runtime.cli.page import command_page, main_page
from holdfast.runtime.cli.tree import COMMANDS
from tools.generated import checking, finish, sync

PAGE = "docs/reference/cli.md"


def plain(text: str, style: object) -> str:
    """Text as a page shows it: without colours."""
    del style
    return text


def sections() -> Iterator[str]:
    """The page of all commands, then the page of each."""
    yield f"```text\n{main_page(plain)}\n```"
    for name, command in COMMANDS.items():
        yield f"## holdfast {name}\n\n```text\n{command_page(command, plain)}\n```"


def main() -> int:
    """Write the page, or say that it is stale."""
    return finish("commands", sync({(PAGE, "commands"): "\n\n".join(sections())}, check=checking()))


if __name__ == "__main__":
    raise SystemExit(main())
