"""The automatic acknowledgement: once per case, to people only, naming a time that is kept."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from router import people, timeline
from router.commands import replies
from router.commands.done import Refused
from router.deadlines import words
from router.deadlines.choose import Rules
from router.deadlines.clock import NONE
from router.deadlines.keep import with_timer
from router.happening import Happening
from router.queueing import telling
from router.work import Work
from shared.collections import (
    ACKNOWLEDGEMENTS,
    CALENDARS,
    CONTACTS,
    IDENTITIES,
)
from shared.commands import Reply
from shared.events import ConversationChanged, Event, MessageAdded
from shared.model.acknowledgement import Acknowledgement, When
from shared.model.conversation import Conversation, Status
from shared.model.deadlines import Deadlines, Promise, PromiseState
from shared.model.message import Direction
from shared.model.people import ActorKind
from shared.policies.hours import NeverOpen, is_open, next_open

_CROWDS: Final = frozenset({"group", "channel", "topic"})


async def acknowledge(work: Work, happening: Happening) -> None:
    """Answer what the customer has just written, or set the time for it."""
    if not any(one.enabled for one in work.policy.book.all(ACKNOWLEDGEMENTS)):
        return
    for change in happening.changes:
        conversation = change.after
        if not _is_open_question(conversation) or not _asks(happening.events, conversation):
            continue
        held = conversation.deadlines or NONE
        if held.acknowledge_at is not None:
            continue
        chosen = choose(work, conversation)
        if chosen is None:
            continue
        wait_s = chosen.live_wait_s if _is_online(work, conversation) else chosen.wait_s
        if wait_s == 0:
            await _send(work, conversation, chosen)
        else:
            await _wait(work, conversation, work.now + timedelta(seconds=wait_s))


async def after_waiting(work: Work, conversation: Conversation) -> Conversation:
    """Nobody has answered so far: acknowledge now. Returns the conversation as it stands then."""
    held = conversation.deadlines or NONE
    held = held.model_copy(update={"acknowledge_at": None})
    conversation = timeline.add_to_last(work, conversation, "deadlines", {"deadlines": held})
    if not _is_open_question(conversation):
        return conversation
    chosen = choose(work, conversation)
    return conversation if chosen is None else await _send(work, conversation, chosen)


def choose(work: Work, conversation: Conversation) -> Acknowledgement | None:
    """The first that fits the conversation and the hour."""
    online = _is_online(work, conversation)
    rules = Rules(work.policy.book)
    for one in work.policy.book.all(ACKNOWLEDGEMENTS):
        if not one.enabled or not one.match.fits(conversation, online=online):
            continue
        if conversation.thread_kind in _CROWDS and not one.in_groups:
            continue
        if one.when is not When.ALWAYS and not _is_hour(rules, one, work.now):
            continue
        return one
    return None


def _is_hour(rules: Rules, one: Acknowledgement, now: datetime) -> bool:
    try:
        is_now = is_open(rules.hours(one.calendar_id), now)
    except NeverOpen:
        is_now = False
    return is_now is (one.when is When.OPEN)


def _is_online(work: Work, conversation: Conversation) -> bool:
    presence = conversation.presence
    return presence is not None and presence.holds(work.now)


def _is_open_question(conversation: Conversation) -> bool:
    """Somebody waits for the first answer of the case, and no bot is about to give it."""
    held = conversation.deadlines or NONE
    return (
        conversation.waiting_since is not None
        and conversation.status is Status.OPEN
        and conversation.merged_into is None
        and conversation.bot_id is None
        and held.acknowledged_at is None
        and held.answered_at is None
    )


def _asks(events: Iterable[Event], conversation: Conversation) -> bool:
    """Whether a person wrote in this item, or a bot gave the case to people."""
    return any(_is_question(event, conversation) for event in events)


def _is_question(event: Event, conversation: Conversation) -> bool:
    if isinstance(event, ConversationChanged):
        return event.cause == "hand_off" and event.conversation.id == conversation.id
    if not isinstance(event, MessageAdded):
        return False
    message = event.message
    return (
        message.conversation_id == conversation.id
        and message.direction is Direction.INBOUND
        and message.author.kind is ActorKind.CONTACT
        and not message.automatic
        and not message.muted
    )


async def _wait(work: Work, conversation: Conversation, until: datetime) -> None:
    held = (conversation.deadlines or NONE).model_copy(update={"acknowledge_at": until})
    held = await with_timer(work, conversation, held, until)
    timeline.add_to_last(work, conversation, "deadlines", {"deadlines": held})


async def _send(work: Work, conversation: Conversation, chosen: Acknowledgement) -> Conversation:
    """Reply as the hub, by the way of every reply; what cannot be sent is told in a line."""
    language = words.language_of(chosen.texts, conversation.language, chosen.default_language)
    text = chosen.texts[language]
    zone, is_theirs = await _zone(work, conversation, chosen)
    due_at = _promised_at(work, conversation, chosen) if words.names_time(text) else None
    held = (conversation.deadlines or NONE).model_copy(update={"acknowledged_at": work.now})
    if words.names_time(text) and due_at is None:
        return _not_sent(work, conversation, held, "no deadline and no calendar names a time")
    said = None
    if due_at is not None:
        said = words.time_words(due_at, work.now, zone, language, with_zone=not is_theirs)
    number = str(conversation.number) if conversation.number is not None else None
    values = {"time": said, "name": conversation.contact_name, "number": number}
    queue = await _queue_words(work, conversation, chosen, language)
    whole = "\n".join([words.fill(text, values), *([queue] if queue else [])])
    command = Reply(conversation_id=conversation.id, actor=people.SYSTEM, text=whole)
    mark = work.unit.mark()
    try:
        done = await replies.reply(work, conversation, command)
    except Refused as refused:
        work.unit.rollback(mark)
        return _not_sent(work, conversation, held, str(refused))
    promise = Promise(
        acknowledgement_id=chosen.id,
        message_id=done.target or "",
        made_at=work.now,
        due_at=due_at,
        words=said,
        language=language,
        time_zone=zone.key,
        state=PromiseState.OPEN if due_at is not None else PromiseState.VOID,
    )
    held = held.model_copy(update={"promise": promise})
    held = await with_timer(work, conversation, held, due_at)
    after = timeline.add_to_last(work, conversation, "deadlines", {"deadlines": held})
    return telling.told(work, after) if queue else after


async def _queue_words(
    work: Work, conversation: Conversation, chosen: Acknowledgement, language: str
) -> str | None:
    """What is said of the queue, in the language of the rest; None: nothing."""
    if not chosen.queue_texts:
        return None
    place = await telling.place_of(work, conversation)
    if place is None or (place.wait_s is not None and place.wait_s <= chosen.queue_wait_s):
        return None
    own = words.language_of(chosen.queue_texts, language, chosen.default_language)
    return words.fill(chosen.queue_texts[own], telling.values_of(conversation, place, own))


def _not_sent(work: Work, conversation: Conversation, held: Deadlines, reason: str) -> Conversation:
    fields = {"deadlines": held}
    return timeline.line(
        work, conversation, "not_acknowledged", people.SYSTEM, {"reason": reason}, fields
    )


def _promised_at(
    work: Work, conversation: Conversation, chosen: Acknowledgement
) -> datetime | None:
    """By when somebody answers: the deadline of the reply, otherwise when somebody is there."""
    held = conversation.deadlines or NONE
    reply = held.first_reply
    if reply is not None and reply.met_at is None and reply.due_at is not None:
        return reply.due_at if reply.due_at > work.now else None
    hours = Rules(work.policy.book).hours(chosen.calendar_id)
    if hours is None:
        return None
    try:
        opens_at = next_open(hours, work.now)
    except NeverOpen:
        return None
    return opens_at if opens_at > work.now else None


async def _zone(
    work: Work, conversation: Conversation, chosen: Acknowledgement
) -> tuple[ZoneInfo, bool]:
    """The time zone in which the time is named, and whether it is the customer's own."""
    theirs = await customers_zone(work, conversation)
    if theirs is not None:
        return theirs, True
    calendar = work.policy.book.get(CALENDARS, chosen.calendar_id)
    return ZoneInfo(chosen.time_zone or (calendar.time_zone if calendar else "UTC")), False


async def customers_zone(work: Work, conversation: Conversation) -> ZoneInfo | None:
    """The customer's time zone, if the contact's document says it."""
    identity = await work.unit.get(IDENTITIES, conversation.identity_id)
    contact_id = identity.contact_id if identity is not None else conversation.contact_id
    contact = await work.unit.get(CONTACTS, contact_id)
    if contact is None:
        return None
    told = contact.model_dump(include={"time_zone"}).get("time_zone")
    if not isinstance(told, str):
        return None
    try:
        return ZoneInfo(told)
    except (KeyError, ValueError, OSError):
        return None  # no zone that this machine knows
