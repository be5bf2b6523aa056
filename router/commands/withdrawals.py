"""Taking back a reply that has not left yet."""

from typing import Final

from router import timeline
from router.commands.done import Done, Refused, with_message
from router.commands.merging import call
from router.commands.standing import message_in
from router.threading import waiting_since
from router.work import SOURCE, Work
from shared.collections import CONVERSATIONS, MESSAGES, PARTS
from shared.commands import Cancel
from shared.hints import hint
from shared.model.conversation import Conversation, Status
from shared.model.delivery import Delivery, Part
from shared.model.message import Direction, Message
from shared.model.people import Actor, ActorKind

_ON_ITS_WAY: Final = "the message is already on its way"
_WAITING: Final = frozenset({Delivery.QUEUED, Delivery.HELD})
_LOOK_BACK: Final = 50


async def cancel(work: Work, conversation: Conversation, command: Cancel) -> Done:
    """Cancel all parts, if none has begun to leave; the text goes back to its author."""
    message = await message_in(work, conversation, command.message_id)
    if message.direction is not Direction.OUTBOUND:
        raise Refused("only a reply can be taken back", code=422)
    require_own(message, command.actor)
    if message.delivery is Delivery.CANCELLED:
        return with_message(message, changed=False)
    if message.delivery not in _WAITING:
        raise Refused(_ON_ITS_WAY)
    parts = await parts_of(work, message)
    if not parts or any(not _waits(part) for part in parts):
        raise Refused(_ON_ITS_WAY)
    for part in parts:
        fields = {"state": Delivery.CANCELLED, "open": False, "changed_at": work.now}
        work.unit.revise(PARTS, part, fields)
    states = tuple(
        part.model_copy(update={"state": Delivery.CANCELLED, "at": work.now})
        for part in message.parts
    )
    message = await timeline.amend(work, message, {"delivery": Delivery.CANCELLED, "parts": states})
    await _wait_again(work, conversation, message)
    # Followers that the undo time held may leave now.
    work.publish(hint(conversation.channel_id, [conversation.thread], at=work.now, source=SOURCE))
    return with_message(message)


def require_own(message: Message, actor: Actor) -> None:
    """A bot changes nothing that somebody else is about to say. Raises ``Refused``."""
    if actor.kind is ActorKind.BOT and message.author.id != actor.id:
        raise Refused("a bot takes back and changes only its own replies", code=403)


async def parts_of(work: Work, message: Message) -> list[Part]:
    """The rows of a message's own parts, in their order."""
    rows = await work.unit.find(PARTS, equal={"message_id": message.id}, order="index", limit=1000)
    return [row for row in rows if row.kind == "send"]


def _waits(part: Part) -> bool:
    return part.state in _WAITING


async def _wait_again(work: Work, conversation: Conversation, message: Message) -> None:
    """Without the reply the customer may be waiting after all: here, or where the case goes on."""
    current = await work.unit.get(CONVERSATIONS, conversation.id)
    if current is None or current.waiting_since is not None:
        return
    if current.status is Status.RESOLVED and current.merged_into is None:
        return
    recent = await work.unit.find(
        MESSAGES,
        equal={"conversation_id": conversation.id},
        order="seq",
        descending=True,
        limit=_LOOK_BACK,
    )
    since = waiting_since(recent)
    if since is not None and current.merged_into is not None:
        call(work, current, message.id, since, unread=0)
    elif since is not None:
        fields = {"waiting_since": since, "answered_at": None}
        timeline.change(work, current, "cancel", fields)
