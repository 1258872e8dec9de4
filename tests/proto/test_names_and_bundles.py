"""Digests, ids and the two kinds of bundle."""

from __future__ import annotations

import ast
import copy
import pickle
from pathlib import Path

import pytest

from holdfast.proto import limits
from holdfast.proto.bundle import DevBundle, VerifiedBundle, seal_verified
from holdfast.proto.digests import Blake3Fingerprint, Sha256Digest
from holdfast.proto.ids import (
    PolicyRef,
    parse_bundle_name,
    parse_request_id,
    parse_rule_id,
    request_id,
)

HEX = "ab" * 32
REF = PolicyRef(parse_bundle_name("demo"), 1, Sha256Digest(HEX))


@pytest.mark.guarantee("G-07")
def test_the_two_digests_never_meet() -> None:
    sha: object = Sha256Digest(HEX)
    blake: object = Blake3Fingerprint(HEX)
    assert sha != blake
    assert len({sha, blake}) == 2
    assert not issubclass(Sha256Digest, Blake3Fingerprint)
    assert Sha256Digest.__mro__[1:] == (object,)
    assert Blake3Fingerprint.__mro__[1:] == (object,)
    with pytest.raises(ValueError, match="is not `sha256:`"):
        Sha256Digest.parse(str(blake))
    with pytest.raises(ValueError, match="is not `blake3:`"):
        Blake3Fingerprint.parse(str(sha))


def test_digests_round_trip() -> None:
    assert Sha256Digest.parse(f"sha256:{HEX}") == Sha256Digest(HEX)
    assert str(Blake3Fingerprint.parse(f"blake3:{HEX}")) == f"blake3:{HEX}"
    assert str(Sha256Digest.of(b"")).startswith("sha256:e3b0c442")


@pytest.mark.parametrize("bad", ["", HEX, HEX.upper(), f"sha256:{HEX[1:]}", f"SHA256:{HEX}"])
def test_what_is_not_a_digest(bad: str) -> None:
    with pytest.raises(ValueError, match="lower-case hex"):
        Sha256Digest.parse(bad)
    with pytest.raises(ValueError, match="lower-case hex"):
        Blake3Fingerprint(bad[:63])


def test_ids() -> None:
    assert request_id(b"\x01" * 16) == "01" * 16
    assert parse_rule_id("no-credentials") == "no-credentials"
    for parse, bad in (
        (parse_request_id, "01" * 15),
        (parse_request_id, "0G" * 16),
        (parse_rule_id, "No"),
        (parse_rule_id, "a" * 65),
        (parse_bundle_name, "-a"),
        (parse_bundle_name, ""),
    ):
        with pytest.raises(ValueError, match="is not a"):
            parse(bad)


def test_policy_ref_round_trips() -> None:
    text = f"demo@1+sha256:{HEX}"
    assert str(PolicyRef.parse(text)) == text
    for bad in (f"demo@01+sha256:{HEX}", f"demo@-1+sha256:{HEX}", f"demo+sha256:{HEX}", "demo@1"):
        with pytest.raises(ValueError, match="is not `name@revision"):
            PolicyRef.parse(bad)
    with pytest.raises(ValueError, match="between 0 and"):
        PolicyRef(REF.name, 2**63, REF.bundle_hash)


def test_a_verified_bundle_cannot_be_made_copied_or_read_back() -> None:
    fingerprint = Blake3Fingerprint(HEX)
    with pytest.raises(TypeError, match="only the checks"):
        VerifiedBundle(REF, {}, fingerprint, seal=object())
    sealed = seal_verified(REF, {"rules/a.cedar": b"x"}, fingerprint)
    assert (sealed.ref, sealed.fingerprint) == (REF, fingerprint)
    assert dict(sealed.files) == {"rules/a.cedar": b"x"}
    for again in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be pickled or copied"):
            again(sealed)


def test_a_verified_bundle_has_no_heirs_and_never_changes() -> None:
    with pytest.raises(TypeError, match="nothing inherits"):
        type("Forged", (VerifiedBundle,), {"__init__": object.__init__})
    sealed = seal_verified(REF, {}, Blake3Fingerprint(HEX))
    for name in ("_ref", "_files", "more"):
        with pytest.raises(AttributeError, match="immutable"):
            setattr(sealed, name, None)
    assert sealed.ref == REF


def test_only_the_checks_may_seal() -> None:
    root = Path(__file__).parents[2]
    takers = [
        path.relative_to(root).as_posix()
        for room in ("runtime", "policy", "edge", "tools", "oci", "proto")
        for path in sorted((root / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.alias) and node.name in {"seal_verified", "_SEAL"})
        or (isinstance(node, ast.Attribute) and node.attr in {"seal_verified", "_SEAL"})
    ]
    assert takers == []  # the room of the checks is still empty


def test_a_dev_bundle_is_loud_and_named_by_its_bytes() -> None:
    name = parse_bundle_name("demo")
    one = DevBundle.of_folder(name, {"a": b"1", "b": b"2"})
    assert one.ref.revision == 0
    assert "unsigned" in one.warning
    assert DevBundle.of_folder(name, {"b": b"2", "a": b"1"}).ref == one.ref
    for other in ({"a": b"12", "b": b""}, {"a": b"1"}, {"a": b"1", "b": b"3"}, {"ab": b"12"}):
        assert DevBundle.of_folder(name, other).ref != one.ref
    assert dict(one.files) == {"a": b"1", "b": b"2"}


def test_every_ceiling_is_in_the_table() -> None:
    named = {limit.name.upper(): limit for limit in limits.LIMITS}
    constants = {name for name in vars(limits) if name.isupper() and name != "LIMITS"}
    assert set(named) == constants
    for name, limit in named.items():
        assert getattr(limits, name) == limit.value
        assert limit.why
