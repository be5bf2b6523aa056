"""Two conversations become one case, and two again. Each stays in its thread.

They may stand in two partitions, each of which writes its own only. The one that is merged says so
in its own commit, and leaves in it a timer for the other, which then looks at it and agrees: the
truth is what the merged one says, so that a crash between the two, a repeat, and a change of mind
all end the same.
"""

from datetime import datetime
from typing import Any, Final

from router import cases, people, timeline
from router.commands.done import Done, Refused, with_conversation
from router.commands.followers import together
from router.commands.standing import is_latest, require_latest
from router.joining import AGREE, arm, end_into, text_of
from router.snoozes import forget_snooze
from router.threading import after_customer_wrote
from router.waiting import waits_in_all, what_waits
from router.work import Work
from shared.collections import CONVERSATIONS
from shared.commands import Merge, Unmerge
from shared.ids import ConversationId, MessageId
from shared.model.conversation import Conversation, Status
from shared.model.message import Message
from shared.model.people import Actor
from shared.model.records import Timer

PART: Final = "part"
"""By which a merged one learns that the other cannot have it."""
STIR: Final = "stir"
"""By which the other learns of a message in the merged one's thread."""
_TOLD: Final[tuple[str, ...]] = ("source", "message", "waiting_since", "unread")
_MOST_JOINED: Final = 50


async def merge(work: Work, conversation: Conversation, command: Merge) -> Done:
    """Let the case go on in another conversation. Its thread stays its own."""
    if conversation.merged_into == command.into_id:
        return with_conversation(conversation, changed=False)
    if conversation.merged_into is not None:
        raise Refused("it was merged into another one already; undo that first")
    await require_latest(work, conversation)
    into = await work.unit.get(CONVERSATIONS, command.into_id)
    if into is None or into.id == conversation.id:
        raise Refused("there is no other such conversation", code=422, field="into_id")
    why = _why_not(conversation, into)
    if why is not None:
        raise Refused(why, field="into_id")
    after = end_into(work, conversation, into.id, command.actor, cause="merge")
    return with_conversation(after, details={"into_id": into.id})


async def unmerge(work: Work, conversation: Conversation, command: Unmerge) -> Done:
    """Let the case go on by itself again."""
    into_id = conversation.merged_into
    if into_id is None:
        return with_conversation(conversation, changed=False)
    # A thread that the platform has renamed to the other's has one case.
    await require_latest(work, conversation, merged_too=True)
    after = await _part(work, conversation, into_id, command.actor)
    return with_conversation(after, details={"from_id": into_id})


async def agree(work: Work, conversation: Conversation, timer: Timer) -> Done:
    """A timer: have it among the joined ones if it says that it is merged into this one."""
    told = timer.model_extra or {}
    source = await work.unit.get(CONVERSATIONS, told["source"])
    if source is None:
        return with_conversation(conversation, changed=False)
    if told.get("parted"):
        return with_conversation(await _without(work, conversation, source.id))
    by, has = Actor.model_validate(told["actor"]), source.id in conversation.joined
    details = {"conversation_id": source.id, "channel_id": source.channel_id, "by": by.name}
    if source.merged_into != conversation.id:
        if not has:
            return with_conversation(conversation, changed=False)
        left = tuple(id for id in conversation.joined if id != source.id)
        after = timeline.line(work, conversation, "parted", by, details, {"joined": left})
        return with_conversation(await _without(work, after, source.id))
    if has:
        return with_conversation(conversation, changed=False)
    full = conversation.merged_into is not None or len(conversation.joined) >= _MOST_JOINED
    if full and not told.get("renamed"):
        arm(work, PART, source.id, source.id, {"into": conversation.id})
        return with_conversation(conversation, changed=False)
    joined = {
        "joined": (*conversation.joined, source.id),
        # Who followed the case follows it where it goes on.
        "followers": together(conversation.followers, source.followers),
    }
    after = timeline.line(work, conversation, "joined", by, details, joined)
    if told.get("waiting_since") is not None:
        since = datetime.fromisoformat(told["waiting_since"])
        if after.merged_into is not None:
            extra = {
                "source": source.id,
                "message": source.id,
                "waiting_since": told["waiting_since"],
                "unread": told.get("unread", 0),
            }
            arm(work, STIR, source.id, after.merged_into, extra)
            return with_conversation(after)
        after = await _stirred(work, after, since, source.id, told.get("unread", 0))
    return with_conversation(after)


async def part(work: Work, conversation: Conversation, timer: Timer) -> Done:
    """A timer: the other one was merged itself meanwhile, and cannot have this one."""
    into_id = ConversationId((timer.model_extra or {})["into"])
    if conversation.merged_into != into_id or not await is_latest(work, conversation):
        # A thread that the platform has renamed to the other's has one case.
        return with_conversation(conversation, changed=False)
    return with_conversation(await _part(work, conversation, into_id, people.SYSTEM))


