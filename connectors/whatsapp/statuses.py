"""Statuses: news of what we sent, in any order, at times before the answer to the send itself."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from connectors.payload import Payload
from connectors.whatsapp import refusals
from connectors.whatsapp.event import Event, message_id
from connectors.whatsapp.people import group_thread, person
from connectors.whatsapp.problems import NO_CODE, Problem, problem
from shared.errors import BadPayload
from shared.ids import ExternalId, PartId
from shared.model.delivery import Delivery, Failure
from shared.model.inbound import Receipt

_STATES: Final[Mapping[str, Delivery]] = MappingProxyType(
    {
        "sent": Delivery.SENT,
        "delivered": Delivery.DELIVERED,
        "read": Delivery.READ,
        "played": Delivery.READ,
        "failed": Delivery.FAILED,
    }
)
_PART: Final = re.compile(r"p[0-9a-f]{34}-(?:\d{3}|x[0-9a-f]{16})")
_OPERATION: Final = "-x"
"""In the name of a part that is no message of its own: a reaction."""
_KEPT: Final = ("conversation", "pricing", "type")


def receipts(event: Event) -> tuple[Receipt, ...]:
    """What a status says. Raises ``BadPayload`` for one that is not known."""
    status = event.single.item
    word = status.text("status") or ""
    state = _STATES.get(word)
    if state is None:
        raise BadPayload(f"a status that is not known: {word[:40]}")
    part_id = _part_id(status)
    given: dict[str, Any] = {
        "channel_id": event.account.channel_id,
        "thread": _thread(event, status),
        "state": state,
        "external_ids": (message_id(status),),
        "failure": _failure(status) if state is Delivery.FAILED else None,
        "raw": {key: status.raw[key] for key in _KEPT if key in status} or None,
        "at": status.moment("timestamp") or event.received_at,
    }
    if part_id is None:
        return (Receipt(**given),)
    ours = Receipt(**given, part_id=part_id)
    if state is not Delivery.FAILED or _OPERATION in part_id:
        return (ours,)
    # A failure may come before the answer to the send: then its part is still being sent and takes
    # no bad news, and the message's id, which nobody knows yet, keeps it until the answer is there.
    return (ours, Receipt(**given))


def _thread(event: Event, status: Payload) -> ExternalId:
    if status.text("recipient_type") == "group":
        group = status.identifier("recipient_id")
        if group is not None:
            return group_thread(group).external_id
    return person(status, event.contact, phone="recipient_id", user="recipient_user_id").key


def _part_id(status: Payload) -> PartId | None:
    """The part that we named when it was sent; what others name is none of ours."""
    told = status.text("biz_opaque_callback_data")
    return PartId(told) if told is not None and _PART.fullmatch(told) else None


def _failure(status: Payload) -> Failure:
    errors = status.children("errors")
    return refusals.failure(
        problem(errors[0]) if errors else Problem(NO_CODE, "WhatsApp gave no reason")
    )
