"""Conversations that an agent begins: the case, its first message, and what it goes on from.

Everything is written in one commit, so that there is never a case without its message. The message
is checked as every reply is. Where it goes on from another conversation, that one may stand in
another partition: a timer of the same commit has it tell so.
"""

from typing import Any, Final

from router import mailthreads, people, timeline
from router.aliases import thread_named
from router.cases import Opening
from router.cases import begin as begin_case
from router.commands import replies
from router.commands.done import Done, Refused, with_conversation
from router.joining import end_of
from router.places import Place, latest_in
from router.work import Work
from shared.collections import CHANNEL_TYPES, CHANNELS, CONTACTS, CONVERSATIONS, TIMERS
from shared.commands import Begin
from shared.delivery.reasons import Reason, rejected
from shared.ids import ConversationId, slot_for, slot_of
from shared.model.channel import Channel, ChannelState
from shared.model.conversation import Conversation, Status
from shared.model.people import Actor, ActorKind, Contact, Identity
from shared.model.records import Timer

CONTINUED: Final = "continued"
"""The kind of the timer by which a conversation learns that it goes on in another one."""
_MOST_KEPT: Final = 50
_MOST_MERGES: Final = 8


async def begin(work: Work, command: Begin) -> Done:
    """Begin it, or say why that cannot be."""
    if command.actor.kind not in (ActorKind.AGENT, ActorKind.SYSTEM):
        raise Refused("only people begin conversations", code=403)
    channel = await _channel(work, command)
    place = await _place(work, command)
    await _require_allowed(work, channel, place)
    origin = await _origin(work, command)
    contact = await _contact(work, command, origin)
    identity = await people.introduce(work, channel.type, command.person, contact)
    if contact is not None and identity.contact_id != contact.id:
        raise Refused("this address is another contact's", code=422, field="contact_id")
    _require_reachable(work, identity)
    opening = _opening(command, channel, place, origin)
    conversation = await begin_case(work, opening, place, identity)
    thread = await thread_named(work.unit, channel.id, command.thread.external_id)
    if thread is not None and command.thread.names:
        await mailthreads.remember(work, channel.id, thread, command.thread.names)
    conversation = await _told(work, conversation, command.actor, origin)
    reply = command.reply.model_copy(
        update={"conversation_id": conversation.id, "actor": command.actor}
    )
    done = await replies.reply(work, conversation, reply)
    conversation = work.unit.fresh(CONVERSATIONS, conversation)
    result = {"conversation": conversation.model_dump(mode="json"), **done.result}
    details = {"channel_id": channel.id, "from_id": command.from_id}
    return Done(result, code=201, target=conversation.id, details=details)


async def continued(work: Work, conversation: Conversation, timer: Timer) -> Done:
    """A timer: an agent went on with this conversation in another one."""
    told = timer.model_extra or {}
    into = ConversationId(told["into"])
    by = Actor.model_validate(told["actor"])
    details = {"conversation_id": into, "channel": told["channel"], "by": by.name}
    fields = {"continued_in": (*conversation.continued_in, into)[-_MOST_KEPT:]}
    return with_conversation(timeline.line(work, conversation, "continued_in", by, details, fields))


async def _channel(work: Work, command: Begin) -> Channel:
    channel = await work.unit.get(CHANNELS, command.channel_id)
    if channel is None or channel.state is ChannelState.REMOVED:
        raise Refused("there is no such channel", code=422, field="channel_id")
    return channel


async def _place(work: Work, command: Begin) -> Place:
    """Where the conversation is to stand, which is where its id says. Raises ``Refused``."""
    told, thread = command.thread, None
    for name in (told.external_id, *told.aliases):
        thread = thread or await thread_named(work.unit, command.channel_id, name)
    key = thread.slot_key if thread is not None else told.partition_key
    slot = slot_for(command.channel_id, key)
    if slot != slot_of(command.conversation_id):
        raise Refused("the platform has renamed this chat meanwhile; try again")
    return Place(slot, thread, await latest_in(work.unit, thread))


