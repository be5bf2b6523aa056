"""A bot's hold on a conversation: a lease that a customer's message begins and its answer ends."""

from datetime import timedelta
from typing import Any, Final

from router import people, timeline
from router.bots.duty import given_to_people
from router.bots.handing import hand_over
from router.commands.done import Done, with_conversation
from router.happening import Change, Happening
from router.work import Work
from shared.collections import CONVERSATIONS, TIMERS
from shared.commands import Reply
from shared.events import MessageAdded
from shared.handing_over import asks_for_person
from shared.model.conversation import Conversation, Status
from shared.model.message import Direction, Message
from shared.model.people import ActorKind
from shared.model.records import Timer

BOT_TIMER: Final = "bot"
"""The kind of the timer that ends a lease."""
_PERSONS: Final = (ActorKind.AGENT, ActorKind.PLATFORM)


async def hold(work: Work, happening: Happening) -> None:
    """Let the lease begin with a customer's message, and end where a person speaks."""
    for change in happening.changes:
        if change.after.bot_id is None or change.after.bots is None:
            continue  # nearly all
        if change.before is None:
            details = {"bot": change.after.bot_id.removeprefix("bot-")}
            timeline.line(work, change.after, "bot_first", people.SYSTEM, details)
        for event in happening.events:
            if isinstance(event, MessageAdded) and event.conversation.id == change.after.id:
                await _heard(work, change, event.message)


async def _heard(work: Work, change: Change, message: Message) -> None:
    conversation = work.unit.fresh(CONVERSATIONS, change.after)
    if conversation.bot_id is None:
        return  # an earlier message of the same item ended it
    if message.direction is Direction.OUTBOUND:
        if message.author.kind in _PERSONS and not _is_one_of_many(work):
            fields = {"bot_id": None, "bots": given_to_people(conversation, work.now)}
            timeline.change(work, conversation, "answered", fields, message.author)
        return
    if message.direction is Direction.INBOUND and _wants_an_answer(conversation, message):
        await _asked(work, conversation, message)


def _is_one_of_many(work: Work) -> bool:
    """Whoever writes to many at once speaks in none of the conversations."""
    return work.envelope.kind == Reply.kind and bool(work.envelope.payload.get("bulk_id"))


def _wants_an_answer(conversation: Conversation, message: Message) -> bool:
    if message.muted or (message.content.email is not None and message.content.email.automatic):
        return False
    return conversation.waiting_since is not None and conversation.status is not Status.RESOLVED


async def _asked(work: Work, conversation: Conversation, message: Message) -> None:
    standing = conversation.bots
    if standing is None:
        return
    if asks_for_person(message.content.own_text(), standing.words):
        details = {"why": "word", "by": message.author.name}
        hand_over(work, conversation, people.SYSTEM, details=details)
        return
    await arm(work, conversation, message.seq)


async def arm(work: Work, conversation: Conversation, asked: int) -> Conversation:
    """Let the lease run out unless the bot answers; one that runs already goes on."""
    standing = conversation.bots
    if standing is None:
        return conversation
    until = standing.answer_until or work.now + timedelta(seconds=standing.lease_s)
    after = standing.model_copy(update={"asked": asked, "answer_until": until})
    # Nobody waits to be told of that: whoever shows the conversation has its message's event.
    conversation = work.unit.revise(CONVERSATIONS, conversation, {"bots": after})
    id = timer_id(conversation)
    timer = await work.unit.get(TIMERS, id)
    if timer is None or timer.due_at > until:
        work.unit.put(
            TIMERS, Timer(id=id, kind=BOT_TIMER, conversation_id=conversation.id, due_at=until)
        )
    return conversation


def answered(work: Work, conversation: Conversation, seen: int | None) -> dict[str, Any]:
    """The fields that change when the bot that holds it answers. The timer is left to fire: it
    looks at the conversation then."""
    standing = conversation.bots
    if standing is None:
        return {}
    update: dict[str, Any] = {"misses": 0}
    if seen is None or standing.asked is None or seen >= standing.asked:
        update |= {"asked": None, "answer_until": None}
    else:
        # It lives, and has a newer message before it.
        update["answer_until"] = work.now + timedelta(seconds=standing.lease_s)
    after = standing.model_copy(update=update)
    return {"bots": after} if after != standing else {}


async def run_out(work: Work, conversation: Conversation, timer: Timer) -> Done:
    """The timer fired: people get the conversation, if the bot has not answered by now."""
    standing = conversation.bots
    if conversation.bot_id is None or standing is None or standing.answer_until is None:
        return with_conversation(conversation, changed=False)
    if conversation.status is Status.RESOLVED:
        return with_conversation(conversation, changed=False)
    if standing.answer_until > work.now:
        work.unit.put(TIMERS, timer.model_copy(update={"due_at": standing.answer_until}))
        return with_conversation(conversation, changed=False)
    details = {
        "why": "silent",
        "bot": conversation.bot_id.removeprefix("bot-"),
        "after_s": f"{standing.lease_s:g}",
    }
    after = hand_over(work, conversation, people.SYSTEM, details=details)
    return with_conversation(after)


def timer_id(conversation: Conversation) -> str:
    """The id of the timer of the conversation's bot."""
    return f"{BOT_TIMER}/{conversation.id}"
