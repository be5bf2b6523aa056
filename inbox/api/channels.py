"""Channels and their types, as routes."""

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from inbox.api.views import ChannelView
from inbox.callers import Caller
from inbox.channels import Channels
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Items, PageQuery
from inbox.traffic import traffic_of
from shared.checks import CheckReport
from shared.collections import CHANNEL_HEALTH, CHANNEL_TYPES
from shared.errors import BadRequest
from shared.model.base import Strict
from shared.model.channel import Channel, ChannelState, ChannelTypeInfo
from shared.model.records import WebhookAttempt
from shared.model.template import Template
from shared.webhooks.log import AttemptLog


class ChannelsQuery(PageQuery):
    """Which channels."""

    removed: bool = Field(default=False, description="those that were removed, too")


class CheckQuery(Strict):
    """Whether the account is looked at before something is stored."""

    check: bool = True


class TemplatesQuery(Strict):
    """Whether the platform is asked anew."""

    refresh: bool = False


class NewChannel(Strict):
    """An account to be added; ``settings`` as the type's schema says."""

    id: str | None = Field(default=None, max_length=40)
    type: str = Field(max_length=40)
    name: str = Field(min_length=1, max_length=100)
    settings: dict[str, Any] = Field(default_factory=dict, max_length=100)


class ChannelChange(Strict):
    """What is to be changed; settings that are not given stay, and null takes one away."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    settings: dict[str, Any] | None = Field(default=None, max_length=100)


@dataclass(frozen=True, slots=True)
class ChannelsApi:
    """The routes of ``/channels`` and ``/channel-types``."""

    channels: Channels

    def routes(self) -> list[Route]:
        """What they are."""
        read, manage, tag = Permission.CHANNELS_READ, Permission.CHANNELS_MANAGE, "channels"
        return [
            Route(
                "GET", "/channel-types", self.types, read,
                "The types of channels, with their settings and abilities", tag,
                answer=Items[ChannelTypeInfo],
            ),
            Route(
                "GET", "/channels", self.page, read, "List the channels", tag,
                query=ChannelsQuery, answer=Items[ChannelView],
            ),
            Route(
                "GET", "/channels/{id}", self.show, read, "One channel", tag, answer=ChannelView,
            ),
            Route(
                "POST", "/channels", self.add, manage,
                "Add a channel, looked at live before it is saved", tag,
                query=CheckQuery, body=NewChannel, answer=ChannelView, status=201,
            ),
            Route(
                "PATCH", "/channels/{id}", self.change, manage, "Change a channel", tag,
                query=CheckQuery, body=ChannelChange, answer=ChannelView,
            ),
            Route(
                "POST", "/channels/{id}/pause", self.pause, manage,
                "Neither fetch nor send until it is resumed", tag, answer=ChannelView,
            ),
            Route(
                "POST", "/channels/{id}/resume", self.resume, manage,
                "Go on after a pause, or try again after it broke", tag, answer=ChannelView,
            ),
            Route(
                "POST", "/channels/{id}/check", self.check, manage,
                "Look at the account on the platform", tag, answer=CheckReport,
            ),
            Route(
                "GET", "/channels/{id}/attempts", self.attempts, manage,
                "The latest calls of a webhook channel's callback address, newest first", tag,
                answer=Items[WebhookAttempt],
            ),
            Route(
                "GET", "/channels/{id}/templates", self.templates, read,
                "The templates that can be sent outside of the reply window", tag,
                query=TemplatesQuery, answer=Items[Template],
            ),
            Route(
                "DELETE", "/channels/{id}", self.remove, manage,
                "Stop it for good; its conversations stay", tag, status=204,
            ),
        ]  # fmt: skip

    async def types(self, call: Call[Nothing, Nothing]) -> Items[ChannelTypeInfo]:
        """All of them: there are few."""
        page = await self.channels.store.find(CHANNEL_TYPES, equal={}, limit=200)
        return Items(items=list(page.items))

    async def page(self, call: Call[ChannelsQuery, Nothing]) -> Items[ChannelView]:
        """One page."""
        page = await self.channels.page(call.query.cursor, call.query.limit)
        kept = [
            channel
            for channel in page.items
            if call.query.removed or channel.state is not ChannelState.REMOVED
        ]
        return Items(items=await self._views(kept, call.caller), next=page.next)

    async def show(self, call: Call[Nothing, Nothing]) -> ChannelView:
        """One."""
        return await self._view(await self.channels.get(call.path["id"]), call.caller)

    async def add(self, call: Call[CheckQuery, NewChannel]) -> ChannelView:
        """Nothing is saved when something is wrong."""
        channel = await self.channels.add(
            call.body.type,
            call.body.name,
            call.body.settings,
            call.caller.actor,
            id=call.body.id,
            check=call.query.check,
        )
        return await self._view(channel, call.caller)

    async def change(self, call: Call[CheckQuery, ChannelChange]) -> ChannelView:
        """Nothing is saved when something is wrong."""
        if call.body.name is None and call.body.settings is None:
            raise BadRequest("give a name or settings", field="name")
        channel = await self.channels.change(
            call.path["id"],
            call.caller.actor,
            name=call.body.name,
            settings=call.body.settings,
            check=call.query.check,
        )
        return await self._view(channel, call.caller)

    async def pause(self, call: Call[Nothing, Nothing]) -> ChannelView:
        """Effective at once."""
        return await self._move(call, ChannelState.PAUSED)

    async def resume(self, call: Call[Nothing, Nothing]) -> ChannelView:
        """Effective at once."""
        return await self._move(call, ChannelState.ACTIVE)

    async def remove(self, call: Call[Nothing, Nothing]) -> Answer:
        """Effective at once; its secrets are forgotten."""
        await self.channels.move(call.path["id"], ChannelState.REMOVED, call.caller.actor)
        return Answer(None, 204)

    async def check(self, call: Call[Nothing, Nothing]) -> CheckReport:
        """Changes nothing."""
        return await self.channels.check(call.path["id"])

    async def attempts(self, call: Call[Nothing, Nothing]) -> Items[WebhookAttempt]:
        """At most 200, of the last week."""
        channel = await self.channels.get(call.path["id"])
        log = AttemptLog(self.channels.store, f"channel/{channel.id}")
        return Items(items=list(await log.latest()))

    async def templates(self, call: Call[TemplatesQuery, Nothing]) -> Items[Template]:
        """Those that the account has, whatever their state."""
        found = await self.channels.templates(call.path["id"], fresh=call.query.refresh)
        return Items(items=list(found))

    async def _move(self, call: Call[Nothing, Nothing], state: ChannelState) -> ChannelView:
        channel = await self.channels.move(call.path["id"], state, call.caller.actor)
        return await self._view(channel, call.caller)

    async def _view(self, channel: Channel, caller: Caller) -> ChannelView:
        return (await self._views([channel], caller))[0]

    async def _views(self, channels: list[Channel], caller: Caller) -> list[ChannelView]:
        store = self.channels.store
        health = await store.get_many(CHANNEL_HEALTH, [channel.id for channel in channels])
        types = await store.get_many(CHANNEL_TYPES, list({channel.type for channel in channels}))
        ids = [channel.id for channel in channels]
        traffic = await traffic_of(store, ids, self.channels.clock.now())
        for_admin = caller.may(Permission.CHANNELS_MANAGE)
        return [
            ChannelView.of(
                channel,
                types.get(channel.type),
                health.get(channel.id),
                traffic[channel.id],
                for_admin=for_admin,
                secrets=self.channels.secrets_set(channel) if for_admin else frozenset(),
            )
            for channel in channels
        ]
