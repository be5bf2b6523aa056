"""Commands by which an agent writes first."""

from typing import ClassVar

from shared.commands.base import Command
from shared.commands.messages import Reply
from shared.ids import ChannelId, ContactId, ConversationId
from shared.model.inbound import ThreadRef
from shared.model.people import Participant


class Begin(Command):
    """Begin a conversation with a message; ``conversation_id`` is the id that it is to have, in the
    slot of its thread."""

    kind: ClassVar[str] = "command.begin"

    channel_id: ChannelId
    thread: ThreadRef
    person: Participant
    """The customer; an identity that is known already stays as it is."""
    contact_id: ContactId | None = None
    """Whose address it is, where nobody was known by it."""
    from_id: ConversationId | None = None
    """The conversation that goes on here."""
    reply: Reply
    """The first message; its conversation and actor are this command's."""
