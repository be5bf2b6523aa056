"""The queue in the customer's words: what asks for the place in it, how a wait is said. Pure."""

import re
from collections.abc import Mapping
from math import ceil
from typing import Final

from router.deadlines.words import language_of

DEFAULT_TEXTS: Final[Mapping[str, str]] = {
    "en": "Your place in the queue: {place}. The wait: {wait}.",
    "ru": "Ваше место в очереди: {place}. Ожидание: {wait}.",
}
_UNKNOWN: Final = {
    "en": "not known, nobody is here just now",
    "ru": "пока неизвестно, сейчас никого нет на месте",
}
_SHORT: Final = {"en": "less than a minute", "ru": "меньше минуты"}
_MINUTE_S: Final = 60
_HOUR_M: Final = 60
_BY_HOURS_M: Final = 90
"""From so many minutes on a wait is said in hours."""
_BY_FIVES_M: Final = 10
"""From so many on it is said to the five minutes: nobody knows it better."""
_ASKS: Final = re.compile(
    r"\b(how long|how many (people )?(are )?(before|ahead)|what('s| is) my (place|position|number)"
    r"|(my|the) (place|position) in (the )?(queue|line)|wait(ing)? time|how much longer"
    r"|долго (ли )?(ещё |еще )?(ждать|ждём|ждем)|сколько (ещё |еще |мне )*(ждать|осталось)"
    r"|(какой|какая|который) (я|моя|мой)?\s?(по счёту|по счету|номер|очередь|в очереди)"
    r"|(место|номер) в очереди|какая очередь|время ожидания|когда (мне )?ответят)\b",
    re.IGNORECASE,
)
_ELEVEN: Final = 11
_LONGEST: Final = 120
"""A longer message is about something else, whatever words it has."""


def asks_for_place(text: str) -> bool:
    """Whether a short text asks how long the queue is."""
    return len(text) <= _LONGEST and _ASKS.search(text) is not None


def wait_words(wait_s: float | None, language: str) -> str:
    """A wait as people say it: ``about 5 minutes``; None: it is not known."""
    plain = language.replace("_", "-").partition("-")[0].lower()
    known = plain if plain in DEFAULT_TEXTS else None
    if wait_s is None:
        return _UNKNOWN[known or "en"]
    minutes = ceil(wait_s / _MINUTE_S)
    if minutes <= 1 and known is not None:
        return _SHORT[known]
    if minutes > _BY_FIVES_M:
        minutes = 5 * ceil(minutes / 5)
    hours = ceil(minutes / _HOUR_M) if minutes >= _BY_HOURS_M else None
    if known is None:
        return f"≈ {hours} h" if hours else f"≈ {max(1, minutes)} min"
    if known == "ru":
        return f"около {_russian(hours, minutes)}"
    count, unit = (hours, "hour") if hours else (minutes, "minute")
    return f"about {count} {unit}{'' if count == 1 else 's'}"


def texts_of(own: Mapping[str, str], language: str | None) -> tuple[str, str]:
    """The text for whoever asks and its language: an admin's, otherwise the hub's."""
    texts = {**DEFAULT_TEXTS, **own}
    found = language_of(texts, language, "en")
    return texts[found], found


def _russian(hours: int | None, minutes: int) -> str:
    count = hours or minutes
    is_one = count % 10 == 1 and count % 100 != _ELEVEN
    if hours:
        return f"{count} {'часа' if is_one else 'часов'}"
    return f"{count} {'минуты' if is_one else 'минут'}"
