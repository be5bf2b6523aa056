"""What Meta's refusals mean, and what follows from each. The code decides, whatever else is said.

The same codes come in the answer to a send and, later, in the status of a message.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.whatsapp.graph import NoAnswer, Refused
from connectors.whatsapp.problems import Problem
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
from shared.model.delivery import Failure, FailureKind

_AGAIN: Final = frozenset({1, 2, 131000, 131016, 133004, 131057})
"""Meta is busy or mends something: the message was not taken."""
_PAIR: Final = 131056
_WAITS_S: Final[Mapping[int, float]] = MappingProxyType(
    {4: 60.0, 80007: 60.0, 130429: 1.0, 131048: 3600.0}
)
"""How long the whole number waits where Meta says too much: app, account, number, spam."""
_PAIR_S: Final = 6.0
_PAIR_MAX_S: Final = 3600.0
_WINDOW: Final = 131047
_GONE: Final = frozenset({131026, 131050})
_LATER: Final = frozenset({131049, 130472})
_TOKEN: Final = frozenset({0, 190, 10, 3, 131005, *range(200, 300)})
_BLOCKED: Final = frozenset({368, 130497, 131031, 131042, 131045, 133010, 131037})
_SERVER: Final = 500
_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404
_TOO_MANY: Final = 429
_CLIENT: Final = range(400, 500)
_UNSEEN: Final = frozenset({100, 33})
_REASONS: Final[Mapping[int, str]] = MappingProxyType(
    {
        0: "Meta does not take the access token: was it revoked?",
        190: "Meta does not take the access token: it has expired or was revoked",
        131047: "24 hours have passed since the customer wrote: only a template can be sent",
        131026: "WhatsApp cannot deliver to this customer: no WhatsApp, or it is too old",
        131050: "the customer wants no marketing messages from this business",
        131042: "Meta sends nothing until the payment method of the business account is mended",
        133010: "this phone number is not registered on the Cloud API",
    }
)


def of_send(error: Refused | NoAnswer, *, tried: int = 1) -> SendError:
    """What came of a send; ``tried`` is how often the part has been tried."""
    if isinstance(error, NoAnswer):
        return Uncertain(error.reason) if error.written else NotSent(error.reason)
    if error.problem is None:
        return _wordless(error)
    return _of_problem(error.problem, error.status, tried, error.retry_after_s)


def of_read(error: Refused | NoAnswer) -> HubError:
    """What came of a call that sends nothing: a check, a list, a subscription."""
    if isinstance(error, NoAnswer):
        return Unavailable(error.reason)
    if error.problem is None:
        return Unavailable(f"Meta answered with status {error.status}")
    found = _of_problem(error.problem, error.status, 1, error.retry_after_s)
    return Unavailable(str(found)) if isinstance(found, NotSent | Uncertain) else found


def of_fetch(error: Refused | NoAnswer) -> HubError:
    """What came of fetching a file: what Meta no longer has is gone for good."""
    if isinstance(error, Refused) and error.problem is not None:
        if error.problem.code in _UNSEEN or error.status == _NOT_FOUND:
            return Rejected("WhatsApp no longer has this file")
        found = of_read(error)
        return found if isinstance(found, Rejected) else Unavailable(error.problem.reason)
    return of_read(error)


def failure(problem: Problem) -> Failure:
    """What a status says that failed, in words for the agent."""
    error = _of_problem(problem, 0, 1, None)
    kind = FailureKind.REJECTED
    if isinstance(error, WindowClosed):
        kind = FailureKind.WINDOW_CLOSED
    elif isinstance(error, ContactGone):
        kind = FailureKind.CONTACT_GONE
    elif isinstance(error, ChannelBroken):
        kind = FailureKind.CHANNEL_BROKEN
    return Failure(kind=kind, reason=reason(problem))


def reason(problem: Problem) -> str:
    """What went wrong, in our words where Meta's do not help, with the code to look it up."""
    told = _REASONS.get(problem.code) or problem.reason
    return f"{told} (Meta's code {problem.code})" if problem.code >= 0 else told


def _of_problem(
    problem: Problem, status: int, tried: int, retry_after_s: float | None
) -> SendError:
    code, said = problem.code, reason(problem)
    waits_s = _WAITS_S.get(code)
    if code == _PAIR:
        return Throttled(retry_after_s or min(4.0 ** max(1, min(tried, 6)), _PAIR_MAX_S))
    if waits_s is not None:
        return Throttled(retry_after_s or waits_s, whole_channel=True)
    if code in _AGAIN:
        return NotSent(said)
    return _for_good(code, said) or _by_status(status, said, retry_after_s)


def _for_good(code: int, said: str) -> SendError | None:
    """What a code says that stays as it is; None: it is not known."""
    if code == _WINDOW:
        return WindowClosed(said)
    if code in _GONE:
        return ContactGone(said)
    if code in _LATER:
        return Rejected(f"{said}; not before a day has passed")
    if code in _BLOCKED or code in _TOKEN:
        return ChannelBroken(said)
    return None


def _by_status(status: int, said: str, retry_after_s: float | None) -> SendError:
    """What an answer means whose code is for the message alone, or not known."""
    if status == _UNAUTHORIZED:
        return ChannelBroken(said)
    if status == _TOO_MANY:
        return Throttled(retry_after_s or _PAIR_S)
    return NotSent(said) if status >= _SERVER else Rejected(said)


def _wordless(error: Refused) -> SendError:
    """A refusal that says no code: whatever stands between us and Meta, or Meta falling over."""
    said = f"Meta answered with status {error.status}"
    if error.status == _TOO_MANY:
        return Throttled(error.retry_after_s or _PAIR_S, whole_channel=True)
    if error.status == _UNAUTHORIZED:
        return ChannelBroken("Meta does not take the access token")
    if error.status in _CLIENT:
        return Rejected(said)
    return Uncertain(said)
