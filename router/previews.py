"""What the list shows of a message. Pure."""

from typing import Final

from shared.model.content import Content
from shared.model.conversation import Preview
from shared.model.message import Message

_LENGTH: Final = 140


def preview_of(message: Message) -> Preview:
    """The message in one line."""
    kind, text = ("deleted", "") if message.deleted_at else _kind_and_text(message.content)
    return Preview(
        text=_one_line(text),
        kind=kind,
        direction=message.direction,
        author_name=message.author.name,
        at=message.at,
        delivery=message.delivery,
    )


def _kind_and_text(content: Content) -> tuple[str, str]:
    subject = content.email.subject if content.email else None
    text = content.own_text().strip() or subject or ""
    if content.attachments:
        first = content.attachments[0]
        return first.kind.value, text or first.name or ""
    if text:
        return "text", text
    if content.blocks:
        block = content.blocks[0]
        return block.type, str(getattr(block, "title", None) or getattr(block, "name", None) or "")
    if content.action:
        return "action", content.action.label or content.action.value or ""
    if content.forward:
        return "forward", ""
    return "text", ""


def _one_line(text: str) -> str:
    # Only as much as can be shown is looked at: a message may have 100,000 characters.
    line = " ".join(text[: 4 * _LENGTH].split())
    return line if len(line) <= _LENGTH else line[: _LENGTH - 1].rstrip() + "…"
