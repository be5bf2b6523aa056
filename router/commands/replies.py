"""A reply: the message, and the part that carries it to the customer."""

from datetime import datetime, timedelta
from typing import Any

from router import onward, refs, timeline
from router.answers import after_answer
from router.bots import hold
from router.bots.turn import require_turn
from router.cases import reopen
from router.commands import agent_drafts, assignment, canned
from router.commands.done import Done, Refused, with_message
from router.commands.merging import tell_of
from router.commands.standing import (
    capabilities,
    message_in,
    require_channel,
    require_latest,
    require_window,
)
from router.commands.tasks import require_owner
from router.operations import ORDER_STEP, next_order
from router.people import SYSTEM
from router.timeline import Draft
from router.work import SOURCE, Work
from shared.collections import (
    CHANNEL_TYPES,
    CONVERSATIONS,
    IDENTITIES,
    PARTS,
    THREADS,
    thread_id,
)
from shared.commands import Reply
from shared.delivery.plan import choices_of, plan
from shared.delivery.reasons import Reason, rejected, words
from shared.errors import Rejected
from shared.hints import Added, hint
from shared.ids import ExternalId, new_message_id, part_id, slot_of
from shared.model.channel import Capabilities
from shared.model.content import Content, ReplyRef
from shared.model.conversation import Conversation, Status
from shared.model.delivery import Delivery, Part, PartDelivery
from shared.model.message import Direction, Message
from shared.model.people import ActorKind, is_hub


async def reply(
    work: Work, conversation: Conversation, command: Reply, *, told: str | None = None
) -> Done:
    """Answer the customer: the message at once, its part when it is due. ``told`` is what leaves in
    place of the text, where that is for the customer's eyes alone."""
    require_turn(conversation, command.actor)
    await agent_drafts.require_unsent(work, conversation, command)
    command = await canned.filled_in(work, conversation, command)
    if not (command.text.strip() or command.attachments or command.blocks or command.template):
        raise Refused("a reply needs a text or a file", code=422, field="text")
    await require_channel(work, conversation)
    await require_latest(work, conversation, merged_too=True)
    main = await _case_of(work, conversation)
    require_owner(work, main, command.actor)
    answered = await _answered(work, conversation, command)
    due_at = command.send_at or work.now + timedelta(seconds=command.undo_s)
    await require_window(work, conversation, due_at, template=command.template is not None)
    able = await capabilities(work, conversation)
    external_id = await _number_of(work, conversation, answered)
    content = _carried(_content(command, answered, external_id), able)
    merged = conversation.merged_into is not None
    # What the hub writes by itself, and one text to many, wait for the customer to answer.
    unasked = command.bulk_id is not None or is_hub(command.actor)
    if unasked:
        await _require_heard(work, conversation)
    if conversation.status is Status.RESOLVED and not merged and not unasked:
        conversation = reopen(work, conversation, command.actor, cause="reply")
    if merged:
        await assignment.require_may_answer(work, main, command.actor)
    elif command.bulk_id is None:
        conversation = await assignment.taken_by_reply(work, conversation, command.actor)
    turn_from, order = conversation.out_order, next_order(work, conversation)
    draft = _draft(work, conversation, command, content, due_at)
    message, conversation = timeline.append(
        work,
        conversation,
        draft,
        {
            **_after_reply(conversation, draft, command, order),
            **_answered_by_bot(work, conversation, command),
        },
    )
    if not is_hub(command.actor):
        tell_of(work, conversation, message, waits=False)
    part = await _part(work, conversation, message, order=order, due_at=due_at, command=command)
    if told is not None:
        content = part.content.model_copy(update={"text": told})
        part = part.model_copy(update={"content": content})
    work.unit.put(PARTS, part)
    await onward.expect_reading(work, conversation, command.actor, due_at)
    canned.count(work, command)
    await agent_drafts.empty(work, conversation, command, message)
    added = Added(part=part, turn_from=turn_from, turn_to=conversation.out_order)
    threads = [conversation.thread]
    work.publish(hint(conversation.channel_id, threads, at=work.now, source=SOURCE, added=added))
    return with_message(message, code=201)


async def _require_heard(work: Work, conversation: Conversation) -> None:
    """Whom we do not hear we do not write to either, unless somebody means to. Raises
    ``Refused``."""
    identity = await work.unit.get(IDENTITIES, conversation.identity_id)
    if identity is not None and identity.block is not None and identity.block.holds(work.now):
        raise Refused(words(Reason.BLOCKED), why=rejected(Reason.BLOCKED))


async def _case_of(work: Work, conversation: Conversation) -> Conversation:
    """The conversation in which the case goes on: who may answer is said there."""
    if conversation.merged_into is None:
        return conversation
    return await work.unit.get(CONVERSATIONS, conversation.merged_into) or conversation


