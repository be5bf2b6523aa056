"""What VK's refusals mean, and what follows from each."""

from collections.abc import Mapping
from types import MappingProxyType

from connectors.vk.errors import NoAnswer, Refused
from shared.errors import (
    ChannelBroken,
    ContactGone,
    HubError,
    NotSent,
    Rejected,
    SendError,
    Throttled,
    Unavailable,
    Uncertain,
    WindowClosed,
)

TOO_LONG = 914
NO_PERMISSION = 901
_ACCESS_DENIED = 15
_TOO_OFTEN_S = 1.0
_FLOOD_S = 120.0
_LIMIT_S = 600.0
_REASON = 300
_UNKNOWN, _TOO_OFTEN, _FLOOD, _INTERNAL, _LIMIT, _TIMED_OUT = 1, 6, 9, 10, 29, 36
_TEMPORARY = frozenset({_UNKNOWN, _INTERNAL, _TIMED_OUT})
_TOKEN = frozenset({5, 27, 28})
_OPERATOR: Mapping[int, str] = MappingProxyType(
    {
        14: "VK wants a captcha to be solved: open the community in a browser as an administrator",
        17: "VK wants the account to be validated: open the community in a browser as an "
        "administrator",
    }
)
_GONE: Mapping[int, str] = MappingProxyType(
    {
        18: "the person's page was deleted or banned",
        900: "the person is on the community's blacklist",
        NO_PERMISSION: "the person has not allowed messages from the community",
        902: "the person's privacy settings forbid it",
        917: "the community has no access to this chat",
        936: "VK does not know this contact",
    }
)
_WINDOW = 950
_BROKEN = "VK does not accept the access key: was it deleted in the community's settings?"
_RIGHTS = "the access key lacks a right: allow management, messages, photos and documents"
_WORDS: Mapping[int, str] = MappingProxyType(
    {
        7: "VK does not permit it: are messages of the community switched on?",
        909: "the message is too old to be changed",
        911: "VK refuses the buttons",
        TOO_LONG: "the message is too long for VK",
        924: "the message is too old to be deleted for everybody",
        1012: "writing is disabled in this chat",
    }
)


def of_silence(nothing: NoAnswer) -> SendError:
    """What came of a send without an answer; VK knows a repeat by its number."""
    return Uncertain(nothing.reason) if nothing.written else NotSent(nothing.reason)


def of_send(error: Refused) -> SendError:
    """What came of a send that VK refused."""
    code = error.code
    busy = _busy(error)
    if busy is not None:
        return busy
    if code in _TEMPORARY:
        return Uncertain(_reason(error))
    if code in _TOKEN:
        return ChannelBroken(_BROKEN)
    if code in _OPERATOR:
        return ChannelBroken(_OPERATOR[code])
    if code in _GONE:
        return ContactGone(_GONE[code])
    if code == _WINDOW:
        return WindowClosed(_reason(error))
    return Rejected(_reason(error))


def of_preparation(error: Refused | NoAnswer) -> SendError:
    """What came of a call before the message was sent, such as of an upload: nothing was sent."""
    if isinstance(error, NoAnswer):
        return NotSent(error.reason)
    follows = of_send(error)
    return NotSent(str(follows)) if isinstance(follows, Uncertain) else follows


def of_read(error: Refused | NoAnswer) -> HubError:
    """What came of a call that sends nothing: of a pull, a subscription, a check."""
    if isinstance(error, NoAnswer):
        return Unavailable(error.reason)
    busy = _busy(error)
    if busy is not None:
        return Throttled(busy.retry_after_s, whole_channel=True)
    if error.code in _TOKEN:
        return ChannelBroken(_BROKEN)
    if error.code == _ACCESS_DENIED:
        return ChannelBroken(f"{_RIGHTS} (VK says: {_reason(error)})")
    if error.code in _OPERATOR:
        return ChannelBroken(_OPERATOR[error.code])
    return Unavailable(_reason(error))


def is_temporary(error: Refused | NoAnswer) -> bool:
    """Whether the same call may do better later."""
    if isinstance(error, NoAnswer):
        return True
    return error.code in _TEMPORARY or _busy(error) is not None


def is_for_good(error: Refused) -> bool:
    """Whether this very call is refused whenever it is made, while the account itself works."""
    return not is_temporary(error) and error.code not in _TOKEN and error.code not in _OPERATOR


def of_fetch(error: Refused | NoAnswer) -> HubError:
    """What came of looking for a file."""
    if is_temporary(error):
        return Unavailable(error.reason if isinstance(error, NoAnswer) else _reason(error))
    if isinstance(error, Refused) and error.code in _TOKEN:
        return Unavailable(_BROKEN)
    return Rejected(_reason(error) if isinstance(error, Refused) else error.reason)


def _busy(error: Refused) -> Throttled | None:
    if error.code == _TOO_OFTEN:
        # The limit holds for the community as a whole.
        return Throttled(_TOO_OFTEN_S, whole_channel=True)
    if error.code == _FLOOD:
        return Throttled(_FLOOD_S)
    if error.code == _LIMIT:
        return Throttled(_LIMIT_S)
    return None


def _reason(error: Refused) -> str:
    own = _WORDS.get(error.code)
    said = error.words or f"VK answered with error {error.code}"
    return f"{own} ({error.code})" if own is not None else f"{said} ({error.code})"[:_REASON]
