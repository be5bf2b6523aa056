"""Telegram Business: a bot that reads and answers in the private chats of an account's owner."""

from connectors.payload import Payload
from connectors.telegram.people import user
from connectors.telegram.update import Update, place, thread
from shared.errors import BadPayload
from shared.ids import ExternalId
from shared.model.content import Content, Service
from shared.model.inbound import Inbound, InboundKind, Origin


def connection(update: Update) -> Inbound:
    """A business account was connected, changed or disconnected."""
    payload = update.payload
    identifier = payload.text("id")
    owner = payload.child("user")
    number = payload.integer("user_chat_id")
    if identifier is None or owner is None or number is None:
        raise BadPayload("a business connection without id, user or chat")
    word = "business_connected" if payload.flag("is_enabled") else "business_disconnected"
    rights = payload.child("rights") or Payload({})
    can_reply = rights.flag("can_reply") or payload.flag("can_reply")
    details = {"connection_id": identifier, "can_reply": "true" if can_reply else "false"}
    private = {"id": number, "type": "private"}
    return update.event(
        InboundKind.ACCOUNT,
        thread(Payload({"chat": private})),
        "bc",
        identifier,
        occurred_at=payload.moment("date"),
        origin=Origin.SYSTEM,
        author=user(owner),
        service=word,
        content=Content(blocks=(Service(name=word, details=details),)),
    )


def deletions(update: Update) -> tuple[Inbound, ...]:
    """Messages of a business account were deleted: one event for each."""
    payload = update.payload
    where = thread(payload)
    numbers = payload.raw.get("message_ids")
    if not isinstance(numbers, list):
        raise BadPayload("deleted messages without ids")
    return tuple(
        update.event(
            InboundKind.DELETE,
            where,
            "d",
            where.external_id,
            number,
            origin=Origin.SYSTEM,  # the customer or the owner: Telegram does not say
            place=place(number),
            target_external_id=ExternalId(str(number)),
        )
        for number in numbers
        if isinstance(number, int) and not isinstance(number, bool) and number >= 0
    )
