"""The shared string and parameter rules."""

from __future__ import annotations

import re

import pytest

from holdfast.policy.facts.model import InvalidIntent
from holdfast.policy.facts.names import (
    quote,
    require_bytes_at_most,
    require_match,
    require_seen,
    require_text,
    suggest,
)
from holdfast.policy.facts.params import choice, content_bytes, flag, require_fields, whole_number
from holdfast.proto.limits import CONTENT_BYTES


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "`plain`"),
        ("a`b", "`a\\u{60}b`"),
        ("line\nbreak", "`line\\u{a}break`"),
        ("\u202eevil", "`\\u{202e}evil`"),
        ("\ud800", "`\\u{d800}`"),
        ("x" * 80, f"`{'x' * 80}`"),
        ("x" * 81, f"`{'x' * 77}...`"),
    ],
)
def test_quote_cannot_forge(text: str, shown: str) -> None:
    assert quote(text) == shown


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("pth", {"path", "content"}, "did you mean `path`?"),
        ("zzz", {"path", "content"}, "known: content, path"),
        ("x", set[str](), "there is none"),
    ],
)
def test_suggest(name: str, known: set[str], hint: str) -> None:
    assert suggest(name, known) == hint


@pytest.mark.parametrize("text", ["", "abc", "é", "日本", "a\nb", "\u200d"])
def test_text_is_returned_as_it_is(text: str) -> None:
    assert require_text(text, field="f") is text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (7, "must be a string"),
        (None, "must be a string"),
        (b"x", "must be a string"),
        ("\udc80", "surrogate"),
        ("e\u0301", "NFC"),
        ("\u212b", "NFC"),
    ],
)
def test_text_is_refused(value: object, message: str) -> None:
    with pytest.raises(InvalidIntent, match=message) as caught:
        require_text(value, field="f")
    assert caught.value.field == "f"
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "a b", "é", "日本語", "🙂", "\ue000", "non\u00a0breaking"])
def test_seen_text_is_returned(text: str) -> None:
    assert require_seen(text, field="f") is text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a\x00", "a control character, U\\+0000"),
        ("a\n", "a control character"),
        ("a\x7f", "a control character"),
        ("a\x9b", "a control character"),
        ("a\u200b", "an invisible character"),
        ("\ufeffa", "an invisible character"),
        ("a\u202eb", "an invisible character, U\\+202E"),
        ("a\u00adb", "an invisible character"),
        ("a\ufe0f", "an invisible character, U\\+FE0F"),
        ("a\u3164", "an invisible character"),
        ("a\U000e0101", "an invisible character"),
        ("a\u2028", "a line separator"),
        ("a\u2029", "a paragraph separator"),
        ("a\uffff", "an unassigned character"),
    ],
)
def test_unseen_text_is_refused(text: str, kind: str) -> None:
    with pytest.raises(InvalidIntent, match=kind):
        require_seen(text, field="f")


@pytest.mark.parametrize(("text", "limit"), [("", 0), ("abcd", 4), ("éé", 4), ("a" * 10, 1000)])
def test_bytes_within_the_limit(text: str, limit: int) -> None:
    require_bytes_at_most(text, limit, field="f")


@pytest.mark.parametrize(("text", "limit"), [("abcde", 4), ("ééa", 4), ("日日", 5)])
def test_bytes_over_the_limit(text: str, limit: int) -> None:
    with pytest.raises(InvalidIntent, match="bytes long") as caught:
        require_bytes_at_most(text, limit, field="f")
    assert caught.value.hint == f"the most is {limit} bytes"


def test_match_describes_its_rule() -> None:
    pattern = re.compile("[a-z]+")
    assert require_match("abc", pattern, field="f", rule="letters") == "abc"
    with pytest.raises(InvalidIntent, match="`ab1` is not a name") as caught:
        require_match("ab1", pattern, field="f", rule="letters")
    assert caught.value.hint == "letters"


def test_fields_known_and_complete() -> None:
    require_fields({"a": 1}, required={"a"})
    require_fields({"a": 1, "b": 2}, required={"a"}, optional={"b", "c"})


@pytest.mark.parametrize(
    ("params", "field", "message", "hint"),
    [
        ({"path": "x", "contents": ""}, "contents", "unknown parameter", "mean `content`?"),
        ({"path": "x"}, "content", "is missing", "add `content`"),
        ({}, "content", "is missing", "add `content`"),
        ({"x" * 200: 1}, "x" * 80, "unknown parameter", "known"),
    ],
)
def test_fields_refused(params: dict[str, object], field: str, message: str, hint: str) -> None:
    with pytest.raises(InvalidIntent, match=message) as caught:
        require_fields(params, required={"path", "content"})
    assert caught.value.field == field
    assert hint in caught.value.hint


def test_choice() -> None:
    assert choice({}, "method", {"GET", "PUT"}, "GET") == "GET"
    assert choice({"method": "PUT"}, "method", {"GET", "PUT"}, "GET") == "PUT"
    with pytest.raises(InvalidIntent, match="`PUTT` is not one of its values") as caught:
        choice({"method": "PUTT"}, "method", {"GET", "PUT"}, "GET")
    assert caught.value.hint == "did you mean `PUT`?"


def test_flag() -> None:
    assert flag({}, "force") is False
    assert flag({"force": True}, "force") is True
    for value in ("false", 0, 1, None):
        with pytest.raises(InvalidIntent, match="true or false"):
            flag({"force": value}, "force")


def test_whole_number() -> None:
    def read(value: object) -> int:
        return whole_number({"uses": value}, "uses", least=1, most=9, default=1)

    assert whole_number({}, "uses", least=1, most=9, default=3) == 3
    assert (read(1), read(9)) == (1, 9)
    for value in (True, "3", 1.0, None):
        with pytest.raises(InvalidIntent, match="whole number"):
            read(value)
    for value in (0, 10):
        with pytest.raises(InvalidIntent, match="out of range") as caught:
            read(value)
        assert caught.value.hint == "between 1 and 9"


@pytest.mark.parametrize(
    ("params", "content"),
    [
        ({}, b""),
        ({"content": "é\n"}, "é\n".encode()),
        ({"content": "e\u0301"}, "e\u0301".encode()),
        ({"content": "x", "encoding": "utf-8"}, b"x"),
        ({"content": "AP8=", "encoding": "base64"}, b"\x00\xff"),
        ({"content": "", "encoding": "base64"}, b""),
    ],
)
def test_content(params: dict[str, object], content: bytes) -> None:
    assert content_bytes(params, "content", "encoding") == content


@pytest.mark.parametrize(
    ("params", "field", "message"),
    [
        ({"content": 1}, "content", "must be a string"),
        ({"content": None}, "content", "must be a string"),
        ({"content": "\ud800"}, "content", "surrogate"),
        ({"content": "x", "encoding": "latin-1"}, "encoding", "not one of its values"),
        ({"content": "AP8", "encoding": "base64"}, "content", "is not base64"),
        ({"content": "A P8=", "encoding": "base64"}, "content", "is not base64"),
        ({"content": "AP8=é", "encoding": "base64"}, "content", "is not base64"),
        ({"content": "AP9=", "encoding": "base64"}, "content", "canonical"),
        ({"content": "x" * (CONTENT_BYTES + 1)}, "content", "bytes long"),
    ],
)
def test_content_refused(params: dict[str, object], field: str, message: str) -> None:
    with pytest.raises(InvalidIntent, match=message) as caught:
        content_bytes(params, "content", "encoding")
    assert caught.value.field == field
