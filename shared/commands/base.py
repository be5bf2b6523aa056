"""What every command has."""

from typing import ClassVar

from shared.ids import ConversationId
from shared.model.base import Model
from shared.model.people import Actor


class Command(Model):
    """What every command has. The actor of a bot is replaced by the one the broker checked."""

    kind: ClassVar[str] = ""

    conversation_id: ConversationId
    actor: Actor
