"""The customer pressed a button."""

from router import refs, timeline
from router.inbound import messages
from router.places import Place
from router.work import Work
from shared.ids import MessageId
from shared.model.content import Action, ReplyRef
from shared.model.inbound import Inbound
from shared.model.message import Message


async def press(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Mark the button as pressed, and show the press as what the customer said."""
    names = refs.thread_names(item.thread.external_id, place.conversation)
    action = item.pressed()
    target_id = item.target_external_id or (action.target_external_id if action else None)
    target = await refs.find_message(work.unit, item.channel_id, names, target_id)
    if action is not None and target is not None:
        action = _whole(action, target)
    value = (action.value or action.label) if action else None
    if target is not None and value is not None and value not in target.pressed:
        await timeline.amend(work, target, {"pressed": (*target.pressed, value)})
    content = item.content.model_copy(update={"action": action})
    quoted = content.reply_to
    if target_id is not None and (quoted is None or quoted.external_id == target_id):
        # Some platforms tell the pressed message as one that is answered.
        known = {"message_id": target.id if target else None, "external_id": target_id}
        reply_to = (quoted or ReplyRef()).model_copy(update=known)
        content = content.model_copy(update={"reply_to": reply_to})
    # Marking may have changed the conversation of the place.
    if place.conversation is not None and target is not None:
        place = await place.refreshed(work.unit)
    return await messages.store_from_customer(work, item, place, content)


def _whole(action: Action, target: Message) -> Action:
    """The press with the button's own value, where the platform could carry only its token."""
    buttons = (button for row in target.content.buttons for button in row)
    value = next((b.value for b in buttons if b.value and b.token() == action.value), None)
    return action if value is None else action.model_copy(update={"value": value})
