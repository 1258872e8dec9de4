"""What is shipped inside the package: the policy templates, the demo, the probe corpora.

Rule of this file: it is found through the import system, never relative to the current
directory, so that nobody's folder can stand in for what was installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

DEMO: Final = "demo"
MANIFEST: Final = "holdfast.toml"
TEMPLATES: Final[Mapping[str, str]] = {
    "coding-agent": "an agent that works in a repository: edits, builds, reviews, no credentials",
    "ci": "a job that builds and tests a checkout, and publishes with approval",
    "read-only": "an assistant that may look at a workspace and change nothing",
    "ops": "deploys that two people must want, and a site without internet",
    DEMO: "what `holdfast up` and the README show",
}
"""Every shipped folder, and what it is for; the first is the default."""


def template_files(name: str) -> Mapping[str, bytes]:
    """Return a shipped folder's files, relative path to bytes, in order of path."""
    if name not in TEMPLATES:
        raise LookupError(name)
    root = files("holdfast.policy").joinpath("templates", name)
    return dict(sorted(_walk(root, "")))


def _walk(folder: Traversable, above: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__")):
            continue
        if entry.is_dir():
            yield from _walk(entry, f"{above}{entry.name}/")
        else:
            yield f"{above}{entry.name}", entry.read_bytes()


def probe_corpus(name: str) -> bytes:
    """Return a shipped probe corpus; the loader has made sure that it is one."""
    return files("holdfast.policy").joinpath("probes", f"{name}.jsonl").read_bytes()
