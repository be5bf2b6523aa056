"""The person changed: blocked us, came back, has another name."""

from typing import Any

from router import people, timeline
from router.inbound.quiet import add_quiet_line
from router.places import Place
from router.work import Work
from shared.ids import MessageId
from shared.model.inbound import Inbound


async def change(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Take over what the platform tells of the person, with a line where it matters to agents."""
    person = people.writer_of(item)
    identity = await people.identify(work, item.channel_type, person)
    conversation = place.conversation
    if conversation is not None and conversation.identity_id == identity.id:
        name = await people.contact_name(work, identity)
        if name != conversation.contact_name:
            fields = {"contact_name": name}
            conversation = timeline.change(work, conversation, "contact", fields)
    if item.reachable is None:
        return None
    await people.set_reachable(work, identity, item.reachable, item.reason)
    if conversation is None or conversation.reachable is item.reachable:
        return None
    reason = None if item.reachable else item.reason
    changed: dict[str, Any] = {"reachable": item.reachable, "unreachable_reason": reason}
    timeline.change(work, conversation, "reachable", changed)
    place = await place.refreshed(work.unit)
    name = "unblocked" if item.reachable else "blocked"
    return add_quiet_line(work, place, name, people.author_of(item), {"reason": reason})
