"""What a command's handler answers: that it is done, or why not."""

from dataclasses import dataclass, field
from typing import Any

from shared.errors import BadRequest, Rejected
from shared.model.conversation import Conversation
from shared.model.message import Message


class Refused(BadRequest):
    """The command cannot be done as things stand; ``code`` is the HTTP status for that."""

    def __init__(
        self,
        reason: str,
        *,
        code: int = 409,
        field: str | None = None,
        why: Rejected | None = None,
    ) -> None:
        super().__init__(reason, field=field)
        self.code = code
        self.why = why
        """The refusal of the channel, where that is the reason."""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was applied."""

    result: dict[str, Any]
    code: int = 200
    changed: bool = True
    """False: everything stood as asked already, and nothing is to be audited."""
    target: str | None = None
    """The id of what was changed, if not the conversation."""
    details: dict[str, Any] = field(default_factory=dict)
    """For the audit entry: ids and words, never texts."""


def with_message(message: Message, *, code: int = 200, changed: bool = True) -> Done:
    """Done, with the message as stored."""
    dumped = message.model_dump(mode="json")
    return Done({"message": dumped}, code=code, changed=changed, target=message.id)


def with_conversation(
    conversation: Conversation, *, changed: bool = True, details: dict[str, Any] | None = None
) -> Done:
    """Done, with the conversation as it stands."""
    dumped = conversation.model_dump(mode="json")
    return Done({"conversation": dumped}, changed=changed, details=details or {})
