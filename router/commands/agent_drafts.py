"""The draft that a message is made of: emptied in the commit that stores the message.

So nothing that was sent stands in a composer any more, and of two devices that send the same draft
one is refused.
"""

from typing import Final

from router.commands.done import Refused
from router.work import Work
from shared.collections import AGENT_DRAFTS
from shared.commands import Note, Reply
from shared.events import DraftChanged
from shared.ids import AgentId
from shared.model.agent_draft import AgentDraft, DraftKind, DraftUse, agent_draft_id
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.model.people import ActorKind

_EMPTY: Final = {
    "text": "",
    "spans": (),
    "attachments": (),
    "buttons": (),
    "head": None,
    "reply_to": None,
    "canned": None,
    "mentions": (),
    "shared": False,
    "written": False,
}


async def require_unsent(work: Work, conversation: Conversation, command: Reply | Note) -> None:
    """Nobody has sent, thrown away or changed the draft elsewhere since its author saw it.

    Raises ``Refused``.
    """
    use = _use(command)
    if use is None:
        return
    draft = await work.unit.get(AGENT_DRAFTS, _id(conversation, command))
    if (draft.version if draft is not None else 0) == use.version:
        return
    own = use.device is not None and draft is not None and draft.device == use.device
    if draft is None or not draft.written:
        raise Refused("this draft was sent or thrown away already", field="draft")
    if not own:
        raise Refused("this draft was changed on another device meanwhile", field="draft")


async def empty(
    work: Work, conversation: Conversation, command: Reply | Note, message: Message
) -> None:
    """The draft has become this message. A save that is under way still comes too late for it."""
    use, actor = _use(command), command.actor
    if use is None or actor.id is None:
        return
    draft = await work.unit.get(AGENT_DRAFTS, _id(conversation, command))
    ended = {"message_id": message.id, "updated_at": work.now, "emptied_at": work.now}
    if draft is not None:
        after = work.unit.revise(AGENT_DRAFTS, draft, {**_EMPTY, **ended})
    else:
        fresh = AgentDraft(
            id=_id(conversation, command),
            conversation_id=conversation.id,
            agent_id=AgentId(actor.id),
            agent_name=actor.name,
            kind=_kind(command),
            begun_at=work.now,
            updated_at=work.now,
        )
        after = work.unit.put(AGENT_DRAFTS, fresh.model_copy(update={**_EMPTY, **ended}))
    work.emit(DraftChanged.of(after), conversation)


def _use(command: Reply | Note) -> DraftUse | None:
    return command.draft if command.actor.kind is ActorKind.AGENT else None


def _kind(command: Reply | Note) -> DraftKind:
    return "note" if isinstance(command, Note) else "reply"


def _id(conversation: Conversation, command: Reply | Note) -> str:
    return agent_draft_id(conversation.id, command.actor.id or "", _kind(command))
