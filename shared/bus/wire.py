"""Envelopes as they are written and sent: JSON in UTF-8."""

from shared.envelope import Envelope


def encode(envelope: Envelope) -> str:
    """The envelope as JSON. Raises ``BadPayload`` when it holds what UTF-8 cannot, such as half of
    a surrogate pair."""
    return envelope.text()


def decode(text: str) -> Envelope:
    """The envelope that ``encode`` wrote as this text, in this process or another of the hub's.

    The payload is read by whoever looks into it. Raises ``BadPayload``.
    """
    return Envelope.from_text(text)


def decode_foreign(text: str | bytes) -> Envelope:
    """The envelope of JSON that anybody may have written, looked through at once. Raises
    ``BadPayload`` naming the fields that do not fit."""
    return Envelope.from_json(text)
