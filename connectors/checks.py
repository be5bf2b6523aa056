"""Answering who asks for a look at a channel's settings or account.

The request is ``shared.checks.CheckRequest``, an envelope of kind ``channel.check`` on
``hub.outbound`` with routing key ``check``; the answer ``shared.checks.ChannelChecked``, an event
on ``hub.events``, routing key ``channel-checked.<type>.<channel id>``. Both are transient, and
whoever asks gives up after ``CHECK_LIMIT_S``. Settings of a channel that is not stored yet come
with their secrets sealed. A request for a type that this process does not serve is left to others.
"""

import asyncio
from typing import Any, Final

import structlog

from connectors.base import CheckReport as Looked
from connectors.base import Connector, ListsTemplates, Reaches
from connectors.bugs import report_bug
from connectors.configuration import setting_problems
from connectors.live import KnownChannels
from connectors.manifest import Manifest
from connectors.opening import opened
from connectors.registry import Registry
from connectors.resources import Resources
from connectors.taken import taken
from shared.checks import (
    CHECK_KIND,
    ChannelChecked,
    CheckedItem,
    CheckReport,
    CheckRequest,
    SettingProblem,
    check_answer,
    checks_queue,
)
from shared.collections import CHANNELS, STARTS
from shared.envelope import Envelope
from shared.errors import BadPayload, BadRequest, ChannelBroken, Conflict, HubError, Unavailable
from shared.ids import ChannelId
from shared.model.channel import Channel
from shared.model.records import Start
from shared.model.template import Template
from shared.ports.store import ABSENT, Put, Update

log = structlog.get_logger(__name__)

_LIVE_LIMIT_S: Final = 15.0
_AGAIN_S: Final = 0.5
_MOST_TEMPLATES: Final = 1000


