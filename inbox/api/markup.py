"""Formatting of what somebody writes, as it is asked for by programs and screens."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from shared.delivery.measure import measure
from shared.errors import BadRequest
from shared.model.base import Strict
from shared.model.channel import Format
from shared.model.content import Span, SpanKind


class SpanRequest(Strict):
    """A formatted range of the text, in UTF-16 units; what the channel lacks goes plain."""

    kind: Format
    start: int = Field(ge=0)
    length: int = Field(gt=0)
    url: str | None = Field(default=None, max_length=2000, pattern=r"^(https?://|mailto:|tel:)")


SpanRequests = Annotated[tuple[SpanRequest, ...], Field(max_length=500)]


def spans_of(asked: Sequence[SpanRequest], text: str) -> tuple[Span, ...]:
    """As the model has them. Raises ``BadRequest`` for a range outside of the text, and for a link
    that leads nowhere."""
    end = measure(text, "utf16")
    for span in asked:
        if span.start + span.length > end:
            raise BadRequest(f"ends behind the text, which has {end} units", field="spans")
        if (span.kind is Format.LINK) != (span.url is not None):
            raise BadRequest("a link has an address, and nothing else has one", field="spans")
    return tuple(
        Span(kind=SpanKind(span.kind.value), start=span.start, length=span.length, url=span.url)
        for span in asked
    )
