"""Sending, editing, deleting and reacting: one part, one message, one outcome."""

import json
from typing import Any, Final

from connectors.base import Outgoing, Sent
from connectors.vk import markup, reactions, refusals
from connectors.vk.api import VkApi
from connectors.vk.attachments import name_of
from connectors.vk.buttons import keyboard
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.messages import PART, PIECES
from connectors.vk.payload import Payload
from connectors.vk.peers import peer_of
from connectors.vk.random_id import random_id
from connectors.vk.upload import Uploads
from shared.delivery.split import Piece, cut, split
from shared.errors import Rejected, SendError, Uncertain
from shared.ids import ExternalId
from shared.model.delivery import Part

_ID: Final = "id"
"""Stands before the number of a message whose number in its conversation VK did not tell."""
_SHORTEST: Final = 64
_ROOM: Final = 32


class Sender:
    """Makes the calls of one community."""

    def __init__(self, api: VkApi, uploads: Uploads, group_id: int) -> None:
        self._api = api
        self._uploads = uploads
        self._group_id = group_id

    async def send(self, outgoing: Outgoing) -> Sent:
        """Do what the part asks for. Raises a ``SendError``."""
        part = outgoing.part
        peer_id = peer_of(part.thread)
        match part.kind:
            case "send":
                return await self._send(outgoing, peer_id)
            case "edit":
                return await self._edit(part, peer_id)
            case "delete":
                return await self._delete(part, peer_id)
            case "reaction":
                return await self._react(part, peer_id)
            case _:
                raise Rejected(f"VK knows nothing of this kind: {part.kind}")

    async def _send(self, outgoing: Outgoing, peer_id: int) -> Sent:
        part = outgoing.part
        content = part.content
        if content.blocks:
            raise Rejected(f"a community cannot send this on VK: {content.blocks[0].type}")
        if content.attachments and not outgoing.files:
            raise Rejected("the file is not there any more")
        whole = Piece(*markup.escape(content.text, content.spans))
        keys = keyboard(content.buttons)
        names = await self._uploads.bring(outgoing, peer_id)
        first = _answering(peer_id, part.reply_external_id) | {
            "attachment": ",".join(names) or None
        }
        return Sent(await self._sent(part, peer_id, whole, 1, first, keys))

    async def _sent(
        self,
        part: Part,
        peer_id: int,
        piece: Piece,
        number: int,
        first: dict[str, Any],
        keys: str | None,
    ) -> tuple[ExternalId, ...]:
        """A piece as one message, or, if VK finds it too long, each half of it so.

        ``number`` is 1 for the whole, and 2n and 2n + 1 for the halves of n: each has a number of
        its own by which VK knows it again, so that all of it may be repeated.
        """
        try:
            return (await self._message(part, peer_id, piece, number, first | {"keyboard": keys}),)
        except Refused as error:
            size = markup.units(piece.text)
            if error.code != refusals.TOO_LONG or size < _SHORTEST or 2 * number >= PIECES:
                raise refusals.of_send(error) from None
        left, *_ = split(piece.text, piece.spans, limit=-(-size // 2) + _ROOM)
        middle = markup.units(left.text)
        right = Piece(piece.text[len(left.text) :], cut(piece.spans, middle, size))
        sent = await self._sent(part, peer_id, left, 2 * number, first, None)
        return sent + await self._sent(part, peer_id, right, 2 * number + 1, {}, keys)

    async def _message(
        self, part: Part, peer_id: int, piece: Piece, number: int, more: dict[str, Any]
    ) -> ExternalId:
        """One message. Raises ``Refused``, and a ``SendError`` when there is no answer."""
        said = await self._answered(
            "messages.send",
            # A list of one, for only then VK tells the number in the conversation.
            peer_ids=peer_id,
            random_id=random_id(part.id, number),
            message=piece.text,
            format_data=markup.format_data(piece.spans, piece.text),
            payload=json.dumps({PART: part.id}),
            disable_mentions=1,
            **more,
        )
        entry = said[0] if isinstance(said, list) and said else said
        if isinstance(entry, int) and not isinstance(entry, bool):
            entry = {"message_id": entry}
        if not isinstance(entry, dict):
            raise Uncertain("VK's answer is unreadable")
        return await self._number(Payload(entry), peer_id)

    async def _number(self, entry: Payload, peer_id: int) -> ExternalId:
        """The message's number in its conversation. Raises like ``_message``."""
        error = entry.child("error")
        if error is not None:
            code = error.integer("code")
            if code is None:
                raise Uncertain("VK's answer is unreadable")
            words = error.text("description") or error.text("message") or ""
            raise Refused(code, self._api.clean(words))
        number = entry.positive("conversation_message_id") or entry.positive("cmid")
        if number is not None:
            return ExternalId(str(number))
        identifier = entry.positive("message_id")
        if identifier is None:
            raise Uncertain("VK's answer names no message")
        try:
            said = await self._api.call(
                "messages.getById", message_ids=identifier, group_id=self._group_id
            )
        except (Refused, NoAnswer):
            said = None  # it is sent all the same
        items = Payload(said).children("items") if isinstance(said, dict) else []
        found = items[0].positive("conversation_message_id") if items else None
        return ExternalId(str(found) if found is not None else f"{_ID}{identifier}")

    async def _edit(self, part: Part, peer_id: int) -> Sent:
        content = part.content
        target = _target(part)
        text, spans = markup.escape(content.text, content.spans)
        attached = await self._attached(part, peer_id) if content.attachments else None
        await self._change(
            "messages.edit",
            peer_id=peer_id,
            message=text,
            format_data=markup.format_data(spans, text),
            attachment=attached,
            keyboard=keyboard(content.buttons),
            keep_forward_messages=1,
            keep_snippets=1,
            disable_mentions=1,
            group_id=self._group_id,
            **target,
        )
        return Sent(external_ids=(part.target_external_id or ExternalId(""),))

    async def _attached(self, part: Part, peer_id: int) -> str | None:
        """The files of the message as it stands: an edit that does not name them drops them."""
        name, number = next(iter(_target(part).items()))
        try:
            if name == "cmid":
                said = await self._api.call(
                    "messages.getByConversationMessageId",
                    peer_id=peer_id,
                    conversation_message_ids=number,
                    group_id=self._group_id,
                )
            else:
                said = await self._api.call(
                    "messages.getById", message_ids=number, group_id=self._group_id
                )
        except (Refused, NoAnswer) as error:
            raise refusals.of_preparation(error) from None
        items = Payload(said).children("items") if isinstance(said, dict) else []
        names = []
        for item in items[0].children("attachments") if items else []:
            kind = item.text("type") or ""
            inner = item.child(kind)
            named = name_of("doc" if kind in {"audio_message", "graffiti"} else kind, inner or item)
            if inner is not None and named is not None:
                key = inner.text("access_key")
                names.append(named + (f"_{key}" if key is not None else ""))
        return ",".join(names) or None

    async def _delete(self, part: Part, peer_id: int) -> Sent:
        name, number = next(iter(_target(part).items()))
        what = {"cmids": number} if name == "cmid" else {"message_ids": number}
        said = await self._change(
            "messages.delete",
            peer_id=peer_id,
            delete_for_all=1,
            group_id=self._group_id,
            **what,
        )
        entries = said if isinstance(said, list) else []
        for entry in (Payload(item) for item in entries if isinstance(item, dict)):
            error = entry.child("error")
            code = error.integer("code") if error is not None else None
            if error is not None and code is not None:
                words = error.text("description") or ""
                raise refusals.of_send(Refused(code, self._api.clean(words)))
        return Sent(external_ids=(part.target_external_id or ExternalId(""),))

    async def _react(self, part: Part, peer_id: int) -> Sent:
        target = _target(part)
        if "cmid" not in target:
            raise Rejected("VK does not tell the number of this message: it takes no reaction")
        emoji = part.content.text.strip()
        if emoji:
            reaction = reactions.number_of(emoji)
            await self._change(
                "messages.sendReaction", peer_id=peer_id, reaction_id=reaction, **target
            )
        else:
            await self._change("messages.deleteReaction", peer_id=peer_id, **target)
        return Sent(external_ids=(part.target_external_id or ExternalId(""),))

    async def _change(self, method: str, **values: Any) -> Any:
        """A change of a message, its refusals told."""
        try:
            return await self._answered(method, **values)
        except Refused as error:
            raise refusals.of_send(error) from None

    async def _answered(self, method: str, **values: Any) -> Any:
        """A call that changes something. Raises ``Refused``; without an answer a ``SendError``."""
        silence: SendError
        try:
            return await self._api.call(method, **values)
        except NoAnswer as nothing:
            silence = refusals.of_silence(nothing)
        raise silence


def _answering(peer_id: int, external_id: ExternalId | None) -> dict[str, Any]:
    """The message that is answered, named by its number in the conversation."""
    if external_id is None:
        return {}
    if external_id.startswith(_ID):
        return {"reply_to": external_id.removeprefix(_ID)}
    if not external_id.isdecimal():
        return {}
    answered = {
        "peer_id": peer_id,
        "conversation_message_ids": [int(external_id)],
        "is_reply": 1,
    }
    return {"forward": json.dumps(answered)}


def _target(part: Part) -> dict[str, int]:
    """The message that is meant. Raises ``Rejected``."""
    named = part.target_external_id or ""
    digits = named.removeprefix(_ID)
    if not (digits.isascii() and digits.isdigit()):
        raise Rejected("VK does not know the message that is meant")
    return {"message_id" if named.startswith(_ID) else "cmid": int(digits)}
