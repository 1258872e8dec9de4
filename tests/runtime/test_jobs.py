"""Jobs for the compile worker: the message, what each job answers, and how a worker may end."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from collections.abc import Mapping
from typing import cast

import pytest

from holdfast.proto.env import Finished
from holdfast.proto.errors import HoldfastError
from holdfast.proto.reasons import Code
from holdfast.runtime import worker
from holdfast.runtime.data import template_files
from holdfast.runtime.env import system_env
from holdfast.runtime.jobs import pack_job, run_job
from holdfast.runtime.worker import JOBS, JobDamaged, unpack_job

DEMO = template_files("demo")


def answer_of(job: str, *folders: Mapping[str, bytes], **options: object) -> dict[str, object]:
    return JOBS[job](unpack_job(pack_job(job, folders, options)))


# --- the message -----------------------------------------------------------------------------


def test_a_job_arrives_as_it_was_sent() -> None:
    folders = [{"a": b"\x00\xff", "b/é": b""}, {"c": b"x" * 1000}]
    job = unpack_job(pack_job("diff", folders, {"accept": "why"}))
    assert (job.name, job.options, job.folders) == ("diff", {"accept": "why"}, tuple(folders))


WHOLE = pack_job("check", [DEMO], {})
DAMAGED = {
    "empty": b"",
    "half a length": WHOLE[:4],
    "a byte short": WHOLE[:-1],
    "a byte long": WHOLE + b"x",
    "a length beyond the end": b"\xff" * 8 + WHOLE[8:],
    "a header that is no JSON": WHOLE[:8] + b"x" + WHOLE[9:],
    "a header without fields": (2).to_bytes(8, "big") + b"{}",
    "a header that is no object": (2).to_bytes(8, "big") + b"[]",
}


@pytest.mark.parametrize("how", DAMAGED)
def test_a_damaged_job_is_refused(how: str) -> None:
    with pytest.raises(JobDamaged):
        unpack_job(DAMAGED[how])


# --- what each job answers -------------------------------------------------------------------


def test_check_says_what_a_folder_is() -> None:
    loaded = cast("dict[str, object]", answer_of("check", DEMO)["loaded"])
    assert (loaded["ok"], loaded["name"], loaded["problems"]) == (True, "demo", [])


def test_check_says_what_is_wrong_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PROBLEMS", 1)
    loaded = cast(
        "dict[str, object]", answer_of("check", {"holdfast.toml": b"x = 1\ny = 2\n"})["loaded"]
    )
    assert loaded["ok"] is False
    assert len(cast("list[object]", loaded["problems"])) == 1
    assert cast("int", loaded["more_problems"]) >= 1


def test_test_runs_the_tests() -> None:
    answer = answer_of("test", DEMO)
    tests = cast("dict[str, object]", answer["tests"])
    assert tests["failed"] == 0
    assert cast("str", answer["junit"]).startswith("<?xml")
    assert "tests" not in answer_of("test", {"holdfast.toml": b""})


def test_diff_compares_and_accepts() -> None:
    new = dict(DEMO)
    new["rules/more.cedar"] = (
        b'@id("more")\npermit(principal, action == Action::"tool.echo", resource);\n'
    )
    answer = answer_of("diff", DEMO, new, accept="echo is harmless")
    found = cast("dict[str, object]", answer["diff"])
    assert cast("int", found["unaccepted"]) >= 1
    assert "echo is harmless" in cast("str", answer["manifest"])
    again = answer_of("diff", DEMO, {**new, "holdfast.toml": str(answer["manifest"]).encode()})
    assert cast("dict[str, object]", again["diff"])["unaccepted"] == 0


def test_diff_of_a_folder_that_does_not_load_compares_nothing() -> None:
    answer = answer_of("diff", DEMO, {"holdfast.toml": b""})
    assert "diff" not in answer
    assert cast("dict[str, object]", answer["old"])["ok"] is True


# --- the process -----------------------------------------------------------------------------


def run_main(monkeypatch: pytest.MonkeyPatch, data: bytes) -> str:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    monkeypatch.setattr(sys, "stdout", out)
    assert worker.main() == 0
    return out.getvalue()


def test_the_worker_answers_one_job(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = json.loads(run_main(monkeypatch, pack_job("check", [DEMO], {})))
    assert answer["loaded"]["ok"] is True


def test_running_out_of_memory_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def hungry(_job: object) -> dict[str, object]:
        raise MemoryError

    monkeypatch.setattr(worker, "JOBS", {"check": hungry})
    assert json.loads(run_main(monkeypatch, pack_job("check", [DEMO], {}))) == {"gave_up": "memory"}


def test_the_real_worker_gives_the_same_answer() -> None:
    assert run_job(system_env(), "check", [DEMO]) == answer_of("check", DEMO)


class Ended:
    """A child that ended in some way."""

    def __init__(self, done: Finished) -> None:
        self.done = done

    def python(self, module: str, *, stdin: bytes, seconds: float, memory_bytes: int) -> Finished:
        assert module == "holdfast.runtime.worker"
        return self.done


@pytest.mark.parametrize(
    ("done", "code", "message"),
    [
        (Finished(-9, b"", b"", timed_out=True), Code.POLICY_INVALID, "took more than 30 s"),
        (Finished(0, b"{}", b"", timed_out=True), Code.POLICY_INVALID, "took more than 30 s"),
        (Finished(-24, b"", b"", timed_out=False), Code.POLICY_INVALID, "took more than 30 s"),
        (Finished(-6, b"", b"", timed_out=False), Code.POLICY_INVALID, "more than 1024 MiB"),
        (
            Finished(101, b"", b"memory allocation of 9 bytes failed", timed_out=False),
            Code.POLICY_INVALID,
            "more than 1024 MiB",
        ),
        (
            Finished(0, b'{"gave_up": "memory"}', b"", timed_out=False),
            Code.POLICY_INVALID,
            "more than 1024 MiB",
        ),
        (Finished(-11, b"", b"", timed_out=False), Code.POLICY_INVALID, "more stack"),
        (Finished(1, b"", b"Traceback\nValueError: x\n", timed_out=False), Code.INTERNAL, "x"),
        (Finished(0, b"", b"", timed_out=False), Code.INTERNAL, "status 0"),
        (Finished(0, b"[]", b"", timed_out=False), Code.INTERNAL, "status 0"),
        (Finished(0, b"{", b"", timed_out=False), Code.INTERNAL, "status 0"),
    ],
)
def test_a_worker_that_died_is_an_error_with_a_reason(
    done: Finished, code: Code, message: str
) -> None:
    env = dataclasses.replace(system_env(), spawn=Ended(done))
    with pytest.raises(HoldfastError, match=message) as died:
        run_job(env, "check", [DEMO])
    assert died.value.code is code
    assert died.value.hint


def test_a_signal_this_platform_lacks_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    import signal

    monkeypatch.delattr(signal, "SIGXCPU", raising=False)
    done = Finished(1, b"", b"", timed_out=False)
    with pytest.raises(HoldfastError, match="status 1"):
        run_job(dataclasses.replace(system_env(), spawn=Ended(done)), "check", [DEMO])
