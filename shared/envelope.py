"""The envelope: what everything on the bus is wrapped in.

Kinds and payloads are the models of ``shared.model.inbound``, ``shared.commands`` and
``shared.events``; ``version`` is the major version of the payload's shape. Readers keep fields they
do not know.
"""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import BadPayload
from shared.ids import Partition

P = TypeVar("P", bound=BaseModel)


class Envelope(BaseModel):
    """One item on the bus, published and stored as JSON in UTF-8."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    """Unique; a repeat of the same fact carries the same id."""
    kind: str
    """``inbound``, ``receipt``, ``command.<name>``, ``event.<name>``, ``hint`` ..."""
    version: int = 1
    at: datetime
    partition: Partition | None = None
    source: str
    """The service, bot or channel that published it."""
    trace_id: str
    correlation_id: str | None = None
    causation_id: str | None = None
    payload: dict[str, Any] = Field(default_factory=dict)

    def read(self, model: type[P]) -> P:
        """The payload as a model. Raises ``BadPayload`` naming the fields that do not fit."""
        try:
            return model.model_validate(self.payload)
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, e["loc"])) for e in error.errors()[:5])
            raise BadPayload(f"{self.kind}: unusable {fields}") from None
