"""From an event in our language to what the hub keeps (pure)."""

from hashlib import sha256
from typing import Any, Final

from connectors.base import ConnectorContext, Parsed
from connectors.webhook import language as said
from connectors.webhook.addresses import Addresses
from shared.ids import EventKey, ExternalId
from shared.model.content import (
    Action,
    Attachment,
    AttachmentKind,
    Call,
    ContactCard,
    Content,
    Location,
    ReplyRef,
    Span,
)
from shared.model.delivery import Delivery, Failure, FailureKind
from shared.model.inbound import Inbound, InboundKind, Origin, Receipt, ThreadRef
from shared.model.people import Actor, ActorKind, Identifier, IdentifierKind, Participant

_DIGITS: Final = 20
_KINDS: Final = {
    "image": AttachmentKind.IMAGE,
    "video": AttachmentKind.VIDEO,
    "audio": AttachmentKind.AUDIO,
}


class Reader:
    """Reads the events of one channel."""

    def __init__(self, context: ConnectorContext, addresses: Addresses) -> None:
        self._context = context
        self._addresses = addresses

    def parsed(self, event: said.Event) -> Parsed:
        """What the event says."""
        match event:
            case said.ReceiptEvent():
                return Parsed(receipts=[self._receipt(event)])
            case said.TypingEvent():
                actor = Actor(kind=ActorKind.CONTACT, id=event.sender.id, name=event.sender.name)
                return Parsed(typing=[(ExternalId(event.place().id), actor)])
            case said.CallEvent():
                return Parsed(inbound=[self._call(event)])
            case _:
                return Parsed(inbound=[self._inbound(event)])

    def _inbound(
        self,
        event: said.MessageEvent | said.EditEvent | said.DeleteEvent | said.ReactionEvent
        | said.ReadEvent | said.ActionEvent | said.ContactEvent,
    ) -> Inbound:  # fmt: skip
        fields: dict[str, Any] = {}
        match event:
            case said.MessageEvent(message=body):
                fields = {"external_id": body.id, "content": self._content(body)}
                if body.sequence is not None:
                    fields["place"] = str(body.sequence).zfill(_DIGITS)
                if event.to is not None:
                    fields["origin"] = Origin.AGENT_APP
                    fields["participants"] = (_person(event.to),)
            case said.EditEvent(message=body):
                fields = {"target_external_id": body.id, "content": self._content(body)}
            case said.DeleteEvent(message_id=target) | said.ReadEvent(message_id=target):
                fields = {"target_external_id": target}
            case said.ReactionEvent():
                fields = {"target_external_id": event.message_id, "reactions_new": event.emoji}
            case said.ActionEvent():
                pressed = ExternalId(event.message_id)
                action = Action(value=event.value, label=event.label, target_external_id=pressed)
                fields = {"content": Content(action=action), "target_external_id": pressed}
            case said.ContactEvent():
                fields = {"reachable": event.reachable, "reason": event.reason}
        return self._event(event, event.type, event.sender, fields)

    def _call(self, event: said.CallEvent) -> Inbound:
        talked_s = (
            (event.ended_at - event.answered_at).total_seconds() if event.answered_at else None
        )
        call = Call(
            direction=event.direction,
            answered=event.answered_at is not None,
            duration_s=talked_s,
        )
        outgoing = event.direction == "out"
        customer = event.customer
        fields = {
            "external_id": f"call:{event.call_id}",
            "content": Content(blocks=(call,), attachments=self._recording(event.recording_url)),
            "origin": Origin.AGENT_APP if outgoing else Origin.USER,
            "participants": (_person(customer),) if outgoing else (),
            "occurred_at": event.started_at,
        }
        return self._event(event, "message", event.sender, fields)

    def _recording(self, url: str | None) -> tuple[Attachment, ...]:
        if url is None:
            return ()
        return (self._file(said.File(id="recording", url=url, kind=AttachmentKind.AUDIO)),)

    def _event(
        self, event: said.Event, kind: str, person: said.Person, fields: dict[str, Any]
    ) -> Inbound:
        thread = event.place()
        common = {
            "channel_id": self._context.channel_id,
            "channel_type": self._context.channel_type,
            "event_key": EventKey(event.id),
            "kind": InboundKind(kind),
            "thread": ThreadRef(
                external_id=ExternalId(thread.id),
                partition_key=thread.id,
                kind=thread.kind,
                title=thread.title,
                context=thread.context,
            ),
            "author": _person(person),
            "occurred_at": event.at,
            "received_at": self._context.clock.now(),
        }
        return Inbound.model_validate(common | fields)

    def _receipt(self, event: said.ReceiptEvent) -> Receipt:
        failure = None
        if event.state == "failed":
            reason = event.reason or "the receiver could not deliver it"
            failure = Failure(kind=FailureKind.REJECTED, reason=reason)
        return Receipt(
            channel_id=self._context.channel_id,
            thread=ExternalId(event.thread.id),
            state=Delivery(event.state),
            external_ids=(ExternalId(event.message_id),),
            failure=failure,
            at=event.at,
        )

    def _content(self, body: said.Body) -> Content:
        blocks: list[Location | ContactCard] = []
        if body.location is not None:
            blocks.append(Location(**body.location.model_dump()))
        if body.contact is not None:
            blocks.append(ContactCard(**body.contact.model_dump()))
        answered = body.reply_to
        return Content(
            text=body.text,
            spans=tuple(Span(**span.model_dump()) for span in body.spans),
            attachments=tuple(map(self._file, body.attachments)),
            blocks=tuple(blocks),
            reply_to=ReplyRef(external_id=ExternalId(answered.id), quote=answered.quote)
            if answered
            else None,
        )

    def _file(self, file: said.File) -> Attachment:
        kind = file.kind or _KINDS.get((file.mime or "").partition("/")[0], AttachmentKind.FILE)
        # A file that an edit names again is the same one: told by what it is.
        digest = sha256((file.url or file.data_base64 or "").encode()).hexdigest()[:16]
        return Attachment(
            id=file.id or digest,
            kind=kind,
            name=_safe(file.name),
            name_original=file.name,
            mime=file.mime,
            size_bytes=file.size_bytes,
            duration_s=file.duration_s,
            native=self._addresses.sealed(file.url)
            if file.url is not None
            else {"inline": file.data_base64 or ""},
        )


def _safe(name: str | None) -> str | None:
    """The last part of a path, without characters that nobody sees."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable()).strip(" .") or None


def _person(person: said.Person) -> Participant:
    addresses = (
        (IdentifierKind.USERNAME, person.username),
        (IdentifierKind.PHONE, person.phone),
        (IdentifierKind.EMAIL, person.email),
    )
    return Participant(
        external_id=ExternalId(person.id),
        name=person.name,
        username=person.username,
        language=person.language,
        is_bot=person.is_bot,
        identifiers=tuple(Identifier(kind=kind, value=value) for kind, value in addresses if value),
    )
