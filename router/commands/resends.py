"""Sending a failed or unknown message again, as an agent decided."""

from typing import Any, Final

from router import timeline
from router.commands.done import Done, Refused, with_message
from router.commands.merging import call
from router.commands.standing import message_in, require_channel, require_window
from router.commands.withdrawals import parts_of
from router.delivery import delivery_of, failure_of
from router.work import SOURCE, Work
from shared.collections import CHANNEL_TYPES, PARTS
from shared.commands import Resend
from shared.hints import hint
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery, Part, PartDelivery
from shared.model.message import Message
from shared.model.people import is_hub

_AGAIN: Final = frozenset({Delivery.FAILED, Delivery.UNKNOWN, Delivery.HELD, Delivery.CANCELLED})
_ENDED: Final = frozenset({Delivery.FAILED, Delivery.UNKNOWN, Delivery.CANCELLED})


async def resend(work: Work, conversation: Conversation, command: Resend) -> Done:
    """Queue the parts again that did not arrive. Those that did are not sent twice."""
    message = await message_in(work, conversation, command.message_id)
    if message.delivery not in _ENDED:
        raise Refused("only a failed, unknown or cancelled message can be sent again")
    if message.deleted_at is not None:
        raise Refused("the message was deleted")
    await require_channel(work, conversation)
    await require_window(
        work, conversation, work.now, template=message.content.template is not None
    )
    info = await work.unit.get(CHANNEL_TYPES, conversation.channel_type)
    parts = [part for part in await parts_of(work, message) if part.state in _AGAIN]
    if not parts:
        raise Refused("there is nothing left to send again")
    by_mail = message.channel_id != conversation.channel_id
    deadline_at = work.now + work.policy.deadline_for(info)
    for part in parts:
        fields: dict[str, Any] = {
            "state": Delivery.QUEUED,
            "open": True,
            "failure": None,
            "unreported": False,
            "scheduled": False,
            # The platform may have renamed the thread since.
            "thread": part.thread if by_mail else conversation.thread,
            "due_at": work.now,
            "deadline_at": deadline_at,
            "changed_at": work.now,
        }
        if part.thread != conversation.thread and not by_mail:
            # The id of what it answers stayed behind with the old name.
            fields["reply_external_id"] = None
        work.unit.revise(PARTS, part, fields)
    states = _queued_again(work, message, parts)
    was_taken_back = message.delivery is Delivery.CANCELLED
    message = await timeline.amend(
        work,
        message,
        {
            "parts": states,
            "delivery": delivery_of(states),
            "failure": failure_of(states),
            "send_at": work.now,
        },
    )
    if was_taken_back and not is_hub(message.author):
        _answered_after_all(work, conversation, message)
    threads = [parts[0].thread if by_mail else conversation.thread]
    work.publish(hint(message.channel_id, threads, at=work.now, source=SOURCE))
    return with_message(message)


def _answered_after_all(work: Work, conversation: Conversation, message: Message) -> None:
    """What was taken back was no answer; sent again it is one."""
    if conversation.merged_into is not None:
        call(work, conversation, message.id, None, unread=0)
        return
    fields = {"waiting_since": None, "answered_at": work.now}
    timeline.change(work, conversation, "answered", fields)


def _queued_again(work: Work, message: Message, rows: list[Part]) -> tuple[PartDelivery, ...]:
    again = {row.index for row in rows}
    return tuple(
        PartDelivery(
            index=part.index,
            state=Delivery.QUEUED,
            external_ids=part.external_ids,
            at=work.now,
        )
        if part.index in again
        else part
        for part in message.parts
    )
