"""What holds credentials, keys or tokens."""

from __future__ import annotations

import pytest

from holdfast.policy.facts.sensitive import SHAPES, is_sensitive

_INSTANCES = {
    "name": "deep/dir/{}",
    "prefix": "deep/dir/{}.extra",
    "suffix": "deep/dir/my{}",
    "extension": "deep/dir/file.{}",
    "directory": "deep/{}/anything",
    "path": "deep/{}",
}


@pytest.mark.parametrize(
    "path",
    [_INSTANCES[shape.kind].format(p) for shape in SHAPES for p in shape.patterns],
)
def test_every_row_of_the_list_works(path: str) -> None:
    assert is_sensitive(path)
    assert is_sensitive(path.upper())
    assert is_sensitive(f"{path}.")


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.production",
        ".ENV",
        "a/.Env",
        ".env ",
        ".env..",
        ".env::$DATA",
        ".env:stream",
        ".ssh",
        ".ssh/known_hosts",
        "x/.SSH/y",
        ".ssh./id",
        ".e\u200bnv",
        "\uff0eenv",
        "\u202e.env",
        ".config/gcloud",
        ".config/gcloud/x",
        "id_rsa.pub",
        "server.pem.bak",
        "server.key~",
        ".npmrc.orig.bak",
        "..npmrc.swp",
        ".npmrc.swp",
        ".npmrc.swo",
        "terraform.tfstate.backup",
        "a.tfvars",
        "/etc/shadow",
        "/proc/self/environ",
        "/run/secrets/db",
        "kubeconfig",
        ".git/config",
        ".git/modules/lib/config",
        "#.env#",
        "server.key.1",
        "server.pem.gz",
        "x.key.bak.2",
        "github_rsa",
    ],
)
def test_sensitive(path: str) -> None:
    assert is_sensitive(path)


@pytest.mark.parametrize(
    "path",
    [
        "src/app.py",
        "README.md",
        "key",
        "pem",
        "keys.py",
        "environment.py",
        "src/secrets.py",
        "tests/token_test.py",
        "config.json",
        "docker/config.json",
        "config",
        ".config/nvim/init.lua",
        "settings.xml",
        "ssh/readme",
        "a.bak",
        "~",
        "...",
        ".",
        "/etc/passwd",
        "monkey",
        "src/éa.py",
        ".github/workflows/ci.yml",
        "x.old",
        "libx.so.1",
        "#a#",
        "x.tar.gz",
    ],
)
def test_not_sensitive(path: str) -> None:
    assert not is_sensitive(path)


def test_the_list_is_well_formed() -> None:
    patterns = [pattern for shape in SHAPES for pattern in shape.patterns]
    assert all(pattern == pattern.lower().strip("/ ") for pattern in patterns)
    assert all(shape.holds for shape in SHAPES)
    assert all(("/" in p) for s in SHAPES if s.kind == "path" for p in s.patterns)
