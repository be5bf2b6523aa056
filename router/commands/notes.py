"""A note: for the colleagues only, it leaves by no channel."""

from router import timeline
from router.commands import agent_drafts, mentions
from router.commands.done import Done, Refused, with_message
from router.commands.tasks import is_answer, tell_owner
from router.timeline import Draft
from router.work import Work
from shared.commands import Note
from shared.model.content import Content
from shared.model.conversation import Conversation
from shared.model.message import Direction


async def note(work: Work, conversation: Conversation, command: Note) -> Done:
    """Write it into the conversation, whatever its state."""
    if not command.text.strip() and not command.attachments:
        raise Refused("a note needs a text or a file", code=422, field="text")
    await agent_drafts.require_unsent(work, conversation, command)
    named = await mentions.known(work, command.mentions, command.text)
    draft = Draft(
        direction=Direction.NOTE,
        author=command.actor,
        at=work.now,
        content=Content(text=command.text, attachments=command.attachments, mentions=named),
    )
    followers = mentions.followed(conversation, named)
    message, after = timeline.append(work, conversation, draft, {"followers": followers})
    await agent_drafts.empty(work, conversation, command, message)
    if is_answer(after, command.actor):
        tell_owner(work, after, "colleague_answered", command.actor, {})
    done = with_message(message, code=201)
    return Done(
        done.result,
        code=done.code,
        target=message.id,
        details={"mentions": [one.agent_id or one.team_id for one in named]} if named else {},
    )
