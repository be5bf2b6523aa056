"""Following conversations, as routes. Lists of them: ``GET /conversations?follower=me``."""

from dataclasses import dataclass

from inbox.api.actions import Bare
from inbox.api.orders import ConversationDone, Orders
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Accepted
from shared.commands import Follow, Unfollow
from shared.errors import Forbidden
from shared.ids import ConversationId


@dataclass(frozen=True, slots=True)
class FollowersApi:
    """The routes of those who follow."""

    orders: Orders

    def routes(self) -> list[Route]:
        """What they are."""
        write, tag, path = Permission.CONVERSATIONS_WRITE, "conversations", "/conversations/{id}"
        others = {202: Accepted}
        return [
            Route(
                "POST", f"{path}/follow", self.follow, write,
                "I want to know what becomes of it", tag,
                body=Bare, answer=ConversationDone, others=others,
            ),
            Route(
                "POST", f"{path}/unfollow", self.unfollow, write,
                "I do not want to know of it any more", tag,
                body=Bare, answer=ConversationDone, others=others,
            ),
        ]  # fmt: skip

    async def follow(self, call: Call[Nothing, Bare]) -> Answer:
        """Give the command."""
        return await self._give(call, Follow)

    async def unfollow(self, call: Call[Nothing, Bare]) -> Answer:
        """Give the command."""
        return await self._give(call, Unfollow)

    async def _give(self, call: Call[Nothing, Bare], kind: type[Follow] | type[Unfollow]) -> Answer:
        if call.caller.agent is None:
            raise Forbidden("this token belongs to no agent")
        command = kind(conversation_id=ConversationId(call.path["id"]), actor=call.caller.actor)
        return await self.orders.for_conversation(call, command, call.body.id)
