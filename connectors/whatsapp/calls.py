"""The body of the one call that a part becomes."""

from collections.abc import Sequence
from typing import Any, Final

from connectors.whatsapp.buttons import interactive
from connectors.whatsapp.formats import marked
from connectors.whatsapp.recipient import recipient
from connectors.whatsapp.upload import Form
from shared.errors import Rejected
from shared.model.content import Block, ContactCard, Content, Location
from shared.model.delivery import Part

_TEXT: Final = 4096
_CAPTION: Final = 1024
_WITHOUT_CAPTION: Final = frozenset({Form.AUDIO, Form.VOICE, Form.STICKER})
_HEADERS: Final = frozenset({Form.IMAGE, Form.VIDEO, Form.DOCUMENT})


class File:
    """An uploaded file."""

    def __init__(self, form: Form, media_id: str, name: str) -> None:
        self.form = form
        self.media_id = media_id
        self.name = name

    def object(self, caption: str = "") -> dict[str, Any]:
        """As a media object."""
        given: dict[str, Any] = {"id": self.media_id}
        if self.form is Form.DOCUMENT:
            given["filename"] = self.name
        if self.form is Form.VOICE:
            given["voice"] = True
        return given | ({"caption": caption} if caption else {})

    @property
    def type(self) -> str:
        """The type of a message with it."""
        return Form.AUDIO.value if self.form is Form.VOICE else self.form.value


def head(part: Part) -> dict[str, Any]:
    """What every message has: to whom, whose part it is, and what it answers."""
    fields: dict[str, Any] = {
        "messaging_product": "whatsapp",
        **recipient(part.thread, part.context),
        "biz_opaque_callback_data": part.id,
    }
    if part.reply_external_id is not None:
        fields["context"] = {"message_id": part.reply_external_id}
    return fields


def body(content: Content, files: Sequence[File]) -> dict[str, Any]:
    """What the message says. Raises ``Rejected`` for what WhatsApp has no form for."""
    if content.blocks:
        return _block(content.blocks[0])
    if files:
        return _file(content, files[0])
    pressable = interactive(
        marked(content.text, content.spans, limit=_CAPTION if content.buttons else _TEXT),
        content.buttons,
        language=content.language,
    )
    if pressable is not None:
        return {"type": "interactive", "interactive": pressable}
    if not content.text.strip():
        raise Rejected("there is nothing in this message")
    text = marked(content.text, content.spans, limit=_TEXT)
    return {"type": "text", "text": {"body": text, "preview_url": True}}


def reaction(part: Part) -> dict[str, Any]:
    """Our reaction to a message; an empty one takes it away."""
    if part.target_external_id is None:
        raise Rejected("WhatsApp does not know the message that is reacted to")
    emoji = part.content.text.strip()
    about = {"message_id": part.target_external_id, "emoji": emoji}
    return {"type": "reaction", "reaction": about}


def _file(content: Content, file: File) -> dict[str, Any]:
    caption = marked(content.text, content.spans, limit=_CAPTION)
    if content.buttons:
        if file.form not in _HEADERS:
            raise Rejected("WhatsApp puts buttons under pictures, videos and documents only")
        header = {"type": file.type, file.type: file.object()}
        pressable = interactive(caption, content.buttons, header=header, language=content.language)
        return {"type": "interactive", "interactive": pressable}
    if caption and file.form in _WITHOUT_CAPTION:
        raise Rejected("WhatsApp carries no text with voice, music and stickers: send it apart")
    return {"type": file.type, file.type: file.object(caption)}


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Location):
        place: dict[str, Any] = {"latitude": block.latitude, "longitude": block.longitude}
        if block.title:
            place |= {"name": block.title, "address": block.address or block.title}
        return {"type": "location", "location": place}
    if isinstance(block, ContactCard) and block.phones:
        name = block.name or block.phones[0]
        card = {
            "name": {"formatted_name": name, "first_name": name},
            "phones": [{"phone": phone, "type": "CELL"} for phone in block.phones],
            "emails": [{"email": email} for email in block.emails],
        }
        return {"type": "contacts", "contacts": [card]}
    raise Rejected(f"WhatsApp cannot be sent this: {block.type}")
