"""The bytes of an attachment arrived, or never will."""

from router import timeline
from router.work import Work
from shared.collections import MESSAGES
from shared.errors import BadPayload
from shared.ids import MessageId
from shared.model.content import Attachment, Content, FetchState
from shared.model.inbound import Inbound


async def arrive(work: Work, item: Inbound) -> MessageId | None:
    """Put the attachment's new state into its message. Raises ``BadPayload`` if there is none."""
    if item.target_message_id is None or item.media is None:
        raise BadPayload("a media event without message or attachment")
    message = await work.unit.get(MESSAGES, item.target_message_id)
    if message is None:
        raise BadPayload("a media event for a message that does not exist")
    content = _with_file(message.content, item.media)
    if content is not message.content:
        await timeline.amend(work, message, {"content": content})
    return message.id


def _with_file(content: Content, file: Attachment) -> Content:
    """The content with the file's state, wherever it stands; the same object if nothing changes."""
    files = tuple(_newer(old, file) for old in content.attachments)
    update = {}
    if any(new is not old for new, old in zip(files, content.attachments, strict=True)):
        update["attachments"] = files
    forward = content.forward
    if forward is not None and forward.nested:
        nested = tuple(_with_file(inner, file) for inner in forward.nested)
        if any(new is not old for new, old in zip(nested, forward.nested, strict=True)):
            return content.model_copy(
                update={**update, "forward": forward.model_copy(update={"nested": nested})}
            )
    return content.model_copy(update=update) if update else content


def _newer(old: Attachment, new: Attachment) -> Attachment:
    if old.id != new.id or old == new:
        return old
    # What is stored stays stored, whatever a later attempt says.
    if old.state is FetchState.STORED and new.state is not FetchState.STORED:
        return old
    return new
