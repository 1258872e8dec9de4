"""fs.* intents: parameters to touches and payload."""

from __future__ import annotations

import pytest

from holdfast.policy.facts.files import fs_touches
from holdfast.policy.facts.model import InvalidIntent, World

WORLD = World(workspaces={"main": "/work/tree", "docs": "/work/docs"})


@pytest.mark.parametrize(
    ("kind", "params", "touched", "payload"),
    [
        ("fs.read", {"path": "a/b"}, "a/b", {"workspace": "main", "path": "a/b"}),
        ("fs.delete", {"path": "a"}, "a", {"workspace": "main", "path": "a"}),
        ("fs.list", {}, ".", {"workspace": "main", "path": "."}),
        ("fs.list", {"path": "."}, ".", {"workspace": "main", "path": "."}),
        ("fs.list", {"path": "src"}, "src", {"workspace": "main", "path": "src"}),
        (
            "fs.read",
            {"path": "a", "workspace": "docs"},
            "//docs/a",
            {"workspace": "docs", "path": "a"},
        ),
        ("fs.list", {"workspace": "docs"}, "//docs", {"workspace": "docs", "path": "."}),
    ],
)
def test_one_path(
    kind: str, params: dict[str, object], touched: str, payload: dict[str, object]
) -> None:
    judged = fs_touches(kind, params, WORLD)
    (touch,) = judged.touches
    assert (touch.action, touch.resource.uid.id, dict(touch.context)) == (kind, touched, {})
    assert dict(judged.payload) == payload


@pytest.mark.parametrize(
    ("params", "content"),
    [
        ({"content": "é"}, "é".encode()),
        ({"content": "AP8=", "encoding": "base64"}, b"\x00\xff"),
        ({"content": ""}, b""),
    ],
)
def test_write_is_judged_by_size(params: dict[str, object], content: bytes) -> None:
    judged = fs_touches("fs.write", {"path": "a.bin", **params}, WORLD)
    (touch,) = judged.touches
    assert touch.action == "fs.write"
    assert touch.resource.attrs["size"] == len(content)
    assert judged.payload == {"workspace": "main", "path": "a.bin", "content": content}


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("fs.read", {}, "path"),
        ("fs.read", {"path": "../x"}, "path"),
        ("fs.read", {"path": "."}, "path"),
        ("fs.read", {"path": "x", "content": ""}, "content"),
        ("fs.read", {"path": "x", "workspace": "nope"}, "workspace"),
        ("fs.read", {"path": "x", "workspace": 1}, "workspace"),
        ("fs.delete", {"path": "x", "recursive": True}, "recursive"),
        ("fs.list", {"path": ""}, "path"),
        ("fs.list", {"glob": "*"}, "glob"),
        ("fs.write", {"path": "x"}, "content"),
        ("fs.write", {"path": "x", "content": 1}, "content"),
        ("fs.write", {"path": "/x", "content": ""}, "path"),
        ("fs.patch", {}, "patch"),
        ("fs.patch", {"patch": "", "path": "x"}, "path"),
    ],
)
def test_refused_by_name(kind: str, params: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidIntent) as caught:
        fs_touches(kind, params, WORLD)
    assert caught.value.field == field


PATCH = """\
diff --git a/new.py b/new.py
new file mode 100755
index 0000000..1111111
--- /dev/null
+++ b/new.py
@@ -0,0 +1,2 @@
+one
+é
diff --git a/gone b/gone
deleted file mode 100644
index 1111111..0000000
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-bye
diff --git a/old b/moved
similarity index 100%
rename from old
rename to moved
diff --git a/changed b/changed
--- a/changed
+++ b/changed
@@ -1 +1 @@
-a
+b
"""


def test_a_patch_is_judged_change_by_change() -> None:
    judged = fs_touches("fs.patch", {"patch": PATCH, "workspace": "docs"}, WORLD)
    assert [(t.action, t.resource.uid.id, t.resource.attrs["size"]) for t in judged.touches] == [
        ("fs.write", "//docs/new.py", 7),
        ("fs.delete", "//docs/gone", 0),
        ("fs.read", "//docs/old", 0),
        ("fs.delete", "//docs/old", 0),
        ("fs.write", "//docs/moved", 0),
        ("fs.write", "//docs/changed", 2),
    ]
    assert judged.payload == {
        "workspace": "docs",
        "changes": (
            {
                "before": None,
                "after": "new.py",
                "mode": "100755",
                "hunks": ((0, 0, 1, 2, ("+one", "+é")),),
            },
            {
                "before": "gone",
                "after": None,
                "mode": None,
                "hunks": ((1, 1, 0, 0, ("-bye",)),),
            },
            {"before": "old", "after": "moved", "mode": None, "hunks": ()},
            {
                "before": "changed",
                "after": "changed",
                "mode": None,
                "hunks": ((1, 1, 1, 1, ("-a", "+b")),),
            },
        ),
    }


def test_a_patch_touches_a_bounded_number_of_paths() -> None:
    def patch(count: int) -> dict[str, object]:
        one = "--- a/f{0}\n+++ b/f{0}\n@@ -1 +1 @@\n-a\n+b\n"
        return {"patch": "".join(one.format(n) for n in range(count))}

    assert len(fs_touches("fs.patch", patch(64), WORLD).touches) == 64
    with pytest.raises(InvalidIntent, match="touches 65 paths"):
        fs_touches("fs.patch", patch(65), WORLD)
