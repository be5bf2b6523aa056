"""The widget's HTTP surface: session, settings, history, messages, files and news by polling."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import structlog
from aiohttp import web

from connectors.base import Parsed, ThreadReader
from connectors.webchat import inbound
from connectors.webchat.attendance import Attendances
from connectors.webchat.edge import Edge, read_capped
from connectors.webchat.files import Files
from connectors.webchat.introduction import form, introduced
from connectors.webchat.limits import Buckets, Rate
from connectors.webchat.lines import Lines
from connectors.webchat.live import Live
from connectors.webchat.manifest import MAX_TEXT, WebchatSettings
from connectors.webchat.onward import onward_code, onward_context
from connectors.webchat.places import Places
from connectors.webchat.requests import (
    MessageRequest,
    ReceiptRequest,
    SessionRequest,
    read_as,
)
from connectors.webchat.views import view
from connectors.webchat.visitors import Visitor, Visitors
from shared.clock import Clock
from shared.errors import NotFound, Unavailable
from shared.ids import ChannelId, MessageId
from shared.model.onward import NOWHERE

log = structlog.get_logger(__name__)

Accept = Callable[[Parsed], Awaitable[None]]
MAX_BODY_BYTES: Final = 128 * 1024
_PAGE: Final = 50
_POLL_S: Final = 25.0
_SESSIONS: Final = Rate(burst=6, per_s=0.1)
_READS: Final = Rate(burst=120, per_s=5)
_UPLOADS: Final = Rate(burst=20, per_s=0.5)
_TYPING: Final = Rate(burst=2, per_s=0.5)
_MARKS: Final = Rate(burst=60, per_s=2)
_ADDRESS_FACTOR: Final = 5
"""Offices and mobile networks share addresses."""
_OWN_ADDRESSES: Final = frozenset({"", "127.0.0.1", "::1"})


class Surface:
    """The handlers of one channel; paths are relative to ``/webchat/<channel id>``."""

    def __init__(
        self,
        channel_id: ChannelId,
        settings: WebchatSettings,
        *,
        clock: Clock,
        visitors: Visitors,
        files: Files,
        lines: Lines,
        reader: ThreadReader | None,
        accept: Accept | None,
    ) -> None:
        self._channel_id = channel_id
        self._settings = settings
        self._clock = clock
        self._visitors = visitors
        self._files = files
        self._lines = lines
        self._reader = reader
        self._accept = accept
        self._places = Places(lines, reader)
        self._buckets = Buckets(clock)
        self._attendances = Attendances(clock, self._publish)
        self._messages = Rate(
            burst=max(5, settings.messages_per_minute / 3),
            per_s=settings.messages_per_minute / 60,
        )

    def routes(self) -> Sequence[web.RouteDef]:
        """All routes of the channel."""
        edge = Edge(self._settings.allowed_origins)
        live = Live(
            visitors=self._visitors,
            lines=self._lines,
            places=self._places,
            attendances=self._attendances,
            surface=self,
        )
        handlers = (
            ("GET", "/config", self._config),
            ("POST", "/session", self._session),
            ("GET", "/messages", self._history),
            ("POST", "/messages", self._message),
            ("POST", "/files", self._upload),
            ("GET", "/files/{message_id}/{attachment_id}", self._download),
            ("POST", "/receipts", self._receipts),
            ("POST", "/typing", self._typing),
            ("GET", "/poll", self._poll),
            ("GET", "/live", live.handle),
            ("OPTIONS", "/{tail:.*}", edge.preflight),
        )
        return [web.RouteDef(verb, path, edge.guarded(run), {}) for verb, path, run in handlers]

    def close(self) -> None:
        """Wait for nobody any more."""
        self._attendances.close()
        self._places.close()

    async def mark(self, visitor: Visitor, state: str, ids: Sequence[str]) -> None:
        """Publish that the visitor's widget received or showed these. Raises ``Unavailable``."""
        self._buckets.demand(f"mark {visitor.id}", _MARKS)
        await self._publish(inbound.seen(visitor, state, ids, self._clock.now()))

    async def show_typing(self, visitor: Visitor) -> None:
        """Publish that the visitor is typing; too often is silently too much."""
        if self._buckets.take(f"typing {visitor.id}", _TYPING) > 0:
            return
        try:
            await self._publish(inbound.typing(visitor))
        except Unavailable:
            pass  # nobody misses it: the next key says it again

    def limit_reads(self, request: web.Request, visitor: Visitor) -> None:
        """Raises the answer 429 for who asks too often."""
        self._limit("read", request, visitor, _READS)

    async def _config(self, request: web.Request) -> web.StreamResponse:
        self._limit_address("config", request, _READS)
        chosen = self._settings
        body = {
            "channel_id": self._channel_id,
            "title": chosen.title,
            "greeting": chosen.greeting,
            "colour": chosen.colour,
            "language": chosen.language,
            "theme": chosen.theme,
            "position": chosen.position,
            "online": not chosen.offline,
            "offline_notice": chosen.offline_notice,
            "require_signed": chosen.require_signed,
            "form": form(chosen),
            "voice": chosen.voice,
            "max_text": MAX_TEXT,
            "max_file_bytes": chosen.max_file_bytes,
        }
        return _json(body)

    async def _session(self, request: web.Request) -> web.StreamResponse:
        self._limit_address("session", request, _SESSIONS)
        asked = read_as(SessionRequest, await read_capped(request, MAX_BODY_BYTES) or b"{}")
        if asked.user is not None:
            visitor = self._visitors.identify(asked.user)
            return _json({"visitor": visitor.id, "token": None}, status=201)
        if asked.link is not None:
            visitor, token = self._visitors.come_back(asked.link, self._clock.now())
            return _json({"visitor": visitor.id, "token": token}, status=201)
        given = introduced(asked, self._settings, self._clock.now())
        visitor, token = self._visitors.make(given)
        return _json({"visitor": visitor.id, "token": token}, status=201)

    async def _history(self, request: web.Request) -> web.StreamResponse:
        visitor = self._visitor(request)
        self.limit_reads(request, visitor)
        before = request.query.get("before")
        messages = await self._threads().messages(visitor.thread, before=before, limit=_PAGE)
        names = self._settings.show_agent_names
        shown = [item for message in messages if (item := view(message, agent_names=names))]
        older = messages[0].id if len(messages) >= _PAGE else None
        return _json({"items": shown, "next": older})

    async def _message(self, request: web.Request) -> web.StreamResponse:
        visitor = self._visitor(request)
        self._limit("message", request, visitor, self._messages)
        asked = read_as(MessageRequest, await read_capped(request, MAX_BODY_BYTES))
        attachments = self._files.opened(visitor, asked.attachments)
        at = self._clock.now()
        onward = onward_context(visitor, asked, self._settings)
        code = onward_code(visitor, self._visitors, at) if onward is not NOWHERE else {}
        await self._publish(inbound.said(visitor, asked, attachments, at, onward, code))
        self._attendances.wrote(visitor)
        log.info("webchat.accepted", channel_id=self._channel_id, thread=visitor.id)
        return _json({"id": asked.id, "at": at.isoformat(timespec="microseconds")})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        visitor = self._visitor(request)
        self._limit("file", request, visitor, _UPLOADS)
        return _json(await self._files.take(request, visitor), status=201)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        visitor = self._visitor(request)
        self.limit_reads(request, visitor)
        wanted = MessageId(request.match_info["message_id"])
        message = await self._threads().message(visitor.thread, wanted)
        if message is None or message.deleted_at or view(message, agent_names=False) is None:
            raise NotFound("there is no such file")
        for attachment in message.content.attachments:
            if attachment.id == request.match_info["attachment_id"] and attachment.blob_id:
                await self._files.ready(attachment.blob_id)
                return self._files.serve(attachment)
        raise NotFound("there is no such file")

    async def _receipts(self, request: web.Request) -> web.StreamResponse:
        visitor = self._visitor(request)
        asked = read_as(ReceiptRequest, await read_capped(request, MAX_BODY_BYTES))
        await self.mark(visitor, asked.state, asked.ids)
        return web.Response(status=204)

    async def _typing(self, request: web.Request) -> web.StreamResponse:
        await self.show_typing(self._visitor(request))
        return web.Response(status=204)

    async def _poll(self, request: web.Request) -> web.StreamResponse:
        visitor = self._visitor(request)
        self.limit_reads(request, visitor)
        after = request.query.get("after")
        with self._lines.following(visitor.thread) as now:
            self._places.joined(visitor.thread, anew=after is None)
            if after is None:
                return _json({"cursor": now, "frames": [], "missed": False})
            news = await self._lines.news(visitor.thread, after, wait_s=_POLL_S)
        return _json({"cursor": news.cursor, "frames": news.frames, "missed": news.missed})

    def _visitor(self, request: web.Request) -> Visitor:
        return self._visitors.admit(request.headers.get("Authorization"))

    def _limit(self, what: str, request: web.Request, visitor: Visitor, rate: Rate) -> None:
        self._limit_address(what, request, rate)
        self._buckets.demand(f"{what} {visitor.id}", rate)

    def _limit_address(self, what: str, request: web.Request, rate: Rate) -> None:
        address = request.remote or ""
        # A proxy on this machine that does not say for whom it asks: it may be for everybody.
        if address in _OWN_ADDRESSES:
            return
        shared = Rate(rate.burst * _ADDRESS_FACTOR, rate.per_s * _ADDRESS_FACTOR)
        self._buckets.demand(f"{what} {address}", shared)

    def _threads(self) -> ThreadReader:
        if self._reader is None:
            raise Unavailable("the history cannot be read now")
        return self._reader

    async def _publish(self, parsed: Parsed) -> None:
        if self._accept is None:
            raise Unavailable("messages cannot be taken now")
        await self._accept(parsed)


def _json(body: dict[str, Any], *, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        content_type="application/json",
        charset="utf-8",
    )
