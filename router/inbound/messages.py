"""A message on the platform: the customer's, or one written in the platform's own app."""

from dataclasses import replace
from typing import Any

from router import mailthreads, people, presence, refs, timeline
from router.aliases import thread_named
from router.answers import after_answer
from router.cases import case_for, keep_secrets, thread_facts
from router.commands.merging import tell_of
from router.contacts.facts import heard
from router.inbound import answers, echoes
from router.inbound.times import happened_at, until
from router.places import Place
from router.receipts import join_parked
from router.snoozes import forget_snooze
from router.threading import after_customer_wrote
from router.timeline import Draft
from router.work import Work
from shared.collections import CHANNEL_TYPES, CONVERSATIONS, MESSAGES
from shared.ids import ChannelId, ExternalId, MessageId
from shared.model.content import Content, Service, Unsupported
from shared.model.conversation import Conversation, Status
from shared.model.delivery import Delivery, PartDelivery
from shared.model.inbound import Inbound, InboundKind, Origin
from shared.model.message import Direction, Message, Revision, SystemLine
from shared.model.people import Participant


async def receive(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Store a message that is new; returns its id."""
    if item.origin is Origin.ECHO and await echoes.is_explained(work, item, place):
        return None
    known = await _stored_before(work, item, place)
    if known is not None:
        return known.id
    return await store(work, item, place)


async def store(
    work: Work, item: Inbound, place: Place, *, edited: bool = False
) -> MessageId | None:
    """Store a message by who is behind it, ``edited`` if all we know is a later version of it."""
    if item.origin in (Origin.AGENT_APP, Origin.ECHO):
        return await _store_answer(work, item, place, edited=edited)
    service = _service_of(item)
    if service is not None:
        return await _store_service(work, item, place, service)
    content = await _content(work, item, place)
    if not edited:
        content, place = await answers.heard(work, item, place, content)
    return await store_from_customer(work, item, place, content, edited)


async def store_from_customer(
    work: Work,
    item: Inbound,
    place: Place,
    content: Content,
    edited: bool = False,
    *,
    by: ChannelId | None = None,
) -> MessageId:
    """Store what the customer wrote, and let the conversation wait for an answer.

    ``by`` is the channel that it came by, where that is another than its conversation's.
    """
    person = people.writer_of(item)
    if item.history:
        return await _store_history(work, item, place, person, content)
    identity = await people.identify(work, item.channel_type, person, wrote=True)
    if identity.block is not None and identity.block.holds(work.now):
        return await _store_history(work, item, place, person, content, muted=True)
    # An out-of-office note is shown, but nobody waits for an answer to it.
    machine = content.email is not None and content.email.automatic
    conversation = await case_for(work, item, place, person, quiet=machine)
    await keep_secrets(work, item)
    at = happened_at(work, item)
    changes: dict[str, Any] = {
        **thread_facts(item, conversation),
        **heard(conversation, identity, content.text),
        "last_inbound_at": max(at, conversation.last_inbound_at or at),
    }
    merged = conversation.merged_into is not None
    if not merged:
        changes["unread"] = conversation.unread + 1
    if not (machine or merged):
        forget_snooze(work, conversation)
        changes |= after_customer_wrote(conversation)
        changes["answered_at"] = None
        changes["waiting_since"] = conversation.waiting_since or at
    info = await work.unit.get(CHANNEL_TYPES, conversation.channel_type)
    able = info.capabilities if info is not None else None
    if able is not None and able.reply_window_s is not None:
        changes["reply_until"] = until(changes["last_inbound_at"], able.reply_window_s)
    if able is not None and able.presence:
        changes["presence"] = presence.seen(conversation, at)
    if not conversation.reachable:
        changes |= {"reachable": True, "unreachable_reason": None}
    if identity.id == conversation.identity_id:
        name = await _customer_name(work, conversation, identity.contact_id, person.name)
        if name != conversation.contact_name:
            changes["contact_name"] = name
    draft = _draft(work, item, content, Direction.INBOUND, edited=edited)
    message, _ = timeline.append(work, conversation, replace(draft, channel_id=by), changes)
    if not machine:
        tell_of(work, conversation, message, waits=True)
    await _remember_ids(work, item, message)
    return message.id


async def _store_answer(work: Work, item: Inbound, place: Place, *, edited: bool) -> MessageId:
    """Somebody answered in the platform's own app: an outbound message that has left already."""
    customer = people.customer_of(item)
    content = await _content(work, item, place)
    if item.history:
        return await _store_history(work, item, place, customer, content)
    conversation = await case_for(work, item, place, customer, quiet=True)
    draft = _draft(work, item, content, Direction.OUTBOUND, edited=edited)
    changes = {
        **thread_facts(item, conversation),
        "answers": after_answer(conversation, draft.author, work.now),
        "waiting_since": None,
        "due_at": None,
        "answered_at": happened_at(work, item),
        "unread": 0,
    }
    message, _ = timeline.append(work, conversation, draft, changes)
    tell_of(work, conversation, message, waits=False)
    await _remember_ids(work, item, message)
    return message.id


async def _store_history(
    work: Work,
    item: Inbound,
    place: Place,
    customer: Participant,
    content: Content,
    *,
    muted: bool = False,
) -> MessageId:
    """Something from before the account came here, or of a blocked contact (``muted``): kept, and
    nobody waits for an answer to it. It opens no case and counts as unread nowhere."""
    conversation = await case_for(work, item, place, customer, quiet=True)
    ours = item.origin in (Origin.AGENT_APP, Origin.ECHO)
    direction = Direction.OUTBOUND if ours else Direction.INBOUND
    changes: dict[str, Any] = thread_facts(item, conversation)
    if place.conversation is None:
        changes |= {"status": Status.RESOLVED, "resolved_at": work.now}
    if direction is Direction.INBOUND:
        at = happened_at(work, item)
        changes["last_inbound_at"] = max(at, conversation.last_inbound_at or at)
    draft = replace(_draft(work, item, content, direction, edited=False), muted=muted)
    message, _ = timeline.append(work, conversation, draft, changes)
    await _remember_ids(work, item, message)
    return message.id


async def _store_service(
    work: Work, item: Inbound, place: Place, service: Service
) -> MessageId | None:
    """Something that the platform tells: a line that asks for no answer."""
    conversation = await case_for(work, item, place, people.writer_of(item), quiet=True)
    draft = Draft(
        direction=Direction.SYSTEM,
        author=people.author_of(item),
        at=happened_at(work, item),
        content=item.content,
        system=SystemLine(name=service.name, details=service.details),
        place=item.place,
        external_ids=(item.external_id,) if item.external_id else (),
        event_key=item.event_key,
        raw=item.raw if item.truncated else None,
        raw_blob_id=item.raw_blob_id,
    )
    message, _ = timeline.append(work, conversation, draft, thread_facts(item, conversation))
    await _remember_ids(work, item, message)
    return message.id


async def _stored_before(work: Work, item: Inbound, place: Place) -> Message | None:
    """The message if it is here already: delivered twice under different keys, or its edit came
    first. Another text under a known id is a message of its own."""
    names = refs.thread_names(item.thread.external_id, place.conversation)
    known = await refs.find_message(work.unit, item.channel_id, names, item.external_id)
    if known is None:
        return None
    if known.direction is Direction.OUTBOUND and item.origin is Origin.AGENT_APP:
        return known
    if same_content(known.content, item.content):
        return known
    if known.edited_at is not None and item.occurred_at <= known.edited_at:
        original = Revision(content=item.content, until=item.occurred_at)
        await timeline.amend(work, known, {"revisions": (original, *known.revisions)})
        return known
    return None


def same_content(one: Content, other: Content) -> bool:
    """Whether two contents look the same; where the files are by now does not matter."""
    return (
        one.text == other.text
        and one.spans == other.spans
        and one.blocks == other.blocks
        and one.buttons == other.buttons
        and [file.id for file in one.attachments] == [file.id for file in other.attachments]
    )


async def _content(work: Work, item: Inbound, place: Place) -> Content:
    """The content with its references resolved and, where it says nothing, a placeholder."""
    content = item.content
    if content.reply_to is not None and content.reply_to.external_id is not None:
        names = refs.thread_names(item.thread.external_id, place.conversation)
        answered = await refs.find_message(
            work.unit, item.channel_id, names, content.reply_to.external_id
        )
        if answered is not None:
            reply_to = content.reply_to.model_copy(update={"message_id": answered.id})
            content = content.model_copy(update={"reply_to": reply_to})
    if item.kind is InboundKind.UNSUPPORTED and not content.blocks:
        placeholder = Unsupported(name=item.service or item.reason or "unknown")
        content = content.model_copy(update={"blocks": (placeholder,)})
    return content


def _draft(
    work: Work, item: Inbound, content: Content, direction: Direction, *, edited: bool
) -> Draft:
    external_ids = (item.external_id,) if item.external_id else ()
    outbound = direction is Direction.OUTBOUND
    at = happened_at(work, item)
    part = PartDelivery(index=0, state=Delivery.SENT, external_ids=external_ids, at=at)
    return Draft(
        direction=direction,
        author=people.author_of(item),
        at=at,
        content=content,
        place=item.place,
        external_ids=external_ids,
        event_key=item.event_key,
        raw=item.raw if _raw_is_wanted(item, content) else None,
        raw_blob_id=item.raw_blob_id,
        delivery=Delivery.SENT if outbound else None,
        parts=(part,) if outbound else (),
        edited_at=at if edited else None,
        automatic=not outbound and _is_machine(item),
    )


def _is_machine(item: Inbound) -> bool:
    mail = item.content.email
    return (
        item.origin is Origin.BOT
        or (item.author is not None and item.author.is_bot)
        or (mail is not None and mail.automatic)
    )


def _raw_is_wanted(item: Inbound, content: Content) -> bool:
    """What we did not understand in full is kept as it came."""
    return (
        item.kind is InboundKind.UNSUPPORTED
        or item.truncated
        or content.is_empty()
        or any(isinstance(block, Unsupported) for block in content.blocks)
    )


def _service_of(item: Inbound) -> Service | None:
    content = item.content
    blocks = [block for block in content.blocks if isinstance(block, Service)]
    if blocks and len(blocks) == len(content.blocks) and not content.text.strip():
        return None if content.attachments else blocks[0]
    if item.origin is Origin.SYSTEM and item.service is not None:
        return Service(name=item.service)
    return None


async def _customer_name(
    work: Work, conversation: Conversation, contact_id: str, told: str | None
) -> str | None:
    if told is None or told == conversation.contact_name:
        return conversation.contact_name
    # It may be a name that an agent gave: the contact decides.
    contact = await people.contact(work, contact_id)
    return contact.name if contact and contact.name else conversation.contact_name


async def _remember_ids(work: Work, item: Inbound, message: Message) -> None:
    threads = (item.thread.external_id, *await _joined(work, item, message))
    if item.external_id is None:
        return
    added = []
    for thread in threads:
        added += await refs.record(
            work.unit,
            item.channel_id,
            thread,
            (item.external_id,),
            message_id=message.id,
            conversation_id=message.conversation_id,
        )
    if message.direction is Direction.OUTBOUND and added:
        await join_parked(work, await _stored(work, message), added)


async def _joined(work: Work, item: Inbound, message: Message) -> tuple[ExternalId, ...]:
    """Where threads are found by what is answered: remember the names under which this one is.

    Returns the thread's own name where that is not what the item calls it.
    """
    told = item.thread
    if not (told.names or told.clues):
        return ()
    conversation = await work.unit.get(CONVERSATIONS, message.conversation_id)
    if conversation is None:
        return ()
    thread = await thread_named(work.unit, item.channel_id, conversation.thread)
    if thread is not None:
        names = (told.external_id, *told.names)
        await mailthreads.remember(work, item.channel_id, thread, names)
    return () if conversation.thread == told.external_id else (conversation.thread,)


async def _stored(work: Work, message: Message) -> Message:
    return await work.unit.get(MESSAGES, message.id) or message
