"""The laws of the normalisers, attacked by generated text.

1. What is accepted is returned byte for byte (paths, branches, names), or is its own canonical
   form (hosts, URLs, remotes): normalising again changes nothing.
2. Two accepted texts with the same facts are the same text, up to the canonical form.
3. Nothing accepted contains what is refused.
4. What is judged is what is executed: facts and payload hold the same bytes.
5. An operand is resolved as posixpath resolves it, or nobody can judge it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from unicodedata import category, is_normalized

from hypothesis import given, strategies as st

from holdfast.policy.facts.addresses import address_text, ip_class, parse_v4_number, parse_v6
from holdfast.policy.facts.files import fs_touches
from holdfast.policy.facts.hosts import canonical_host
from holdfast.policy.facts.model import InvalidIntent, Unjudgeable, World
from holdfast.policy.facts.patches import parse_patch
from holdfast.policy.facts.paths import parse_relative, path_entity, resolve_operand
from holdfast.policy.facts.repos import parse_branch, parse_remote
from holdfast.policy.facts.sensitive import is_sensitive
from holdfast.policy.facts.url_grammar import parse_url
from holdfast.policy.facts.urls import url_touches

WORLD = World(workspaces={"main": "/w/tree", "docs": "/w/docs"})

_PIECES = st.sampled_from(
    ["a", ".env", "..", ".", "/", "//", "\\", "~", " ", "src", "é", "e\u0301", "\u200b", "C:", ":",
     "%2E", "%2F", "%252E", "?", "#", "@", "[", "]", "x.y", "-", "1", "0x7f", "①", "\n", "\x00",
     "example.com", "xn--bcher-kva", "ß", "\ud800", "..;", "\uff0e", "refs/", ".git", ".lock"]
)  # fmt: skip
TEXTS = st.lists(_PIECES, max_size=8).map("".join) | st.text(max_size=12)


def accepted(parse: Callable[[str], object], text: str) -> object:
    try:
        return parse(text)
    except (InvalidIntent, Unjudgeable):
        return None


def clean(text: str) -> bool:
    unseen = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
    return is_normalized("NFC", text) and all(category(char) not in unseen for char in text)


@given(TEXTS)
def test_paths(text: str) -> None:
    path = accepted(lambda t: parse_relative(t, field="path"), text)
    if path is None:
        return
    assert path == text
    assert clean(text)
    assert posixpath.normpath(text) == text
    assert text[0] != "/"
    assert "\\" not in text
    assert ".." not in text.split("/")
    entity = path_entity(text)
    assert entity.uid.id == entity.attrs["path"] == text
    assert entity.attrs["sensitive"] is is_sensitive(text)
    assert resolve_operand(text, workdir=".", world=WORLD, shell=False) == entity


@given(TEXTS, st.sampled_from([".", "src", "src/a", "//docs", "//docs/x"]))
def test_operands(text: str, workdir: str) -> None:
    try:
        entity = resolve_operand(text, workdir=workdir, world=WORLD, shell=False)
    except (InvalidIntent, Unjudgeable):
        return
    base = "/w/docs" + workdir[6:] if workdir.startswith("//") else f"/w/tree/{workdir}"
    wanted = posixpath.normpath(posixpath.join(base, text))
    wanted = "/" + wanted.lstrip("/")
    ident = entity.uid.id
    if ident.startswith("//docs"):
        assert f"/w/docs{ident[6:]}" == wanted
    elif entity.ancestors:
        assert posixpath.normpath(f"/w/tree/{ident}") == wanted
    else:
        assert ident == wanted
        assert not f"{wanted}/".startswith(("/w/tree/", "/w/docs/"))


@given(TEXTS)
def test_hosts(text: str) -> None:
    host = accepted(canonical_host, text)
    if host is None:
        return
    found = canonical_host(text)
    assert canonical_host(found.text) == found
    assert found.text.isascii()
    assert found.text == found.text.lower()
    assert not set(found.text) & set("%/\\@?# _")


@given(TEXTS, st.sampled_from(["https://h/", "https://", "http://h", "https://h/?", ""]))
def test_urls(text: str, lead: str) -> None:
    whole = lead + text
    if accepted(parse_url, whole) is None:
        return
    url = parse_url(whole)
    assert parse_url(url.href) == url
    assert whole.endswith(url.path if not url.query else url.query) or url.path == "/"
    assert clean(url.href)
    assert not set(url.href) & set("\\#@ \t") - ({"@"} if "@" in url.path + url.query else set())
    assert not {".", ".."} & set(url.path.split("/"))


@given(TEXTS)
def test_branches_and_remotes(text: str) -> None:
    if accepted(lambda t: parse_branch(t, field="b"), text) is not None:
        assert clean(text)
        assert not set(text) & set(" ~^:?*[\\")
    remote = accepted(lambda t: parse_remote(t, field="r"), f"git@h:o/{text}")
    if remote is not None:
        address = parse_remote(f"git@h:o/{text}", field="r").address
        assert parse_remote(address, field="r") == remote


@given(st.integers(0, 2**128 - 1))
def test_v6_texts_are_canonical(value: int) -> None:
    text = ":".join(f"{value >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))
    address = parse_v6(text)
    assert address is not None
    assert address.address == value
    assert parse_v6(address_text(address)) == address
    assert canonical_host(f"[{text}]").text == address_text(address)


@given(st.integers(0, 2**32 - 1))
def test_v4_spellings_are_one_address(value: int) -> None:
    first, rest = value >> 24, value & 0xFFFFFF
    spellings = [str(value), hex(value), f"0{value:o}", f"{first}.{rest}", f"{hex(first)}.{rest}"]
    found = {parse_v4_number(text) for text in spellings}
    assert len(found) == 1
    (address,) = found
    assert address is not None
    assert address.address == value
    mapped = parse_v6(f"::ffff:{address_text(address)}")
    assert mapped is not None
    assert ip_class(mapped) == ip_class(address)


@given(TEXTS)
def test_judged_is_executed(text: str) -> None:
    try:
        read = fs_touches("fs.read", {"path": text}, WORLD)
        assert read.payload["path"] == read.touches[0].resource.uid.id == text
    except InvalidIntent:
        pass
    try:
        sent = url_touches({"url": f"https://h/{text}"}, WORLD)
        assert sent.payload["url"] == sent.touches[0].resource.uid.id == f"https://h/{text}"
    except InvalidIntent:
        pass


@given(TEXTS)
def test_names_in_patches_obey_the_path_grammar(text: str) -> None:
    patch = f"--- a/{text}\n+++ b/{text}\n@@ -1 +1 @@\n-a\n+b\n"
    found = accepted(lambda t: parse_patch(t, field="patch"), patch)
    if found is not None:
        (change,) = parse_patch(patch, field="patch")
        assert change.after is not None
        assert parse_relative(change.after, field="path") == change.before


@given(st.sampled_from(["a/.env", ".ssh/x", "id_rsa", "k.pem", ".aws/credentials"]), st.data())
def test_no_spelling_of_a_sensitive_name_is_harmless(path: str, data: st.DataObject) -> None:
    swap = data.draw(st.lists(st.booleans(), min_size=len(path), max_size=len(path)))
    spelt = "".join(c.upper() if up else c for c, up in zip(path, swap, strict=True))
    tail = data.draw(st.sampled_from(["", ".", " ", ". .", ":x", "::$DATA", "~", ".bak"]))
    assert is_sensitive(spelt + tail)
