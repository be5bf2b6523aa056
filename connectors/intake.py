"""The HTTP edge: platforms' webhooks and the connectors' own pages.

A webhook is answered only after the bus has confirmed its events. What the platform is told:
401 wrong signature, 404 unknown channel, 408 too slow, 413 too large, 503 with Retry-After while
the channel's connector still loads (2 s), the bus is away (5 s), or the channel is paused or broken
(60 s): platforms keep such events and come again.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

import structlog
from aiohttp import web

from connectors.base import RawRequest
from connectors.body import LIMIT_S as BODY_LIMIT_S
from connectors.body import read_body
from connectors.bugs import report_bug
from connectors.live import KnownChannel, KnownChannels, LiveChannel
from shared.errors import BadPayload, Unauthorised, Unavailable
from shared.ids import ChannelId, ChannelType
from shared.metrics import Metrics
from shared.model.channel import ChannelState
from shared.model.content import Action

log = structlog.get_logger(__name__)

_HOOKS: Final = "/hooks/"
_LOADING_S: Final = 2
_BUS_AWAY_S: Final = 5
_STOPPED_S: Final = 60


class Intake:
    """Serves ``/hooks/{channel_id}`` and ``/<type>/{channel_id}/...`` for the known channels."""

    def __init__(
        self,
        channels: KnownChannels,
        metrics: Metrics,
        *,
        body_limit_bytes: int,
        body_limit_s: float = BODY_LIMIT_S,
        ready: Callable[[], bool],
    ) -> None:
        """``ready`` tells whether the channels have been read: before, none is called unknown."""
        self._channels = channels
        self._ready = ready
        self._metrics = metrics
        self._body_limit_bytes = body_limit_bytes
        self._body_limit_s = body_limit_s

    def routes(self, types: Iterable[ChannelType]) -> list[web.RouteDef]:
        """The routes for an application; the channels themselves may come and go later."""
        hooks = f"{_HOOKS}{{channel_id}}"
        routes = [web.post(hooks, self.webhook), web.get(hooks, self.webhook, allow_head=False)]
        for channel_type in types:
            routes.append(web.route("*", f"/{channel_type}/{{channel_id}}", self.page))
            routes.append(web.route("*", f"/{channel_type}/{{channel_id}}/{{tail:.*}}", self.page))
        return routes

    async def webhook(self, request: web.Request) -> web.Response:
        """One request of a platform."""
        channel_id = ChannelId(request.match_info["channel_id"])
        known = self._channels.get(channel_id)
        if known is None and not self._ready():
            return self._answered("", _retry_after(_LOADING_S))
        if known is None or known.channel.state is ChannelState.REMOVED:
            # The name is whatever a stranger wrote: it becomes no label.
            return self._answered("", web.Response(status=404))
        if known.live is None:
            return self._answered(channel_id, _not_now(known))
        return await self.take(known.live, request)

    def short_way(self, request: web.Request) -> LiveChannel | None:
        """The channel at work that ``take`` may be asked for at once; None: let a route be found
        first."""
        path = request.raw_path
        if request.method != "POST" or not path.startswith(_HOOKS):
            return None
        known = self._channels.get(ChannelId(path[len(_HOOKS) :]))
        return known.live if known is not None else None

    async def page(self, request: web.Request) -> web.StreamResponse:
        """One request for a page of a channel."""
        known = self._channels.get(ChannelId(request.match_info["channel_id"]))
        if known is None and not self._ready():
            return _retry_after(_LOADING_S)
        if known is None or not request.path.startswith(f"/{known.channel.type}/"):
            raise web.HTTPNotFound
        if known.channel.state is ChannelState.REMOVED:
            raise web.HTTPNotFound
        if known.live is None:
            return _not_now(known)
        if known.live.pages is None:
            raise web.HTTPNotFound
        return await known.live.pages.handle(request)

    async def take(self, live: LiveChannel, request: web.Request) -> web.Response:
        """One request of a platform for a channel at work."""
        id = live.channel.id
        body = await read_body(
            request, limit_bytes=self._body_limit_bytes, limit_s=self._body_limit_s
        )
        if not isinstance(body, bytes):
            return self._answered(id, body)
        raw = RawRequest(
            method=request.method,
            path=request.path,
            query=dict(request.query) if request.query_string else {},
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
        )
        try:
            live.connector.verify(raw)
            actions = await self._accept(live, raw)
        except Unauthorised as error:
            log.warning("intake.refused", channel_id=id, reason=str(error))
            return self._answered(id, web.Response(status=401))
        except Unavailable as error:
            live.health.failed(str(error))
            log.warning("intake.away", channel_id=id, reason=str(error))
            # By the clock on the wall: it is the platform that reads it.
            at = datetime.now(UTC) if live.manifest.retry_at else None
            return self._answered(id, _retry_after(_BUS_AWAY_S, at))
        except Exception as error:  # noqa: BLE001 - the platform keeps the events and comes again
            report_bug(self._metrics, "intake", error, channel_id=id)
            return self._answered(id, web.Response(status=500))
        if actions:
            live.presses.offer(actions)
        return self._answered(id, self._body(live, raw))

    def _accept(self, live: LiveChannel, raw: RawRequest) -> Awaitable[Sequence[Action]]:
        try:
            events = live.connector.split(raw.body) if raw.method == "POST" else ()
        except BadPayload as error:
            return live.acceptance.put_aside(raw.body, str(error))
        except Exception as error:  # noqa: BLE001 - a connector's bug must not lose what came
            name = report_bug(self._metrics, "split", error, channel_id=live.channel.id)
            return live.acceptance.put_aside(raw.body, f"a bug of the connector: {name}")
        return live.acceptance.accept_raw(live.connector, events)

    def _body(self, live: LiveChannel, raw: RawRequest) -> web.Response:
        if live.answers is None:
            return web.Response(status=200 if raw.method == "POST" else 405)
        try:
            answer = live.answers.answer(raw)
        except Exception as error:  # noqa: BLE001 - what it sent is confirmed: say so
            report_bug(self._metrics, "answer", error, channel_id=live.channel.id)
            return web.Response(status=200)
        return web.Response(
            status=answer.status, body=answer.body, content_type=answer.content_type
        )

    def _answered(self, channel: str, response: web.Response) -> web.Response:
        self._metrics.count("hub_webhooks_total", channel=channel, status=str(response.status))
        return response


def _not_now(known: KnownChannel) -> web.Response:
    active = known.channel.state is ChannelState.ACTIVE
    return _retry_after(_LOADING_S if active else _STOPPED_S)


def _retry_after(seconds: int, now: datetime | None = None) -> web.Response:
    """Come again in so many seconds; given the time, that is said as a date."""
    when = str(seconds)
    if now is not None:
        when = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
    return web.Response(status=503, headers={"Retry-After": when})
