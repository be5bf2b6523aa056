"""In which time zone a contact is likely to be. Pure.

Told by a person or a device it is certain; a phone's country or a locale's region tells it where
the country has but one.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.model.people import Contact, Identity

_BY_PREFIX: Final[Mapping[str, str]] = {
    "31": "Europe/Amsterdam", "33": "Europe/Paris", "39": "Europe/Rome", "41": "Europe/Zurich",
    "43": "Europe/Vienna", "44": "Europe/London", "48": "Europe/Warsaw",
    "49": "Europe/Berlin", "77": "Asia/Almaty", "81": "Asia/Tokyo", "90": "Europe/Istanbul",
    "370": "Europe/Vilnius", "371": "Europe/Riga", "372": "Europe/Tallinn",
    "373": "Europe/Chisinau", "374": "Asia/Yerevan", "375": "Europe/Minsk",
    "380": "Europe/Kyiv", "420": "Europe/Prague", "421": "Europe/Bratislava",
    "972": "Asia/Jerusalem", "992": "Asia/Dushanbe", "993": "Asia/Ashgabat",
    "994": "Asia/Baku", "995": "Asia/Tbilisi", "996": "Asia/Bishkek", "998": "Asia/Tashkent",
}  # fmt: skip
_BY_REGION: Final[Mapping[str, str]] = {
    "AM": "Asia/Yerevan", "AT": "Europe/Vienna", "AZ": "Asia/Baku", "BY": "Europe/Minsk",
    "CH": "Europe/Zurich", "CZ": "Europe/Prague", "DE": "Europe/Berlin", "FR": "Europe/Paris",
    "GB": "Europe/London", "GE": "Asia/Tbilisi", "IL": "Asia/Jerusalem", "IT": "Europe/Rome",
    "JP": "Asia/Tokyo", "KG": "Asia/Bishkek", "KZ": "Asia/Almaty", "PL": "Europe/Warsaw",
    "TR": "Europe/Istanbul", "UA": "Europe/Kyiv", "UZ": "Asia/Tashkent",
}  # fmt: skip
_LONGEST_PREFIX: Final = 3


def is_time_zone(name: str) -> bool:
    """Whether there is a zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def time_zone_of(contact: Contact, identities: Iterable[Identity]) -> str | None:
    """As it was told, else by a phone, else by a locale; None where nothing tells it."""
    known = list(identities)
    told = (contact.time_zone, *(one.time_zone for one in known))
    by_phone = (_of_phone(key) for one in known for key in one.keys)
    by_locale = (
        _of_locale(language) for language in (contact.language, *(i.language for i in known))
    )
    return next((zone for zone in (*told, *by_phone, *by_locale) if zone), None)


def _of_phone(key: str) -> str | None:
    number = key.removeprefix("phone:+")
    if number == key:
        return None
    lengths = range(_LONGEST_PREFIX, 1, -1)
    return next((_BY_PREFIX[number[:n]] for n in lengths if number[:n] in _BY_PREFIX), None)


def _of_locale(language: str | None) -> str | None:
    _, _, region = (language or "").replace("_", "-").partition("-")
    return _BY_REGION.get(region.rpartition("-")[2].upper())
