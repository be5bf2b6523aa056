"""Which contacts were made one, which are to stay apart, and whose a key is."""

from shared.ids import ContactId, IdentityId
from shared.model.base import Utc
from shared.model.people import Actor, Contact
from shared.ports.store import Document


class ContactMerge(Document):
    """Two contacts were made one. Kept for ever: undoing it is the inverse."""

    into_id: ContactId
    from_id: ContactId
    identity_ids: tuple[IdentityId, ...]
    """Those that moved."""
    key: str | None = None
    """The verified key that both had; None: by hand."""
    before: Contact
    """The contact that went on, as it was,"""
    after: Contact
    """and as the merge left it: what it gained is taken back when the merge is undone."""
    by: Actor
    at: Utc
    undone_at: Utc | None = None
    undone_by: Actor | None = None
    version: int = 1


class KeptApart(Document):
    """Somebody has said that two contacts are two people. ``id`` is made by ``pair_id``."""

    by: Actor
    at: Utc


class ContactKey(Document):
    """Whose a verified key is; ``id`` is the key. So two that bring the same one at the same moment
    find each other."""

    identity_id: IdentityId
    at: Utc
    version: int = 1


def pair_id(one: str, other: str) -> str:
    """The same for two contacts in either order."""
    return "\n".join(sorted((one, other)))
