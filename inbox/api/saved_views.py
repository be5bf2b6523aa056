"""The views of the list: how many conversations each holds, and those that agents keep."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field

from inbox.counts import Counts
from inbox.live.feed import Feed
from inbox.live.frames import ViewCount
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Items
from inbox.saved_views import MOST, SavedViews
from shared.model.base import Strict
from shared.model.saved_view import SavedView, SavedViewSpec

_TAG = "conversations"
_Id = Annotated[str, Field(max_length=100)]


class SavedViewCount(BaseModel):
    """A saved view, and how many conversations it holds for the caller."""

    view: SavedView
    count: int
    more: bool
    """At least so many: beyond that it was not counted."""


class Views(BaseModel):
    """The counts of the views, and the position of the live feed that they are not older than."""

    items: list[ViewCount]
    positions: str
    saved: list[SavedViewCount] = Field(default_factory=list)
    """In the caller's order: their own, and those of their teams."""


class SavedCountsQuery(Strict):
    """Which saved views."""

    ids: str = Field(max_length=4000, pattern=r"^[A-Za-z0-9,]+$", description="separated by commas")


class ViewOrderRequest(Strict):
    """Ids of saved views, first to last."""

    ids: Annotated[tuple[_Id, ...], Field(max_length=10 * MOST)]


@dataclass(frozen=True, slots=True)
class SavedViewsApi:
    """The routes of ``/views``."""

    counts: Counts
    feed: Feed
    saved: SavedViews

    def routes(self) -> list[Route]:
        """What they are."""
        read = Permission.CONVERSATIONS_READ
        return [
            Route("GET", "/views", self.views, read, "How many conversations each view holds",
                  _TAG, answer=Views),
            Route("POST", "/views", self.add, read, "Keep a filter as a view", _TAG,
                  body=SavedViewSpec, answer=SavedView, status=201),
            Route("GET", "/views/counts", self.count, read,
                  "How many conversations these saved views hold", _TAG,
                  query=SavedCountsQuery, answer=Items[ViewCount]),
            Route("PUT", "/views/order", self.arrange, read, "The order of the caller's views",
                  _TAG, body=ViewOrderRequest, status=204),
            Route("PUT", "/views/{id}", self.replace, read, "Change a saved view", _TAG,
                  body=SavedViewSpec, answer=SavedView),
            Route("DELETE", "/views/{id}", self.remove, read, "Remove a saved view", _TAG,
                  status=204),
        ]  # fmt: skip

    async def views(self, call: Call[Nothing, Nothing]) -> Views:
        """Of the caller's own views."""
        positions = self.feed.cursor
        agent = call.caller.agent
        counts = await self.counts.views(agent.id if agent is not None else None)
        items = [ViewCount(key=key, count=count) for key, count in counts.items()]
        kept = [] if agent is None else await self.saved.of(agent)
        counted = zip(kept, await self.saved.held(kept, call.caller), strict=True)
        saved = [
            SavedViewCount(view=view, count=held.count, more=held.more) for view, held in counted
        ]
        return Views(items=items, positions=positions, saved=saved)

    async def add(self, call: Call[Nothing, SavedViewSpec]) -> SavedView:
        """For the caller alone, or for a team."""
        return await self.saved.add(call.body, call.caller)

    async def replace(self, call: Call[Nothing, SavedViewSpec]) -> SavedView:
        """Its owner does, or a supervisor."""
        return await self.saved.replace(call.path["id"], call.body, call.caller)

    async def remove(self, call: Call[Nothing, Nothing]) -> Answer:
        """Its owner does, or a supervisor."""
        await self.saved.remove(call.path["id"], call.caller)
        return Answer(None, 204)

    async def arrange(self, call: Call[Nothing, ViewOrderRequest]) -> Answer:
        """For the caller alone."""
        await self.saved.arrange(call.body.ids, call.caller)
        return Answer(None, 204)

    async def count(self, call: Call[SavedCountsQuery, Nothing]) -> Items[ViewCount]:
        """Of those that the caller sees."""
        asked = set(call.query.ids.split(","))
        kept = [view for view in await self._seen(call) if view.id in asked]
        counted = zip(kept, await self.saved.held(kept, call.caller), strict=True)
        return Items(items=[
            ViewCount(key=f"saved/{view.id}", count=held.count, more=held.more)
            for view, held in counted
        ])  # fmt: skip

    async def _seen(self, call: Call[SavedCountsQuery, Nothing]) -> list[SavedView]:
        agent = call.caller.agent
        return [] if agent is None else await self.saved.of(agent)
