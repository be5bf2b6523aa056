"""The draft of a conversation: an answer that a bot suggests and an agent sends, or does not."""

from router import timeline
from router.commands.done import Done, Refused, with_conversation
from router.work import Work
from shared.collections import DRAFTS
from shared.commands import SettleDraft, Suggest
from shared.model.bots import Draft
from shared.model.conversation import Conversation, Status


async def suggest(work: Work, conversation: Conversation, command: Suggest) -> Done:
    """Lay it before the agents; an earlier one makes room."""
    if not command.text.strip():
        raise Refused("a draft needs a text", code=422, field="text")
    if conversation.status is Status.RESOLVED:
        raise Refused("the conversation is resolved")
    before = await work.unit.get(DRAFTS, conversation.id)
    draft = Draft(
        id=conversation.id,
        author_id=command.actor.id or command.actor.kind.value,
        author_name=command.actor.name,
        text=command.text,
        at=work.now,
        version=before.version + 1 if before is not None else 1,
    )
    work.unit.put(DRAFTS, draft)
    after = timeline.change(work, conversation, "draft", {"drafted_at": work.now}, command.actor)
    return with_conversation(after, details={"version": draft.version})


async def settle(work: Work, conversation: Conversation, command: SettleDraft) -> Done:
    """Take it away, and keep in the audit what became of it."""
    draft = await work.unit.get(DRAFTS, conversation.id)
    if draft is None:
        return with_conversation(conversation, changed=False)
    if command.version not in (None, draft.version):
        raise Refused("there is a newer draft", field="version")
    work.unit.delete(DRAFTS, draft.id)
    after = timeline.change(work, conversation, "draft", {"drafted_at": None}, command.actor)
    return with_conversation(after, details={"how": command.how, "author_id": draft.author_id})
