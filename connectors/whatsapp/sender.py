"""Sending and reacting: one part, one message, one outcome."""

from collections.abc import Sequence
from typing import Any, Final

from connectors.base import OpenFile, Outgoing, Sent
from connectors.payload import Payload
from connectors.whatsapp import refusals
from connectors.whatsapp.calls import File, body, head, reaction
from connectors.whatsapp.graph import Graph, NoAnswer, Refused
from connectors.whatsapp.templates import Catalogue, message
from connectors.whatsapp.upload import Uploads, form_of, name_of
from shared.errors import Rejected, Uncertain
from shared.ids import ExternalId
from shared.model.delivery import Part

_STALE: Final = frozenset({131052, 131053, 100, 131009})
"""Codes that may mean that Meta no longer has a file that was uploaded before."""


class Sender:
    """Makes the calls of one number."""

    def __init__(
        self, graph: Graph, phone_number_id: str, uploads: Uploads, catalogue: Catalogue
    ) -> None:
        self._graph = graph
        self._path = f"{phone_number_id}/messages"
        self._uploads = uploads
        self._catalogue = catalogue

    async def send(self, outgoing: Outgoing) -> Sent:
        """Make the call that the part asks for. Raises a ``SendError``."""
        part = outgoing.part
        match part.kind:
            case "send":
                said = await self._said(part, outgoing.files)
                return await self._call(part, head(part) | said, files=bool(outgoing.files))
            case "reaction":
                return await self._call(part, head(part) | reaction(part))
            case "edit":
                raise Rejected("WhatsApp lets businesses change no message that was sent")
            case "delete":
                raise Rejected("WhatsApp lets businesses delete no message that was sent")
            case _:
                raise Rejected(f"WhatsApp knows nothing of this kind: {part.kind}")

    async def _said(self, part: Part, files: Sequence[OpenFile]) -> dict[str, Any]:
        content = part.content
        if content.template is None:
            return body(content, await self._files(files))
        known = await self._catalogue.require(content.template, files=len(files))
        return message(content.template, known, await self._files(files))

    async def _files(self, files: Sequence[OpenFile]) -> list[File]:
        uploaded = []
        for file in files:
            form = form_of(file)
            uploaded.append(
                File(form, await self._uploads.media_id(file, form), name_of(file, form))
            )
        return uploaded

    async def _call(self, part: Part, said: dict[str, Any], *, files: bool = False) -> Sent:
        try:
            answer = await self._graph.post(self._path, said)
        except (Refused, NoAnswer) as error:
            if files and isinstance(error, Refused) and _is_stale(error):
                self._uploads.forget()
            raise refusals.of_send(error, tried=part.attempt) from None
        sent = Payload(answer).children("messages")
        id = sent[0].identifier("id") if sent else None
        if id is None:
            raise Uncertain("Meta's answer names no message")
        return Sent(external_ids=(ExternalId(id),), thread=_named(part, Payload(answer)))


def _named(part: Part, answer: Payload) -> ExternalId | None:
    """The number as WhatsApp knows it, where that is another spelling of the one that was dialled:
    the customer's answer comes from there."""
    if not part.thread.isdigit():
        return None
    contacts = answer.children("contacts")
    known = contacts[0].identifier("wa_id") if contacts else None
    return ExternalId(known) if known is not None and known.isdigit() else None


def _is_stale(error: Refused) -> bool:
    return error.problem is not None and error.problem.code in _STALE
