"""From one event of a webhook to what it says. Pure but for the clock that says when it came."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from connectors.base import Parsed, RawEvent
from connectors.whatsapp import accounts, app, messages, statuses, systems, telephony
from connectors.whatsapp.batch import single_of
from connectors.whatsapp.event import Account, Event
from shared.clock import Clock
from shared.errors import BadPayload
from shared.model.inbound import Inbound

_READERS: Final[Mapping[str, Callable[[Event], tuple[Inbound, ...]]]] = MappingProxyType(
    {
        "messages": messages.received,
        "message_echoes": app.echo,
        "history": app.history,
        "errors": accounts.trouble,
        "user_preferences": accounts.preference,
        "user_id_update": systems.user_id_update,
        "calls": telephony.call,
    }
)
_UNWANTED: Final = frozenset({"state_sync"})
"""The address book of the WhatsApp Business app: nobody has written, so there is no contact yet."""


def parse_event(event: RawEvent, account: Account, clock: Clock) -> Parsed:
    """What one event says. Raises ``BadPayload`` and nothing else."""
    found = single_of(event)
    if not account.is_ours(found):
        return Parsed()
    opened = Event(account, found, clock.now())
    try:
        if found.list == "statuses":
            return Parsed(receipts=statuses.receipts(opened))
        if found.list in _UNWANTED:
            return Parsed()
        if found.list is None:
            return Parsed(inbound=accounts.change(opened))
        return Parsed(inbound=_READERS[found.list](opened))
    except BadPayload:
        raise
    except ValueError as error:  # the model refused a value: what was not foreseen is kept aside
        raise BadPayload(f"{found.field[:64]} holds a value of {type(error).__name__}") from None
