r"""Unified diffs, read strictly. Each case is a patch and what it says, or why it is refused."""

from __future__ import annotations

import pytest

from holdfast.policy.facts.model import InvalidIntent
from holdfast.policy.facts.patches import Change, parse_patch
from holdfast.proto.limits import PATCH_BYTES

BODY = "@@ -1 +1 @@\n-a\n+b\n"
END = "\\ No newline at end of file\n"
RENAME = "diff --git a/x b/y\nrename from x\nrename to y\n"


def changes(text: str) -> list[tuple[str | None, str | None, str | None]]:
    return [(c.before, c.after, c.mode) for c in parse_patch(text, field="patch")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"--- a/x\n+++ b/x\n{BODY}", ("x", "x", None)),
        ("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n", (None, "x", None)),
        ("--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", ("x", None, None)),
        (f"--- a/x y\t\n+++ b/x y\t\n{BODY}", ("x y", "x y", None)),
        (f'--- "a/\\303\\251"\n+++ "b/\\303\\251"\n{BODY}', ("é", "é", None)),
        (f'--- "a/\\"q"\n+++ b/"q\n{BODY}', ('"q', '"q', None)),
        (f"diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n{BODY}",
         ("x", "x", None)),
        (f"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n--- a/x\n+++ b/x\n{BODY}",
         ("x", "x", "100755")),
        ("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", ("x", "x", "100755")),
        ("diff --git a/x b b/x b\nold mode 100644\nnew mode 100755\n", ("x b", "x b", "100755")),
        ('diff --git "a/\\303\\251" "b/\\303\\251"\nnew file mode 100644\n', (None, "é", "100644")),
        ("diff --git a/x b/x\nnew file mode 100644\nindex 0000000..e69de29\n",
         (None, "x", "100644")),
        ("diff --git a/x b/x\ndeleted file mode 100644\n", ("x", None, None)),
        ("diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n",
         ("x", "y", None)),
        ('diff --git a/x "b/\\303\\251"\nrename from x\nrename to "\\303\\251"\n',
         ("x", "é", None)),
        (f"{RENAME}dissimilarity index 9%\n--- a/x\n+++ b/y\n{BODY}", ("x", "y", None)),
        (f"--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ f():\n a\n-b\n{END}+c\n{END}", ("x", "x", None)),
        (f"--- a/x\n+++ b/x\n{BODY}@@ -9 +9,0 @@\n-z\n", ("x", "x", None)),
    ],
)  # fmt: skip
def test_accepted(text: str, found: tuple[str | None, str | None, str | None]) -> None:
    assert changes(text) == [found]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not end with a newline"),
        ("\n", "line 1: `` begins no file"),
        (f"--- a/x\n+++ b/x\n{BODY[:-1]}", "does not end with a newline"),
        ("x" * (PATCH_BYTES + 1), "too long"),
        (f"From: me\n\n--- a/x\n+++ b/x\n{BODY}", "line 1: `From: me` begins no file"),
        (f"--- a/x\n+++ b/x\n{BODY}\n--- a/y\n+++ b/y\n{BODY}", "line 6: `` begins no file"),
        (f"--- a/x\n+++ b/x\n{BODY}--- a/x\n+++ b/x\n{BODY}", "changes `x` twice"),
        (f"{RENAME}diff --git a/y b/z\nrename from y\nrename to z\n", "changes `y` twice"),
        (f"--- a/../x\n+++ b/../x\n{BODY}", "holds `..`"),
        (f"--- a//etc/x\n+++ b//etc/x\n{BODY}", "is absolute"),
        (f"--- a/.git\\\\x\n+++ b/x\n{BODY}", "backslash"),
        (f"--- x\n+++ x\n{BODY}", "not a name as git writes it"),
        (f"--- a/x\t2020-01-01\n+++ b/x\n{BODY}", "control character"),
        (f"--- a/x\t\n+++ b/x\t\n{BODY}", "control character"),
        (f'--- "a/\\400"\n+++ "b/x"\n{BODY}', "not a name as git"),
        (f'--- "a/x\n+++ "b/x"\n{BODY}', "not a name as git"),
        (f'--- "a/\\377"\n+++ "b/x"\n{BODY}', "not a name as git"),
        (f'--- "a/\\n"\n+++ "b/x"\n{BODY}', "control character"),
        (f"--- a/x\r\n+++ b/x\r\n{BODY}", "control character"),
        (f"--- a/x\n+++ b/y\n{BODY}", "two names and no rename"),
        ("--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n", "on both sides"),
        ("--- a/x\n", "must follow"),
        ("--- a/x\n+++ b/x\n", "no `@@` part"),
        ("--- a/x\n+++ b/x\n@@ nonsense\n", "is malformed"),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n", "ends before its counts"),
        ("--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n+b\n\n", "ends before its counts"),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n-b\n", "longer than its counts"),
        ("--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n a\n b\n", "longer than its counts"),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file!\n+b\n", "text after"),
        (f"--- a/x\n+++ b/x\n{BODY}+c\n", "begins no file"),
        ("diff --git a/x b/x\n", "changes nothing"),
        ("diff --git a/x b/x\nindex 1234567..89abcde\n", "changes nothing"),
        ("diff --git a/x b/x\nnew file mode 120000\n", "mode `120000` is refused"),
        ("diff --git a/x b/x\nold mode 100644\nnew mode 120000\n", "mode `120000` is refused"),
        ("diff --git a/x b/x\nnew file mode 160000\n", "mode `160000` is refused"),
        ("diff --git a/x b/x\nindex 1234567..89abcde 120000\n", "mode `120000` is refused"),
        ("diff --git a/x b/x\nindex nonsense\n", "`index` is malformed"),
        ("diff --git a/x b/y\nsimilarity index 101%\n", "`similarity index` is malformed"),
        ("diff --git a/x b/x\nnew mode 100644\n", "`old mode` without `new mode`"),
        ("diff --git a/x b/x\nold mode 100644\nold mode 100644\n", "`old mode` twice"),
        ("diff --git a/x b/y\nrename from x\n", "`rename from` without `rename to`"),
        ("diff --git a/x b/x\nrename from x\nrename to x\n", "names of the rename disagree"),
        (f"diff --git a/x b/y\nrename from x\nrename to y\n--- a/x\n+++ b/z\n{BODY}",
         "names of the rename disagree"),
        ("diff --git a/x b/y\ncopy from x\ncopy to y\n", "copies and binary patches"),
        ("diff --git a/x b/x\nGIT binary patch\n", "copies and binary patches"),
        ("diff --git a/x b/x\nBinary files a/x and b/x differ\n", "copies and binary patches"),
        (f"diff --git a/y b/y\n--- a/x\n+++ b/x\n{BODY}", "names of the section disagree"),
        (f'diff --git "a/\\303\\250" b/x\n--- a/x\n+++ b/x\n{BODY}', "names of the section"),
        (f"diff --git a/x b/y\n--- a/x\n+++ b/x\n{BODY}", "names of the section disagree"),
        (f"diff --git a/x\n--- a/x\n+++ b/x\n{BODY}", "names of the section disagree"),
        ("diff --git nonsense\nnew file mode 100644\n", "not a name as git"),
        (f"diff --git a/x b/x\nnew file mode 100644\n--- a/x\n+++ b/x\n{BODY}",
         "headers and `/dev/null` disagree"),
        ("diff --git a/x b/x\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
         "headers and `/dev/null` disagree"),
        ("diff --git a/x b/x\nnew file mode 100644\ndeleted file mode 100644\n", "twice|disagree"),
    ],
)  # fmt: skip
def test_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidIntent, match=message) as caught:
        parse_patch(text, field="patch")
    assert caught.value.field == "patch"
    assert caught.value.hint


def test_not_a_string() -> None:
    with pytest.raises(InvalidIntent, match="must be a string"):
        parse_patch(["--- a/x"], field="patch")


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(InvalidIntent, match="surrogate"):
        parse_patch(f"--- a/x\n+++ b/x\n{BODY}\ud800\n", field="patch")


def test_content_lines_are_kept_byte_for_byte() -> None:
    text = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\r\n+e\u0301\r\n \t--- a/y\n"
    (change,) = parse_patch(text, field="patch")
    assert change.hunks[0].lines == ("-a\r", "+e\u0301\r", " \t--- a/y")


def test_a_line_that_looks_like_a_header_stays_content() -> None:
    text = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/y\n+++ b/y\n c\n"
    assert changes(text) == [("x", "x", None)]


def test_added_bytes_count_newlines() -> None:
    (change,) = parse_patch("--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+é\n+\n", field="patch")
    assert isinstance(change, Change)
    assert change.added_bytes() == len("é\n\n".encode())
