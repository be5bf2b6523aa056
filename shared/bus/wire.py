"""Envelopes as they are written and sent: JSON in UTF-8."""

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from shared.envelope import Envelope
from shared.errors import BadPayload


def encode(envelope: Envelope) -> str:
    """The envelope as JSON. Raises ``BadPayload`` when it holds what UTF-8 cannot, such as half of
    a surrogate pair."""
    try:
        return envelope.model_dump_json()
    except PydanticSerializationError:
        raise BadPayload(f"{envelope.kind}: cannot be written as JSON in UTF-8") from None


def decode(text: str | bytes) -> Envelope:
    """The envelope of that JSON. Raises ``BadPayload`` naming the fields that do not fit."""
    try:
        return Envelope.model_validate_json(text)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, e["loc"])) for e in error.errors()[:5])
        raise BadPayload(f"no envelope: unusable {fields}") from None
