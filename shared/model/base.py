"""The two bases of every model: what is ours, and what somebody asks of us."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import (
    datetime_schema,
    no_info_after_validator_function,
    union_schema,
)


class Model(BaseModel):
    """Ours: frozen, one shape for domain, wire and document. Unknown fields are read and kept."""

    model_config = ConfigDict(frozen=True, extra="allow", ser_json_bytes="base64")


class Strict(BaseModel):
    """Settings and requests: an unknown field is an error that names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


class _InUtc:
    """Reads what is in UTC already, as nearly all is, without a call into Python."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        aware = no_info_after_validator_function(_utc, handler(source))
        return union_schema(
            [datetime_schema(tz_constraint=0), aware],
            mode="left_to_right",
            custom_error_type="aware_datetime",
            custom_error_message="Input should be a date and time with a time zone",
        )

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(datetime_schema())


Utc = Annotated[AwareDatetime, _InUtc()]
"""An aware datetime, kept in UTC."""
