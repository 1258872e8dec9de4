"""Write `requirements/*.txt`, or check (`--check`) that they still belong to pyproject.toml.

Rules of this file:
1. A lock names every file of every release by hash, so that it installs with `--require-hashes`
   on every supported Python and machine; and no index address, so that it installs behind a mirror.
2. The header carries the hash of the tables it was made from; `--check` needs no network.
3. The resolver runs on the oldest supported Python (what it picks there also runs on newer ones).
   What only a newer Python or another machine would pull in must be in the lock too: `--check`
   walks the installed metadata under every supported environment.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
_GLIBC = ("2_5", "2_12", "2_17", "2_24", "2_26", "2_27", "2_28")
LINUX = {machine: tuple(f"manylinux_{glibc}_{machine}" for glibc in _GLIBC) for machine in MACHINES}
# Where the policy tools run too, for which the runtime lock must install.
ELSEWHERE = {
    **LINUX,
    "macos": ("macosx_11_0_arm64", "macosx_10_12_arm64", "macosx_11_0_universal2"),
    "windows": ("win_amd64",),
}
STAMP = "# made-from: sha256:"
_HEADER = "# Written by `make lock` from pyproject.toml; do not edit.\n"
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)


def tables() -> dict[str, Any]:
    """The tables of pyproject.toml that the locks are made from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "build": project["build-system"]["requires"],
        "runtime": project["project"]["dependencies"],
        "python": project["project"]["requires-python"],
        "groups": project["dependency-groups"],
    }


