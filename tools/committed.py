"""No committed file names a machine of ours or a package host: a clone must work anywhere.

Rule: what is looked for is written here in pieces, so that this file does not find itself.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOSTS = (r"pypi\." + "org", r"python" + "hosted", r"registry\." + "npmjs", r"deb\." + "debian")
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/work/(?:main|shared)\b|/opt/(?:pypi|wheels)\b|/\.pyenv/",
    "a package host": "|".join(HOSTS),
    "a private key": "-----BEGIN (?:[A-Z]+ )?" + "PRIVATE KEY-----",
}
PATTERNS = {what: re.compile(pattern) for what, pattern in FORBIDDEN.items()}


def leaks(text: str) -> Iterator[tuple[int, str]]:
    """Line number and complaint for everything in a text that must not be committed."""
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in PATTERNS.items():
            if hit := pattern.search(line):
                yield number, f"names {what}: `{hit[0]}`"


def committed() -> list[Path]:
    """The files git would carry into a clone: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    paths = (ROOT / name for name in done.stdout.decode().split("\0") if name)
    return sorted(path for path in paths if path.is_file() and not path.is_symlink())


def problems() -> Iterator[str]:
    """Each line that must not be committed."""
    for path in committed():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, complaint in leaks(text):
            yield f"{path.relative_to(ROOT)}:{number}: {complaint}"


def main() -> int:
    """Print every line that must not be committed."""
    found = list(problems())
    print("\n".join(found) or "committed files: ok")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
