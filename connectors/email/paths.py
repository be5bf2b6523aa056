"""What MAIL and RCPT say: a path and its parameters. Pure."""

import re
from dataclasses import dataclass, field
from typing import Final

from connectors.email.addresses import canonical, without_extension
from connectors.email.mailbox import Mailbox

_PATH: Final = re.compile(r"(?i)(?:FROM|TO):\s*<([^<>\s]*)>\s*(.*)")
_ROUTE: Final = re.compile(r"^@[^:]*:")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST: Final = 320


@dataclass(frozen=True, slots=True)
class Named:
    """An address with what is said beside it."""

    address: str
    parameters: dict[str, str] = field(default_factory=dict)


def read_path(argument: str) -> Named | None:
    """``FROM:<anna@example.com> SIZE=1000``; None for what is no path."""
    match = _PATH.fullmatch(argument)
    if match is None or _CONTROL.search(argument):
        return None
    address = _ROUTE.sub("", match[1])
    if len(address) > _LONGEST:
        return None
    parameters = {}
    for word in match[2].split():
        name, _, value = word.partition("=")
        parameters[name.upper()] = value
    return Named(address, parameters)


def is_recipient(address: str, mailbox: Mailbox) -> bool:
    """Whether mail to this address is ours: one of the channel's, or one with a code of ours."""
    plain = canonical(address)
    if plain in mailbox.own:
        return True
    return without_extension(plain) in mailbox.own and (
        mailbox.signed.part_in_address(plain) is not None
    )
