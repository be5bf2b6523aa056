"""Sending, editing, deleting and reacting: one part, one call, one outcome."""

from typing import Any

from aiogram.methods import (
    DeleteBusinessMessages,
    DeleteMessage,
    EditMessageCaption,
    EditMessageText,
    SetMessageReaction,
    TelegramMethod,
)
from aiogram.types import InlineKeyboardMarkup, ReactionTypeCustomEmoji, ReactionTypeEmoji

from connectors.base import Outgoing, Sent
from connectors.telegram import refusals
from connectors.telegram.address import Address, address_of
from connectors.telegram.api import BotApi, NoAnswer, Refused
from connectors.telegram.buttons import keyboard
from connectors.telegram.calls import Call, call_for, number_of
from connectors.telegram.entities import entities
from shared.errors import Rejected, Uncertain
from shared.ids import ExternalId
from shared.model.delivery import Part

_BYTES_PER_S = 256 * 1024
_CUSTOM = "custom:"


class Sender:
    """Makes the calls of one bot."""

    def __init__(self, api: BotApi, *, timeout_s: float) -> None:
        self._api = api
        self._timeout_s = timeout_s

    async def send(self, outgoing: Outgoing) -> Sent:
        """Make the call that the part asks for. Raises a ``SendError``."""
        part = outgoing.part
        address = address_of(part.thread, part.context)
        match part.kind:
            case "send":
                return await self._send(outgoing, address)
            case "edit":
                return await self._edit(part, address)
            case "delete":
                return await self._delete(part, address)
            case "reaction":
                return await self._react(part, address)
            case _:
                raise Rejected(f"Telegram knows nothing of this kind: {part.kind}")

    async def _send(self, outgoing: Outgoing, address: Address) -> Sent:
        call = call_for(outgoing, address)
        limit_s = self._limit_s(outgoing)
        try:
            result = await self._call(call, limit_s)
        except Refused as refused:
            # `allow_sending_without_reply` covers a deleted message; a changed quote and some
            # older refusals it does not. The message matters more than what it answers.
            replied = outgoing.part.reply_external_id is not None
            if not (replied and refused.says("replied", "reply message", "quote")):
                raise refusals.of_send(refused, address) from None
            result = await self._again(outgoing, address, limit_s)
        return Sent(external_ids=_identifiers(result))

    async def _again(self, outgoing: Outgoing, address: Address, limit_s: float) -> Any:
        try:
            return await self._call(call_for(outgoing, address, reply=False), limit_s)
        except Refused as refused:
            raise refusals.of_send(refused, address) from None

    async def _call(self, call: Call, limit_s: float) -> Any:
        try:
            return await self._api.call(call.method, timeout_s=limit_s)
        except NoAnswer as nothing:
            raise refusals.of_silence(nothing, whole=call.whole()) from None

    async def _edit(self, part: Part, address: Address) -> Sent:
        target = part.target_external_id
        text = part.content.text
        marks = entities(part.content.spans, text)
        buttons = keyboard(part.content.buttons)
        common: dict[str, Any] = {
            "chat_id": address.chat_id,
            "message_id": number_of(target),
            "business_connection_id": address.connection_id,
            "reply_markup": buttons if isinstance(buttons, InlineKeyboardMarkup) else None,
        }
        caption = EditMessageCaption(caption=text, caption_entities=marks, **common)
        try:
            if part.content.attachments:
                await self._change(caption)
            else:
                await self._change(EditMessageText(text=text, entities=marks, **common))
        except Refused as refused:
            if not refused.says("there is no text in the message to edit"):
                raise refusals.of_send(refused, address) from None
            await self._plain(caption, address)
        return Sent(external_ids=(ExternalId(str(target)),))

    async def _delete(self, part: Part, address: Address) -> Sent:
        number = number_of(part.target_external_id)
        method: TelegramMethod[Any] = DeleteMessage(chat_id=address.chat_id, message_id=number)
        if address.connection_id is not None:
            method = DeleteBusinessMessages(
                business_connection_id=address.connection_id, message_ids=[number]
            )
        await self._plain(method, address)
        return Sent(external_ids=(ExternalId(str(number)),))

    async def _react(self, part: Part, address: Address) -> Sent:
        if address.connection_id is not None:
            raise Rejected("a bot cannot react in the chats of a Telegram Business account")
        number = number_of(part.target_external_id)
        emoji = part.content.text.strip()
        reaction: list[Any] = []
        if emoji.startswith(_CUSTOM):
            reaction = [ReactionTypeCustomEmoji(custom_emoji_id=emoji.removeprefix(_CUSTOM))]
        elif emoji:
            reaction = [ReactionTypeEmoji(emoji=emoji)]
        await self._plain(
            SetMessageReaction(chat_id=address.chat_id, message_id=number, reaction=reaction),
            address,
        )
        return Sent(external_ids=(ExternalId(str(number)),))

    async def _plain(self, method: TelegramMethod[Any], address: Address) -> None:
        """A change of a message, its refusals told."""
        try:
            await self._change(method)
        except Refused as refused:
            raise refusals.of_send(refused, address) from None

    async def _change(self, method: TelegramMethod[Any]) -> None:
        """A change of a message. What already is as it should be is done. Raises ``Refused``."""
        try:
            await self._api.call(method)
        except Refused as refused:
            if not refused.says("message is not modified", "message to delete not found"):
                raise
        except NoAnswer as nothing:
            raise refusals.of_silence(nothing) from None

    def _limit_s(self, outgoing: Outgoing) -> float:
        size_bytes = sum(file.size_bytes for file in outgoing.files)
        return self._timeout_s + size_bytes / _BYTES_PER_S


def _identifiers(result: Any) -> tuple[ExternalId, ...]:
    """The ids of the sent messages. Raises ``Uncertain`` when the answer names none."""
    messages = result if isinstance(result, list) else [result]
    numbers = [message.get("message_id") for message in messages if isinstance(message, dict)]
    found = tuple(ExternalId(str(number)) for number in numbers if isinstance(number, int))
    if not found:
        raise Uncertain("Telegram's answer is unreadable")
    return found
