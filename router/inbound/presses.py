"""The customer pressed a button."""

from router import refs, timeline
from router.inbound import messages
from router.places import Place
from router.work import Work
from shared.ids import MessageId
from shared.model.content import ReplyRef
from shared.model.inbound import Inbound


async def press(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Mark the button as pressed, and show the press as what the customer said."""
    names = refs.thread_names(item.thread.external_id, place.conversation)
    action = item.pressed()
    target_id = item.target_external_id or (action.target_external_id if action else None)
    target = await refs.find_message(work.unit, item.channel_id, names, target_id)
    value = (action.value or action.label) if action else None
    if target is not None and value is not None and value not in target.pressed:
        await timeline.amend(work, target, {"pressed": (*target.pressed, value)})
    content = item.content
    if target_id is not None and content.reply_to is None:
        reply_to = ReplyRef(message_id=target.id if target else None, external_id=target_id)
        content = content.model_copy(update={"reply_to": reply_to})
    # Marking may have changed the conversation of the place.
    if place.conversation is not None and target is not None:
        place = await place.refreshed(work.unit)
    return await messages.store_from_customer(work, item, place, content)
