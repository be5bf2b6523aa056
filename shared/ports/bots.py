"""Bots: how the hub lets them in, and how they reach it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final, Protocol

from pydantic import SecretStr

from shared.envelope import Envelope
from shared.ports.bus import Publication

BOT_NAME: Final = r"[a-z][a-z0-9-]{0,39}"
"""No dots: a bot's commands begin with its id and a dot, so that no bot meets another's."""
BOT_SOURCE: Final = "bot/"
"""What the source of everything begins with that a bot sent."""


def bot_id(name: str) -> str:
    """The id of a bot, by which it is the author of its commands."""
    return f"bot-{name}"


class BotAccess(Protocol):
    """Users of the broker for bots: each writes commands, reads its own queue, and no more."""

    async def add(self, name: str) -> SecretStr:
        """Make user and queue; the address to connect to, with the password that is seen only here.

        Raises ``Unavailable`` when the broker cannot be reached or refuses.
        """

    async def remove(self, name: str) -> None:
        """Take user and queue away and end its connections; harmless when they are gone. Raises
        ``Unavailable``."""


class Transport(Protocol):
    """A bot's way to the hub. Used by one task."""

    def events(self) -> AsyncGenerator[Sequence[Envelope], None]:
        """What the bot may see, from where it stopped, for ever; outages are ridden out. As many
        events at a time as are there, at least one, in order.

        Asking for more says that those before are dealt with: until then they come again. Raises
        ``Unauthorised`` when the hub does not know the bot (any more).
        """

    async def give(self, commands: Sequence[Publication]) -> Mapping[str, str]:
        """Hand in commands, in order; returns once they are durable. A repeat of their ids is
        harmless.

        Returns why the hub refuses some of them at once, by their ids; over the broker a refusal
        comes as an event. Raises ``Unavailable``, ``Unauthorised``, ``Forbidden``: some of them may
        have been handed in.
        """
