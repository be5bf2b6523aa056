"""Calls: one message for each, and a missed one asks for a call back."""

from datetime import timedelta
from typing import Any, Final

from router import refs, timeline
from router.inbound import messages
from router.places import Place
from router.work import Work
from shared.collections import CONVERSATIONS, MESSAGES
from shared.ids import MessageId
from shared.model.content import Attachment, Call, Content
from shared.model.conversation import Conversation
from shared.model.deadlines import Deadlines
from shared.model.inbound import Inbound
from shared.model.message import Message

CALL_BACK: Final = "call-back"
"""The label of a conversation in which somebody is to be called back."""
CALL_BACK_WITHIN: Final = timedelta(minutes=15)


def call_in(content: Content) -> Call | None:
    """The call that a message tells of."""
    return next((block for block in content.blocks if isinstance(block, Call)), None)


async def tell(work: Work, item: Inbound, place: Place, call: Call) -> MessageId | None:
    """Store a call, or add to the one that is known what is new: its recording above all."""
    names = refs.thread_names(item.thread.external_id, place.conversation)
    known = await refs.find_message(work.unit, item.channel_id, names, item.external_id)
    if known is not None:
        content = _completed(known.content, item.content)
        if content != known.content:
            # Nothing that was said has changed: this is no edit.
            await timeline.amend(work, known, {"content": content})
        return known.id
    waited_since = place.conversation.waiting_since if place.conversation else None
    message_id = await messages.store(work, item, place)
    if message_id is None or call.direction == "out":
        return message_id
    message = await _stored(work, message_id)
    if message.muted:
        return message_id
    conversation = await work.unit.get(CONVERSATIONS, message.conversation_id)
    if conversation is None:
        return message_id
    if call.answered:
        fields: dict[str, Any] = {"waiting_since": waited_since}
    else:
        fields = _to_call_back(conversation, message)
    timeline.change(work, conversation, "call", fields)
    return message_id


def _to_call_back(conversation: Conversation, message: Message) -> dict[str, Any]:
    due_at = message.at + CALL_BACK_WITHIN
    labels = conversation.labels
    held = conversation.deadlines or Deadlines()
    call_back_at = min(held.call_back_at or due_at, due_at)
    return {
        "labels": labels if CALL_BACK in labels else (*labels, CALL_BACK),
        "due_at": min(conversation.due_at or due_at, due_at),
        "deadlines": held.model_copy(update={"call_back_at": call_back_at}),
    }


def _completed(before: Content, news: Content) -> Content:
    """The call as it is told now, with every file of it: what was fetched stays."""
    files: dict[str, Attachment] = {file.id: file for file in news.attachments}
    files |= {file.id: file for file in before.attachments}
    return before.model_copy(update={"blocks": news.blocks, "attachments": tuple(files.values())})


async def _stored(work: Work, message_id: MessageId) -> Message:
    message = await work.unit.get(MESSAGES, message_id)
    if message is None:
        raise LookupError("the message that was just stored")
    return message
