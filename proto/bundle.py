"""The two things a policy may come from, and what makes a program of it.

Rules:
1. `VerifiedBundle` is sealed: it cannot be constructed, only minted by the checks in `oci/`
   (a test reads every call of `seal_verified`). Whoever holds one may run it.
2. `DevBundle` is loud: it says `dev` wherever it is shown and is refused in `prod`.
3. Both carry the very bytes that were checked; nothing is read a second time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol, Self, final

from holdfast.proto.digests import Blake3Fingerprint, Sha256Digest
from holdfast.proto.ids import BundleName, PolicyRef

_SEAL: Final = object()
_DEV_DOMAIN: Final = b"holdfast dev folder v1\x00"


@final
class VerifiedBundle:
    """A bundle that passed every check. There is no other way to get one."""

    __slots__ = ("_files", "_fingerprint", "_ref")
    _ref: PolicyRef
    _files: Mapping[str, bytes]
    _fingerprint: Blake3Fingerprint

    def __init__(
        self,
        ref: PolicyRef,
        files: Mapping[str, bytes],
        fingerprint: Blake3Fingerprint,
        *,
        seal: object,
    ) -> None:
        """Refuse everybody who does not hold the seal."""
        if seal is not _SEAL:
            raise TypeError("only the checks make a VerifiedBundle")
        put = object.__setattr__
        put(self, "_ref", ref)
        put(self, "_files", MappingProxyType(dict(files)))
        put(self, "_fingerprint", fingerprint)

    @property
    def ref(self) -> PolicyRef:
        """Exactly which bundle this is."""
        return self._ref

    @property
    def files(self) -> Mapping[str, bytes]:
        """Relative path to the bytes that were verified."""
        return self._files

    @property
    def fingerprint(self) -> Blake3Fingerprint:
        """What the policy does, as signed and as recomputed here."""
        return self._fingerprint

    def __init_subclass__(cls) -> None:
        """Refuse heirs: one with its own `__init__` would need no seal."""
        raise TypeError("nothing inherits from VerifiedBundle")

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse changes: what was verified is what these bytes were then."""
        raise AttributeError(f"a VerifiedBundle is immutable: `{name}` stays")

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse pickling: a bundle read back from bytes is not verified."""
        raise TypeError("a VerifiedBundle cannot be pickled or copied; verify it again")


def seal_verified(
    ref: PolicyRef, files: Mapping[str, bytes], fingerprint: Blake3Fingerprint
) -> VerifiedBundle:
    """Mint one. Only the last check of `oci/` may call this."""
    return VerifiedBundle(ref, files, fingerprint, seal=_SEAL)


@final
class DevBundle:
    """A local folder nobody signed. Loud, and refused outside development."""

    __slots__ = ("_files", "_ref")
    warning: Final = "dev: this policy is an unsigned local folder"

    def __init__(self, ref: PolicyRef, files: Mapping[str, bytes]) -> None:
        """Keep the bytes as they were read."""
        self._ref = ref
        self._files = MappingProxyType(dict(files))

    @classmethod
    def of_folder(cls, name: BundleName, files: Mapping[str, bytes]) -> Self:
        """Take a folder's files as they are; revision 0 marks it as unsigned."""
        digest = hashlib.sha256(_DEV_DOMAIN)
        for path in sorted(files):
            for part in (path.encode("utf-8"), files[path]):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
        return cls(PolicyRef(name, 0, Sha256Digest(digest.hexdigest())), files)

    @property
    def ref(self) -> PolicyRef:
        """Name, revision 0 and the hash of the files."""
        return self._ref

    @property
    def files(self) -> Mapping[str, bytes]:
        """Relative path to bytes."""
        return self._files


Bundle = VerifiedBundle | DevBundle


class CompiledPolicy(Protocol):
    """What a compiler returns to the checks: behaviour, and whether it keeps its own promises."""

    def fingerprint(self) -> Blake3Fingerprint:
        """Compute what this policy does, by running it over its probes and tests."""
        ...

    def failing_tests(self) -> tuple[str, ...]:
        """Run the folder's own tests; name those that fail."""
        ...


class PolicyCompiler(Protocol):
    """How `oci/` compiles a policy without knowing `policy/`."""

    def compile(self, files: Mapping[str, bytes]) -> CompiledPolicy:
        """Compile a folder's files, or raise `HoldfastError` with `policy_invalid`."""
        ...
