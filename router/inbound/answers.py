"""A customer who writes "2" under a numbered list presses its second button.

Where a channel has no buttons, ours go as a numbered list, and the message remembers it
(``Content.choices``). Whether a text is such an answer is decided here, purely: by the list that
the customer saw last, or the one that they quote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from router import timeline
from router.places import Place
from router.work import Work
from shared.collections import MESSAGES
from shared.delivery.choices import LONGEST_ANSWER, answered
from shared.model.content import Action, Choice, Content, ReplyRef
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound, InboundKind, Origin
from shared.model.message import Direction, Message

_RECENT: Final = 30
_NEVER_LEFT: Final = frozenset({Delivery.FAILED, Delivery.CANCELLED, Delivery.HELD})
_CLOCKS_DIFFER_BY: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """The list and the line of it that was chosen."""

    to: Message
    choice: Choice


def find_answer(
    content: Content,
    written_at: datetime,
    recent: Sequence[Message],
    now: datetime,
    *,
    quoted: Message | None = None,
) -> Answer | None:
    """What the content chooses, or None for a plain text.

    ``recent``: the conversation's messages, newest first. A message that quotes another answers
    that one. Otherwise the list is the last thing of ours that the customer can have seen: after
    anything else of ours a number is a number. A list that was answered takes another choice as a
    correction while the customer has written nothing else since; the same choice again is no
    press, so that nothing is done twice.
    """
    asked = quoted if quoted is not None else _last_seen(recent, now)
    if asked is None or not asked.content.choices or asked.deleted_at is not None:
        return None
    if quoted is None and written_at < (asked.send_at or asked.at) - _CLOCKS_DIFFER_BY:
        return None
    choice = answered(content, asked.content.choices)
    if choice is None:
        return None
    if asked.pressed:
        before = _said_since(asked, recent)
        if before is None or before.content.action is None:
            return Answer(asked, choice) if quoted is not None else None
        if _value(before.content.action) == (choice.value or choice.label):
            return None
    return Answer(asked, choice)


def _last_seen(recent: Sequence[Message], now: datetime) -> Message | None:
    """Our newest message that has left, or may have."""
    ours = (one for one in recent if one.direction is Direction.OUTBOUND)
    return next((one for one in ours if _may_have_left(one, now)), None)


def _may_have_left(message: Message, now: datetime) -> bool:
    if message.delivery in _NEVER_LEFT:
        return False
    return message.delivery is not Delivery.QUEUED or (message.send_at or message.at) <= now


def _said_since(asked: Message, recent: Sequence[Message]) -> Message | None:
    """The customer's last message after ours."""
    theirs = (one for one in recent if one.direction is Direction.INBOUND and one.seq > asked.seq)
    return next(theirs, None)


def _value(action: Action) -> str | None:
    return action.value or action.label


async def heard(work: Work, item: Inbound, place: Place, content: Content) -> tuple[Content, Place]:
    """The content with the press that it is, if it is one; and the place after that."""
    conversation = place.conversation
    if conversation is None or not _may_answer(item, conversation, content):
        return content, place
    answer = await _answer(work, item, conversation, content)
    if answer is None:
        return content, place
    asked, choice = answer.to, answer.choice
    value = choice.value or choice.label
    if value not in asked.pressed:
        await timeline.amend(work, asked, {"pressed": (*asked.pressed, value)})
    external_id = asked.external_ids[-1] if asked.external_ids else None
    changes: dict[str, Any] = {
        "action": Action(value=choice.value, label=choice.label, target_external_id=external_id)
    }
    if content.reply_to is None:
        changes["reply_to"] = ReplyRef(message_id=asked.id, external_id=external_id)
    # Marking the list may have changed the conversation of the place.
    return content.model_copy(update=changes), await place.refreshed(work.unit)


def _may_answer(item: Inbound, conversation: Conversation, content: Content) -> bool:
    """Without asking the store: nearly nothing is an answer."""
    if conversation.listed is None or item.origin is not Origin.USER:
        return False
    if item.kind is not InboundKind.MESSAGE or len(content.own_text()) > LONGEST_ANSWER:
        return False
    reference = content.reply_to
    if reference is not None:
        return reference.message_id is not None and not reference.other_thread
    # In a group people answer each other: only who quotes the list means it.
    return conversation.thread_kind not in ("group", "topic")


async def _answer(
    work: Work, item: Inbound, conversation: Conversation, content: Content
) -> Answer | None:
    quoted = None
    if content.reply_to is not None:
        quoted = await work.unit.get(MESSAGES, content.reply_to.message_id or "")
        if quoted is None or quoted.direction is not Direction.OUTBOUND:
            return None
    recent = await work.unit.find(
        MESSAGES,
        equal={"conversation_id": conversation.id},
        order="seq",
        descending=True,
        limit=_RECENT,
    )
    return find_answer(content, item.occurred_at, recent, work.now, quoted=quoted)
