"""Dead letters as routes."""

from dataclasses import dataclass

from inbox.dead_letters import DeadLetters
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from inbox.rest.shapes import Items, PageQuery
from shared.model.records import DeadLetter, DeadLetterState


class DeadLettersQuery(PageQuery):
    """Which of them; all when no state is given."""

    state: DeadLetterState | None = None


@dataclass(frozen=True, slots=True)
class DeadLettersApi:
    """The routes of ``/dead-letters``."""

    letters: DeadLetters

    def routes(self) -> list[Route]:
        """What they are."""
        allowed, tag = Permission.DEAD_LETTERS, "dead letters"
        return [
            Route(
                "GET", "/dead-letters", self.page, allowed, "What could not be handled", tag,
                query=DeadLettersQuery, answer=Items[DeadLetter],
            ),
            Route(
                "GET", "/dead-letters/{id}", self.show, allowed, "One, with its bytes", tag,
                answer=DeadLetter,
            ),
            Route(
                "POST", "/dead-letters/{id}/replay", self.replay, allowed, "Hand it in once more",
                tag, answer=DeadLetter,
            ),
            Route(
                "POST", "/dead-letters/{id}/drop", self.drop, allowed, "Put it aside for good",
                tag, answer=DeadLetter,
            ),
        ]  # fmt: skip

    async def page(self, call: Call[DeadLettersQuery, Nothing]) -> Items[DeadLetter]:
        """Newest first, without what fills pages: their items and bytes."""
        query = call.query
        page = await self.letters.page(query.state, query.cursor, query.limit)
        brief = {"envelope": None, "raw_base64": None}
        items = [letter.model_copy(update=brief) for letter in page.items]
        return Items(items=items, next=page.next)

    async def show(self, call: Call[Nothing, Nothing]) -> DeadLetter:
        """One."""
        return await self.letters.get(call.path["id"])

    async def replay(self, call: Call[Nothing, Nothing]) -> DeadLetter:
        """As it stands afterwards."""
        return await self.letters.replay(call.path["id"], call.caller.actor)

    async def drop(self, call: Call[Nothing, Nothing]) -> DeadLetter:
        """As it stands afterwards."""
        return await self.letters.drop(call.path["id"], call.caller.actor)
