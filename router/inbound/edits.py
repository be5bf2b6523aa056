"""The customer (or somebody in the platform's own app) changed or deleted a message."""

from typing import Any, Final

from router import people, refs, timeline
from router.inbound import messages
from router.inbound.quiet import add_quiet_line
from router.inbound.times import happened_at
from router.places import Place
from router.work import Work
from shared.ids import MessageId
from shared.model.content import Attachment, Content, Location
from shared.model.inbound import Inbound
from shared.model.message import Message, Revision

_MOST_REVISIONS: Final = 50


async def edit(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Put the new content in the place of the old one, which is kept as a revision.

    An edit of a message that we never saw is stored as that message.
    """
    names = refs.thread_names(item.thread.external_id, place.conversation)
    external_id = item.target_external_id or item.external_id
    message = await refs.find_message(work.unit, item.channel_id, names, external_id)
    if message is None:
        original = item.model_copy(update={"external_id": external_id})
        return await messages.store(work, original, place, edited=True)
    if messages.same_content(message.content, item.content):
        return message.id
    await timeline.amend(work, message, _edited(work, item, message))
    return message.id


async def delete(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Mark a message as deleted; agents still see what it said."""
    names = refs.thread_names(item.thread.external_id, place.conversation)
    message = await refs.find_message(
        work.unit, item.channel_id, names, item.target_external_id or item.external_id
    )
    if message is None:
        details = {"external_id": item.target_external_id or item.external_id}
        return add_quiet_line(work, place, "message_deleted", people.author_of(item), details)
    if message.deleted_at is None:
        await timeline.amend(work, message, {"deleted_at": happened_at(work, item)})
    return message.id


def _edited(work: Work, item: Inbound, message: Message) -> dict[str, Any]:
    at = happened_at(work, item)
    content = _with_files_of(message.content, item.content)
    if _only_moved(message.content, content):
        # A live location comes every few seconds for hours: where it is counts.
        return {"content": content}
    if message.edited_at is not None and at < message.edited_at:
        # An older edit that came late: part of the history only.
        older = Revision(content=content, until=message.edited_at)
        return {"revisions": _kept(*message.revisions, older)}
    revision = Revision(content=message.content, until=at)
    return {
        "content": content,
        "revisions": _kept(*message.revisions, revision),
        "edited_at": at,
    }


def _kept(*revisions: Revision) -> tuple[Revision, ...]:
    """The first, which says how it began, and the latest ones."""
    if len(revisions) <= _MOST_REVISIONS:
        return revisions
    return (revisions[0], *revisions[1 - _MOST_REVISIONS :])


def _only_moved(before: Content, after: Content) -> bool:
    """Whether nothing changed but where a live location is, or that it is live no more."""
    was = [block for block in before.blocks if isinstance(block, Location)]
    now = [block for block in after.blocks if isinstance(block, Location)]
    if len(was) != 1 or len(now) != 1 or was[0].live_until is None:
        return False
    return before.model_copy(update={"blocks": ()}) == after.model_copy(update={"blocks": ()})


def _with_files_of(before: Content, after: Content) -> Content:
    """The new content; files that it still has keep what we fetched, and an answer its target."""
    stored = {file.id: file for file in before.attachments}
    files: tuple[Attachment, ...] = tuple(stored.get(file.id, file) for file in after.attachments)
    update: dict[str, Any] = {"attachments": files}
    if after.reply_to is None or after.reply_to.message_id is None:
        update["reply_to"] = before.reply_to or after.reply_to
    return after.model_copy(update=update)
