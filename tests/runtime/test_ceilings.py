"""Ceilings of what the process takes from outside: its input, and how long a name may take."""

from __future__ import annotations

import io
import json
import socket
import threading
from types import MappingProxyType

import pytest

from holdfast.proto.errors import HoldfastError
from holdfast.proto.limits import BODY_BYTES, CONTENT_BYTES
from holdfast.runtime import env
from holdfast.runtime.cli.grammar import Call
from holdfast.runtime.cli.question import intent_of
from holdfast.runtime.cli.terminal import Terminal
from holdfast.runtime.cli.tree import COMMANDS


def _asked(size: int) -> str:
    body = json.dumps({"kind": "fs.write", "params": {"path": "a", "content": ""}})
    return body + " " * (size - len(body))


def test_what_is_asked_on_standard_input_is_bounded() -> None:
    most = BODY_BYTES + 2 * CONTENT_BYTES
    for size in (most, most + 1):
        terminal = Terminal(io.StringIO(_asked(size)), io.StringIO(), io.StringIO(), {})
        call = Call(COMMANDS["ask"], ("-",), None, {})
        if size == most:
            assert intent_of(call, terminal, MappingProxyType({})).kind == "fs.write"
        else:
            with pytest.raises(HoldfastError, match="too long"):
                intent_of(call, terminal, MappingProxyType({}))


def test_a_resolver_that_never_answers_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def never(*_: object, **__: object) -> list[object]:
        done.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(env, "RESOLVE_SECONDS", 0)
    try:
        assert env.SystemResolver().addresses("slow.example") == ()
    finally:
        done.set()
