"""Telling conversations that what they hold of their contact is another now.

Conversations are the router's to write. Whoever changes a contact leaves a timer for each of its
conversations in the same commit: what is told cannot be lost, and may be told twice.
"""

from datetime import datetime
from typing import Final

from shared.ids import ConversationId
from shared.model.records import Timer

FACTS: Final = "facts"
MOST_TOLD: Final = 50
"""Of each identity, the conversations that moved last. Older ones are told when they go on."""


def facts_timer(conversation_id: ConversationId, at: datetime) -> Timer:
    """Let the conversation look at its contact again. One per conversation."""
    return Timer(
        id=f"facts/{conversation_id}", kind=FACTS, conversation_id=conversation_id, due_at=at
    )
