"""From the bytes of one update to its events. Pure but for the clock that says when it came.

The parse reads plain JSON and not aiogram's models: those refuse a whole update for one leaf they
do not expect (a hidden forwarder without a name, a new reaction), so that the plain reading would
be needed beside them anyway. aiogram's client, methods and names of updates are used.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from aiogram.enums import UpdateType

from connectors.payload import Payload, decode
from connectors.telegram import business, events, messages
from connectors.telegram.update import Account, Update
from shared.clock import Clock
from shared.errors import BadPayload
from shared.model.inbound import Inbound

_ONE: Mapping[str, Callable[[Update], Inbound]] = MappingProxyType(
    {
        UpdateType.MESSAGE.value: messages.new_message,
        UpdateType.CHANNEL_POST.value: messages.new_message,
        UpdateType.BUSINESS_MESSAGE.value: messages.new_message,
        UpdateType.EDITED_MESSAGE.value: messages.edited_message,
        UpdateType.EDITED_CHANNEL_POST.value: messages.edited_message,
        UpdateType.EDITED_BUSINESS_MESSAGE.value: messages.edited_message,
        UpdateType.BUSINESS_CONNECTION.value: business.connection,
        UpdateType.CALLBACK_QUERY.value: events.press,
        UpdateType.MESSAGE_REACTION.value: events.reaction,
        UpdateType.MESSAGE_REACTION_COUNT.value: events.reaction_count,
        UpdateType.MY_CHAT_MEMBER.value: events.own_membership,
        UpdateType.CHAT_MEMBER.value: events.membership,
        UpdateType.CHAT_JOIN_REQUEST.value: events.join_request,
    }
)
# Inline queries come with every letter that anybody types behind the bot's name in any chat, and
# the state of a poll names no chat: neither is anybody's message to us.
_UNWANTED = frozenset({UpdateType.INLINE_QUERY, UpdateType.CHOSEN_INLINE_RESULT, UpdateType.POLL})

WANTED: tuple[str, ...] = tuple(kind.value for kind in UpdateType if kind not in _UNWANTED)
"""What we ask Telegram for, by name: its default leaves out members and reactions, and what was
asked for last stays in force."""

_KNOWN = frozenset(kind.value for kind in UpdateType)
_DELETED = UpdateType.DELETED_BUSINESS_MESSAGES.value


def parse_update(body: bytes, account: Account, clock: Clock) -> tuple[Inbound, ...]:
    """The events of one update. Raises ``BadPayload`` and nothing else."""
    raw = decode(body)
    opened = Payload(raw)
    number = opened.count("update_id")
    if number is None:
        raise BadPayload("an update without an id")
    name = _name(raw)
    payload = opened.child(name) or Payload({})
    update = Update(account, number, name[:64], payload, raw, clock.now())
    try:
        if name == _DELETED:
            return business.deletions(update)
        return (_ONE.get(name, events.unknown)(update),)
    except ValueError as error:  # the model refused a value: what was not foreseen is kept aside
        raise BadPayload(f"{name[:64]} holds a value of {type(error).__name__}") from None


def _name(raw: dict[str, Any]) -> str:
    """The field that holds the payload: a kind that we know, else whatever stands beside the id."""
    others = [field for field in raw if field != "update_id"]
    return next((field for field in others if field in _KNOWN), others[0] if others else "empty")
