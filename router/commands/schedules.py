"""Scheduled replies: another time or text, and taken back when the customer writes first."""

from datetime import timedelta
from typing import Any, Final

from router import people, timeline
from router.commands import withdrawals
from router.commands.done import Done, Refused, with_message
from router.commands.standing import message_in, require_window
from router.commands.withdrawals import parts_of
from router.happening import Happening
from router.work import SOURCE, Work
from shared.answers.render import has_places
from shared.collections import CHANNEL_TYPES, CONVERSATIONS, MESSAGES, PARTS
from shared.commands import Cancel, Reschedule
from shared.delivery.reasons import Reason, rejected, words
from shared.events import MessageAdded
from shared.hints import hint
from shared.ids import MessageId
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery, Part
from shared.model.message import Message
from shared.model.rule import Cause
from shared.rules.causes import written

_FARTHEST: Final = timedelta(days=366)


async def reschedule(work: Work, conversation: Conversation, command: Reschedule) -> Done:
    """Change when a scheduled reply leaves, or what it says, while it still waits."""
    message = await message_in(work, conversation, command.message_id)
    withdrawals.require_own(message, command.actor)
    parts = await parts_of(work, message)
    if not parts or any(not _waits(part) for part in parts):
        raise Refused("only a scheduled reply that has not left can be changed")
    message_fields: dict[str, Any] = {}
    part_fields: dict[str, Any] = {"changed_at": work.now}
    if command.send_at is not None:
        await _require_time(work, conversation, message, command)
        info = await work.unit.get(CHANNEL_TYPES, conversation.channel_type)
        message_fields["send_at"] = command.send_at
        part_fields |= {
            "due_at": command.send_at,
            "deadline_at": command.send_at + work.policy.deadline_for(info),
        }
    if command.text is not None:
        if message.content.template is not None:
            raise Refused("a template has its own text", code=422, field="text")
        if not command.text.strip():
            raise Refused("a reply needs a text", code=422, field="text")
        if message.canned_reply_id is not None and has_places(command.text):
            reason = Reason.CANNED_PLACEHOLDER_LEFT
            raise Refused(words(reason), code=422, field="text", why=rejected(reason))
        content = message.content.model_copy(update={"text": command.text, "spans": ()})
        message_fields["content"] = part_fields["content"] = content
    for part in parts:
        work.unit.revise(PARTS, part, part_fields)
    if message_fields:
        message = await timeline.amend(work, message, message_fields)
    if command.recall is not None:
        _remember(work, conversation, message.id, recall=command.recall)
    work.publish(hint(conversation.channel_id, [conversation.thread], at=work.now, source=SOURCE))
    return with_message(message)


async def recall(work: Work, happening: Happening) -> None:
    """The customer has written: take back the scheduled replies that are not to be sent then."""
    for change in happening.changes:
        ids = change.after.ruled.recalled
        if not ids:
            continue
        added = [
            event.message
            for event in happening.events
            if isinstance(event, MessageAdded) and event.message.conversation_id == change.after.id
        ]
        if Cause.MESSAGE in written(added, change.before, change.after)[0]:
            await _take_back(work, change.after, ids)


async def _take_back(work: Work, conversation: Conversation, ids: tuple[str, ...]) -> None:
    ruled = conversation.ruled.model_copy(update={"recalled": ()})
    work.unit.revise(CONVERSATIONS, conversation, {"ruled": ruled})
    for id in ids:
        message = await work.unit.get(MESSAGES, id)
        if message is None or message.delivery is not Delivery.QUEUED:
            continue
        mark = work.unit.mark()
        command = Cancel(
            conversation_id=conversation.id, actor=people.SYSTEM, message_id=MessageId(id)
        )
        try:
            await withdrawals.cancel(work, conversation, command)
        except Refused:
            # It is on its way: the agent sees that it was sent.
            work.unit.rollback(mark)
            continue
        timeline.line(
            work, conversation, "scheduled_recalled", people.SYSTEM, {"message_id": message.id}
        )


async def _require_time(
    work: Work, conversation: Conversation, message: Message, command: Reschedule
) -> None:
    at = command.send_at
    if at is None or at <= work.now:
        raise Refused("is over already", code=422, field="send_at")
    if at > work.now + _FARTHEST:
        raise Refused("is more than a year away", code=422, field="send_at")
    template = message.content.template is not None
    await require_window(work, conversation, at, template=template)


def _waits(part: Part) -> bool:
    return part.scheduled and part.state is Delivery.QUEUED and not part.planned


def _remember(work: Work, conversation: Conversation, id: MessageId, *, recall: bool) -> None:
    present = work.unit.fresh(CONVERSATIONS, conversation)
    others = tuple(one for one in present.ruled.recalled if one != id)
    recalled = (*others, id) if recall else others
    ruled = present.ruled.model_copy(update={"recalled": recalled})
    work.unit.revise(CONVERSATIONS, present, {"ruled": ruled})
