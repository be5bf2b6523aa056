"""Somebody set or took back reactions."""

from router import people, refs, timeline
from router.inbound.quiet import add_quiet_line
from router.places import Place
from router.work import Work
from shared.ids import MessageId
from shared.model.inbound import Inbound
from shared.model.message import Message, Reaction
from shared.model.people import Actor


async def react(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Replace the actor's reactions by the new ones."""
    names = refs.thread_names(item.thread.external_id, place.conversation)
    message = await refs.find_message(work.unit, item.channel_id, names, item.target_external_id)
    actor = people.author_of(item)
    if message is None:
        details = {"emoji": " ".join(item.reactions_new), "external_id": item.target_external_id}
        return add_quiet_line(work, place, "reaction", actor, details)
    after = reactions_after(message, item, actor)
    if after != message.reactions:
        await timeline.amend(work, message, {"reactions": after})
    return message.id


def reactions_after(message: Message, item: Inbound, actor: Actor) -> tuple[Reaction, ...]:
    """The message's reactions after the event.

    The new ones are all that a known person has; of somebody unknown only the difference is told.
    """
    if item.author is not None:
        kept = [one for one in message.reactions if one.by.id != actor.id]
    else:
        kept = list(message.reactions)
        for emoji in item.reactions_old:
            gone = next((one for one in kept if one.emoji == emoji and one.by == actor), None)
            if gone is not None:
                kept.remove(gone)
    return (*kept, *(Reaction(emoji=emoji, by=actor) for emoji in item.reactions_new))
