"""From what somebody asks to write to the command that writes it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from inbox.api.templates import said
from inbox.api.writing import NewMessage
from inbox.callers import Caller
from inbox.channels import Channels
from shared.clock import Clock
from shared.commands import Reply
from shared.errors import BadRequest
from shared.ids import ChannelId, ConversationId, MessageId
from shared.model.agent_draft import DraftUse
from shared.model.content import Attachment

_LONGEST_WAIT: Final = timedelta(days=366)
_OF_REPLIES: Final = (
    "spans", "reply_to", "buttons", "blocks", "template", "email", "canned", "send_at", "recall",
    "undo_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replies:
    """Makes replies of requests."""

    clock: Clock
    channels: Channels
    undo_s: float
    """How long people can take back what they have sent."""

    def check(self, body: NewMessage) -> None:
        """What it says goes together. Raises ``BadRequest`` naming the field."""
        if body.is_empty():
            raise BadRequest("write something, or attach a file", field="text")
        if body.template is not None and (body.text.strip() or body.spans or body.buttons):
            raise BadRequest("a template has its own text and buttons", field="template")
        if body.kind == "note":
            for name in _OF_REPLIES:
                if getattr(body, name):
                    raise BadRequest("a note has none", field=name)
        elif body.mentions:
            raise BadRequest("only a note calls colleagues", field="mentions")
        if body.recall and body.send_at is None:
            raise BadRequest("only a scheduled reply is taken back", field="recall")
        if body.template is not None and body.canned is not None:
            raise BadRequest("a template is no canned reply", field="canned")
        if body.send_at is not None and body.send_at > self.clock.now() + _LONGEST_WAIT:
            raise BadRequest("is more than a year away", field="send_at")

    async def reply(
        self,
        caller: Caller,
        body: NewMessage,
        conversation_id: ConversationId,
        channel_id: ChannelId,
        files: tuple[Attachment, ...],
        draft: DraftUse | None = None,
    ) -> Reply:
        """The command. Raises ``BadRequest`` for a template that does not fit."""
        template = body.template.ref() if body.template is not None else None
        content = body.content(files)
        text = content.text
        if template is not None:
            text = await said(self.channels, channel_id, template, files=len(files))
        undo_s = self.undo_s if caller.session is not None else 0
        return Reply(
            conversation_id=conversation_id,
            actor=caller.actor,
            text=text,
            spans=content.spans,
            template=template,
            attachments=content.attachments,
            blocks=content.blocks,
            buttons=content.buttons,
            email=content.email,
            reply_to=MessageId(body.reply_to) if body.reply_to is not None else None,
            send_at=body.send_at,
            undo_s=body.undo_s if body.undo_s is not None else undo_s,
            canned=body.canned.use() if body.canned is not None else None,
            recall=body.recall,
            draft=draft,
        )
