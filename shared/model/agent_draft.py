"""What agents have begun to write and not sent: kept for all their devices, seen by colleagues."""

from typing import Literal

from pydantic import Field

from shared.ids import AgentId, ConversationId, MessageId
from shared.model.base import Model, Utc
from shared.model.canned_reply import CannedUse
from shared.model.content import Attachment, ButtonKind, Mention, Span
from shared.ports.store import Document

DraftKind = Literal["reply", "note"]


class DraftHead(Model):
    """The head of a mail as it is typed; nothing of it need be an address yet."""

    subject: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""


class DraftButton(Model):
    """A button as far as it is filled in."""

    kind: ButtonKind = ButtonKind.ACTION
    label: str = ""
    value: str | None = None
    url: str | None = None


class DraftUse(Model):
    """The draft that a message is made of, as its author saw it."""

    version: int = Field(ge=0)
    """0: none was ever saved."""
    device: str | None = Field(default=None, max_length=64)
    """What this device itself has saved since is no other's change."""


class AgentDraft(Document):
    """What an agent writes in a conversation; ``id`` is made by ``agent_draft_id``.

    Once it was sent or thrown away it stays for a week as an empty one of a higher version, so that
    no device that comes late brings it back.
    """

    conversation_id: ConversationId
    agent_id: AgentId
    agent_name: str | None = None
    kind: DraftKind
    text: str = ""
    spans: tuple[Span, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    buttons: tuple[tuple[DraftButton, ...], ...] = ()
    head: DraftHead | None = None
    """Of a mail; None: as in the mail that is answered."""
    reply_to: MessageId | None = None
    canned: CannedUse | None = None
    mentions: tuple[Mention, ...] = ()
    """Of a note."""
    shared: bool = False
    """Colleagues may read it; otherwise they see only that there is one."""
    written: bool = True
    """False: it was sent or thrown away."""
    message_id: MessageId | None = None
    """The message that it became."""
    device: str | None = None
    """Which of the agent's devices wrote it last, by a name of its own."""
    begun_at: Utc
    updated_at: Utc
    emptied_at: Utc | None = None
    version: int = 1


def agent_draft_id(
    conversation_id: ConversationId | str, agent_id: AgentId | str, kind: DraftKind
) -> str:
    """The id of an agent's reply or note that is being written in a conversation."""
    return f"{conversation_id}/{agent_id}/{kind}"
