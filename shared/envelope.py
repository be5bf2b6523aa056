"""The envelope: what everything on the bus is wrapped in.

Kinds and payloads are the models of ``shared.model.inbound``, ``shared.commands`` and
``shared.events``; ``version`` is the major version of the payload's shape. Readers keep fields they
do not know.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from shared.errors import BadPayload
from shared.ids import Partition
from shared.payload import Payload

P = TypeVar("P", bound=BaseModel)

_PAYLOAD: Final = ',\n"payload":'
"""What ``Envelope.text`` writes before the payload, its last field. The line break means nothing in
JSON and cannot stand within a string: it tells ``from_text`` that everything from here to the end
is the payload, which then need not be read to get at the rest."""


def _mapping(value: Any) -> Mapping[str, Any]:
    # Exact types first: to ask for an abstract one's instance is slow.
    if type(value) is Payload or isinstance(value, dict):
        return value
    raise ValueError("not an object")


def _plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    return payload.tree if isinstance(payload, Payload) else dict(payload)


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
    seq: int | None = None
    """Of an event in the log: its position there, as in the payload. Left out where there is
    none."""
    source: str
    """The service, bot or channel that published it."""
    trace_id: str
    correlation_id: str | None = None
    causation_id: str | None = None
    payload: Annotated[Mapping[str, Any], PlainValidator(_mapping), PlainSerializer(_plain)] = (
        Field(default_factory=dict)
    )
    """Plain JSON; a ``Payload`` where it was written or came as text."""

    def read(self, model: type[P]) -> P:
        """The payload as a model. Raises ``BadPayload`` naming the fields that do not fit."""
        try:
            if type(self.payload) is Payload:
                return self.payload.read(model)
            return model.model_validate(self.payload)
        except ValidationError as error:
            raise BadPayload(f"{self.kind}: unusable {_fields(error)}") from None

    def text(self) -> str:
        """The envelope as JSON. Raises ``BadPayload`` when it holds what UTF-8 cannot."""
        head = {**self.__dict__, **(self.__pydantic_extra__ or {})}
        payload = head.pop("payload")
        if self.seq is None:
            del head["seq"]
        try:
            start = to_json(head, inf_nan_mode="null").decode()
            if type(payload) is Payload:
                body = payload.text
            else:
                body = to_json(payload, inf_nan_mode="null").decode()
        except PydanticSerializationError:
            raise BadPayload(f"{self.kind}: cannot be written as JSON in UTF-8") from None
        return f"{start[:-1]}{_PAYLOAD}{body}}}"

    @classmethod
    def from_text(cls, text: str) -> "Envelope":
        """The envelope of what ``text`` has written, here or in another process of the hub.

        Raises ``BadPayload``; for what is wrong in the payload, where that is looked into.
        """
        start, found, rest = text.partition(_PAYLOAD)
        if not found:
            return cls.from_json(text)
        try:
            head = from_json(f"{start}}}")
            return cls.model_validate({**head, "payload": Payload(rest[:-1])})
        except ValidationError as error:
            raise BadPayload(f"no envelope: unusable {_fields(error)}") from None
        except (ValueError, TypeError):
            return cls.from_json(text)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Envelope":
        """The envelope of JSON that anybody may have written. Raises ``BadPayload`` naming the
        fields that do not fit."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise BadPayload(f"no envelope: unusable {_fields(error)}") from None


def _fields(error: ValidationError) -> str:
    return ", ".join(".".join(map(str, e["loc"])) for e in error.errors()[:5])