def stamp(made_from: dict[str, Any]) -> str:
    """The hash a lock's header must carry."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def expand(groups: dict[str, list[Any]], name: str) -> Iterator[str]:
    """The requirements of one dependency group, its included groups unfolded."""
    for entry in groups[name]:
        if isinstance(entry, str):
            yield entry
        else:
            yield from expand(groups, entry["include-group"])


def pins(text: str) -> dict[str, str]:
    """Canonical name to version of everything a lock pins."""
    return {canonicalize_name(m["name"]): m["version"] for m in _PIN.finditer(text)}


def resolve(requirements: Iterable[str], *, beside: Path | None) -> str:
    """Ask pip-compile for exact versions and the hashes of all their files."""
    with tempfile.TemporaryDirectory() as scratch:
        asked = Path(scratch, "in.txt")
        asked.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        made = Path(scratch, "out.txt")
        command = [sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes"]
        command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-options"]
        command += ["--no-emit-trusted-host", "--no-emit-find-links", "--no-config"]
        command += ["--strip-extras", "--allow-unsafe", "--output-file", str(made), str(asked)]
        if beside is not None:
            command += ["--constraint", str(beside)]
        subprocess.run(command, check=True, env=_only_the_index(), cwd=scratch)
        return _without_comments(made.read_text(encoding="utf-8"))


def _without_comments(text: str) -> str:
    kept = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return "\n".join(kept) + "\n"


def write() -> int:
    """Resolve both locks anew."""
    if ".".join(map(str, sys.version_info[:2])) != PYTHONS[0]:
        print(f"locks are made on python {PYTHONS[0]}, this is {sys.version.split()[0]}")
        return 1
    made_from = tables()
    header = f"{_HEADER}{STAMP}{stamp(made_from)}\n"
    LOCKS.mkdir(exist_ok=True)
    everything = [*made_from["runtime"], *expand(made_from["groups"], "dev")]
    (LOCKS / "dev.txt").write_text(header + resolve(everything, beside=None), encoding="utf-8")
    runtime = resolve(made_from["runtime"], beside=LOCKS / "dev.txt")
    (LOCKS / "runtime.txt").write_text(header + runtime, encoding="utf-8")
    for name in ("dev", "runtime"):
        print(f"requirements/{name}.txt: {len(pins((LOCKS / f'{name}.txt').read_text()))} pins")
    return int(not all([installable("dev", LINUX), installable("runtime", ELSEWHERE)]))


def installable(name: str, platforms: dict[str, tuple[str, ...]]) -> bool:
    """Ask pip, Python by Python, whether every pin has a wheel and takes that Python.

    `3.11` means 3.11.0 here: a release that asks for a later patch level breaks distributions
    that ship an early one, and no resolver run on a newer one would notice.
    """
    every = True
    for machine, tags in platforms.items():
        for python in PYTHONS:
            command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
            command += ["--quiet", "--quiet", "--no-deps", "--only-binary", ":all:"]
            command += ["--require-hashes", "--target", "/nonexistent", "--implementation", "cp"]
            command += ["--python-version", python]
            for abi in (f"cp{python.replace('.', '')}", "abi3", "none"):
                command += ["--abi", abi]
            for tag in tags:
                command += ["--platform", tag]
            command += ["-r", str(LOCKS / f"{name}.txt")]
            ok = subprocess.run(command, check=False, env=_only_the_index()).returncode == 0
            every &= ok
            print(f"  {name}.txt on {machine}, {python}: {'ok' if ok else 'does not install'}")
    return every


def _only_the_index() -> dict[str, str]:
    # Extra indexes and wheel folders of this machine may hold a part of a release's files only:
    # empty variables switch them off, whatever pip's own configuration says.
    return {**os.environ, "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}


def environments() -> Iterator[dict[str, str]]:
    """The marker environment of every supported Python and machine."""
    for python in PYTHONS:
        for machine in MACHINES:
            yield {
                "implementation_name": "cpython",
                "os_name": "posix",
                "platform_machine": machine,
                "platform_python_implementation": "CPython",
                "platform_system": "Linux",
                "python_full_version": f"{python}.1",
                "python_version": python,
                "sys_platform": "linux",
            }


def unlocked(roots: Iterable[str], locked: dict[str, str], env: dict[str, str]) -> Iterator[str]:
    """What `roots` would need under `env` and the lock does not hold."""
    todo = [Requirement(root) for root in roots]
    seen: set[tuple[str, str]] = set()
    while todo:
        wanted = todo.pop()
        name = canonicalize_name(wanted.name)
        if name not in locked:
            yield f"{name} (python {env['python_version']}, {env['platform_machine']})"
            continue
        for extra in ("", *sorted(wanted.extras)):
            if (name, extra) not in seen:
                seen.add((name, extra))
                todo += _needs(name, {**env, "extra": extra})


def _needs(name: str, env: dict[str, str]) -> Iterator[Requirement]:
    try:
        texts = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return  # not for this Python or machine; the run on that one sees it
    for text in texts:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(env):
            yield requirement


def problems() -> Iterator[str]:
    """Everything wrong with the committed locks."""
    made_from = tables()
    roots = {"runtime": list(made_from["runtime"])}
    roots["dev"] = [*roots["runtime"], *expand(made_from["groups"], "dev")]
    held: dict[str, dict[str, str]] = {}
    for name, wanted in roots.items():
        text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
        if f"{STAMP}{stamp(made_from)}\n" not in text:
            yield f"requirements/{name}.txt was not made from this pyproject.toml: run `make lock`"
        if "://" in text or "--index-url" in text:
            yield f"requirements/{name}.txt names an address: locks install from any index"
        held[name] = pins(text)
        for env in environments():
            for missing in unlocked(wanted, held[name], env):
                yield f"requirements/{name}.txt lacks {missing}: add it to a dependency group"
    for name, version in held["runtime"].items():
        if held["dev"].get(name) != version:
            yield f"runtime.txt pins {name}=={version}, dev.txt {held['dev'].get(name)}"


def main() -> int:
    """Write the locks, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="compare only; no network")
    if not parser.parse_args().check:
        return write()
    found = list(dict.fromkeys(problems()))
    print("\n".join(found) or "locks: ok")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
