"""The command by which a customer is asked to prove who they are."""

from typing import ClassVar

from pydantic import Field

from shared.commands.base import Command


class SendVerification(Command):
    """Send a one-time link: by the conversation's own channel, or by mail to a known address."""

    kind: ClassVar[str] = "command.verification"

    address: str | None = Field(default=None, max_length=254)
    """A mail address that is certain of the contact. None: in a conversation by mail, an answer
    there; otherwise the first address that is certain."""
