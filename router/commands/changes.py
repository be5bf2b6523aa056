"""Changing, deleting and reacting to a message that stands in the conversation."""

from datetime import timedelta

from router import operations, timeline
from router.commands import mentions
from router.commands.done import Done, Refused, with_message
from router.commands.standing import capabilities, message_in, require_channel
from router.work import Work
from shared.commands import DeleteMessage, Edit, React
from shared.ids import ExternalId
from shared.model.content import Content
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery
from shared.model.message import Direction, Message


async def edit(work: Work, conversation: Conversation, command: Edit) -> Done:
    """Change a note at once, and a sent message where the channel can."""
    message = await message_in(work, conversation, command.message_id)
    before = message.content
    content = Content(
        text=command.text, spans=command.spans, buttons=before.buttons, choices=before.choices
    )
    if message.deleted_at is not None:
        raise Refused("the message was deleted")
    if message.direction is Direction.NOTE:
        return await _edit_note(work, conversation, message, content, command)
    targets = await _sent_ids(work, conversation, message)
    able = await capabilities(work, conversation)
    if able is None or not able.edit:
        raise Refused("this channel cannot change what was sent", code=422)
    _require_young(work, message, able.edit_for_s)
    if len(targets) > 1:
        raise Refused("the message was sent in several pieces and cannot be changed", code=422)
    await operations.plan(work, conversation, message, operations.EDIT, targets, content)
    return with_message(message)


async def _edit_note(
    work: Work, conversation: Conversation, message: Message, content: Content, command: Edit
) -> Done:
    """Another text, and perhaps others whom it names."""
    before = message.content.mentions
    # Where they stand in the other text nobody knows.
    named = tuple(one.model_copy(update={"start": None, "length": None}) for one in before)
    if command.mentions is not None:
        named = await mentions.known(work, command.mentions, command.text)
    fields = operations.edited(message, content, work.now)
    if not fields and (command.mentions is None or named == before):
        return with_message(message, changed=False)
    fields = fields or operations.edited_at(message, work.now)
    fields["content"] = fields["content"].model_copy(update={"mentions": named})
    followers = {"followers": mentions.followed(conversation, named)}
    return with_message(await timeline.amend(work, message, fields, followers))


async def delete(work: Work, conversation: Conversation, command: DeleteMessage) -> Done:
    """Delete a note, or what never left, at once; a sent message where the channel can."""
    message = await message_in(work, conversation, command.message_id)
    if message.deleted_at is not None:
        return with_message(message, changed=False)
    never_left = message.delivery in (Delivery.FAILED, Delivery.CANCELLED)
    if message.direction is Direction.NOTE or (never_left and not message.external_ids):
        message = await timeline.amend(work, message, {"deleted_at": work.now})
        return with_message(message)
    targets = await _sent_ids(work, conversation, message)
    able = await capabilities(work, conversation)
    if able is None or not able.delete:
        raise Refused("this channel cannot delete what was sent", code=422)
    _require_young(work, message, able.delete_for_s)
    await operations.plan(work, conversation, message, operations.DELETE, targets, Content())
    return with_message(message)


async def react(work: Work, conversation: Conversation, command: React) -> Done:
    """Set or take back our reaction on a customer's message, where the channel can."""
    message = await message_in(work, conversation, command.message_id)
    able = await capabilities(work, conversation)
    if able is None or not able.reactions:
        raise Refused("this channel knows no reactions", code=422)
    if message.direction not in (Direction.INBOUND, Direction.OUTBOUND):
        raise Refused("the customer cannot see that message", code=422)
    if not message.external_ids:
        raise Refused("the platform does not know this message yet")
    await require_channel(work, conversation)
    content = Content(text=command.emoji or "")
    targets = message.external_ids[:1]
    await operations.plan(work, conversation, message, operations.REACTION, targets, content)
    return with_message(message)


async def _sent_ids(
    work: Work, conversation: Conversation, message: Message
) -> tuple[ExternalId, ...]:
    if message.direction is not Direction.OUTBOUND:
        raise Refused("only what we wrote can be changed", code=422)
    if message.channel_id != conversation.channel_id:
        raise Refused("a mail that was sent cannot be changed", code=422)
    if not message.external_ids:
        raise Refused("the message has not left yet; take it back instead")
    await require_channel(work, conversation)
    return message.external_ids


def _require_young(work: Work, message: Message, for_s: int | None) -> None:
    if for_s is not None and work.now - message.at > timedelta(seconds=for_s):
        raise Refused("the platform allows this for some time only, and that is over")
