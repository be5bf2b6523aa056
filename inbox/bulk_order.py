"""Whom one reply to many goes to, and when each leaves. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.model.bulk import BulkLeftOut
from shared.model.conversation import Conversation


def send_at(begins: datetime, number: int, per_minute: int) -> datetime:
    """When the reply with this place leaves."""
    return begins + timedelta(seconds=number * 60 / per_minute)


def unreachable(
    found: Sequence[Conversation], now: datetime, per_minute: int
) -> Sequence[BulkLeftOut]:
    """Those that are not written to: the window will be closed, nobody can be reached there, or the
    same contact is written to elsewhere."""
    out: list[BulkLeftOut] = []
    contacts: set[str] = set()
    number = 0
    for one in found:
        until = one.reply_until
        why: tuple[str, str] | None = None
        if one.merged_into is not None:
            why = "the conversation was merged into another one", "merged"
        elif not one.reachable:
            why = "the customer cannot be reached there", "unreachable"
        elif one.contact_id in contacts:
            why = "the same contact is written to in another conversation", "same_contact"
        elif until is not None and until <= send_at(now, number, per_minute):
            why = "the time in which the platform lets us answer is over by then", "window_closed"
        if why is not None:
            out.append(BulkLeftOut(conversation_id=one.id, reason=why[0], reason_code=why[1]))
            continue
        contacts.add(one.contact_id)
        number += 1
    return out