async def _require_allowed(work: Work, channel: Channel, place: Place) -> None:
    """The channel lets us write there, and nobody does already. Raises ``Refused``."""
    latest = place.conversation
    if latest is None:
        info = await work.unit.get(CHANNEL_TYPES, channel.type)
        if info is None or not info.capabilities.write_first:
            why = rejected(Reason.WRITES_NOT_FIRST)
            raise Refused(str(why), code=422, field="channel_id", why=why)
        return
    goes_on = await end_of(work, latest)
    if goes_on.status is not Status.RESOLVED:
        why = rejected(Reason.OPEN_CONVERSATION, conversation_id=goes_on.id)
        raise Refused(str(why), why=why)


async def _origin(work: Work, command: Begin) -> Conversation | None:
    """The conversation that goes on here. Raises ``Refused``."""
    if command.from_id is None:
        return None
    origin = await work.unit.get(CONVERSATIONS, command.from_id)
    if origin is None:
        raise Refused("there is no such conversation", code=422, field="from_id")
    return origin


async def _contact(work: Work, command: Begin, origin: Conversation | None) -> Contact | None:
    """Whose address it is, where that was said, or where it goes on with somebody. Raises
    ``Refused``."""
    of_origin = await _present(work, origin.contact_id) if origin is not None else None
    if command.contact_id is None:
        return of_origin
    contact = await _present(work, command.contact_id)
    if contact is None:
        raise Refused("there is no such contact", code=422, field="contact_id")
    if of_origin is not None and of_origin.id != contact.id:
        raise Refused("that conversation is with somebody else", code=422, field="from_id")
    return contact


async def _present(work: Work, id: str) -> Contact | None:
    """The contact, or the one with which it was made one."""
    contact = await work.unit.get(CONTACTS, id)
    for _ in range(_MOST_MERGES):
        if contact is None or contact.merged_into is None:
            break
        contact = await work.unit.get(CONTACTS, contact.merged_into)
    return contact


def _require_reachable(work: Work, identity: Identity) -> None:
    if identity.block is not None and identity.block.holds(work.now):
        why = rejected(Reason.BLOCKED)
        raise Refused(str(why), why=why)
    if not identity.reachable:
        why = rejected(Reason.UNREACHABLE)
        raise Refused(identity.unreachable_reason or str(why), why=why)


def _opening(
    command: Begin, channel: Channel, place: Place, origin: Conversation | None
) -> Opening:
    before, email = place.conversation, command.reply.email
    fields: dict[str, Any] = {}
    if before is not None:
        # The case before it says how long the platform still lets us answer.
        fields |= {"reply_until": before.reply_until}
    if email is not None and email.subject:
        fields["title"] = email.subject
    if origin is not None:
        kept = ("topic", "priority", "labels", "fields", "line")
        fields |= {name: getattr(origin, name) for name in kept}
        fields["continued_from"] = origin.id
    return Opening(channel.id, channel.type, command.thread, fields, id=command.conversation_id)


async def _told(
    work: Work, conversation: Conversation, actor: Actor, origin: Conversation | None
) -> Conversation:
    """The line that tells who began it, and a timer for the conversation that it goes on from."""
    if origin is None:
        return timeline.line(work, conversation, "begun", actor, {"by": actor.name})
    details = {
        "conversation_id": origin.id,
        "channel": await _channel_name(work, origin),
        "by": actor.name,
    }
    after = timeline.line(work, conversation, "continued_from", actor, details)
    timer = {
        "id": f"{CONTINUED}/{conversation.id}",
        "kind": CONTINUED,
        "conversation_id": origin.id,
        "due_at": work.now,
        "into": conversation.id,
        "channel": await _channel_name(work, conversation),
        "actor": actor.model_dump(mode="json"),
    }
    work.unit.put(TIMERS, Timer.model_validate(timer))
    return after


async def _channel_name(work: Work, of: Conversation) -> str:
    channel = await work.unit.get(CHANNELS, of.channel_id)
    return channel.name if channel is not None else of.channel_type
