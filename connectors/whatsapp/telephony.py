"""Calls of customers: the hub takes none, and shows that there was one."""

from connectors.whatsapp.event import Event, message_id
from connectors.whatsapp.people import person
from shared.model.content import Call, Content, Unsupported
from shared.model.inbound import Inbound, InboundKind

_OURS = "BUSINESS_INITIATED"
_ANSWERED = "COMPLETED"


def call(event: Event) -> tuple[Inbound, ...]:
    """A call that is over. One that begins says nothing yet: its end follows, answered or not.

    Raises ``BadPayload``.
    """
    item = event.single.item
    word = item.text("event")
    if word == "connect":
        return ()
    ours = item.text("direction") == _OURS
    phone, user = ("to", "to_user_id") if ours else ("from", "from_user_id")
    who = person(item, event.contact, phone=phone, user=user)
    seconds = item.number("duration")
    kind = InboundKind.MESSAGE if word == "terminate" else InboundKind.UNSUPPORTED
    block = (
        Call(
            direction="out" if ours else "in",
            answered=item.text("status") == _ANSWERED and bool(seconds),
            duration_s=seconds,
        )
        if word == "terminate"
        else Unsupported(name=f"call {word or ''}".strip()[:64])
    )
    occurred_at = item.moment("timestamp")
    return (
        event.make(
            kind,
            who.thread(),
            f"call:{message_id(item)}:{word or ''}",
            occurred_at=occurred_at,
            author=who.participant(),
            place=event.place(occurred_at),
            content=Content(blocks=(block,)),
        ),
    )
