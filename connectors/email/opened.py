"""A mail, taken apart. Pure."""

from dataclasses import dataclass
from typing import Final

from connectors.email.body import Body, read_body
from connectors.email.frame import Found
from connectors.email.headers import Headers
from connectors.email.mime import Entity, read_mail
from shared.errors import BadPayload

_HEADS: Final = frozenset(
    [
        *("from", "to", "cc", "subject", "date", "message-id", "received", "return-path"),
        *("delivered-to", "reply-to", "sender", "mime-version", "content-type"),
    ]
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, taken apart."""

    found: Found
    raw: bytes
    root: Entity
    body: Body
    text: str

    @property
    def headers(self) -> Headers:
        """The mail's own headers."""
        return self.root.headers


def open_mail(found: Found, raw: bytes) -> Mail:
    """Take a mail apart. Raises ``BadPayload`` for bytes that are none."""
    root = read_mail(raw)
    if not any(name in _HEADS for name, _ in root.headers.fields):
        raise BadPayload("these bytes are no mail: they have no header of one")
    body = read_body(raw, root, found.absent)
    return Mail(found, raw, root, body, body.text)
