"""The compiler the checks use: a folder's files to what it does, and whether it keeps its word.

It is the `PolicyCompiler` of `proto`, so that `oci/` verifies bundles without knowing this room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from holdfast.policy.author.cases import run_cases
from holdfast.policy.fingerprint import fingerprint
from holdfast.policy.loader import Refused, load_policy
from holdfast.policy.policy import Policy
from holdfast.policy.probes import CORPORA
from holdfast.policy.reference import reference_engine
from holdfast.proto.bundle import PolicyCompiler
from holdfast.proto.digests import Blake3Fingerprint
from holdfast.proto.errors import HoldfastError
from holdfast.proto.ids import PolicyRef
from holdfast.proto.reasons import Code

ReadCorpus = Callable[[str], bytes]
"""How the bytes of a shipped corpus are had; this room opens no file."""


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A policy that loads, and the corpus its fingerprint is computed over."""

    policy: Policy
    corpus: bytes

    def fingerprint(self) -> Blake3Fingerprint:
        """Compute what this policy does, with the compiled program."""
        return fingerprint(self.policy, self.corpus)

    def reference_fingerprint(self) -> Blake3Fingerprint:
        """Compute the same with the Cedar engine: a build refuses when the two differ."""
        engine = reference_engine([rule.template for rule in self.policy.program.rules])
        return fingerprint(self.policy, self.corpus, evaluate=engine)

    def failing_tests(self) -> tuple[str, ...]:
        """Run the folder's own tests; name those that fail."""
        return tuple(result.case.name for result in run_cases(self.policy).failed)

    def named(self, ref: PolicyRef) -> Policy:
        """Return the policy under the name of the bundle it was compiled from."""
        return replace(self.policy, ref=ref, ref_text=str(ref))


@dataclass(frozen=True, slots=True)
class FolderCompiler:
    """Compiles folders."""

    read_corpus: ReadCorpus

    def compile(self, files: Mapping[str, bytes]) -> Compiled:
        """Compile a folder's files, or raise `HoldfastError` with `policy_invalid`."""
        loaded = load_policy(files)
        if isinstance(loaded, Refused):
            first = loaded.problems[0]
            raise HoldfastError(
                Code.POLICY_INVALID,
                f"{first.file}:{first.line}:{first.column}: {first.message}",
                hint=f"{len(loaded.problems)} problems; see `holdfast policy check`",
            )
        return Compiled(loaded.policy, self._corpus(loaded.policy.manifest.probe_corpus))

    def _corpus(self, name: str) -> bytes:
        data = self.read_corpus(name)
        if sha256(data).hexdigest() != CORPORA.get(name):
            # A probe set that somebody changed would make any behaviour look like the signed one.
            raise HoldfastError(Code.INTERNAL, f"the probe corpus `{name}` is not as it shipped")
        return data


def policy_compiler(read_corpus: ReadCorpus) -> PolicyCompiler:
    """Return the compiler as the checks know it."""
    return FolderCompiler(read_corpus)
