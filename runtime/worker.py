"""The compile worker: one job on standard input, one JSON answer on standard output.

Run as `python -I -m holdfast.runtime.confined holdfast.runtime.worker ...`: its limits are lower
already when this file is imported.

Rules of this file:
1. It opens no connection and starts no process, and reads nothing but what is shipped in the
   package: bytes in, JSON out.
2. What a folder can make it print is bounded; the rest is counted.
3. Running out of memory is an answer. Running out of time is the caller's to say.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.policy.author.flips import Flip, flip_json
from holdfast.policy.author.spoken import spoken
from holdfast.policy.diagnostics import Problem, as_json
from holdfast.policy.loader import Loaded, Refused, load_policy
from holdfast.proto.limits import PROBLEMS
from holdfast.runtime.data import MANIFEST, probe_corpus
from holdfast.runtime.jobs import LENGTH_BYTES, JsonObject


@dataclass(frozen=True, slots=True)
class Job:
    """What to do with which folders."""

    name: str
    options: Mapping[str, object]
    folders: tuple[Mapping[str, bytes], ...]


class JobDamaged(ValueError):
    """These bytes are no job: a defect of ours, not of a policy."""


def unpack_job(data: bytes) -> Job:
    """Read a job, exactly."""
    size = int.from_bytes(data[:LENGTH_BYTES], "big")
    end = LENGTH_BYTES + size
    try:
        header = json.loads(data[LENGTH_BYTES:end])
        job, options, listed = header["job"], header["options"], header["folders"]
        folders: list[dict[str, bytes]] = []
        for listing in listed:
            folders.append(folder := {})
            for path, length in listing:
                folder[path] = data[end : end + length]
                end += length
    except (ValueError, KeyError, TypeError) as bad:
        raise JobDamaged(str(bad)) from bad
    if end != len(data):
        raise JobDamaged(f"{len(data)} bytes came, {end} were announced")
    return Job(job, options, tuple(folders))


def check(job: Job) -> JsonObject:
    """Load one folder: what is wrong with it, and what it is."""
    from holdfast.policy.fingerprint import fingerprint  # noqa: PLC0415

    loaded = load_policy(job.folders[0])
    summary = _summary(loaded)
    if isinstance(loaded, Loaded):
        corpus = probe_corpus(loaded.policy.manifest.probe_corpus)
        summary["fingerprint"] = str(fingerprint(loaded.policy, corpus))
    return {"loaded": summary}


def test(job: Job) -> JsonObject:
    """Load one folder and run its tests."""
    from holdfast.policy.author import cases, coverage, junit  # noqa: PLC0415

    loaded = load_policy(job.folders[0])
    answer: JsonObject = {"loaded": _summary(loaded)}
    if isinstance(loaded, Loaded):
        run = cases.run_cases(loaded.policy)
        answer["tests"] = cases.as_json(run)
        seen = coverage.coverage(loaded.policy)
        uncovered = [*coverage.uncovered(seen)]
        answer["coverage"] = {**coverage.as_json(seen), "lines": uncovered}
        answer["junit"] = junit.junit_xml(run, suite=loaded.policy.manifest.name).decode("utf-8")
    return answer


def diff(job: Job) -> JsonObject:
    """Load two folders and compare what they decide; write the acceptance when one is given."""
    from holdfast.policy.author import accept, diff as differ  # noqa: PLC0415
    from holdfast.policy.facts.stored import read_corpus  # noqa: PLC0415

    old, new = (load_policy(folder) for folder in job.folders)
    answer: JsonObject = {"old": _summary(old), "new": _summary(new)}
    if isinstance(old, Loaded) and isinstance(new, Loaded):
        corpus = read_corpus(probe_corpus(new.policy.manifest.probe_corpus))
        found = differ.diff(old.policy, new.policy, corpus=corpus)
        told = differ.as_json(found)
        told["flips"] = [_flip(flip) for flip in found.flips]
        answer["diff"] = told
        why = job.options.get("accept")
        if isinstance(why, str):
            manifest = job.folders[1][MANIFEST].decode("utf-8")
            answer["manifest"] = accept.accept(manifest, found.flips, why)
    return answer


def _flip(flip: Flip) -> JsonObject:
    said = spoken(flip.witness) if flip.witness is not None else f"{flip.kind} {flip.subject}"
    return {**flip_json(flip), "arrow": flip.arrow, "said": said}


JOBS: Final[Mapping[str, Callable[[Job], JsonObject]]] = {
    "check": check,
    "test": test,
    "diff": diff,
}


def _summary(loaded: Loaded | Refused) -> JsonObject:
    if isinstance(loaded, Refused):
        return {"ok": False, **_problems(loaded.problems)}
    policy = loaded.policy
    return {
        "ok": True,
        "name": policy.manifest.name,
        "policy_ref": str(policy.ref),
        "rules": len(policy.rules),
        "tests": len(policy.cases),
        "probes": len(policy.probes),
        "who": [
            *(f"Agent {agent.id}" for agent in policy.who.agents),
            *(f"Person {person.id}" for person in policy.who.people),
        ],
        **_problems(loaded.warnings),
    }


def _problems(problems: Sequence[Problem]) -> JsonObject:
    told: Iterable[Problem] = problems[:PROBLEMS]
    return {
        "problems": [dict(as_json(problem)) for problem in told],
        "more_problems": max(0, len(problems) - PROBLEMS),
    }


def main() -> int:
    """Do one job."""
    # A folder is a million small objects, none of them garbage before this process ends: the
    # collector would walk all of them again and again, for a third of the time loading takes.
    gc.disable()
    try:
        job = unpack_job(sys.stdin.buffer.read())
        answer = JOBS[job.name](job)
        text = json.dumps(answer)
    except MemoryError:
        text = '{"gave_up": "memory"}'
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
