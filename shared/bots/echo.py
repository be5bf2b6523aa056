"""The echo bot: says what the customer said. The smallest bot, and a probe of the whole way."""

from collections.abc import Sequence

from shared.commands import Command, Reply
from shared.events import MessageAdded
from shared.model.people import Actor


async def echo(event: MessageAdded, actor: Actor) -> Sequence[Command]:
    """Answer a text with itself, as long as no person has taken the conversation."""
    text = event.message.content.text
    if not text or event.conversation.assignee_id is not None:
        return ()
    return (Reply(conversation_id=event.conversation.id, actor=actor, text=text),)
