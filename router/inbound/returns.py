"""A mail that answers what went on by mail: it comes back into the conversation that it left.

The conversation stands in another channel, and in another partition as a rule: the item is sent on
to that one, under the same event key.
"""

from dataclasses import dataclass

from router.inbound import messages
from router.inbound.times import happened_at
from router.marks import mark_up_to
from router.onward import MAIL_ID, MAIL_REFERENCES
from router.places import place_of, stay
from router.work import Work
from shared.collections import CONVERSATIONS, IDENTITIES, MESSAGES
from shared.ids import MessageId, slot_of
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery
from shared.model.inbound import Clue, Inbound, InboundKind, Origin, ThreadRef
from shared.model.message import Message
from shared.model.people import Participant


@dataclass(frozen=True, slots=True)
class Led:
    """The conversation that an item comes back to, and the mail of ours that it answers."""

    conversation: Conversation
    mail: Message


async def led_back(work: Work, item: Inbound) -> Led | None:
    """Where an item of another channel comes back to; None for nearly all.

    Raises ``Elsewhere`` when another partition holds that conversation.
    """
    if item.kind is not InboundKind.MESSAGE or item.origin is not Origin.USER:
        return None
    for clue in item.thread.clues:
        if clue.message_id is None:
            continue
        mail = await work.unit.get(MESSAGES, clue.message_id)
        if mail is None or mail.channel_id != item.channel_id:
            continue
        conversation = await work.unit.get(CONVERSATIONS, mail.conversation_id)
        if conversation is None or conversation.channel_id == item.channel_id:
            continue
        if _may_return(item, clue, mail):
            stay(work, slot_of(conversation.id))
            return Led(conversation, mail)
    return None


async def take(work: Work, item: Inbound, led: Led) -> MessageId | None:
    """Store it as what the customer wrote, by the channel that it came by."""
    conversation, email = led.conversation, item.content.email
    identity = await work.unit.get(IDENTITIES, conversation.identity_id)
    if identity is None:
        return None
    context = {}
    if email is not None and not email.automatic:
        references = " ".join((*email.references, *email.in_reply_to)[-10:])
        context = {MAIL_ID: email.message_id or "", MAIL_REFERENCES: references}
    there = ThreadRef(
        external_id=conversation.thread,
        partition_key=conversation.thread,
        kind=conversation.thread_kind,
        context=context,
    )
    content = item.content.model_copy(update={"reply_to": None})
    told = item.model_copy(
        update={
            "channel_id": conversation.channel_id,
            "channel_type": conversation.channel_type,
            "thread": there,
            # Who holds the code speaks for the customer; the mail says from which address.
            "author": Participant(external_id=identity.external_id, name=identity.name),
            "participants": (),
            "content": content.model_copy(update={"email": None}),
        }
    )
    place = await place_of(work, told)
    id = await messages.store_from_customer(work, told, place, content, by=item.channel_id)
    if email is None or not email.automatic:
        # Whoever answers has read it.
        at = happened_at(work, item)
        await mark_up_to(work, conversation.id, led.mail.seq, Delivery.READ, at)
    return id


def _may_return(item: Inbound, clue: Clue, mail: Message) -> bool:
    if clue.trust == "anyone":
        return True
    written_to = mail.content.email.to if mail.content.email else ()
    return item.author is not None and item.author.external_id in {
        one.email.lower() for one in written_to
    }
