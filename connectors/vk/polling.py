"""Bots Long Poll: events from a ``ts`` that moves on only when its owner says so.

The cursor is ``<ts>@<seconds since 1970 when it was current>``: the time says how far back to look
when VK has lost what came after it. While a gap is being closed ``#<steps>`` follows, the steps
that are safe; another process begins with the first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout

from connectors.base import Pulled, RawEvent
from connectors.vk import refusals
from connectors.vk.api import VkApi
from connectors.vk.catch_up import SINCE_S
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.gap import Gap
from shared.clock import Clock
from shared.errors import ChannelBroken, Unavailable
from shared.ids import ChannelId

log = structlog.get_logger(__name__)

_STEPS: Final = "#"
_START: Final = ""
"""The cursor before there is one; an empty one begins again."""
_GRACE_S: Final = 10.0
_CONNECT_S: Final = 10.0
_SESSION_S: Final = 9 * 3600
"""Sessions have fallen silent after some hours more."""
_KEEP_S: Final = 60
_MARGIN_S: Final = 120
_FAILURES: Final = 3
_OUTDATED, _EXPIRED, _LOST = 1, 2, 3
_BAD_PARAMETER: Final = 100


@dataclass(frozen=True, slots=True)
class Place:
    """A ``ts`` and when it was current."""

    ts: str
    at_s: int

    def cursor(self) -> str:
        """As it is stored."""
        return f"{self.ts}@{self.at_s}"


@dataclass(frozen=True, slots=True)
class _Session:
    server: str
    key: str
    ts: str
    since: datetime


@dataclass(slots=True)
class _Closing:
    """A gap that is being closed: from which cursor on, and where the stream goes on after it."""

    cursor: str
    gap: Gap
    after: Place
    notice: RawEvent | None = None
    """What the admins are told first."""
    steps: int = 0
    """Those that are safe."""

    def cursor_at(self, steps: int) -> str:
        """Where it stands once so many steps are safe."""
        return f"{self.cursor}{_STEPS}{steps}" if steps else self.cursor

    def goes_on(self, cursor: str) -> bool:
        """Whether the cursor is of this gap, and if so how far it is closed."""
        if cursor == self.cursor_at(self.steps + 1):
            self._safe()
            return True
        return cursor == self.cursor_at(self.steps)

    def _safe(self) -> None:
        self.steps += 1
        if self.notice is not None:
            self.notice = None
        else:
            self.gap.safe()

    async def step(self) -> Sequence[RawEvent] | None:
        """What is to be told next; None once all was. Raises as the gap's."""
        return [self.notice] if self.notice is not None else await self.gap.step()


