"""The supervisor's board as a route."""

from dataclasses import dataclass

from inbox.board import Board, Boards
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route


@dataclass(frozen=True, slots=True)
class BoardApi:
    """The route of ``/board``."""

    boards: Boards

    def routes(self) -> list[Route]:
        """What they are."""
        return [
            Route(
                "GET", "/board", self.show, Permission.REPORTS_READ,
                "How queues and agents stand, and what is overdue, now", "queues", answer=Board,
            ),
        ]  # fmt: skip

    async def show(self, call: Call[Nothing, Nothing]) -> Board:
        """The board."""
        del call
        return await self.boards.now()
