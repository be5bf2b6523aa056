"""Which case an inbound item goes into: the latest of its thread, reopened, or a new one."""

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
from shared.ids import ConversationId, new_conversation_id
from shared.model.conversation import Conversation, Status, Thread
from shared.model.inbound import Inbound
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
        return await _begin(work, item, place, identity, quiet=quiet)
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


async def _begin(
    work: Work, item: Inbound, place: Place, identity: Identity, *, quiet: bool
) -> Conversation:
    before = place.conversation
    # Whoever decides later in this item's commit finds the bot that answers first.
    duties = work.policy.book.all(BOT_DUTIES)
    duty = None if quiet else duty_for(duties, item.channel_id, work.now)
    conversation = Conversation(
        id=new_conversation_id(place.slot),
        channel_id=item.channel_id,
        channel_type=item.channel_type,
        # Where the platform has renamed the thread, the case before it knows the present name.
        thread=before.thread if before else item.thread.external_id,
        thread_kind=item.thread.kind,
        title=item.thread.title,
        identity_id=identity.id,
        **facts_of(await people.contact(work, identity.contact_id), identity, work.policy.book),
        bot_id=bot_id(duty.bot) if duty is not None else None,
        bots=standing_of(duty) if duty is not None else None,
        last_activity_at=work.now,
        context={**(before.context if before else {}), **item.thread.context},
        # Parts leave in this order within the thread, whichever case they belong to.
        out_order=before.out_order if before else 0,
        reachable=identity.reachable,
        unreachable_reason=identity.unreachable_reason,
        created_at=work.now,
    )
    work.unit.put(CONVERSATIONS, conversation)
    # The contact that the identity points to may be merged into another at this moment.
    work.unit.depend(IDENTITIES, identity.id)
    _remember(work, item, place, conversation.id)
    counts = timeline.changed_counts(None, conversation)
    event = ConversationChanged(conversation=conversation, cause="created", counts=counts)
    work.emit(event, conversation)
    return conversation


def _remember(work: Work, item: Inbound, place: Place, conversation_id: ConversationId) -> None:
    if place.thread is not None:
        work.unit.revise(THREADS, place.thread, {"conversation_id": conversation_id})
        return
    thread = Thread(
        id=thread_id(item.channel_id, item.thread.external_id),
        channel_id=item.channel_id,
        thread=item.thread.external_id,
        slot_key=item.thread.partition_key,
        conversation_id=conversation_id,
    )
    work.unit.put(THREADS, thread)
    for alias in item.thread.aliases:
        work.unit.put(THREADS, alias_of(thread, alias))
