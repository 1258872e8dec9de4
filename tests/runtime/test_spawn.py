"""Children of ours, under their ceilings: what they get, and how each ceiling ends them.

The child is the standard library's `code`, which runs what it reads: the worst module there is.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from holdfast.proto.env import Finished
from holdfast.runtime import confined, env as real
from holdfast.runtime.env import SystemSpawn

MIB = 1024 * 1024
posix = pytest.mark.skipif(os.name == "nt", reason="no resource limits there")


def run(program: str, *, seconds: float = 30, memory_bytes: int = 512 * MIB) -> Finished:
    return SystemSpawn().python(
        "code", stdin=program.encode(), seconds=seconds, memory_bytes=memory_bytes
    )


def test_a_child_answers() -> None:
    done = run("print('h' + 'i')\n")
    assert (done.status, done.timed_out) == (0, False)
    assert b"hi" in done.stdout


def test_a_child_imports_nothing_from_where_it_was_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    done = run("import sys; print(sys.flags.isolated, '/somewhere' in sys.path, '' in sys.path)\n")
    assert b"1 False False" in done.stdout


@posix
def test_memory_has_a_ceiling() -> None:
    done = run("block = bytearray(2**31)\n")
    assert b"MemoryError" in done.stderr + done.stdout


@posix
def test_a_ceiling_cannot_be_raised_from_inside() -> None:
    # Root may raise its own limits; servers run as nobody in particular, and so does this.
    program = (
        "import os, resource\n"
        "os.geteuid() or os.setuid(65534)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))\n"
        "print(resource.getrlimit(resource.RLIMIT_AS))\n"
    )
    done = run(program)
    assert b"ValueError" in done.stderr


@posix
def test_output_has_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real, "WORKER_OUTPUT_BYTES", 4096)
    done = run("import sys; sys.stdout.write('x' * 1_000_000); sys.stdout.flush()\n")
    assert len(done.stdout) <= 4096


def test_time_has_a_ceiling() -> None:
    done = run("while True: pass\n\n", seconds=1)
    assert done.timed_out
    assert done.status != 0


@posix
def test_the_limits_are_lowered_for_good() -> None:
    script = (
        "import resource\n"
        "from holdfast.runtime.confined import lower\n"
        f"lower({600 * MIB}, 7, 1000)\n"
        f"lower({900 * MIB}, 9, 2000)\n"
        "for name in ('AS', 'CPU', 'FSIZE', 'CORE'):\n"
        "    print(*resource.getrlimit(getattr(resource, 'RLIMIT_' + name)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, check=True, text=True
    )
    expected = [600 * MIB, 7, 1000, 0]
    assert done.stdout.split() == [str(value) for value in expected for _ in range(2)]


def test_a_wrong_command_line_is_refused() -> None:
    with pytest.raises(SystemExit) as refused:
        confined.main(["module"])
    assert refused.value.code == 2


def test_the_module_runs_after_the_limits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[tuple[int, ...]] = []

    def lower(*limits: int) -> None:
        seen.append(limits)

    monkeypatch.setattr(confined, "lower", lower)
    monkeypatch.setattr(sys, "argv", ["x"])
    monkeypatch.delitem(sys.modules, "this", raising=False)
    confined.main(["this", "1", "2", "3"])
    assert seen == [(1, 2, 3)]
    assert "Zen" in capsys.readouterr().out
