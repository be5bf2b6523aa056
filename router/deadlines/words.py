"""The automatic acknowledgement in the customer's words. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from shared.model.acknowledgement import PLACEHOLDERS, QUEUE_PLACEHOLDERS

_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    "ru": (
        "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
        "октября", "ноября", "декабря",
    ),
}  # fmt: skip
_DATED: Final[Mapping[str, str]] = {"en": "{time} on {day} {month}", "ru": "{time} {day} {month}"}
_NAMED: Final = re.compile(r"\{(" + "|".join(sorted(PLACEHOLDERS | QUEUE_PLACEHOLDERS)) + r")\}")
_BLANK: Final = re.compile(r"[ \t]+(?=[,.!?])|(?<=[ \t])[ \t]+|,(?=\s*[!.?])")


def language_of(texts: Mapping[str, str], wanted: str | None, default: str) -> str:
    """Which of the texts the customer reads: the language itself, its plain form, the default."""
    if wanted:
        tags = (wanted, wanted.replace("_", "-").partition("-")[0].lower())
        for tag in tags:
            if tag in texts:
                return tag
    return default if default in texts else next(iter(texts))


def time_words(
    at: datetime, now: datetime, zone: ZoneInfo, language: str, *, with_zone: bool
) -> str:
    """A moment as people say it: ``18:30``, on another day ``18:30 on 5 March``.

    ``with_zone`` says by whose clock, where that may not be the customer's own.
    """
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    said = f"{local:%H:%M}"
    if local.date() != today:
        plain = language.partition("-")[0].lower()
        months = _MONTHS.get(plain)
        if months is None:
            said = f"{local:%Y-%m-%d %H:%M}"
        else:
            month = months[local.month - 1]
            said = _DATED[plain].format(time=said, day=local.day, month=month)
    return f"{said} ({_offset(local)})" if with_zone else said


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """The text with its names filled in; where there is no value, no gap is left."""
    filled = _NAMED.sub(lambda found: values.get(found.group(1)) or "", text)
    return _BLANK.sub("", filled).strip()


def names_time(text: str) -> bool:
    """Whether the text says by when somebody answers."""
    return "{time}" in text


def _offset(local: datetime) -> str:
    offset = local.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")
