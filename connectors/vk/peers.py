"""Peers: whom a community writes with, and what their numbers say.

Above 2,000,000,000 it is a chat, whose number holds for this community alone; above 0 a person;
below 0 a community.
"""

from shared.errors import Rejected
from shared.ids import ExternalId
from shared.model.inbound import ThreadRef

_CHATS = 2_000_000_000
ACCOUNT = "account"
"""The thread of what concerns nobody in particular."""


def is_chat(peer_id: int) -> bool:
    """Several people write there."""
    return peer_id > _CHATS


def thread_of(peer_id: int | None, title: str | None = None) -> ThreadRef:
    """The thread of a peer; None stands for the community itself."""
    name = str(peer_id) if peer_id else ACCOUNT
    group = peer_id is not None and is_chat(peer_id)
    return ThreadRef(
        external_id=ExternalId(name),
        partition_key=name,
        kind="group" if group else "private",
        title=title if group else None,
    )


def peer_of(thread: ExternalId) -> int:
    """The peer of a thread. Raises ``Rejected`` for an id that none of our threads has."""
    digits = thread.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or int(digits) == 0:
        raise Rejected("this conversation has no VK peer id")
    return int(thread)
