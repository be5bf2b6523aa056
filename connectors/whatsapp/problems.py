"""Errors as Meta tells of them, in answers and in webhooks alike; ``code`` is what counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connectors.payload import Payload

_LONGEST: Final = 300
NO_CODE: Final = -1


@dataclass(frozen=True, slots=True)
class Problem:
    """One error."""

    code: int
    reason: str
    """Meta's own words."""
    subcode: int | None = None


def problem(error: Payload) -> Problem:
    """An error object, of an answer or of a webhook."""
    code = error.integer("code")
    return Problem(
        code=code if code is not None else error.seconds("code") or NO_CODE,
        reason=_reason(error),
        subcode=error.integer("error_subcode"),
    )


def words(errors: Sequence[Payload]) -> str | None:
    """What the first of these errors says; None for none."""
    return problem(errors[0]).reason if errors else None


def _reason(error: Payload) -> str:
    data = error.child("error_data") or Payload({})
    said = error.text("title") or error.text("message") or error.text("error_user_msg")
    details = data.text("details") or error.text("error_user_msg")
    told = ": ".join(dict.fromkeys(part for part in (said, details) if part))
    return (told or "WhatsApp gave no reason")[:_LONGEST]
