"""What makes a bot's duty impossible."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.errors import BadRequest
from shared.model.bots import BotDutySpec
from shared.policies.book import Book


def check_duty(_id: str, spec: BotDutySpec, _book: Book) -> None:
    """The time zone is one, and no hours are empty. Raises ``BadRequest`` naming the field."""
    try:
        ZoneInfo(spec.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequest("there is no such time zone", field="time_zone") from None
    for number, hours in enumerate(spec.hours):
        if hours.begin == hours.end:
            raise BadRequest("begins when it ends", field=f"hours.{number}.end")
