"""Edits, deletions and reactions of ours: parts that change a message which was sent.

They are shown once the platform has taken them, and a refusal is told by a line.
"""

from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from router import people, timeline
from router.work import SOURCE, Work
from shared.collections import CHANNEL_TYPES, CONVERSATIONS, MESSAGES, PARTS, SEEN_EVENTS
from shared.hints import hint
from shared.ids import CommandId, ExternalId, MessageId, PartId
from shared.model.content import Content
from shared.model.conversation import Conversation
from shared.model.delivery import SENT_STATES, Delivery, Part
from shared.model.inbound import Receipt
from shared.model.message import Message, Reaction, Revision
from shared.model.people import Actor, ActorKind
from shared.model.records import SeenEvent

EDIT: Final = "edit"
DELETE: Final = "delete"
REACTION: Final = "reaction"
_OURSELVES: Final = "hub"
_FAILED: Final = frozenset({Delivery.FAILED, Delivery.UNKNOWN, Delivery.CANCELLED})
ORDER_STEP: Final = 1000


def next_order(work: Work, conversation: Conversation) -> int:
    """The order of a new part: by time in microseconds, and ascending within the thread."""
    return max(conversation.out_order, int(work.now.timestamp() * 1_000_000))


def operation_id(message_id: MessageId, command_id: CommandId, number: int = 0) -> PartId:
    """The part of an operation on a message; unlike any part of the message itself."""
    digest = blake2b(f"{command_id}/{number}".encode(), digest_size=8).hexdigest()
    return PartId(f"p{message_id[1:]}-x{digest}")


def is_operation(id: PartId) -> bool:
    """Whether the part changes a message rather than being a piece of it."""
    return id.rpartition("-")[2].startswith("x")


async def plan(
    work: Work,
    conversation: Conversation,
    message: Message,
    kind: str,
    targets: tuple[ExternalId, ...],
    content: Content,
) -> None:
    """Let an operation leave, in its turn among the parts of the thread."""
    info = await work.unit.get(CHANNEL_TYPES, conversation.channel_type)
    deadline = work.policy.deadline_for(info)
    order = next_order(work, conversation)
    for number, target in enumerate(targets):
        part = Part(
            id=operation_id(message.id, CommandId(work.envelope.id), number),
            channel_id=conversation.channel_id,
            thread=conversation.thread,
            conversation_id=conversation.id,
            message_id=message.id,
            kind=kind,
            target_external_id=target,
            order=order + number,
            content=content,
            context=conversation.context,
            due_at=work.now,
            deadline_at=work.now + deadline,
            created_at=work.now,
            changed_at=work.now,
        )
        work.unit.put(PARTS, part)
    fields = {"out_order": order + ORDER_STEP}
    work.unit.revise(CONVERSATIONS, conversation, fields)
    work.publish(hint(conversation.channel_id, [conversation.thread], at=work.now, source=SOURCE))


async def finish(work: Work, receipt: Receipt) -> None:
    """Show what became of an operation, once."""
    if receipt.part_id is None or receipt.state not in (SENT_STATES | _FAILED):
        return
    outcome = "failed" if receipt.state in _FAILED else "done"
    seen = f"operation\n{receipt.part_id}\n{outcome}"
    if await work.unit.get(SEEN_EVENTS, seen) is not None:
        return
    work.unit.put(SEEN_EVENTS, SeenEvent(id=seen, at=work.now))
    part = await work.unit.get(PARTS, receipt.part_id)
    message = await work.unit.get(MESSAGES, part.message_id) if part else None
    if part is None or message is None:
        return
    if receipt.state in SENT_STATES:
        fields = _done(message, part, receipt)
        if fields:
            await timeline.amend(work, message, fields)
        return
    conversation = await work.unit.get(CONVERSATIONS, message.conversation_id)
    if conversation is not None:
        details = {
            "message_id": message.id,
            "reason": receipt.failure.reason if receipt.failure else receipt.state.value,
        }
        timeline.line(work, conversation, f"{part.kind}_failed", people.SYSTEM, details)


def _done(message: Message, part: Part, receipt: Receipt) -> dict[str, Any]:
    if part.kind == DELETE:
        return {} if message.deleted_at else {"deleted_at": receipt.at}
    if part.kind == EDIT:
        return edited(message, part.written or part.content, receipt.at)
    us = Actor(kind=ActorKind.PLATFORM, id=_OURSELVES)
    others = tuple(one for one in message.reactions if one.by.id != _OURSELVES)
    ours = (Reaction(emoji=part.content.text, by=us),) if part.content.text else ()
    after = (*others, *ours)
    return {} if after == message.reactions else {"reactions": after}


def edited_at(message: Message, at: datetime) -> dict[str, Any]:
    """The fields of a message that is edited, its content as before."""
    revision = Revision(content=message.content, until=at)
    return {
        "content": message.content,
        "revisions": (*message.revisions, revision),
        "edited_at": at,
    }


def edited(message: Message, content: Content, at: datetime) -> dict[str, Any]:
    """The fields of a message whose text and spans are replaced; none if they are the same."""
    before = message.content
    if before.text == content.text and before.spans == content.spans:
        return {}
    after = before.model_copy(update={"text": content.text, "spans": content.spans})
    return {**edited_at(message, at), "content": after}
