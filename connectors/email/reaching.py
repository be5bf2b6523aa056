"""Writing to an address that may never have written: a thread that begins with our mail. Pure."""

import re
from typing import Final

from connectors.email.addresses import canonical
from connectors.email.mailbox import Mailbox
from connectors.email.threads import PARTITION, mailbox_text
from shared.errors import BadRequest
from shared.ids import ExternalId, uuid7
from shared.model.content import Address
from shared.model.inbound import ThreadRef
from shared.model.people import Identifier, IdentifierKind, Participant
from shared.model.reach import Reached

_PLAIN: Final = r"[^\s@<>\",;:\\()\[\]]"
_ADDRESS: Final = re.compile(rf"{_PLAIN}{{1,64}}@{_PLAIN}+\.{_PLAIN}+")
_LONGEST: Final = 254
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")


def new_thread(address: str, name: str | None, mailbox: Mailbox) -> Reached:
    """A thread of its own for each time: a mail about something new begins one.

    An answer finds it by the signed code in the Message-ID of ours. Raises ``BadRequest``.
    """
    email = canonical(address)
    if len(email) > _LONGEST or not _ADDRESS.fullmatch(email):
        raise BadRequest("this is no e-mail address, such as anna@example.com")
    shown = _CONTROL.sub(" ", name or "").strip() or None
    to = Address(email=email, name=shown)
    if mailbox.is_own(to):
        raise BadRequest("this is an address of our own")
    key = f"mail:begun-{uuid7().hex}"
    return Reached(
        thread=ThreadRef(
            external_id=ExternalId(key),
            partition_key=PARTITION,
            kind="email",
            context={"to": mailbox_text(to), "people": email},
            names=(ExternalId(f"#{mailbox.signed.tag(key)}"),),
        ),
        person=Participant(
            external_id=ExternalId(email),
            name=shown,
            identifiers=(Identifier(kind=IdentifierKind.EMAIL, value=email),),
        ),
    )
