"""About the hub: what it is, how it is, its counts, and its own documentation."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, Field

from inbox.counts import Counts
from inbox.permissions import Permission
from inbox.rest import docs
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Items
from shared import asyncapi
from shared.collections import SETTINGS, TOPICS
from shared.errors import BadRequest, NotFound
from shared.health import Health, HealthReport
from shared.model.base import Strict
from shared.model.records import HubSetting
from shared.ports.store import Store


class Info(BaseModel):
    """What clients need to know of this hub before anybody signs in."""

    version: str
    simulators: bool
    simulators_public: bool
    languages: list[str] = ["en", "ru"]
    undo_s: float


class TopicsQuery(Strict):
    """Which conversations are counted. Resolved ones are not: their counters are not kept."""

    status: Literal["open", "pending", "snoozed"] = "open"
    channel_id: str | None = Field(default=None, max_length=100)
    unassigned: bool = False
    """Only those that nobody holds."""


class TopicCount(BaseModel):
    """How many conversations there are of a topic."""

    topic: str | None
    """None: of no known topic."""
    name: str | None
    """What it is called; None: it was removed, or there is none."""
    count: int


class LabelView(BaseModel):
    """A label in use."""

    name: str


class Alive(BaseModel):
    """The process answers."""

    ok: bool = True


@dataclass(frozen=True, slots=True)
class AboutApi:
    """Routes that are of no single resource."""

    store: Store
    counts: Counts
    health: Health
    info: Info
    document: Callable[[], dict[str, Any]]
    declared: Callable[[], list[Route]]
    metrics: Callable[[], bytes | None]

    def routes(self) -> list[Route]:
        """What they are."""
        public = Permission.PUBLIC
        return [
            Route("GET", "/info", self.show_info, public, "What this hub is", answer=Info),
            Route(
                "GET", "/settings", self.settings, Permission.SETTINGS_READ,
                "Settings that admins change", answer=Items[HubSetting],
            ),
            Route(
                "GET", "/views/topics", self.topics, Permission.CONVERSATIONS_READ,
                "How many conversations there are of each topic, the most first", "conversations",
                query=TopicsQuery, answer=Items[TopicCount],
            ),
            Route(
                "GET", "/labels", self.labels, Permission.CONVERSATIONS_READ,
                "The labels in use", "conversations", answer=Items[LabelView],
            ),
            Route(
                "GET", "/openapi.json", self.openapi, public, "This API as OpenAPI 3.1",
                produces="application/json",
            ),
            Route(
                "GET", "/asyncapi.json", self.asyncapi, public, "The bus as AsyncAPI 3.0",
                produces="application/json",
            ),
            Route(
                "GET", "/api/docs", self.docs, public, "This API for people",
                produces="text/html", root=True,
            ),
            Route(
                "GET", "/api/docs.css", self.docs_style, public, "How that page looks",
                produces="text/css", root=True,
            ),
            Route(
                "GET", "/healthz", self.alive, public, "Whether the process answers",
                answer=Alive, root=True,
            ),
            Route(
                "GET", "/readyz", self.ready, public,
                "Whether it can work; names each broken part, 503 when one is essential",
                answer=HealthReport, root=True,
            ),
            Route(
                "GET", "/metrics", self.show_metrics, Permission.LOCAL_OR_ADMIN,
                "Metrics for Prometheus", produces="text/plain", root=True,
            ),
        ]  # fmt: skip

    async def show_info(self, call: Call[Nothing, Nothing]) -> Info:
        """The same for everybody."""
        return self.info

    async def settings(self, call: Call[Nothing, Nothing]) -> Items[HubSetting]:
        """All of them: there are few."""
        page = await self.store.find(SETTINGS, equal={}, limit=500)
        return Items(items=list(page.items), next=page.next)

    async def topics(self, call: Call[TopicsQuery, Nothing]) -> Items[TopicCount]:
        """As the router has counted."""
        query = call.query
        if query.channel_id is not None and query.unassigned:
            raise BadRequest("give channel_id or unassigned, not both", field="unassigned")
        counts = await self.counts.topics(
            query.status, channel_id=query.channel_id, unassigned=query.unassigned
        )
        ids = [topic for topic in counts if topic is not None]
        known = await self.store.get_many(TOPICS, ids) if ids else {}
        items = [
            TopicCount(topic=topic, name=known[topic].name if topic in known else None, count=count)
            for topic, count in counts.items()
        ]
        return Items(items=items)

    async def labels(self, call: Call[Nothing, Nothing]) -> Items[LabelView]:
        """In order."""
        return Items(items=[LabelView(name=name) for name in await self.counts.labels()])

    async def openapi(self, call: Call[Nothing, Nothing]) -> web.Response:
        """The document."""
        text = json.dumps(self.document(), ensure_ascii=False)
        return web.Response(
            text=text, content_type="application/json", headers={"Cache-Control": "no-cache"}
        )

    async def asyncapi(self, call: Call[Nothing, Nothing]) -> web.Response:
        """What runs over the broker, for bots in any language."""
        text = json.dumps(asyncapi.document(version=self.info.version), ensure_ascii=False)
        return web.Response(
            text=text, content_type="application/json", headers={"Cache-Control": "no-cache"}
        )

    async def docs(self, call: Call[Nothing, Nothing]) -> web.Response:
        """A page without scripts."""
        text = docs.page(self.declared())
        return web.Response(
            text=text, content_type="text/html", headers={"Cache-Control": "no-cache"}
        )

    async def docs_style(self, call: Call[Nothing, Nothing]) -> web.Response:
        """The style sheet of that page."""
        return web.Response(
            text=docs.STYLE, content_type="text/css", headers={"Cache-Control": "no-cache"}
        )

    async def alive(self, call: Call[Nothing, Nothing]) -> Alive:
        """It does."""
        return Alive()

    async def ready(self, call: Call[Nothing, Nothing]) -> Answer:
        """Asked anew every time."""
        report = await self.health.report()
        headers = {} if report.ok else {"Retry-After": "2"}
        return Answer(report, 200 if report.ok else 503, headers)

    async def show_metrics(self, call: Call[Nothing, Nothing]) -> web.Response:
        """As Prometheus reads them."""
        text = self.metrics()
        if text is None:
            raise NotFound("this process keeps no metrics")
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4"})
