"""The channels of a run, and what the platform of each lets the hub promise. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final


class Repeats(Enum):
    """What becomes of a reply whose call had no answer."""

    KNOWN = "known"
    """The platform knows a repeat: it arrives exactly once, and is ``unknown`` only where the
    answer to one call was lost and the next was refused."""
    NEVER = "never"
    """It is not repeated: ``unknown``, and on the phone 0 times or once."""
    TOLD = "told"
    """It is not repeated, but the platform tells of what it has: ``unknown`` stands only where it
    did not arrive, or where nothing was told."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of the hub under test."""

    type: str
    repeats: Repeats
    ordered: bool = True
    """The platform says in which order its messages were written. Otherwise it says the second,
    and of one second any order is right."""
    one_thread: bool = True
    """All that a customer writes is in one conversation; a mail may begin another one."""
    forgets: bool = False
    """What was sent with an unknown end is looked for only while that process goes on."""
    most: int | None = None
    """So many messages one customer gets of programs; those behind them may fail."""
    prompt: bool = False
    """Its platform comes again at once: how late a message is shown is the hub's own time."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of the channel, with shorter limits than usual, so that what hangs ends within the run."""


_TELEGRAM: Final = {"send_timeout_s": 4, "poll_timeout_s": 5}
_VK: Final = {"call_timeout_s": 4, "poll_wait_s": 5}
_EMAIL: Final = {
    "timeout_s": 4,
    "idle_s": 5,
    # What is left in the mailbox was not taken; the provider itself keeps what was sent.
    "after_intake": "move",
    "move_to": "Done",
    "save_sent": False,
}

CHANNELS: Final[Mapping[str, Channel]] = {
    "shop": Channel(
        "telegram", Repeats.NEVER, prompt=True, settings={**_TELEGRAM, "mode": "polling"}
    ),
    "market": Channel(
        "telegram", Repeats.NEVER, prompt=True, settings={**_TELEGRAM, "mode": "webhook"}
    ),
    "site": Channel("webchat", Repeats.KNOWN, prompt=True),
    "club": Channel("vk", Repeats.KNOWN, settings={**_VK, "mode": "longpoll"}),
    "group": Channel("vk", Repeats.KNOWN, settings={**_VK, "mode": "callback"}),
    "number": Channel("whatsapp", Repeats.TOLD, ordered=False, settings={"send_timeout_s": 4}),
    # Programs write at most ten mails an hour to one address, that they do not write for ever.
    "mailbox": Channel(
        "email", Repeats.TOLD, one_thread=False, forgets=True, most=10, settings=_EMAIL
    ),
    "system": Channel("webhook", Repeats.KNOWN, settings={"timeout_s": 4}),
}
"""By id. One type of channel twice where it takes its messages in two ways: the first by asking,
the second by being told."""
OWN_CHANNEL: Final = "site"
"""The hub's own: it has no platform."""
MAILBOX: Final = "mailbox"
POLLED: Final = ("shop", "club")
"""Those of them whose platform is asked for news over HTTP."""
