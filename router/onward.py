"""What the customer has not read goes on by mail, once for all that is unread.

A reply sets a timer of its conversation. When it fires, the messages that are still unread are put
into one mail of the channel that the thread's context names. The mail is a message of the same
conversation, with that channel's id: its state is shown, and a failure is an agent's to see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from router import people, timeline
from router.aliases import thread_named
from router.commands.done import Done, with_conversation, with_message
from router.onward_mail import letter
from router.timeline import Draft
from router.work import SOURCE, Work
from shared.collections import CHANNEL_TYPES, CHANNELS, MESSAGES, PARTS, TIMERS
from shared.hints import hint
from shared.ids import ExternalId, part_id
from shared.model.channel import Channel, ChannelState
from shared.model.content import Address, Content, EmailFields
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery, Part, PartDelivery
from shared.model.message import Direction, Message
from shared.model.onward import CODE, Onward, onward_of
from shared.model.people import Actor, ActorKind, is_hub
from shared.model.records import Timer

ONWARD_TIMER: Final = "onward"
MAIL_ID: Final = "mail_id"
MAIL_REFERENCES: Final = "mail_references"
"""In the conversation's context: the customer's last mail, which the next of ours answers."""
_LOOK_BACK: Final = 50
_UNREAD: Final = frozenset({Delivery.SENT, Delivery.DELIVERED})
_ON_ITS_WAY: Final = frozenset({Delivery.QUEUED, Delivery.SENDING})


@dataclass(frozen=True, slots=True)
class _Unread:
    """Messages that the customer has not read, oldest first."""

    messages: Sequence[Message]
    leaving_at: datetime | None
    """When the last of those that have not left yet is to leave."""


async def expect_reading(
    work: Work, conversation: Conversation, author: Actor, leaves_at: datetime
) -> None:
    """A reply leaves then: look later whether it was read."""
    wanted = onward_of(conversation.context)
    if wanted is None or not _acts_for_people(author):
        return
    if await work.unit.get(TIMERS, _timer_id(conversation)) is None:
        _set(work, conversation, wanted, leaves_at)


async def go_on(work: Work, conversation: Conversation, timer: Timer) -> Done:
    """The time to read is over: send what is unread by mail, or look again later."""
    wanted = onward_of(conversation.context)
    unread = await _unread(work, conversation)
    if wanted is None:
        return with_conversation(conversation, changed=False)
    after = timedelta(seconds=wanted.after_s)
    oldest = next(iter(unread.messages), None)
    if oldest is not None and _left_at(oldest) + after > work.now:
        # What the timer was set for was read; this came later.
        _set(work, conversation, wanted, _left_at(oldest))
        return with_conversation(conversation, changed=False)
    if unread.leaving_at is not None:
        _set(work, conversation, wanted, max(unread.leaving_at, work.now))
    if oldest is None:
        return with_conversation(conversation, changed=False)
    channel = await work.unit.get(CHANNELS, wanted.channel)
    if channel is None or channel.state is ChannelState.REMOVED:
        details = {"to": wanted.to}
        after_line = timeline.line(work, conversation, "onward_no_channel", people.SYSTEM, details)
        return with_conversation(after_line)
    return with_message(await _mail(work, conversation, wanted, channel, unread.messages))


def _acts_for_people(author: Actor) -> bool:
    """An agent, or a program with a token of its own; no bot, and none of the hub's own texts."""
    if author.kind is ActorKind.AGENT:
        return True
    return author.kind is ActorKind.SYSTEM and not is_hub(author)


def _timer_id(conversation: Conversation) -> str:
    return f"{ONWARD_TIMER}/{conversation.id}"


def _set(work: Work, conversation: Conversation, wanted: Onward, leaves_at: datetime) -> None:
    timer = Timer(
        id=_timer_id(conversation),
        kind=ONWARD_TIMER,
        conversation_id=conversation.id,
        due_at=leaves_at + timedelta(seconds=wanted.after_s),
    )
    work.unit.put(TIMERS, timer)


async def _unread(work: Work, conversation: Conversation) -> _Unread:
    """Back to the last that was read, that went by mail, or that the customer wrote after."""
    page = await work.unit.find(
        MESSAGES,
        equal={"conversation_id": conversation.id},
        order="seq",
        descending=True,
        limit=_LOOK_BACK,
    )
    found: list[Message] = []
    leaving: list[datetime] = []
    for message in page:
        if message.direction is Direction.INBOUND or message.delivery is Delivery.READ:
            break
        if message.direction is not Direction.OUTBOUND or message.deleted_at is not None:
            continue
        if message.channel_id != conversation.channel_id:
            break
        if message.delivery in _UNREAD:
            found.append(message)
        elif message.delivery in _ON_ITS_WAY:
            leaving.append(_left_at(message))
    return _Unread(found[::-1], max(leaving, default=None))


def _left_at(message: Message) -> datetime:
    return message.send_at or message.accepted_at


async def _mail(
    work: Work,
    conversation: Conversation,
    wanted: Onward,
    channel: Channel,
    unread: Sequence[Message],
) -> Message:
    subject, text = letter(unread, wanted)
    fields = EmailFields(subject=subject, to=(Address(email=wanted.to),))
    draft = Draft(
        direction=Direction.OUTBOUND,
        author=people.SYSTEM,
        at=work.now,
        channel_id=channel.id,
        content=Content(text=text, email=fields),
        delivery=Delivery.QUEUED,
        parts=(PartDelivery(index=0, state=Delivery.QUEUED, at=work.now),),
        send_at=work.now,
    )
    # It says nothing new: the list goes on showing the answer itself.
    same = {name: getattr(conversation, name) for name in ("preview", "last_activity_at")}
    message, _ = timeline.append(work, conversation, draft, same)
    # The code that brings the customer back is in the mail itself, and for nobody else to read.
    code = await _code(work, conversation) if wanted.link else ""
    whole = wanted.model_copy(update={"link": f"{wanted.link}{code}"})
    content = message.content.model_copy(update={"text": letter(unread, whole)[1]})
    part = await mail_part(work, conversation, message, content, channel)
    work.unit.put(PARTS, part)
    work.publish(hint(channel.id, [part.thread], at=work.now, source=SOURCE))
    return message


async def _code(work: Work, conversation: Conversation) -> str:
    thread = await thread_named(work.unit, conversation.channel_id, conversation.thread)
    return thread.secrets.get(CODE, "") if thread is not None else ""


async def mail_part(
    work: Work,
    conversation: Conversation,
    message: Message,
    content: Content,
    channel: Channel,
) -> Part:
    """What leaves by the mail channel of a message that is in another channel's conversation."""
    info = await work.unit.get(CHANNEL_TYPES, channel.type)
    answered = {
        "message_id": conversation.context.get(MAIL_ID, ""),
        "references": conversation.context.get(MAIL_REFERENCES, ""),
    }
    return Part(
        id=part_id(message.id, 0),
        channel_id=channel.id,
        # No thread of that channel's own: what answers it finds this conversation by the message.
        thread=ExternalId(f"onward:{conversation.id}"),
        conversation_id=conversation.id,
        message_id=message.id,
        order=message.seq,
        content=content,
        context={name: value for name, value in answered.items() if value},
        due_at=work.now,
        deadline_at=work.now + work.policy.deadline_for(info),
        created_at=work.now,
        changed_at=work.now,
    )
