"""The customer has read what we wrote."""

from router import refs
from router.inbound.times import happened_at
from router.marks import mark_up_to
from router.places import Place
from router.work import Work
from shared.ids import MessageId
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound


async def read(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Everything up to the named message was read, or everything."""
    if place.conversation is None:
        return None
    names = refs.thread_names(item.thread.external_id, place.conversation)
    target = await refs.find_message(work.unit, item.channel_id, names, item.target_external_id)
    if item.target_external_id is not None and target is None:
        return None
    conversation_id = target.conversation_id if target else place.conversation.id
    seq = target.seq if target else None
    await mark_up_to(work, conversation_id, seq, Delivery.READ, happened_at(work, item))
    return target.id if target else None
