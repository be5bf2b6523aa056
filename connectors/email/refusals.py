"""What an SMTP server's answer means for the mail, the person, or the channel. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from shared.errors import (
    ChannelBroken,
    ContactGone,
    NotSent,
    Rejected,
    SendError,
    Throttled,
)

_GREYLIST_S: Final = 300.0
_BUSY_S: Final = 60.0
_BUSY: Final = frozenset({421, 454})
_SIGN_IN: Final = frozenset({530, 534, 535, 538})
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_GONE: Final = re.compile(
    r"(?i)\b5\.1\.(?:1|2|3|6|10)\b|\b5\.2\.1\b|user unknown|unknown (?:user|recipient)"
    r"|no such (?:user|mailbox|recipient)|does not exist|mailbox (?:unavailable|not found)"
    r"|recipient (?:address )?rejected: (?:user|undeliverable)|invalid (?:mailbox|recipient)"
)
_WORDS_CHARS: Final = 300
_PERMANENT: Final = 500


def words(message: str) -> str:
    """The server's words in one line."""
    return _CONTROL.sub(" ", message).strip()[:_WORDS_CHARS]


def of_greeting(code: int, message: str) -> SendError:
    """It does not let us in at all: nothing was sent."""
    if code == 421 or 400 <= code < _PERMANENT:  # noqa: PLR2004 - the transient codes of SMTP
        return Throttled(_BUSY_S, whole_channel=True)
    return NotSent(f"the SMTP server lets nobody in: {code} {words(message)}")


def of_sign_in(code: int, message: str) -> SendError:
    """It does not accept who we are."""
    if code in _BUSY or 400 <= code < _PERMANENT:  # noqa: PLR2004 - the transient codes of SMTP
        return Throttled(_BUSY_S, whole_channel=True)
    return ChannelBroken(f"the SMTP server refuses the sign-in: {code} {words(message)}")


def of_answer(code: int, message: str) -> SendError:
    """It refused the sender or the mail itself."""
    said = f"{code} {words(message)}"
    if code in _SIGN_IN:
        return ChannelBroken(f"the SMTP server wants a sign-in: {said}")
    if code in _BUSY:
        return Throttled(_BUSY_S, whole_channel=True)
    if 400 <= code < _PERMANENT:  # noqa: PLR2004 - the transient codes of SMTP
        return Throttled(_GREYLIST_S)
    if code >= _PERMANENT:
        return Rejected(f"the mail server refused it: {said}")
    return NotSent(f"the SMTP server's answer is unreadable: {said}")


def of_recipients(refused: Mapping[str, tuple[int, str]]) -> SendError:
    """It refused everybody who counts."""
    codes = [code for code, _ in refused.values()]
    if any(code in _SIGN_IN for code in codes):
        return ChannelBroken(f"the SMTP server wants a sign-in: {named(refused)}")
    if any(code in _BUSY for code in codes):
        return Throttled(_BUSY_S, whole_channel=True)
    if any(400 <= code < _PERMANENT for code in codes):  # noqa: PLR2004 - the transient codes of SMTP
        return Throttled(_GREYLIST_S)
    if all(_GONE.search(f"{code} {said}") for code, said in refused.values()):
        return ContactGone(f"there is no such address: {named(refused)}")
    return Rejected(f"the mail server refused the address: {named(refused)}")


def named(refused: Mapping[str, tuple[int, str]]) -> str:
    """Each refused address with the server's words."""
    return "; ".join(f"{who}: {code} {words(said)}" for who, (code, said) in refused.items())[:600]
