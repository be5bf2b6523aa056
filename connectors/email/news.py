"""Receipts from what mails say of mails of ours. Pure."""

import json
from datetime import datetime

from connectors.email.bounces import News
from connectors.email.mailbox import Mailbox
from shared.errors import BadPayload
from shared.ids import ExternalId, PartId
from shared.model.delivery import Delivery, Failure, FailureKind
from shared.model.inbound import Receipt


def receipt_of(news: News | None, mailbox: Mailbox, key: str, now: datetime) -> Receipt | None:
    """What a bounce or a read receipt means for the part that it names."""
    if news is None or news.part is None:
        return None
    match news.state:
        case "failed":
            kind = FailureKind.CONTACT_GONE if news.gone else FailureKind.REJECTED
            said = news.reason or "the mail came back"
            failure = Failure(kind=kind, reason=f"it came back: {said}")
            return receipt(mailbox, key, news.part, Delivery.FAILED, now, failure)
        case "delivered":
            return receipt(mailbox, key, news.part, Delivery.DELIVERED, now)
        case "read":
            return receipt(mailbox, key, news.part, Delivery.READ, now)
        case _:
            return None  # a delay or a complaint is for people: shown as a mail in the thread


def receipt(
    mailbox: Mailbox,
    key: str,
    part: PartId,
    state: Delivery,
    now: datetime,
    failure: Failure | None = None,
) -> Receipt:
    return Receipt(
        channel_id=mailbox.channel_id,
        thread=ExternalId(f"mail:{key}"),
        state=state,
        part_id=part,
        failure=failure,
        at=now,
    )


def settled_event(part: PartId, message_id: str) -> bytes:
    """The event that tells of a mail of unknown fate which was found among the sent ones."""
    return json.dumps({"settled": {"part_id": part, "message_id": message_id}}).encode()


def settled(data: bytes, mailbox: Mailbox, now: datetime) -> Receipt | None:
    if not data.startswith(b'{"settled"'):
        return None
    try:
        said = json.loads(data)["settled"]
        part, message_id = said["part_id"], said["message_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadPayload("this news of a sent mail is broken") from None
    if not isinstance(part, str) or not isinstance(message_id, str) or not message_id:
        raise BadPayload("this news of a sent mail is broken")
    if mailbox.signed.part_in_id(message_id) != part:
        raise BadPayload("this news of a sent mail is not ours")
    return Receipt(
        channel_id=mailbox.channel_id,
        thread=ExternalId(f"sent:{message_id}"),
        state=Delivery.SENT,
        part_id=PartId(part),
        external_ids=(ExternalId(message_id),),
        at=now,
    )
