"""repo.publish: remotes in three forms, branches by git's own rules."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from holdfast.policy.cedar.values import Uid
from holdfast.policy.facts.model import InvalidIntent, World
from holdfast.policy.facts.repos import parse_branch, parse_remote, repo_touches

WORLD = World(workspaces={})


@pytest.mark.parametrize(
    ("text", "host", "owner", "name", "address"),
    [
        ("https://git.example/o/n", "git.example", "o", "n", "https://git.example/o/n.git"),
        ("https://git.example/o/n.git", "git.example", "o", "n", "https://git.example/o/n.git"),
        ("https://GIT.example:443/o/n", "git.example", "o", "n", "https://git.example/o/n.git"),
        ("https://git.example:8443/a/b/n", "git.example:8443", "a/b", "n",
         "https://git.example:8443/a/b/n.git"),
        ("ssh://git@git.example/o/n", "git.example", "o", "n", "ssh://git@git.example/o/n.git"),
        ("ssh://git@git.example:22/o/n", "git.example", "o", "n", "ssh://git@git.example/o/n.git"),
        ("ssh://me@git.example:2222/o/n", "git.example:2222", "o", "n",
         "ssh://me@git.example:2222/o/n.git"),
        ("git@git.example:o/n.git", "git.example", "o", "n", "ssh://git@git.example/o/n.git"),
        ("git@git.example:~me/n", "git.example", "~me", "n", "ssh://git@git.example/~me/n.git"),
        ("https://127.1/o/n.x", "127.0.0.1", "o", "n.x", "https://127.0.0.1/o/n.x.git"),
        ("https://[::1]/o/n", "::1", "o", "n", "https://[::1]/o/n.git"),
        ("https://[::1]:444/o/n", "[::1]:444", "o", "n", "https://[::1]:444/o/n.git"),
    ],
)  # fmt: skip
def test_remote(text: str, host: str, owner: str, name: str, address: str) -> None:
    remote = parse_remote(text, field="remote")
    assert remote == (host, owner, name, address)
    assert parse_remote(address, field="remote") == remote


@pytest.mark.parametrize(
    "text",
    [
        "", "o/n", "/srv/git/n", "./n", "../n", "~/n", "file:///srv/n", "http://h/o/n",
        "git://h/o/n", "ext::sh -c id", "ext::sh@h:o/n", "https://u:p@h/o/n", "https://h/n",
        "https://h/o/n/", "https://h/o//n", "https://h/../n", "https://h/o/..", "https://h/o/.git",
        "https://h/o/n.git.git", "https://h/o/n..git", "https://h/o/n?x", "https://h/o/n#x",
        "https://h/o/%6e", "https://h/-o/n", "https://h/o/-n", "ssh://h/o/n", "ssh://-x@h/o/n",
        "ssh://git@-oProxyCommand=id/o/n", "-oProxyCommand=id@h:o/n", "git@-h:o/n", "git@h:/o/n",
        "git@h:n", "https://h:0/o/n", "https://h:065/o/n", "https://h:65536/o/n",
        "https://h/o/n\n", "https://h/o/é", "https://h_/o/n", "https://h./o/n",
        "https://h/o/" + "n" * 1100, 1,
    ],
)  # fmt: skip
def test_remote_refused(text: object) -> None:
    with pytest.raises(InvalidIntent) as caught:
        parse_remote(text, field="remote")
    assert caught.value.field == "remote"
    assert caught.value.hint


GOOD_BRANCHES = ["main", "feature/x", "v1.2", "a-b_c", "é", "a@b", "x{y}", "a.b/c.d", "user/#12"]
BAD_BRANCHES = [
    "", "HEAD", "@", "-x", "+main", "a:b", "a..b", "a b", "a~1", "a^", "a?", "a*", "a[b", "a\\b",
    "a@{1}", "/a", "a/", "a//b", ".a", "a/.b", "a.", "a.lock", "a.lock/b", "a\x7f", "a\n",
    "refs/heads/x", "refs/tags/v1", "x" * 251, "e\u0301", "a\u202e",
]  # fmt: skip


@pytest.mark.parametrize("name", GOOD_BRANCHES)
def test_branch(name: str) -> None:
    assert parse_branch(name, field="branch") is name


@pytest.mark.parametrize("name", [*BAD_BRANCHES, 1, None])
def test_branch_refused(name: object) -> None:
    with pytest.raises(InvalidIntent) as caught:
        parse_branch(name, field="branch")
    assert caught.value.field == "branch"


def test_git_agrees() -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not here")
    for name in GOOD_BRANCHES:
        command = [git, "check-ref-format", "--branch", name]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0, name


def test_touch() -> None:
    params: dict[str, object] = {"remote": "git@h:o/n", "branch": "a/b#c", "force": True}
    judged = repo_touches(params, WORLD)
    (touch,) = judged.touches
    assert touch.action == "repo.publish"
    assert touch.resource.uid == Uid("Repo", "h/o/n#a/b#c")
    facts = {"host": "h", "owner": "o", "name": "n", "branch": "a/b#c"}
    assert dict(touch.resource.attrs) == facts
    assert dict(touch.context) == {"force": True}
    assert dict(judged.payload) == {
        **facts,
        "remote": "ssh://git@h/o/n.git",
        "ref": "refs/heads/a/b#c",
        "force": True,
    }


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"remote": "git@h:o/n"}, "branch"),
        ({"remote": "git@h:o/n", "branch": "x", "force": "yes"}, "force"),
        ({"remote": "git@h:o/n", "branch": "x", "tag": "v"}, "tag"),
    ],
)
def test_refused(params: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidIntent) as caught:
        repo_touches(params, WORLD)
    assert caught.value.field == field
