"""Which case an inbound item goes into: the latest of its thread, reopened, or a new one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from router import people, timeline
from router.aliases import alias_of, thread_named
from router.answers import after_reopening
from router.bots.duty import duty_for, standing_of
from router.contacts.facts import facts_of
from router.places import Place
from router.threading import Choice, choose
from router.work import Work
from shared.collections import (
    BOT_DUTIES,
    CONVERSATIONS,
    IDENTITIES,
    THREADS,
    thread_id,
)
from shared.events import ConversationChanged
from shared.ids import ChannelId, ChannelType, ConversationId, new_conversation_id
from shared.model.conversation import Conversation, Status, Thread
from shared.model.inbound import Inbound, ThreadRef
from shared.model.people import Actor, Identity, Participant
from shared.ports.bots import bot_id


async def case_for(
    work: Work, item: Inbound, place: Place, person: Participant, *, quiet: bool
) -> Conversation:
    """The conversation that the item goes into, made if there is none.

    ``person`` is the customer of a new one. What is ``quiet`` does not reopen a resolved case.
    """
    latest = place.conversation
    choice = choose(latest, work.now, work.policy.reopen_for, quiet=quiet)
    if latest is None or choice is Choice.NEW:
        identity = await people.identify(work, item.channel_type, person)
        duties = work.policy.book.all(BOT_DUTIES)
        duty = None if quiet else duty_for(duties, item.channel_id, work.now)
        # Whoever decides later in this item's commit finds the bot that answers first.
        bots = {} if duty is None else {"bot_id": bot_id(duty.bot), "bots": standing_of(duty)}
        opening = Opening(item.channel_id, item.channel_type, item.thread, bots)
        return await begin(work, opening, place, identity)
    if choice is Choice.REOPEN:
        return reopen(work, latest, people.author_of(item), cause="inbound")
    return latest


def reopen(work: Work, conversation: Conversation, actor: Actor, *, cause: str) -> Conversation:
    """Open a resolved case again, with its line."""
    fields = {
        "status": Status.OPEN,
        "resolved_at": None,
        "answers": after_reopening(conversation),
    }
    after = timeline.change(work, conversation, cause, fields, actor)
    return timeline.line(work, after, "reopened", actor)


def thread_facts(item: Inbound, conversation: Conversation) -> dict[str, Any]:
    """What the item says of its thread that the conversation does not know yet."""
    fields: dict[str, Any] = {}
    subject = item.content.email.subject if item.content.email else None
    title = item.thread.title
    if title is None and conversation.title is None:
        title = subject
    if title is not None and title != conversation.title:
        fields["title"] = title
    if not item.thread.context.items() <= conversation.context.items():
        fields["context"] = conversation.context | item.thread.context
    entry = item.entry or item.content.entry
    if entry is not None and conversation.entry is None:
        fields["entry"] = entry
    return fields


async def keep_secrets(work: Work, item: Inbound) -> None:
    """Keep what the item tells of its thread and nobody may read who reads conversations."""
    if not item.thread.secrets:
        return
    thread = await thread_named(work.unit, item.channel_id, item.thread.external_id)
    if thread is not None and not item.thread.secrets.items() <= thread.secrets.items():
        secrets = {**thread.secrets, **item.thread.secrets}
        work.unit.revise(THREADS, thread, {"secrets": secrets})


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new case is known by."""

    channel_id: ChannelId
    channel_type: ChannelType
    thread: ThreadRef
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the conversation."""
    id: ConversationId | None = None
    """The id that it is to have, where somebody has chosen one in the slot of its thread."""


async def begin(work: Work, opening: Opening, place: Place, identity: Identity) -> Conversation:
    """A new case in a thread that has no open one."""
    before, told = place.conversation, opening.thread
    values: dict[str, Any] = {
        "title": told.title,
        "last_activity_at": work.now,
        **facts_of(await people.contact(work, identity.contact_id), identity, work.policy.book),
        **opening.fields,
    }
    conversation = Conversation(
        id=opening.id or new_conversation_id(place.slot),
        number=await work.unit.number(),
        channel_id=opening.channel_id,
        channel_type=opening.channel_type,
        # Where the platform has renamed the thread, the case before it knows the present name.
        thread=before.thread if before else told.external_id,
        thread_kind=told.kind,
        identity_id=identity.id,
        context={**(before.context if before else {}), **told.context},
        # Parts leave in this order within the thread, whichever case they belong to.
        out_order=before.out_order if before else 0,
        reachable=identity.reachable,
        unreachable_reason=identity.unreachable_reason,
        created_at=work.now,
        **values,
    )
    work.unit.put(CONVERSATIONS, conversation)
    # The contact that the identity points to may be merged into another at this moment.
    work.unit.depend(IDENTITIES, identity.id)
    _remember(work, opening, place, conversation.id)
    counts = timeline.changed_counts(None, conversation)
    event = ConversationChanged(conversation=conversation, cause="created", counts=counts)
    work.emit(event, conversation)
    return conversation


def _remember(work: Work, opening: Opening, place: Place, conversation_id: ConversationId) -> None:
    if place.thread is not None:
        work.unit.revise(THREADS, place.thread, {"conversation_id": conversation_id})
        return
    thread = Thread(
        id=thread_id(opening.channel_id, opening.thread.external_id),
        channel_id=opening.channel_id,
        thread=opening.thread.external_id,
        slot_key=opening.thread.partition_key,
        conversation_id=conversation_id,
    )
    work.unit.put(THREADS, thread)
    for alias in opening.thread.aliases:
        work.unit.put(THREADS, alias_of(thread, alias))
