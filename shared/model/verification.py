"""One-time links: whoever opens one has the address to which it was sent."""

from datetime import timedelta
from hashlib import sha256
from typing import Final

from shared.ids import ContactId, ConversationId
from shared.model.base import Utc
from shared.model.people import Actor
from shared.ports.store import Document

PATH: Final = "/verify"
"""Where the page of a link stands, with the code behind it."""
HOLDS_FOR: Final = timedelta(minutes=30)
MOST_LINKS: Final = 3
"""For one conversation, within ``LINKS_WITHIN``."""
LINKS_WITHIN: Final = timedelta(hours=1)


class Verification(Document):
    """A link that was sent; ``id`` is the SHA-256 of its code, which is kept nowhere."""

    conversation_id: ConversationId
    """Where it was asked for. Only the last link of a conversation is good."""
    contact_id: ContactId
    """Whose it is."""
    to: str
    """The mail address to which it went."""
    by: Actor
    at: Utc
    until: Utc
    used_at: Utc | None = None


def verification_id(code: str) -> str:
    """The id of the link with this code."""
    return sha256(code.encode()).hexdigest()
