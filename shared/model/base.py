"""The two bases of every model: what is ours, and what somebody asks of us."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


class Model(BaseModel):
    """Ours: frozen, one shape for domain, wire and document. Unknown fields are read and kept."""

    model_config = ConfigDict(frozen=True, extra="allow", ser_json_bytes="base64")


class Strict(BaseModel):
    """Settings and requests: an unknown field is an error that names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Utc = Annotated[AwareDatetime, AfterValidator(_utc)]
"""An aware datetime, kept in UTC."""
