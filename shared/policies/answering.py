"""How soon a fresh hub answers, and what it says by itself once that is switched on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from shared.collections import ACKNOWLEDGEMENTS, CALENDARS, SLA_POLICIES
from shared.ids import ChannelType
from shared.model.acknowledgement import Acknowledgement, When
from shared.model.calendar import Calendar, OpenHours, Weekday
from shared.model.matching import Match
from shared.model.sla import SlaPolicy
from shared.ports.store import ABSENT, Put

_MINUTE: Final = 60
_HOUR: Final = 3600
_WORKDAYS: Final = (
    Weekday.MONDAY,
    Weekday.TUESDAY,
    Weekday.WEDNESDAY,
    Weekday.THURSDAY,
    Weekday.FRIDAY,
)
_ANSWER: Final = {
    "en": "Thank you for your message. We will answer by {time}.",
    "ru": "Спасибо за обращение. Мы ответим до {time}.",
}
_CLOSED: Final = {
    "en": "Thank you for your message. Nobody is here just now; we will answer by {time}.",
    "ru": "Спасибо за обращение. Сейчас никого нет на месте; мы ответим до {time}.",
}


def default_answering(now: datetime) -> Sequence[Put[Any]]:
    """Working hours, deadlines by channel, and acknowledgements that are switched off."""
    return [
        Put(CALENDARS, _office(now), expect=ABSENT),
        *(Put(SLA_POLICIES, one, expect=ABSENT) for one in _policies(now)),
        *(Put(ACKNOWLEDGEMENTS, one, expect=ABSENT) for one in _acknowledgements(now)),
    ]


def _office(now: datetime) -> Calendar:
    return Calendar(
        id="office",
        name="Working hours",
        time_zone="UTC",
        hours=tuple(OpenHours(day=day, start="09:00", end="18:00") for day in _WORKDAYS),
        created_at=now,
        updated_at=now,
    )


def _policies(now: datetime) -> Sequence[SlaPolicy]:
    """Each is for more than one channel may be: the stricter of those that fit counts."""
    said = (
        ("chat", "Chat, while the customer is there", 2 * _MINUTE, ("webchat",), True),
        ("email", "E-mail", 12 * _HOUR, ("email",), None),
        ("any", "Any channel", 24 * _HOUR, (), None),
    )
    return [
        SlaPolicy(
            id=id,
            name=name,
            position=position,
            match=Match(channel_types=tuple(ChannelType(one) for one in types), online=online),
            first_reply_s=within_s,
            next_reply_s=within_s,
            created_at=now,
            updated_at=now,
        )
        for position, (id, name, within_s, types, online) in enumerate(said)
    ]


def _acknowledgements(now: datetime) -> Sequence[Acknowledgement]:
    return [
        Acknowledgement(
            id="closed",
            name="Outside of working hours",
            when=When.CLOSED,
            calendar_id="office",
            texts=_CLOSED,
            created_at=now,
            updated_at=now,
        ),
        Acknowledgement(
            id="received",
            name="Message received",
            position=1,
            texts=_ANSWER,
            created_at=now,
            updated_at=now,
        ),
    ]
