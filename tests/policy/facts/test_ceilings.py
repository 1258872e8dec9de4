"""Every ceiling of what an intent may touch, reached and passed by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from holdfast.policy.author.situations import Refusal, stand
from holdfast.policy.facts.model import Facts
from holdfast.policy.loader import Loaded, load_policy
from holdfast.policy.policy import Policy
from holdfast.policy.source.tables import Situation
from holdfast.proto import limits

Asked = tuple[str, Mapping[str, object]]
MANY: Final = tuple(f"10.0.{n // 250}.{n % 250}" for n in range(limits.REQUESTS_PER_INTENT + 1))
RESOLVED: Final = {"most.example": MANY[:-1], "more.example": MANY}
FOLDER: Final = {
    "holdfast.toml": b'name = "x"\n',
    "who.toml": b'[[agent]]\nid = "a"\nuid = 1\n',
    "tools.toml": (
        b'[tool."demo.run"]\neffect = "write"\nrun = "caller"\nparams.s.type = "set<string>"\n'
    ),
}
HOST: Final = "https://a.example/"


def _read(path: str) -> Asked:
    return "fs.read", {"path": path}


def _get(url: str, **more: object) -> Asked:
    return "net.request", {"url": url, **more}


def _run(*argv: str) -> Asked:
    return "process.exec", {"argv": list(argv)}


def _sh(command: str) -> Asked:
    return "shell.exec", {"command": command}


def _loop(links: int) -> str:
    """A loop of which every round unsettles one more variable of a chain."""
    known = " ".join(f"b{n}=x;" for n in range(links + 1))
    moved = " ".join(f'b{n}="$b{n - 1}";' for n in range(links, 0, -1))
    return f'{known} while test -f q; do {moved} b0="$(ls)"; done'


def _path_of(length: int) -> str:
    """A path of that many bytes: long segments, few of them."""
    whole, rest = divmod(length, 200)
    return "/".join(["x" * 199] * whole) + ("/" + "x" * rest if rest else "y")


def _patch(size: int) -> str:
    head = "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+"
    return head + "x" * (size - len(head) - 1) + "\n"


def _publish(name: str, branch: str) -> Asked:
    return "repo.publish", {"remote": f"https://a.example/o/{name}", "branch": branch}


def _mcp(**arguments: object) -> Asked:
    return "mcp.call", {"server": "s", "tool": "t", "arguments": arguments}


def _secret(name: str, uses: int) -> Asked:
    return "secret.use", {"name": name, "destination": "a.example", "uses": uses}


L: Final = limits
CASES: Final[Mapping[str, tuple[Asked, Asked]]] = {
    "content_bytes": (
        ("fs.write", {"path": "a", "content": "x" * L.CONTENT_BYTES}),
        ("fs.write", {"path": "a", "content": "x" * (L.CONTENT_BYTES + 1)}),
    ),
    "requests_per_intent": (_get("https://most.example/"), _get("https://more.example/")),
    "path_bytes": (_read(_path_of(L.PATH_BYTES)), _read(_path_of(L.PATH_BYTES + 1))),
    "path_segments": (
        _read("/".join("a" * L.PATH_SEGMENTS)),
        _read("/".join("a" * (L.PATH_SEGMENTS + 1))),
    ),
    "segment_bytes": (_read("x" * L.SEGMENT_BYTES), _read("x" * (L.SEGMENT_BYTES + 1))),
    "patch_bytes": (
        ("fs.patch", {"patch": _patch(L.PATCH_BYTES)}),
        ("fs.patch", {"patch": _patch(L.PATCH_BYTES + 1)}),
    ),
    "url_bytes": (
        _get(HOST + "x" * (L.URL_BYTES - len(HOST))),
        _get(HOST + "x" * (L.URL_BYTES + 1 - len(HOST))),
    ),
    "url_unescapes": (
        _get(f"{HOST}%{'25' * (L.URL_UNESCAPES - 2)}2F"),
        _get(f"{HOST}%{'25' * (L.URL_UNESCAPES - 1)}2F"),
    ),
    "host_bytes": (
        _get("https://" + "a." * ((L.HOST_BYTES - 1) // 2) + "a/"),
        _get("https://" + "a." * ((L.HOST_BYTES - 1) // 2) + "aa/"),
    ),
    "host_label_bytes": (
        _get(f"https://{'a' * L.HOST_LABEL_BYTES}.b/"),
        _get(f"https://{'a' * (L.HOST_LABEL_BYTES + 1)}.b/"),
    ),
    "port_max": (
        _get(f"https://a.example:{L.PORT_MAX}/"),
        _get(f"https://a.example:{L.PORT_MAX + 1}/"),
    ),
    "headers": (
        _get(HOST, headers={f"x-{n}": "" for n in range(L.HEADERS)}),
        _get(HOST, headers={f"x-{n}": "" for n in range(L.HEADERS + 1)}),
    ),
    "header_bytes": (
        _get(HOST, headers={"x": "y" * L.HEADER_BYTES}),
        _get(HOST, headers={"x": "y" * (L.HEADER_BYTES + 1)}),
    ),
    "argv_items": (
        _run("echo", *["x"] * (L.ARGV_ITEMS - 1)),
        _run("echo", *["x"] * L.ARGV_ITEMS),
    ),
    "argv_bytes": (
        _run("echo", "x" * (L.ARGV_BYTES - len("echo"))),
        _run("echo", "x" * (L.ARGV_BYTES - len("echo") + 1)),
    ),
    "program_nesting": (
        _run(*["nice"] * (L.PROGRAM_NESTING - 1), "ls"),
        _run(*["nice"] * L.PROGRAM_NESTING, "ls"),
    ),
    "env_names": (
        ("process.exec", {"argv": ["ls"], "env": {f"X{n}": "" for n in range(L.ENV_NAMES)}}),
        ("process.exec", {"argv": ["ls"], "env": {f"X{n}": "" for n in range(L.ENV_NAMES + 1)}}),
    ),
    "shell_bytes": (
        _sh("ls " + " " * (L.SHELL_BYTES - 3)),
        _sh("ls " + " " * (L.SHELL_BYTES - 2)),
    ),
    "shell_depth": (
        _sh("( " * (L.SHELL_DEPTH - 1) + "ls" + " )" * (L.SHELL_DEPTH - 1)),
        _sh("( " * L.SHELL_DEPTH + "ls" + " )" * L.SHELL_DEPTH),
    ),
    "shell_commands": (
        _sh("ls;" * (L.SHELL_COMMANDS)),
        _sh("ls;" * (L.SHELL_COMMANDS + 1)),
    ),
    "shell_workdirs": (
        _sh("cd a; cd b; ls"),  # a, b, a/b, or where it began
        _sh("cd a; cd b; cd c; ls"),
    ),
    "shell_rounds": (_sh(_loop(L.SHELL_ROUNDS - 2)), _sh(_loop(L.SHELL_ROUNDS - 1))),
    "secret_name_bytes": (
        _secret("x" * L.SECRET_NAME_BYTES, 1),
        _secret("x" * (L.SECRET_NAME_BYTES + 1), 1),
    ),
    "secret_uses": (_secret("x", L.SECRET_USES), _secret("x", L.SECRET_USES + 1)),
    "remote_bytes": (
        _publish("x" * (L.REMOTE_BYTES - len("https://a.example/o/")), "m"),
        _publish("x" * (L.REMOTE_BYTES + 1 - len("https://a.example/o/")), "m"),
    ),
    "ref_bytes": (_publish("n", "x" * L.REF_BYTES), _publish("n", "x" * (L.REF_BYTES + 1))),
    "set_items": (
        ("demo.run", {"s": [str(n) for n in range(L.SET_ITEMS)]}),
        ("demo.run", {"s": [str(n) for n in range(L.SET_ITEMS + 1)]}),
    ),
    "mcp_values": (_mcp(x=[0] * (L.MCP_VALUES - 2)), _mcp(x=[0] * (L.MCP_VALUES - 1))),
    "mcp_text_bytes": (
        _mcp(x="y" * (L.MCP_TEXT_BYTES - 1)),
        _mcp(x="y" * L.MCP_TEXT_BYTES),
    ),
    "integer_max": (_mcp(x=L.INTEGER_MAX), _mcp(x=L.INTEGER_MAX + 1)),
    "integer_min": (_mcp(x=L.INTEGER_MIN), _mcp(x=L.INTEGER_MIN - 1)),
}


@pytest.fixture(scope="module")
def policy() -> Policy:
    loaded = load_policy(FOLDER)
    assert isinstance(loaded, Loaded), loaded
    return loaded.policy


@pytest.mark.parametrize("name", CASES)
def test_what_an_intent_may_touch_is_bounded(name: str, policy: Policy) -> None:
    (kind, most), (same, more) = CASES[name]
    facts = stand(policy, Situation(None, kind, most, resolve=RESOLVED)).facts
    assert isinstance(facts, Facts), facts
    assert isinstance(stand(policy, Situation(None, same, more, resolve=RESOLVED)).facts, Refusal)
