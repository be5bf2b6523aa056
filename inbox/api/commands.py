"""Commands as they are on the bus, for bots without access to a broker."""

from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError

from inbox.api.orders import CommandGiven, Orders
from inbox.permissions import Permission
from inbox.rest.problems import Invalid
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Accepted, OwnId
from shared.commands import COMMAND_KINDS, HUBS_OWN
from shared.errors import BadRequest
from shared.model.base import Strict


class NewCommand(Strict):
    """A command; its author is whoever gives it, whatever the payload says."""

    id: OwnId | None = None
    kind: str = Field(max_length=100)
    """``command.reply``, ``command.hand_off`` ..."""
    payload: dict[str, Any]
    """The command's fields, ``conversation_id`` among them."""


@dataclass(frozen=True, slots=True)
class CommandsApi:
    """``POST /commands``; what became of one is read at ``GET /commands/{id}``."""

    orders: Orders

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "POST", "/commands", self.give, Permission.COMMANDS_GIVE,
                "Give a command as it is on the bus", "commands",
                body=NewCommand, answer=CommandGiven, others={202: Accepted},
            ),
        ]  # fmt: skip

    async def give(self, call: Call[Nothing, NewCommand]) -> Answer:
        """Give it in the caller's name."""
        kind = COMMAND_KINDS.get(call.body.kind)
        if kind is None or kind in HUBS_OWN:
            raise BadRequest("there is no such command", field="kind")
        try:
            command = kind.model_validate({**call.body.payload, "actor": call.caller.actor})
        except ValidationError as error:
            raise Invalid.of(error, prefix="payload.") from None
        if getattr(command, "bulk_id", None) is not None:
            raise BadRequest("bulk requests are made at /bulk", field="payload.bulk_id")
        return await self.orders.for_command(call, command, call.body.id)
