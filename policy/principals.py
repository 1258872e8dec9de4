"""Who asks, as Cedar sees it: the subject of who.toml, and how it was authenticated.

Identity comes from the transport only. Nothing here reads an intent.
"""

from __future__ import annotations

from enum import StrEnum

from holdfast.policy.cedar.values import Entity, Uid
from holdfast.policy.source.tables import Subject, Who


class Auth(StrEnum):
    """How the transport knows who it is."""

    NONE = "none"
    UID = "uid"
    MTLS = "mtls"
    KEY = "key"
    OIDC = "oidc"


class Assurance(StrEnum):
    """How much that proves."""

    NONE = "none"
    LOCAL = "local"
    SESSION = "session"
    SIGNED = "signed"


def principal_entity(
    who: Who,
    subject: Subject,
    auth: Auth = Auth.UID,
    assurance: Assurance = Assurance.LOCAL,
) -> Entity:
    """Return the principal of a request; its groups come from who.toml, through other groups."""
    return Entity(
        Uid(subject.kind, subject.id),
        {"project": subject.project, "auth": auth.value, "assurance": assurance.value},
        frozenset(Uid("Group", group) for group in who.groups_of(subject.id)),
    )
