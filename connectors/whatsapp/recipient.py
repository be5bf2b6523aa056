"""Whom a message goes to: by number where it is known, else by the id for this business."""

from collections.abc import Mapping
from typing import Any

from connectors.whatsapp.people import BSUID, WA_ID, group_of, is_bsuid
from shared.errors import Rejected
from shared.ids import ExternalId


def recipient(thread: ExternalId, context: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a message that name its recipient. Raises ``Rejected`` for no such thread.

    An id for this business goes into ``recipient``: in ``to`` it is taken and silently dropped. A
    number always has its ``+``: without it Meta puts the business's own country code before it.
    """
    group = group_of(thread)
    if group is not None:
        return {"recipient_type": "group", "to": group}
    fields: dict[str, Any] = {"recipient_type": "individual"}
    number = context.get(WA_ID) or thread
    if number.isascii() and number.isdigit():
        return fields | {"to": f"+{number}"}
    user = thread if is_bsuid(thread) else context.get(BSUID, "")
    if is_bsuid(user):
        return fields | {"recipient": user}
    raise Rejected("this conversation has no WhatsApp number or id")