async def _answered(work: Work, conversation: Conversation, command: Reply) -> Message | None:
    if command.reply_to is None:
        return None
    answered = await message_in(work, conversation, command.reply_to)
    if answered.direction not in (Direction.INBOUND, Direction.OUTBOUND):
        raise Refused("the customer cannot see that message", code=422, field="reply_to")
    return answered


async def _number_of(
    work: Work, conversation: Conversation, answered: Message | None
) -> ExternalId | None:
    """What the platform calls the message now. In a thread that it renamed, the numbers of messages
    from before stayed behind, and may be those of other messages there."""
    if answered is None or not answered.external_ids:
        return None
    external_id, channel_id = answered.external_ids[0], conversation.channel_id
    named = await work.unit.get(THREADS, thread_id(channel_id, conversation.thread))
    if named is None or named.alias_of is None:
        return external_id
    known = await refs.find_ref(work.unit, channel_id, (conversation.thread,), external_id)
    return external_id if known is not None else None


def _content(command: Reply, answered: Message | None, external_id: ExternalId | None) -> Content:
    reference = None
    if answered is not None:
        reference = ReplyRef(
            message_id=answered.id,
            external_id=external_id,
            author_name=answered.author.name,
        )
    return Content(
        text=command.text or (command.template.name if command.template else ""),
        spans=command.spans,
        attachments=command.attachments,
        blocks=command.blocks,
        buttons=command.buttons,
        template=command.template,
        email=command.email,
        reply_to=reference,
    )


def _carried(content: Content, able: Capabilities | None) -> Content:
    """The content, with the list that its buttons become. Raises ``Refused`` with the reason if the
    channel cannot carry it."""
    bare = not (content.attachments or content.blocks or content.buttons or content.template)
    if able is None or bare:
        return content  # a text alone always goes
    try:
        choices = choices_of(content, able)
        content = content.model_copy(update={"choices": choices}) if choices else content
        plan(content, able)
    except Rejected as error:
        raise Refused(str(error), code=422, why=error) from None
    return content


def _draft(
    work: Work, conversation: Conversation, command: Reply, content: Content, due_at: datetime
) -> Draft:
    return Draft(
        id=new_message_id(slot_of(conversation.id)),
        direction=Direction.OUTBOUND,
        author=command.actor,
        at=work.now,
        content=content,
        delivery=Delivery.QUEUED,
        parts=(PartDelivery(index=0, state=Delivery.QUEUED, at=work.now),),
        send_at=due_at,
        canned_reply_id=command.canned.id if command.canned is not None else None,
    )


def _after_reply(
    conversation: Conversation, draft: Draft, command: Reply, order: int
) -> dict[str, Any]:
    fields: dict[str, Any] = {"out_order": order + ORDER_STEP}
    if command.actor != SYSTEM:
        fields["answered_at"] = draft.send_at or draft.at
    if not is_hub(command.actor):
        # What the hub says by itself is no answer: the customer waits on.
        fields |= {
            "answers": after_answer(conversation, command.actor, draft.at),
            "waiting_since": None,
            "due_at": None,
        }
    if command.recall and command.send_at is not None and draft.id is not None:
        recalled = (*conversation.ruled.recalled, draft.id)
        fields["ruled"] = conversation.ruled.model_copy(update={"recalled": recalled})
    if draft.content.choices:
        fields["listed"] = draft.id
    if command.actor.kind is ActorKind.AGENT:
        fields["unread"] = 0
    return fields


def _answered_by_bot(work: Work, conversation: Conversation, command: Reply) -> dict[str, Any]:
    by_holder = conversation.bot_id is not None and command.actor.id == conversation.bot_id
    return hold.answered(work, conversation, command.seen) if by_holder else {}


async def _part(
    work: Work,
    conversation: Conversation,
    message: Message,
    *,
    order: int,
    due_at: datetime,
    command: Reply,
) -> Part:
    info = await work.unit.get(CHANNEL_TYPES, conversation.channel_type)
    reference = message.content.reply_to
    return Part(
        id=part_id(message.id, 0),
        channel_id=conversation.channel_id,
        thread=conversation.thread,
        conversation_id=conversation.id,
        message_id=message.id,
        order=order,
        content=message.content,
        reply_external_id=reference.external_id if reference else None,
        context=conversation.context,
        automatic=command.actor.kind is not ActorKind.AGENT,
        due_at=due_at,
        deadline_at=due_at + work.policy.deadline_for(info),
        scheduled=command.send_at is not None,
        created_at=work.now,
        changed_at=work.now,
    )