class Polling:
    """Reads one community's events."""

    def __init__(
        self,
        api: VkApi,
        http: ClientSession,
        clock: Clock,
        *,
        group_id: int,
        channel_id: ChannelId,
        wait_s: int,
    ) -> None:
        self._api = api
        self._http = http
        self._clock = clock
        self._group_id = group_id
        self._channel_id = channel_id
        self._wait_s = wait_s
        self._session: _Session | None = None
        self._closing: _Closing | None = None
        self._failures = 0
        """Answers in a row that were no news."""
        self._silent = 0
        """Requests in a row that were not answered."""

    async def pull(self, cursor: str | None) -> Pulled:
        """The events after the cursor; asking with a later ``ts`` confirms those before it.

        Raises ``Unavailable``, ``Throttled``, ``ChannelBroken``.
        """
        cursor = cursor or _START
        if self._closing is not None and self._closing.goes_on(cursor):
            return await self._close_gap(self._closing)
        self._closing = None
        cursor, _, _ = cursor.partition(_STEPS)
        place = _place_of(cursor)
        if place is None:
            return await self._begin(cursor)
        session = await self._current()
        answer = await self._ask(session, place)
        failed = answer.get("failed")
        if failed is not None:
            return await self._recover(failed, answer, cursor, place)
        return await self._pulled(answer, cursor, place)

    async def _begin(self, cursor: str) -> Pulled:
        """A new channel: who has waited for an answer since yesterday is not to wait for ever."""
        session = await self._open()
        after = self._now_at(session.ts)
        gap = self._gap(after.at_s - SINCE_S, "unanswered")
        self._closing = _Closing(cursor, gap, after)
        return await self._close_gap(self._closing)

    def _gap(self, since_s: int, conversations: str) -> Gap:
        return Gap(
            self._api,
            group_id=self._group_id,
            channel_id=self._channel_id,
            since_s=since_s,
            conversations=conversations,
        )

    async def _pulled(self, answer: dict[str, Any], cursor: str, place: Place) -> Pulled:
        updates, ts = answer.get("updates"), _ts_of(answer)
        if not isinstance(updates, list) or ts is None:
            return await self._puzzled(cursor, place)
        self._failures = self._silent = 0
        now = self._now_at(ts)
        if not updates:
            moved = ts != place.ts or now.at_s - place.at_s >= _KEEP_S
            return Pulled(events=(), cursors=(), cursor=now.cursor() if moved else None)
        events = [_event_of(update) for update in updates]
        # VK confirms batches: until the last one is safe, the whole batch would come again.
        cursors = [cursor] * (len(events) - 1) + [now.cursor()]
        return Pulled(events=events, cursors=cursors, cursor=None)

    async def _recover(
        self, failed: object, answer: dict[str, Any], cursor: str, place: Place
    ) -> Pulled:
        ts = _ts_of(answer)
        if failed == _OUTDATED and ts is not None:
            return await self._begin_gap(failed, ts, cursor, place)
        self._session = None
        self._failures += 1
        if failed == _EXPIRED:
            await self._open()  # a new key; where we stand stays
            if self._failures > _FAILURES:
                raise Unavailable("VK's long poll takes no key")
            return Pulled(events=(), cursors=(), cursor=None)
        if failed == _LOST or self._failures >= _FAILURES:
            session = await self._open()
            self._failures = 0
            return await self._begin_gap(failed, session.ts, cursor, place)
        raise Unavailable("VK's long poll failed, a new session is opened")

    async def _puzzled(self, cursor: str, place: Place) -> Pulled:
        """An answer that is neither news nor a known failure, such as to a ``ts`` out of range."""
        self._failures += 1
        self._session = None
        if self._failures < _FAILURES:
            raise Unavailable("VK's long poll answers something unreadable")
        session = await self._open()
        self._failures = 0
        return await self._begin_gap("unreadable", session.ts, cursor, place)

    async def _begin_gap(self, failed: object, ts: str, cursor: str, place: Place) -> Pulled:
        log.warning(
            "gap.found", channel_id=self._channel_id, failed=str(failed)[:20], since_s=place.at_s
        )
        gap = self._gap(place.at_s - _MARGIN_S, "all")
        # The time before the first look: what comes during it is in the stream that goes on.
        after, notice = self._now_at(ts), gap.notice(str(failed)[:20])
        self._closing = _Closing(cursor, gap, after, notice)
        return await self._close_gap(self._closing)

    async def _close_gap(self, closing: _Closing) -> Pulled:
        """Some of what was missed. The place stays until all of it is safe."""
        events = await closing.step()
        if events is None:
            self._closing = None
            return Pulled(events=(), cursors=(), cursor=closing.after.cursor())
        here, there = closing.cursor_at(closing.steps), closing.cursor_at(closing.steps + 1)
        if not events:
            return Pulled(events=(), cursors=(), cursor=there)
        return Pulled(events=events, cursors=[here] * (len(events) - 1) + [there], cursor=None)

    async def _current(self) -> _Session:
        session = self._session
        if session is not None:
            age_s = (self._clock.now() - session.since).total_seconds()
            if 0 <= age_s < _SESSION_S:
                return session
        return await self._open()

    async def _open(self) -> _Session:
        try:
            said = await self._api.call("groups.getLongPollServer", group_id=self._group_id)
        except (Refused, NoAnswer) as error:
            if isinstance(error, Refused) and error.code == _BAD_PARAMETER:
                raise ChannelBroken(
                    "long poll is switched off in the community, or its number is wrong "
                    f"(VK says: {error.words})"
                ) from None
            raise refusals.of_read(error) from None
        said = said if isinstance(said, dict) else {}
        server, key, ts = said.get("server"), said.get("key"), _ts_of(said)
        if not isinstance(server, str) or not isinstance(key, str) or ts is None:
            raise Unavailable("VK named no long poll server")
        if "://" not in server:
            server = f"https://{server}"
        self._session = _Session(server, key, ts, self._clock.now())
        return self._session

    async def _ask(self, session: _Session, place: Place) -> dict[str, Any]:
        query = {"act": "a_check", "key": session.key, "ts": place.ts, "wait": str(self._wait_s)}
        limit = ClientTimeout(total=self._wait_s + _GRACE_S, sock_connect=_CONNECT_S)
        try:
            async with self._http.get(
                session.server, params=query, timeout=limit, allow_redirects=False
            ) as response:
                answer = json.loads(await response.read())
        except (ValueError, RecursionError):
            raise self._spoiled("VK's long poll answers something unreadable") from None
        except TimeoutError:
            raise self._spoiled("VK's long poll did not answer in time") from None
        except (ClientError, OSError) as error:
            name = type(error).__name__
            raise self._spoiled(f"the connection to VK's long poll broke ({name})") from None
        if not isinstance(answer, dict):
            raise self._spoiled("VK's long poll answers something unreadable")
        return answer

    def _spoiled(self, reason: str) -> Unavailable:
        """After several failures in a row the session is suspected."""
        self._silent += 1
        if self._silent >= _FAILURES:
            self._session = None
            self._silent = 0
        return Unavailable(reason)

    def _now_at(self, ts: str) -> Place:
        return Place(ts, int(self._clock.now().timestamp()))


def _place_of(cursor: str) -> Place | None:
    ts, _, at = cursor.rpartition("@")
    if not ts or not (at.isascii() and at.isdigit()):
        return None
    return Place(ts, int(at))


def _ts_of(answer: dict[str, Any]) -> str | None:
    """VK says it as a text or as a number."""
    ts = answer.get("ts")
    if isinstance(ts, bool) or not isinstance(ts, str | int):
        return None
    return str(ts) or None


def _event_of(update: object) -> RawEvent:
    told = update.get("event_id") if isinstance(update, dict) else None
    key = told if isinstance(told, str) else ""
    return RawEvent(body=json.dumps(update).encode(), key=key[:64])