async def stir(work: Work, conversation: Conversation, timer: Timer) -> Done:
    """A timer: something was written in the thread of a joined one."""
    told = timer.model_extra or {}
    if conversation.merged_into is not None:
        told_on: dict[str, Any] = {name: told[name] for name in _TOLD if name in told}
        arm(work, STIR, told["message"], conversation.merged_into, told_on)
        return with_conversation(conversation, changed=False)
    if told["waiting_since"] is not None:
        since = datetime.fromisoformat(told["waiting_since"])
        return with_conversation(
            await _stirred(work, conversation, since, told.get("source"), told.get("unread", 1))
        )
    if conversation.last_inbound_at is not None and conversation.last_inbound_at > timer.due_at:
        return with_conversation(conversation, changed=False)  # the customer has written since
    fields = {"waiting_since": None, "unread": 0}
    return with_conversation(timeline.change(work, conversation, "answered", fields))


def tell_of(work: Work, conversation: Conversation, message: Message, *, waits: bool) -> None:
    """Let the conversation into which this one is merged know of a message in its thread: the
    customer ``waits`` for an answer, or has it."""
    if conversation.merged_into is not None:
        call(work, conversation, message.id, message.at if waits else None, unread=1)


def call(
    work: Work,
    conversation: Conversation,
    message_id: MessageId,
    waits_since: datetime | None,
    *,
    unread: int,
) -> None:
    """Let the other know since when the customer waits in the merged one's thread; None: they have
    an answer."""
    if conversation.merged_into is None:
        return
    extra = {
        "source": conversation.id,
        "message": message_id,
        "waiting_since": text_of(waits_since),
        "unread": unread,
    }
    arm(work, STIR, message_id, conversation.merged_into, extra)


async def _part(
    work: Work, conversation: Conversation, into_id: ConversationId, actor: Actor
) -> Conversation:
    since, unread = await what_waits(work, conversation)
    fields = {
        "merged_into": None,
        "status": Status.OPEN,
        "resolved_at": None,
        "waiting_since": since,
        "unread": unread,
    }
    after = timeline.change(work, conversation, "unmerge", fields, actor)
    details = {"conversation_id": into_id, "by": actor.name}
    after = timeline.line(work, after, "unmerged", actor, details)
    extra = {"source": conversation.id, "actor": actor.model_dump(mode="json")}
    arm(work, AGREE, f"{conversation.id}/{into_id}", into_id, extra)
    return after


async def _without(work: Work, conversation: Conversation, parted: str) -> Conversation:
    """One that was joined, here or further down, waits by itself again: what waits here is that of
    the others. What was answered or read here stays so."""
    if conversation.merged_into is not None:
        # Whoever waits for this case waits where it goes on.
        told = {"source": parted, "actor": people.SYSTEM.model_dump(mode="json"), "parted": True}
        arm(work, AGREE, f"{parted}/{conversation.id}/{conversation.merged_into}",
            conversation.merged_into, told)  # fmt: skip
        return conversation
    since, unread = await waits_in_all(work, conversation)
    if (since, unread) == (conversation.waiting_since, conversation.unread):
        return conversation
    fields = {"waiting_since": since, "unread": unread}
    return timeline.change(work, conversation, "parted", fields)


async def _stirred(
    work: Work, conversation: Conversation, since: datetime, source_id: str | None, unread: int
) -> Conversation:
    """The customer waits in a joined thread: as if it had been written in this one. Where a newer
    case has begun here since, what was merged goes on by itself."""
    if conversation.status is Status.RESOLVED:
        if source_id is not None and not await is_latest(work, conversation):
            arm(work, PART, source_id, ConversationId(source_id), {"into": conversation.id})
            return conversation
        conversation = cases.reopen(work, conversation, people.SYSTEM, cause="joined")
    forget_snooze(work, conversation)
    fields: dict[str, Any] = {
        **after_customer_wrote(conversation),
        "waiting_since": min(conversation.waiting_since or since, since),
        "unread": conversation.unread + unread,
        "last_activity_at": max(conversation.last_activity_at, work.now),
    }
    return timeline.change(work, conversation, "joined", fields)


def _why_not(conversation: Conversation, into: Conversation) -> str | None:
    if into.merged_into is not None:
        return "that conversation was merged itself"
    if into.status is Status.RESOLVED:
        return "that conversation is resolved; reopen it first"
    if conversation.escalation.open:
        return "a line has a task of this conversation; it is finished first"
    return None
