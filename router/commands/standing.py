"""What commands ask of the conversation and its messages before they change anything."""

from router import places
from router.commands.done import Refused
from router.work import Work
from shared.collections import CHANNEL_TYPES, CHANNELS, MESSAGES
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


async def require_latest(work: Work, conversation: Conversation) -> None:
    """No newer case has begun in the thread, of which it has one at a time. Raises ``Refused``."""
    if conversation.merged_into is not None:
        raise Refused("the conversation was merged into another one")
    thread = await places.thread_named(work.unit, conversation.channel_id, conversation.thread)
    if thread is not None and thread.conversation_id not in (None, conversation.id):
        raise Refused("a newer conversation has begun in this thread")