class Checks:
    """Answers checks for the types of this process."""

    def __init__(
        self, registry: Registry, channels: KnownChannels, resources: Resources, *, name: str
    ) -> None:
        self._registry = registry
        self._channels = channels
        self._resources = resources
        self._queue = checks_queue(name)
        self._source = f"connectors/{name}"

    async def run(self) -> None:
        """Answer for ever, several at a time; rides out outages."""
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    async with self._resources.bus.consume(self._queue, prefetch=10) as asked:
                        while True:
                            deliveries = await asked.take(10)
                            for delivery in deliveries:
                                group.create_task(self._answer(delivery.envelope))
                            await asked.ack(deliveries)
                except Unavailable:
                    await self._resources.clock.sleep(_AGAIN_S)

    async def _answer(self, envelope: Envelope) -> None:
        if envelope.kind != CHECK_KIND:
            return
        try:
            request = envelope.read(CheckRequest)
        except BadPayload as error:
            log.warning("check.unreadable", reason=str(error))
            return
        manifest = self._registry.get(request.type)
        if manifest is None:
            return
        if not await self._is_first(request):
            return
        report = await self.report(request, manifest)
        answer = ChannelChecked(request_id=request.request_id, report=report)
        at = self._resources.clock.now()
        try:
            await self._resources.bus.publish(
                [check_answer(answer, request, at=at, source=self._source)]
            )
        except Unavailable:
            log.info("check.unanswered", request_id=request.request_id)

    async def _is_first(self, request: CheckRequest) -> bool:
        """Every process of the type is asked, and one of them looks."""
        note = Start(id=f"check/{request.request_id}", count=1, at=self._resources.clock.now())
        try:
            await self._resources.store.commit([Put(STARTS, note, expect=ABSENT)])
        except Conflict:
            return False
        except Unavailable:
            return True  # the report says what is wrong
        return True

    async def report(self, request: CheckRequest, manifest: Manifest) -> CheckReport:
        """Look at the settings, and if asked for and they fit at the account."""
        try:
            channel = await self._channel(request)
            values: dict[str, Any] = channel.settings | self._resources.seal.open(channel.sealed)
            problems = setting_problems(values, manifest)
            if problems:
                return CheckReport(ok=False, problems=problems)
            if not request.live:
                return CheckReport(ok=True)
            if request.templates is not None or request.reach is not None:
                return await self._asked(request, channel, manifest)
            own = request.channel_id
            store, seal = self._resources.store, self._resources.seal
            doubled = await taken(store, seal, manifest, values, own)
            looked = await self._look(request, channel, manifest)
        except TimeoutError:
            return _failed("the platform did not answer in time", "Try again later.")
        except Unavailable as error:
            return _failed(str(error), "Look at the network and the proxy, then try again.")
        except HubError as error:
            return _failed(str(error), "")
        except Exception as error:  # noqa: BLE001 - whoever asked must get an answer
            name = report_bug(self._resources.metrics, "check", error, channel_type=request.type)
            return _failed(f"a bug of the connector: {name}", "")
        await self._learn(request, looked)
        items = tuple(
            CheckedItem(name=i.name, ok=i.ok, detail=i.detail, remedy=i.remedy)
            for i in (*looked.items, *((doubled,) if doubled is not None else ()))
        )
        ok = looked.ok and doubled is None
        return CheckReport(ok=ok, account=looked.account, items=items)

    async def _channel(self, request: CheckRequest) -> Channel:
        if request.settings is None:
            stored = None
            if request.channel_id is not None:
                stored = await self._resources.store.get(CHANNELS, request.channel_id)
            if stored is None:
                raise ChannelBroken("there is no such channel")
            return stored
        now = self._resources.clock.now()
        return Channel(
            id=request.channel_id or ChannelId("new"),
            type=request.type,
            name="",
            settings=request.settings,
            sealed=request.sealed,
            created_at=now,
            updated_at=now,
        )

    async def _look(self, request: CheckRequest, channel: Channel, manifest: Manifest) -> Looked:
        async with asyncio.timeout(_LIVE_LIMIT_S):
            known = self._channels.get(channel.id)
            live = known.live if known is not None else None
            if request.settings is None and live is not None:
                return await live.connector.check()
            async with opened(channel, manifest, self._registry, self._resources) as connector:
                return await connector.check()

    async def _asked(
        self, request: CheckRequest, channel: Channel, manifest: Manifest
    ) -> CheckReport:
        """What a stored channel's connector knows."""
        async with asyncio.timeout(_LIVE_LIMIT_S):
            known = self._channels.get(channel.id)
            if known is not None and known.live is not None:
                return await _told(known.live.connector, request)
            async with opened(channel, manifest, self._registry, self._resources) as connector:
                return await _told(connector, request)

    async def _learn(self, request: CheckRequest, looked: Looked) -> None:
        """Remember how the platform names the account of a stored channel."""
        if request.settings is not None or request.channel_id is None or looked.account is None:
            return
        change = Update(CHANNELS, request.channel_id, {"account": looked.account})
        try:
            await self._resources.store.commit([change])
        except HubError as error:
            log.info("check.account_not_stored", error=type(error).__name__)


async def _told(connector: Connector, request: CheckRequest) -> CheckReport:
    if request.reach is not None:
        return _reach(connector, request.reach, request.reach_name)
    found = await _listed(connector, fresh=request.templates == "fresh")
    return CheckReport(ok=True, templates=found)


async def _listed(connector: Connector, *, fresh: bool) -> tuple[Template, ...] | None:
    if not isinstance(connector, ListsTemplates):
        return None
    return tuple(await connector.templates(refresh=fresh))[:_MOST_TEMPLATES]


def _reach(connector: Connector, address: str, name: str | None) -> CheckReport:
    if not isinstance(connector, Reaches):
        return CheckReport(ok=True)
    try:
        return CheckReport(ok=True, reached=connector.reach(address, name))
    except BadRequest as error:
        problem = SettingProblem(field="address", reason=str(error))
        return CheckReport(ok=False, problems=(problem,))


def _failed(detail: str, remedy: str) -> CheckReport:
    item = CheckedItem(name="account", ok=False, detail=detail, remedy=remedy)
    return CheckReport(ok=False, items=(item,))
