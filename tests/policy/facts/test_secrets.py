"""secret.checkout and secret.use."""

from __future__ import annotations

import pytest

from holdfast.policy.cedar.values import Uid
from holdfast.policy.facts.model import InvalidIntent, World
from holdfast.policy.facts.secrets import secret_entity, secret_touches

WORLD = World(workspaces={})


@pytest.mark.parametrize("kind", ["secret.checkout", "secret.use"])
@pytest.mark.parametrize(
    ("params", "uses"),
    [
        ({"name": "deploy/npm-token", "destination": "registry.example.com"}, 1),
        ({"name": "A_b.c", "destination": "program:git", "uses": 1000}, 1000),
        ({"name": "x", "destination": "10.0.0.1", "uses": 2}, 2),
        ({"name": "x", "destination": "::1"}, 1),
    ],
)
def test_touch(kind: str, params: dict[str, object], uses: int) -> None:
    judged = secret_touches(kind, params, WORLD)
    (touch,) = judged.touches
    assert touch.action == kind
    assert touch.resource.uid == Uid("Secret", str(params["name"]))
    assert dict(touch.resource.attrs) == {"name": params["name"]}
    assert dict(touch.context) == {"destination": params["destination"], "uses": uses}
    assert dict(judged.payload) == {"name": params["name"], **touch.context}


@pytest.mark.parametrize(
    "name",
    ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a..b", "-a", "a-", ".a", "a b", "é", "a\n",
     "a\x00", "a\\b", "x" * 129, 1, None],
)  # fmt: skip
def test_names_refused(name: object) -> None:
    with pytest.raises(InvalidIntent) as caught:
        secret_entity(name, field="secret")
    assert caught.value.field == "secret"


@pytest.mark.parametrize(
    ("params", "field", "hint"),
    [
        ({"name": "x"}, "destination", "add `destination`"),
        ({"name": "x", "destination": "H.example"}, "destination", "write `h.example`"),
        ({"name": "x", "destination": "127.1"}, "destination", "write `127.0.0.1`"),
        ({"name": "x", "destination": "[::1]"}, "destination", "write `::1`"),
        ({"name": "x", "destination": "program:/bin/git"}, "destination", "bare program name"),
        ({"name": "x", "destination": "program:"}, "destination", "bare program name"),
        ({"name": "x", "destination": "https://h/"}, "destination", ""),
        ({"name": "x", "destination": "h", "uses": 0}, "uses", "between 1 and 1000"),
        ({"name": "x", "destination": "h", "uses": 1001}, "uses", "between 1 and 1000"),
        ({"name": "x", "destination": "h", "uses": True}, "uses", ""),
        ({"name": "x", "destination": "h", "ttl": 1}, "ttl", "known"),
    ],
)
def test_refused(params: dict[str, object], field: str, hint: str) -> None:
    with pytest.raises(InvalidIntent) as caught:
        secret_touches("secret.use", params, WORLD)
    assert caught.value.field == field
    assert hint in caught.value.hint
