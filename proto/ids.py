"""Names of things, each a type of its own so that one is never passed for another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NewType, Self

from holdfast.proto.digests import Sha256Digest
from holdfast.proto.limits import INTEGER_MAX

RequestId = NewType("RequestId", str)
RuleId = NewType("RuleId", str)
BundleName = NewType("BundleName", str)

_REQUEST_ID: Final = re.compile(r"[0-9a-f]{32}").fullmatch
_RULE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}").fullmatch
_BUNDLE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}").fullmatch
_POLICY_REF: Final = re.compile(r"([^@]+)@(0|[1-9][0-9]{0,18})\+(sha256:.+)").fullmatch


def request_id(random: bytes) -> RequestId:
    """Make an id of 16 random bytes."""
    return parse_request_id(random.hex())


def parse_request_id(text: str) -> RequestId:
    """Read an id of 32 lower-case hex digits."""
    if not _REQUEST_ID(text):
        raise ValueError(f"`{text[:80]}` is not a request id (32 lower-case hex digits)")
    return RequestId(text)


def parse_rule_id(text: str) -> RuleId:
    """Read a rule's `@id`."""
    if not _RULE_ID(text):
        raise ValueError(f"`{text[:80]}` is not a rule id (a-z, 0-9 and `-`, at most 64)")
    return RuleId(text)


def parse_bundle_name(text: str) -> BundleName:
    """Read a policy's name."""
    if not _BUNDLE_NAME(text):
        raise ValueError(f"`{text[:80]}` is not a name (a-z, 0-9, `.`, `_`, `-`, at most 64)")
    return BundleName(text)


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """Exactly which policy decided: `name@revision+sha256:<bundle hash>`; revision 0 is `dev`."""

    name: BundleName
    revision: int
    bundle_hash: Sha256Digest

    def __post_init__(self) -> None:
        """Refuse a revision that is not an unsigned 63-bit number."""
        if not 0 <= self.revision <= INTEGER_MAX:
            raise ValueError(f"revision {self.revision} is not between 0 and 2^63-1")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `name@revision+sha256:<hex>`."""
        if not (found := _POLICY_REF(text)):
            raise ValueError(f"`{text[:120]}` is not `name@revision+sha256:<hex>`")
        name, revision, digest = found.groups()
        return cls(parse_bundle_name(name), int(revision), Sha256Digest.parse(digest))

    def __str__(self) -> str:
        """Return `name@revision+sha256:<hex>`."""
        return f"{self.name}@{self.revision}+{self.bundle_hash}"
