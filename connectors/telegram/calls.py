"""Which method of the Bot API sends a message: one call for what one part says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiogram.enums import InputMediaType
from aiogram.methods import (
    SendAnimation,
    SendAudio,
    SendContact,
    SendDice,
    SendDocument,
    SendLocation,
    SendMediaGroup,
    SendMessage,
    SendPhoto,
    SendPoll,
    SendSticker,
    SendVenue,
    SendVideo,
    SendVideoNote,
    SendVoice,
    TelegramMethod,
)
from aiogram.types import (
    InputMediaAudio,
    InputMediaDocument,
    InputMediaLivePhoto,
    InputMediaPhoto,
    InputMediaVideo,
    InputPollOption,
    MessageEntity,
    ReplyParameters,
)

from connectors.base import OpenFile, Outgoing
from connectors.telegram.address import Address
from connectors.telegram.buttons import keyboard
from connectors.telegram.entities import entities
from connectors.telegram.upload import Form, Upload, form_of
from shared.errors import Rejected
from shared.ids import ExternalId
from shared.model.content import Block, ContactCard, Content, Dice, Location, Poll

_VCARD_BYTES = 2048
_VISUAL = frozenset({Form.PHOTO, Form.VIDEO})
_Item = (
    InputMediaAudio | InputMediaDocument | InputMediaLivePhoto | InputMediaPhoto | InputMediaVideo
)


@dataclass(frozen=True, slots=True)
class Call:
    """A method, ready to be called, with the files that it uploads."""

    method: TelegramMethod[Any]
    uploads: tuple[Upload, ...] = ()

    def whole(self) -> bool:
        """Every file was read to its end: only then can the request have been carried out."""
        return all(upload.whole for upload in self.uploads)


def number_of(external_id: ExternalId | None) -> int:
    """A message id as the Bot API wants it. Raises ``Rejected``."""
    try:
        return int(external_id or "")
    except ValueError:
        raise Rejected("Telegram does not know the message that is meant") from None


def call_for(outgoing: Outgoing, address: Address, *, reply: bool = True) -> Call:
    """The call that sends a part. Raises ``Rejected`` for what no single call can carry."""
    content, files = outgoing.part.content, outgoing.files
    target = _target(address)
    if reply and outgoing.part.reply_external_id is not None:
        target["reply_parameters"] = _reply(outgoing.part.reply_external_id, content)
    if content.attachments and not files:
        raise Rejected("the file is not there any more")
    if content.blocks:
        if files or content.text.strip() or len(content.blocks) > 1:
            raise Rejected("Telegram takes a place, contact, poll or dice only as its own message")
        return Call(_block(content.blocks[0], target | _markup(content)))
    if len(files) > 1:
        return _album(content, files, target)
    target |= _markup(content)
    if files:
        return _file(content, files[0], target)
    text = content.text
    return Call(SendMessage(text=text, entities=entities(content.spans, text), **target))


def _target(address: Address) -> dict[str, Any]:
    return {
        "chat_id": address.chat_id,
        "message_thread_id": address.topic_id,
        "direct_messages_topic_id": address.direct_topic_id,
        "business_connection_id": address.connection_id,
    }


def _markup(content: Content) -> dict[str, Any]:
    return {"reply_markup": keyboard(content.buttons)}


def _reply(external_id: ExternalId, content: Content) -> ReplyParameters:
    quoted = content.reply_to
    return ReplyParameters(
        message_id=number_of(external_id),
        allow_sending_without_reply=True,
        quote=quoted.quote if quoted is not None else None,
        quote_position=quoted.quote_start if quoted is not None and quoted.quote else None,
    )


def _caption(content: Content) -> dict[str, Any]:
    text = content.text
    return {
        "caption": text or None,
        "caption_entities": entities(content.spans, text) if text else None,
    }


def _file(content: Content, file: OpenFile, target: dict[str, Any]) -> Call:
    form = form_of(file)
    upload = Upload(file, form)
    about = file.attachment
    duration = round(about.duration_s) if about.duration_s is not None else None
    if form in {Form.STICKER, Form.VIDEO_NOTE} and content.text.strip():
        form = Form.DOCUMENT  # neither has a caption
    method: TelegramMethod[Any]
    match form:
        case Form.STICKER:
            method = SendSticker(sticker=upload, emoji=about.emoji, **target)
        case Form.VIDEO_NOTE:
            method = SendVideoNote(
                video_note=upload, duration=duration, length=about.width, **target
            )
        case Form.PHOTO:
            method = SendPhoto(
                photo=upload, has_spoiler=about.spoiler or None, **_caption(content), **target
            )
        case Form.VIDEO | Form.ANIMATION:
            sides = {"width": about.width, "height": about.height, "duration": duration}
            dress = {"has_spoiler": about.spoiler or None, **sides, **_caption(content), **target}
            method = (
                SendVideo(video=upload, supports_streaming=True, **dress)
                if form is Form.VIDEO
                else SendAnimation(animation=upload, **dress)
            )
        case Form.AUDIO:
            method = SendAudio(audio=upload, duration=duration, **_caption(content), **target)
        case Form.VOICE:
            method = SendVoice(voice=upload, duration=duration, **_caption(content), **target)
        case _:
            method = SendDocument(document=upload, **_caption(content), **target)
    return Call(method, (upload,))


def _album(content: Content, files: Sequence[OpenFile], target: dict[str, Any]) -> Call:
    if content.buttons:
        raise Rejected("Telegram cannot put buttons under an album: send the files without them")
    forms = [form_of(file) for file in files]
    if not all(form in _VISUAL for form in forms) and set(forms) != {Form.AUDIO}:
        forms = [Form.DOCUMENT] * len(files)  # the one form that goes with every file
    uploads = tuple(Upload(file, form) for file, form in zip(files, forms, strict=True))
    media: list[_Item] = [
        _item(form, upload, file, content.text if place == 0 else "", content)
        for place, (form, upload, file) in enumerate(zip(forms, uploads, files, strict=True))
    ]
    return Call(SendMediaGroup(media=media, **target), uploads)


def _item(form: Form, upload: Upload, file: OpenFile, text: str, content: Content) -> _Item:
    caption = text or None
    marks: list[MessageEntity] | None = entities(content.spans, text) if text else None
    hidden = file.attachment.spoiler or None
    match InputMediaType(form.value):
        case InputMediaType.PHOTO:
            return InputMediaPhoto(
                media=upload, caption=caption, caption_entities=marks, has_spoiler=hidden
            )
        case InputMediaType.VIDEO:
            return InputMediaVideo(
                media=upload, caption=caption, caption_entities=marks, has_spoiler=hidden
            )
        case InputMediaType.AUDIO:
            return InputMediaAudio(media=upload, caption=caption, caption_entities=marks)
        case _:
            return InputMediaDocument(media=upload, caption=caption, caption_entities=marks)


def _vcard(card: ContactCard) -> str | None:
    """What one number beside a name does not say. Telegram takes 2048 bytes."""
    if len(card.phones) < 2 and not card.emails:  # noqa: PLR2004 - a single number needs no card
        return None
    name = _escaped(card.name or card.phones[0])
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"FN:{name}",
        f"N:;{name};;;",
        *(f"TEL:{_escaped(phone)}" for phone in card.phones),
        *(f"EMAIL:{_escaped(email)}" for email in card.emails),
        "END:VCARD",
    ]
    text = "\r\n".join(lines)
    return text if len(text.encode()) <= _VCARD_BYTES else None


def _escaped(value: str) -> str:
    plain = " ".join(value.split())
    return plain.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


def _block(block: Block, target: dict[str, Any]) -> TelegramMethod[Any]:
    match block:
        case Location(title=title) if title:
            return SendVenue(
                latitude=block.latitude,
                longitude=block.longitude,
                title=title,
                address=block.address or title,
                **target,
            )
        case Location():
            return SendLocation(latitude=block.latitude, longitude=block.longitude, **target)
        case ContactCard() if block.phones:
            return SendContact(
                phone_number=block.phones[0],
                first_name=block.name or block.phones[0],
                vcard=block.vcard or _vcard(block),
                **target,
            )
        case Poll():
            return SendPoll(
                question=block.question,
                options=[InputPollOption(text=option.text) for option in block.options],
                is_anonymous=block.anonymous,
                allows_multiple_answers=block.multiple,
                **target,
            )
        case Dice():
            return SendDice(emoji=block.emoji, **target)
        case _:
            raise Rejected(f"a bot cannot send this on Telegram: {block.type}")
