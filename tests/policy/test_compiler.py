"""The compiler the checks use."""

from __future__ import annotations

from importlib.resources import files

import pytest

from holdfast.policy.compiler import FolderCompiler, policy_compiler
from holdfast.policy.fingerprint import fingerprint
from holdfast.proto.digests import Sha256Digest
from holdfast.proto.errors import HoldfastError
from holdfast.proto.ids import BundleName, PolicyRef
from holdfast.proto.reasons import Code

FOLDER = {
    "holdfast.toml": b'name = "demo"\n',
    "who.toml": b'[[agent]]\nid = "a"\nuid = 1001\n',
    "rules/a.cedar": b'@id("a") permit(principal, action in Action::"read", resource);',
    "tests/a.toml": b"""
[[test]]
name = "reads"
kind = "fs.read"
params = { path = "a" }
expect = "allow"
[[test]]
name = "writes"
kind = "fs.delete"
params = { path = "a" }
expect = "allow"
""",
}


def corpus(name: str) -> bytes:
    return (files("holdfast.policy.probes") / f"{name}.jsonl").read_bytes()


def test_a_folder_says_what_it_does_and_which_of_its_tests_fail() -> None:
    compiled = policy_compiler(corpus).compile(FOLDER)
    assert compiled.failing_tests() == ("writes",)
    assert str(compiled.fingerprint()).startswith("blake3:")
    again = policy_compiler(corpus).compile({**FOLDER, "README.md": b"hello"})
    assert again.fingerprint() == compiled.fingerprint()


def test_both_engines_compute_one_fingerprint() -> None:
    compiled = FolderCompiler(corpus).compile(FOLDER)
    assert compiled.reference_fingerprint() == compiled.fingerprint()


def test_the_policy_takes_the_name_of_its_bundle() -> None:
    compiled = FolderCompiler(corpus).compile(FOLDER)
    ref = PolicyRef(BundleName("demo"), 7, Sha256Digest("ab" * 32))
    named = compiled.named(ref)
    assert (named.ref, named.ref_text) == (ref, str(ref))
    assert fingerprint(named, compiled.corpus) == compiled.fingerprint()


def test_a_folder_that_does_not_load_is_policy_invalid_with_its_first_mistake() -> None:
    with pytest.raises(HoldfastError) as refused:
        policy_compiler(corpus).compile({**FOLDER, "rules/a.cedar": b"permit("})
    assert refused.value.code is Code.POLICY_INVALID
    assert refused.value.message.startswith("rules/a.cedar:1:")


def test_a_corpus_that_somebody_changed_computes_nothing() -> None:
    with pytest.raises(HoldfastError) as refused:
        FolderCompiler(lambda name: corpus(name) + b"\n").compile(FOLDER)
    assert refused.value.code is Code.INTERNAL
