"""No committed file names a machine of ours or a package host: a clone must work anywhere.

Rule: what is looked for is written here in pieces, so that this file does not find itself.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/(?:work|farm|opt/pypi|opt/wheels|root)/(?!\.\.)|/home/[a-z]+/",
    "a package host": "|".join(
        (r"pypi\." + "org", r"python" + "hosted", r"registry\." + "npmjs", r"deb\." + "debian")
    ),
    "a private key": "-----BEGIN (?:[A-Z]+ )?" + "PRIVATE KEY-----",
}
_PATTERNS = {what: re.compile(pattern) for what, pattern in FORBIDDEN.items()}
# Policies, probes and tests are about such paths: there they are data, not a leak.
_ABOUT_PATHS = re.compile(r"/(?:root|home)/")


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
        for number, line in enumerate(text.splitlines(), 1):
            for what, pattern in _PATTERNS.items():
                hit = pattern.search(line)
                if hit and not _ABOUT_PATHS.match(hit[0]):
                    yield f"{path.relative_to(ROOT)}:{number}: names {what}: `{hit[0]}`"


def main() -> int:
    """Print every line that must not be committed."""
    found = list(problems())
    print("\n".join(found) or "committed files: ok")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
