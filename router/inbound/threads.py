"""The thread changed: its title, its members, its name on the platform."""

from router import people, timeline
from router.cases import thread_facts
from router.inbound.quiet import add_quiet_line
from router.places import Place
from router.work import Work
from shared.ids import MessageId
from shared.model.inbound import Inbound


async def change(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Take over what the platform tells of the thread, with a line that says so.

    A renaming was applied when the place was looked up. A thread in which nobody has written yet
    has nothing to show.
    """
    conversation = place.conversation
    if conversation is None:
        return None
    facts = thread_facts(item, conversation)
    if facts:
        timeline.change(work, conversation, "thread", facts)
        place = await place.refreshed(work.unit)
    if item.service is None:
        return None
    details = {"title": item.thread.title, "reason": item.reason}
    return add_quiet_line(work, place, item.service, people.author_of(item), details)
