"""What Telegram's refusals mean, and what follows from each."""

from collections.abc import Mapping
from types import MappingProxyType

from connectors.telegram.address import Address
from connectors.telegram.api import NoAnswer, Refused
from shared.errors import (
    ChannelBroken,
    ContactGone,
    HubError,
    NotSent,
    Rejected,
    SendError,
    ThreadMoved,
    Throttled,
    Unavailable,
    Uncertain,
    WindowClosed,
)

_GONE = (
    "bot was blocked by the user",
    "user is deactivated",
    "bot was kicked from",
    "bot is not a member of",
    "bot can't initiate conversation with a user",
    "bot can't send messages to bots",
)
_WINDOW = ("BUSINESS_PEER_USAGE_MISSING",)
_TOKEN = "Telegram does not know this bot token: was it revoked in BotFather?"  # noqa: S105 - words
_SECOND_POLLER = (
    "another program reads this bot's updates: only one may, stop the other or give it its own bot"
)
_WEBHOOK_SET = "a webhook is set for this bot, so its updates cannot be polled"
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _CONFLICT, _TOO_LARGE = (
    400, 401, 403, 404, 409, 413,
)  # fmt: skip
_SERVER = 500
_CLIENT = range(400, 500)
_WORDS: Mapping[int, str] = MappingProxyType(
    {_FORBIDDEN: "Telegram forbids it", _TOO_LARGE: "the file is too big for Telegram"}
)


def of_silence(nothing: NoAnswer, *, whole: bool = True) -> SendError:
    """What came of a send without an answer; ``whole``: the request could have been finished."""
    if nothing.written and whole:
        return Uncertain(nothing.reason)
    return NotSent(nothing.reason)


def of_send(error: Refused, address: Address) -> SendError:
    """What came of a send that was answered."""
    if error.retry_after_s is not None:
        return Throttled(error.retry_after_s)
    if error.migrate_to is not None:
        return ThreadMoved(address.moved(error.migrate_to).thread())
    return _of_refusal(error)


def _of_refusal(error: Refused) -> SendError:
    if error.status in {_UNAUTHORIZED, _NOT_FOUND}:
        return ChannelBroken(_TOKEN)
    if error.status == _CONFLICT:
        return NotSent(_reason(error))
    if error.says(*_WINDOW):
        return WindowClosed("the customer has not written lately: Telegram Business forbids it")
    if error.status == _FORBIDDEN and error.says(*_GONE):
        return ContactGone(_reason(error))
    if error.status in _CLIENT:
        return Rejected(_reason(error))
    # 5xx above all: nobody can tell whether the message was sent before it went wrong.
    return Uncertain(_reason(error))


def of_read(error: Refused | NoAnswer) -> HubError:
    """What came of a call that sends nothing: of a pull, a subscription, a check."""
    if isinstance(error, NoAnswer):
        return Unavailable(error.reason)
    if error.retry_after_s is not None:
        return Throttled(error.retry_after_s, whole_channel=True)
    if error.status in {_UNAUTHORIZED, _NOT_FOUND}:
        return ChannelBroken(_TOKEN)
    if error.status == _CONFLICT:
        return Unavailable(_WEBHOOK_SET if error.says("webhook") else _SECOND_POLLER)
    return Unavailable(_reason(error))


def of_subscription(error: Refused | NoAnswer) -> HubError:
    """What came of setting a webhook: an address that Telegram refuses stays refused."""
    if isinstance(error, Refused) and error.status == _BAD_REQUEST:
        return ChannelBroken(_reason(error))
    return of_read(error)


def of_fetch(error: Refused | NoAnswer) -> HubError:
    """What came of fetching a file."""
    if isinstance(error, Refused) and error.status == _BAD_REQUEST:
        if error.says("file is too big"):
            return Rejected("Telegram gives bots only files of up to 20 MB")
        if not error.says("temporarily unavailable"):
            return Rejected(_reason(error))
    if isinstance(error, NoAnswer):
        return Unavailable(error.reason)
    return Unavailable(_reason(error))


def _reason(error: Refused) -> str:
    """Telegram's own words without its prefix."""
    words = error.description.removeprefix("Bad Request: ").removeprefix("Forbidden: ")
    return words or _WORDS.get(error.status, f"Telegram answered with status {error.status}")
