"""What in a mail tells which thread it belongs to, best first. Pure."""

import base64
import binascii
from typing import Final

from connectors.email.addresses import addresses
from connectors.email.headers import Headers
from connectors.email.identifiers import Signed, ids_in, tags_in
from shared.ids import ExternalId, MessageId, PartId
from shared.model.inbound import Clue

DELIVERED_TO: Final = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
_INDEX_BYTES: Final = 22
"""The part of Outlook's Thread-Index that all mails of a conversation share."""
_MOST: Final = 30


def clues_in(headers: Headers, signed: Signed) -> tuple[Clue, ...]:
    """A code in the address it came to; In-Reply-To; References from the last on; Outlook's index;
    a code in the subject, which counts only from the customer."""
    found: list[Clue] = []
    for address in addresses(headers, *DELIVERED_TO):
        part = signed.part_in_address(address.email)
        if part is not None:
            found.append(Clue(message_id=message_of(part), trust="anyone"))
    answered = [
        *ids_in(" ".join(headers.all("in-reply-to"))),
        *reversed(ids_in(" ".join(headers.all("references")))),
    ]
    for one in dict.fromkeys(answered):
        part = signed.part_in_id(one)
        if part is not None:
            found.append(Clue(message_id=message_of(part)))
        found.append(Clue(name=ExternalId(one)))
    index = outlook_index(headers)
    if index is not None:
        found.append(Clue(name=index))
    for tag in tags_in(headers.text("subject") or ""):
        found.append(Clue(name=ExternalId(f"#{tag}"), trust="customer"))
    return tuple(found[:_MOST])


def outlook_index(headers: Headers) -> ExternalId | None:
    """The name that Outlook gives to a conversation."""
    value = "".join((headers.plain("thread-index") or "").split())
    try:
        data = base64.b64decode(value[:400], validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(data) < _INDEX_BYTES:
        return None
    return ExternalId(f"ti:{data[:_INDEX_BYTES].hex()}")


def message_of(part: PartId) -> MessageId:
    """The message that a part belongs to."""
    return MessageId(f"m{part[1:].rpartition('-')[0]}")
