"""P-5: an intent's parameters to facts, beside the standard library's own parsers.

Rules of this file:
1. Measured is the whole door, `facts_of`: strict parameters, normalising, entities with their
   ancestors, the frozen payload and its digest.
2. The peer does only what anybody would write with the standard library: posixpath, urlsplit,
   ipaddress, shlex and json + SHA-256 for the digest; it refuses nothing and judges nothing.
3. Runs are interleaved, each figure is the median of them, in CPU time of this process.
4. Every intent has its own path, so that no cache answers what a fresh one would not.
"""

from __future__ import annotations

import hashlib
import ipaddress
import itertools
import json
import posixpath
import shlex
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from holdfast.policy.facts.kinds import facts_of
from holdfast.policy.facts.mentions import UNKNOWN
from holdfast.policy.facts.model import World

ROUNDS: Final = 15
INTENTS: Final = 2000
GOAL_US: Final = 10.0

ADDRESS: Final = "93.184.216.34"
WORLD: Final = World(workspaces={"main": "/work/tree"}, resolved={"api.example.com": (ADDRESS,)})
DIRECTORIES: Final = tuple(f"src/service{n}/handlers" for n in range(50))

Intent = tuple[str, Mapping[str, object]]


def reads() -> list[Intent]:
    """fs.read of paths with four segments."""
    folders = itertools.cycle(DIRECTORIES)
    return [("fs.read", {"path": f"{next(folders)}/file{n}.py"}) for n in range(INTENTS)]


def urls() -> list[Intent]:
    """net.request of a resolved host, a path and a query."""
    lead = "https://api.example.com/v1/users"
    return [("net.request", {"url": f"{lead}/{n}?verbose=1"}) for n in range(INTENTS)]


def argvs() -> list[Intent]:
    """process.exec of git with one file."""
    return [
        ("process.exec", {"argv": ["git", "diff", f"src/service{n % 50}/app{n}.py"]})
        for n in range(INTENTS)
    ]


def lines() -> list[Intent]:
    """The same as a shell string."""
    return [
        ("shell.exec", {"command": f"git diff src/service{n % 50}/app{n}.py"})
        for n in range(INTENTS)
    ]


def facts(intents: list[Intent]) -> int:
    """What we do."""
    count = 0
    for kind, params in intents:
        count += facts_of(kind, params, UNKNOWN, WORLD).kind == kind
    return count


def _path(params: Mapping[str, object]) -> dict[str, object]:
    path = posixpath.normpath(posixpath.join("/work/tree", str(params["path"])))
    parents: list[str] = []
    above: str = path
    while above != "/":
        above = posixpath.dirname(above)
        parents.append(above)
    return {"path": path, "parents": parents, "ext": posixpath.splitext(path)[1]}


def _url(params: Mapping[str, object]) -> dict[str, object]:
    parts = urlsplit(str(params["url"]))
    address = ipaddress.ip_address(ADDRESS)
    labels = (parts.hostname or "").split(".")
    return {
        "url": parts.geturl(),
        "host": parts.hostname,
        "domains": [".".join(labels[n:]) for n in range(len(labels))],
        "global": address.is_global,
    }


def _argv(params: Mapping[str, object]) -> dict[str, object]:
    argv = params["argv"] if "argv" in params else shlex.split(str(params["command"]))
    return {"argv": argv, "workdir": "."}


_PEERS: Final = {
    "fs.read": _path,
    "net.request": _url,
    "process.exec": _argv,
    "shell.exec": _argv,
}


def library(intents: list[Intent]) -> int:
    """What anybody would write with the standard library."""
    count = 0
    for kind, params in intents:
        found = _PEERS[kind](params)
        form = json.dumps(found, sort_keys=True, separators=(",", ":"))
        count += len(hashlib.sha256(form.encode()).hexdigest()) // 64
    return count


def _microseconds(run: Callable[[list[Intent]], int], intents: list[Intent]) -> float:
    started = time.process_time()
    count = run(intents)
    spent = time.process_time() - started
    if count != len(intents):
        raise ValueError(f"{count} of {len(intents)} intents")
    return spent / len(intents) * 1e6


def measure() -> Iterator[dict[str, Any]]:
    """Yield the rows of the goal."""
    for name, what, intents in (
        ("P-5", "fs.read, four segments", reads()),
        ("P-5 url", "net.request, resolved", urls()),
        ("P-5 argv", "process.exec, git diff of one file", argvs()),
        ("P-5 shell", "shell.exec of the same; no goal", lines()),
    ):
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(ROUNDS):
            ours.append(_microseconds(facts, intents))
            theirs.append(_microseconds(library, intents))
        value, peer = statistics.median(ours), statistics.median(theirs)
        yield {
            "id": name,
            "value": value,
            "unit": "us",
            "peer": "standard library, unchecked",
            "peer_value": peer,
            "ratio": peer / value,
            "goal": f"<= {GOAL_US:.0f} us ({what})" if name != "P-5 shell" else what,
            "met": value <= GOAL_US if name != "P-5 shell" else None,
        }


if __name__ == "__main__":
    print(json.dumps(list(measure()), indent=1))
