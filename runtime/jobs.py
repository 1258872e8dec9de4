"""Asking the compile worker: jobs out, one JSON answer back.

Rules of this file:
1. Other people's folders are compiled in a process of their own, under `proto.limits`: 30
   seconds, 1 GiB. A folder that needs more is refused, not awaited.
2. A worker that dies or is killed is an error with a code and a reason, never a success and
   never silence.
3. The job is one message: an 8-byte length, a JSON header, then the bytes of the files in the
   header's order. The header says every size; bytes too few or too many are refused.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping, Sequence
from typing import Final, cast

from holdfast.proto.env import Env, Finished
from holdfast.proto.errors import HoldfastError
from holdfast.proto.limits import COMPILE_MEMORY_BYTES, COMPILE_SECONDS
from holdfast.proto.reasons import Code

LENGTH_BYTES: Final = 8
_WORKER: Final = "holdfast.runtime.worker"
_MIB: Final = 1024 * 1024
JsonObject = dict[str, object]


def run_job(
    env: Env,
    job: str,
    folders: Sequence[Mapping[str, bytes]],
    options: Mapping[str, object] | None = None,
    *,
    seconds: float = COMPILE_SECONDS,
    memory_bytes: int = COMPILE_MEMORY_BYTES,
) -> JsonObject:
    """Have the worker do one job, or raise `policy_invalid` saying which ceiling was met."""
    done = env.spawn.python(
        _WORKER,
        stdin=pack_job(job, folders, options or {}),
        seconds=seconds,
        memory_bytes=memory_bytes,
    )
    answer = _answer_of(done)
    if answer is None:
        raise _died(done, seconds, memory_bytes)
    if answer.get("gave_up") == "memory":
        raise _too_much_memory(memory_bytes)
    return answer


def pack_job(
    job: str, folders: Sequence[Mapping[str, bytes]], options: Mapping[str, object]
) -> bytes:
    """Return a job as the worker reads it."""
    header = {
        "job": job,
        "options": dict(options),
        "folders": [[[path, len(data)] for path, data in folder.items()] for folder in folders],
    }
    head = json.dumps(header).encode("ascii")
    blobs = (data for folder in folders for data in folder.values())
    return b"".join((len(head).to_bytes(LENGTH_BYTES, "big"), head, *blobs))


def _answer_of(done: Finished) -> JsonObject | None:
    if done.timed_out or done.status != 0:
        return None
    try:
        answer: object = json.loads(done.stdout)
    except ValueError:
        return None
    return cast("JsonObject", answer) if isinstance(answer, dict) else None


def _died(done: Finished, seconds: float, memory_bytes: int) -> HoldfastError:
    # SIGXCPU and SIGKILL come from the CPU limit; an allocation that fails outside Python aborts.
    if done.timed_out or _ended_by(done, "SIGXCPU", "SIGKILL"):
        return HoldfastError(
            Code.POLICY_INVALID,
            f"compiling the policy took more than {seconds:g} s",
            hint="shorten or split its rules; nothing of it was loaded",
        )
    if _ended_by(done, "SIGABRT") or b"memory allocation of" in done.stderr:
        return _too_much_memory(memory_bytes)
    if _ended_by(done, "SIGSEGV"):
        return HoldfastError(
            Code.POLICY_INVALID,
            "compiling the policy needed more stack than the worker has",
            hint="nest its rules less deeply; nothing of it was loaded",
        )
    last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return HoldfastError(
        Code.INTERNAL, f"the compile worker ended with status {done.status}: {last[:200]}"
    )


def _too_much_memory(memory_bytes: int) -> HoldfastError:
    return HoldfastError(
        Code.POLICY_INVALID,
        f"compiling the policy needed more than {memory_bytes // _MIB} MiB of memory",
        hint="shorten or split its rules; nothing of it was loaded",
    )


def _ended_by(done: Finished, *names: str) -> bool:
    """Whether one of these signals ended it; a platform may not have all of them."""
    found = (getattr(signal, name, None) for name in names)
    return any(number is not None and done.status == -int(number) for number in found)
