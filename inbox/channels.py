"""Channels: adding, changing, pausing, checking and removing them, effective without a restart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from inbox.audit import audited
from inbox.channel_settings import Split, merge, split
from inbox.checks import Checks
from inbox.news import News
from inbox.rest.problems import FieldProblem, Invalid
from shared.checks import CheckReport, CheckRequest
from shared.clock import Clock
from shared.collections import CHANNEL_TYPES, CHANNELS
from shared.errors import BadRequest, ChannelBroken, Conflict, NotFound, Unavailable
from shared.events import ChannelChanged
from shared.ids import ChannelId, ChannelType, new_id
from shared.model.channel import Channel, ChannelState, ChannelTypeInfo
from shared.model.people import Actor
from shared.model.reach import Reached
from shared.model.template import Template
from shared.ports.store import ABSENT, Page, Put, Store, Update
from shared.sealing import Seal

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Channels:
    """The configured accounts. All methods raise ``Unavailable``."""

    store: Store
    clock: Clock
    seal: Seal
    checks: Checks
    news: News

    async def page(self, cursor: str | None, limit: int) -> Page[Channel]:
        """The channels, those that were removed included."""
        return await self.store.find(CHANNELS, equal={}, cursor=cursor, limit=limit)

    async def get(self, id: str) -> Channel:
        """The channel. Raises ``NotFound``, also for one that was removed."""
        channel = await self.store.get(CHANNELS, id)
        if channel is None or channel.state is ChannelState.REMOVED:
            raise NotFound("there is no such channel")
        return channel

    async def add(
        self,
        type: str,
        name: str,
        settings: Mapping[str, Any],
        by: Actor,
        *,
        id: str | None = None,
        check: bool = True,
        simulated: bool = False,
    ) -> Channel:
        """A new channel, looked at live before it is stored unless told not to.

        Raises ``Invalid`` or ``BadRequest`` naming what is wrong; nothing is stored then.
        """
        info = await self._type(type)
        halves = merge(Split({}, {}), split(info, settings), settings)
        if id is not None and not _ID.fullmatch(id):
            raise BadRequest("use a-z, 0-9 and -, at most 40", field="id")
        now = self.clock.now()
        channel = Channel(
            id=ChannelId(id or new_id("ch-")[:19]),
            type=ChannelType(type),
            name=name,
            settings=halves.plain,
            sealed=self.seal.close(halves.secret) if halves.secret else None,
            simulated=simulated,
            created_at=now,
            updated_at=now,
        )
        if check:
            report = _passed(await self._look(channel))
            channel = channel.model_copy(update={"account": report.account})
        entry = audited(by, "channel.added", channel.id, at=now, type=type)
        try:
            await self.store.commit([Put(CHANNELS, channel, expect=ABSENT), entry])
        except Conflict:
            raise BadRequest("there is, or was, a channel with this id", field="id") from None
        await self._tell(channel)
        return channel

    async def change(
        self,
        id: str,
        by: Actor,
        *,
        name: str | None = None,
        settings: Mapping[str, Any] | None = None,
        check: bool = True,
    ) -> Channel:
        """Another name or other settings; settings that are not given stay, secrets too.

        New settings start a broken channel again. Raises as ``add``, and ``NotFound``.
        """
        for _ in range(_TRIES):
            channel = await self.get(id)
            changed: dict[str, Any] = {} if name is None else {"name": name}
            if settings is not None:
                changed |= await self._resettled(channel, settings, check=check)
            try:
                return await self._commit(
                    channel, changed, by, "channel.changed", fields=sorted(settings or {})
                )
            except Conflict:
                continue
        raise Conflict(f"channels/{id}")

    async def move(self, id: str, state: ChannelState, by: Actor) -> Channel:
        """Pause, resume or remove it; conversations stay. Raises ``NotFound``."""
        for _ in range(_TRIES):
            channel = await self.get(id)
            changed: dict[str, Any] = {"state": state, "reason": None}
            if state is ChannelState.REMOVED:
                changed["sealed"] = None
            try:
                return await self._commit(channel, changed, by, f"channel.{state.value}")
            except Conflict:
                continue
        raise Conflict(f"channels/{id}")

    async def check(self, id: str) -> CheckReport:
        """Look at the account on the platform; changes nothing. Raises ``NotFound``."""
        channel = await self.get(id)
        request = CheckRequest(request_id=new_id("k"), type=channel.type, channel_id=channel.id)
        return await self.checks.ask(request)

    async def templates(self, id: str, *, fresh: bool = False) -> tuple[Template, ...]:
        """The templates of the channel's account. Raises ``NotFound``, also for a channel without
        any, and ``Unavailable``."""
        channel = await self.get(id)
        report = await self.checks.ask(
            CheckRequest(
                request_id=new_id("k"),
                type=channel.type,
                channel_id=channel.id,
                templates="fresh" if fresh else "known",
            )
        )
        if not report.ok:
            reasons = [item.detail for item in report.items] + [p.reason for p in report.problems]
            raise Unavailable("; ".join(reasons) or "the templates cannot be read now")
        if report.templates is None:
            raise NotFound("this channel has no templates")
        return report.templates

    async def reach(self, channel: Channel, address: str, name: str | None) -> Reached | None:
        """Where somebody with this address is written to; None: nobody is written to first.

        Raises ``BadRequest`` for what is no address, ``Unavailable``.
        """
        report = await self.checks.ask(
            CheckRequest(
                request_id=new_id("k"),
                type=channel.type,
                channel_id=channel.id,
                reach=address,
                reach_name=name,
            )
        )
        for problem in report.problems:
            if problem.field == "address":
                raise BadRequest(problem.reason, field="address")
        if not report.ok:
            reasons = [item.detail for item in report.items] + [p.reason for p in report.problems]
            raise Unavailable("; ".join(reasons) or "the channel cannot be asked now")
        return report.reached

    async def _resettled(
        self, channel: Channel, settings: Mapping[str, Any], *, check: bool
    ) -> dict[str, Any]:
        info = await self._type(channel.type)
        stored = Split(dict(channel.settings), self._opened(channel))
        halves = merge(stored, split(info, settings), settings)
        changed: dict[str, Any] = {
            "settings": halves.plain,
            "sealed": self.seal.close(halves.secret) if halves.secret else None,
        }
        if channel.state is ChannelState.BROKEN:
            changed |= {"state": ChannelState.ACTIVE, "reason": None}
        if check:
            report = _passed(await self._look(channel.model_copy(update=changed)))
            changed["account"] = report.account or channel.account
        return changed

    def secrets_set(self, channel: Channel) -> frozenset[str]:
        """The names of the secrets that the channel has."""
        return frozenset(self._opened(channel))

    def _opened(self, channel: Channel) -> dict[str, Any]:
        try:
            return self.seal.open(channel.sealed)
        except ChannelBroken:
            return {}  # sealed under a lost key: whoever changes the channel enters them anew

    async def _commit(
        self, channel: Channel, changed: Mapping[str, Any], by: Actor, action: str, **details: Any
    ) -> Channel:
        now = self.clock.now()
        values = {**changed, "version": channel.version + 1, "updated_at": now}
        update = Update(CHANNELS, channel.id, values, expect={"version": channel.version})
        await self.store.commit([update, audited(by, action, channel.id, at=now, **details)])
        after = channel.model_copy(update=values)
        await self._tell(after)
        return after

    async def _look(self, channel: Channel) -> CheckReport:
        return await self.checks.ask(
            CheckRequest(
                request_id=new_id("k"),
                type=channel.type,
                channel_id=channel.id,
                settings=channel.settings,
                sealed=channel.sealed,
            )
        )

    async def _type(self, type: str) -> ChannelTypeInfo:
        info = await self.store.get(CHANNEL_TYPES, type)
        if info is None:
            raise BadRequest("there is no such channel type", field="type")
        return info

    async def _tell(self, channel: Channel) -> None:
        await self.news.tell(
            ChannelChanged(channel_id=channel.id),
            channel_type=channel.type,
            channel_id=channel.id,
        )


def _passed(report: CheckReport) -> CheckReport:
    """The report of a check that found nothing wrong. Raises ``Invalid`` naming what is."""
    wrong = [
        FieldProblem(
            field=f"settings.{problem.field}" if problem.field else "settings",
            reason=problem.reason,
        )
        for problem in report.problems
    ]
    for item in report.items:
        if not item.ok:
            told = f"{item.name}: {item.detail}".rstrip(": ")
            end = "" if told.endswith((".", "?", "!")) else "."
            reason = f"{told}{end} {item.remedy}" if item.remedy else told
            wrong.append(FieldProblem(field="settings", reason=reason))
    if wrong:
        raise Invalid(wrong)
    if not report.ok:
        raise BadRequest("the account does not work", field="settings")
    return report
