"""What commands ask of the conversation and its messages before they change anything."""

from datetime import datetime, timedelta

from router.aliases import thread_named
from router.commands.done import Refused
from router.work import Work
from shared.collections import CHANNEL_TYPES, CHANNELS, MESSAGES
from shared.delivery.reasons import Reason, rejected
from shared.errors import NotFound
from shared.ids import MessageId
from shared.model.channel import Capabilities, ChannelState
from shared.model.conversation import Conversation
from shared.model.message import Message


async def message_in(work: Work, conversation: Conversation, id: MessageId) -> Message:
    """A message of the conversation. Raises ``NotFound``."""
    message = await work.unit.get(MESSAGES, id)
    if message is None or message.conversation_id != conversation.id:
        raise NotFound("there is no such message in this conversation")
    return message


async def capabilities(work: Work, conversation: Conversation) -> Capabilities | None:
    """What the channel's type can do; None while its connector has not said."""
    info = await work.unit.get(CHANNEL_TYPES, conversation.channel_type)
    return info.capabilities if info else None


async def require_channel(work: Work, conversation: Conversation) -> None:
    """The channel still exists; a paused one keeps what is sent. Raises ``Refused``."""
    channel = await work.unit.get(CHANNELS, conversation.channel_id)
    if channel is not None and channel.state is ChannelState.REMOVED:
        raise Refused("the channel of this conversation was removed")


async def require_window(
    work: Work, conversation: Conversation, due_at: datetime, *, template: bool
) -> None:
    """The platform will still let us answer then, or the answer is a template.

    Raises ``Refused``.
    """
    can = await capabilities(work, conversation)
    if template and (can is None or not can.templates):
        raise Refused("this channel has no templates", code=422, field="template")
    if template or can is None or can.reply_window_s is None:
        return
    last = conversation.last_inbound_at
    window = timedelta(seconds=can.reply_window_s)
    until = conversation.reply_until or (last + window if last is not None else None)
    if until is None or due_at > until:
        hours = can.reply_window_s // 3600
        raise Refused(
            f"the customer has not written for {hours} hours by then: the platform takes "
            "only a template",
            field="template",
            why=rejected(Reason.WINDOW_CLOSED),
        )


async def require_latest(
    work: Work, conversation: Conversation, *, merged_too: bool = False
) -> None:
    """No newer case has begun in the thread, of which it has one at a time. Raises ``Refused``.

    ``merged_too``: one that goes on in another conversation will do, while the thread is its own.
    """
    if conversation.merged_into is not None and not merged_too:
        raise Refused("the conversation was merged into another one")
    if not await is_latest(work, conversation):
        raise Refused("a newer conversation has begun in this thread")


async def is_latest(work: Work, conversation: Conversation) -> bool:
    """Whether no newer case has begun in its thread."""
    thread = await thread_named(work.unit, conversation.channel_id, conversation.thread)
    return thread is None or thread.conversation_id in (None, conversation.id)
