"""Accepting flips: entries of holdfast.toml, written by us and read by everybody.

The file is an author's: nothing in it is rewritten, sorted or reformatted. Entries go to its
end, where an array of tables may always stand, and the result is read back before it is
returned: a manifest that no longer says what it said, plus this, is never handed over.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable

from holdfast.policy.author.flips import Flip, describe
from holdfast.proto.errors import HoldfastError
from holdfast.proto.reasons import Code


def accept(manifest_text: str, flips: Iterable[Flip], why: str) -> str:
    """Return holdfast.toml with an `[[accepted]]` entry for each flip not accepted yet."""
    if not why.strip():
        raise HoldfastError(
            Code.POLICY_INVALID, "an acceptance says why", hint='`--accept "why it is right"`'
        )
    fresh = [flip for flip in flips if not flip.accepted]
    if not fresh:
        return manifest_text
    line = "\r\n" if "\r\n" in manifest_text else "\n"
    text = manifest_text
    if text and not text.endswith("\n"):
        text += line
    for flip in fresh:
        entry = [
            "",
            f"# {_comment(describe(flip))}",
            "[[accepted]]",
            f"witness = {_text(flip.id)}",
            f"from = {_text(flip.before)}",
            f"to = {_text(flip.after)}",
            f"why = {_text(why)}",
        ]
        text += line.join(entry) + line
    _require_same(manifest_text, text, fresh, why)
    return text


def _require_same(before: str, after: str, fresh: list[Flip], why: str) -> None:
    """Refuse a result that does not read as the manifest before plus the entries."""
    wanted = tomllib.loads(before)
    entries = [
        {"witness": flip.id, "from": flip.before, "to": flip.after, "why": why} for flip in fresh
    ]
    try:
        wanted["accepted"] = [*wanted.get("accepted", []), *entries]
        read = tomllib.loads(after)
    except (tomllib.TOMLDecodeError, TypeError):
        read = {}
    if read != wanted:
        raise HoldfastError(
            Code.POLICY_INVALID,
            "holdfast.toml writes `accepted` in a form that cannot be added to",
            hint="write each accepted flip as its own `[[accepted]]` table",
        )


def _comment(text: str) -> str:
    return "".join(char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in text)


def _text(text: str) -> str:
    """Write a TOML basic string."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(char) or _escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    return char if char.isprintable() else f"\\U{ord(char):08X}"
