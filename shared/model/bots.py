"""Bots: which of them gets a conversation first, and how they stand to it."""

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from shared.ids import ChannelId
from shared.model.base import Model, Strict, Utc
from shared.model.policy import Policy, PolicySpec
from shared.ports.bots import BOT_NAME
from shared.ports.store import Document

LEASE_S: Final = 20.0
"""How long a customer's message may go without the bot's answer, where nobody says otherwise."""
MISSES: Final = 2
"""So many misunderstandings in a row hand the conversation to people."""

_Time = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
_Word = Annotated[str, Field(min_length=1, max_length=60)]


class BotHours(Strict):
    """A time of the week."""

    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        default=(1, 2, 3, 4, 5, 6, 7), min_length=1, max_length=7
    )
    """Monday is 1."""
    begin: _Time = "00:00"
    end: _Time = "24:00"
    """Not included. Before ``begin``: in the night after the day."""


class BotDutySpec(PolicySpec):
    """A bot answers first: what an admin says of it. The first duty that fits a new case counts."""

    bot: str = Field(pattern=rf"^{BOT_NAME}$")
    """Its name, as ``hub bot add`` was given it."""
    channels: tuple[ChannelId, ...] = Field(default=(), max_length=500)
    """Where; none: everywhere."""
    hours: tuple[BotHours, ...] = Field(default=(), max_length=50)
    """When; none: always."""
    time_zone: str = Field(default="UTC", max_length=60)
    """Of the hours, such as ``Europe/Moscow``."""
    lease_s: float = Field(default=LEASE_S, ge=1, le=3600)
    """People get the conversation when the bot has not answered for so long."""
    misses: int = Field(default=MISSES, ge=1, le=10)
    """So many misunderstandings in a row hand it over."""
    words: tuple[_Word, ...] | None = Field(default=None, max_length=200)
    """A short message with one of these asks for a person; null: a list in Russian and English."""
    active: bool = True


class BotDuty(BotDutySpec, Policy):
    """A bot answers first."""

    model_config = ConfigDict(frozen=True, extra="allow")


class BotStanding(Model):
    """How bots stand to a conversation. While one holds it, ``Conversation.bot_id`` names it."""

    last_bot_id: str
    """Who holds it, or held it last."""
    lease_s: float = LEASE_S
    most_misses: int = MISSES
    words: tuple[str, ...] | None = None
    misses: int = 0
    """Misunderstandings since it last understood."""
    asked: int | None = None
    """The ``seq`` of the customer's last message that it has not answered."""
    answer_until: Utc | None = None
    """People get the conversation then, if the bot has not answered."""
    people_since: Utc | None = None
    """It was given to people: no bot answers until one of them gives it back."""


class Draft(Document):
    """An answer that somebody suggests to the agents; ``id`` is the conversation's. Nobody has sent
    it: an agent takes it, changes it or throws it away."""

    author_id: str
    author_name: str | None = None
    text: str
    at: Utc
    version: int = 1
