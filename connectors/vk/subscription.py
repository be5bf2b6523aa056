"""Telling VK how events reach us: Bots Long Poll, or a callback server of the community."""

from typing import Any, Final

import structlog

from connectors.vk import refusals
from connectors.vk.api import VERSION, VkApi
from connectors.vk.callback import Callback
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.events import WANTED
from connectors.vk.payload import Payload
from shared.clock import Clock
from shared.errors import ChannelBroken, Unavailable
from shared.ids import ChannelId

log = structlog.get_logger(__name__)

_TITLE: Final = "Omnihub"
_MOST: Final = 10
_FAILED: Final = "failed"
_UNHEARD: Final = frozenset({_FAILED, "unconfigured"})
_CONFIRMED: Final = "ok"
_LOOK_AGAIN_S: Final = (0.05, 0.2, 1.0, 2.0, 4.0)
"""VK asks our address for the confirmation when it likes, mostly at once."""
_BY_HAND: Final = "allow the access key to manage the community, or set it up by hand"


class Subscription:
    """How one community's events reach us."""

    def __init__(
        self,
        api: VkApi,
        callback: Callback,
        clock: Clock,
        *,
        group_id: int,
        channel_id: ChannelId,
        polls: bool,
    ) -> None:
        self._api = api
        self._clock = clock
        self._callback = callback
        self._group_id = group_id
        self._channel_id = channel_id
        self._polls = polls

    async def subscribe(self) -> None:
        """Switch on what we want to hear of; nothing that waits there is lost.

        Raises ``ChannelBroken``, ``Throttled``, ``Unavailable``.
        """
        try:
            await (self._long_poll() if self._polls else self._server())
        except (Refused, NoAnswer) as error:
            raise refusals.of_read(error) from None

    async def unsubscribe(self) -> None:
        """Take our callback server away. Raises like ``subscribe``."""
        try:
            await self._remove()
        except (Refused, NoAnswer) as error:
            raise refusals.of_read(error) from None

    @property
    def has_address(self) -> bool:
        """VK could reach us."""
        return self._callback.url is not None

    async def long_poll_settings(self) -> Payload:
        """What is switched on. Raises ``Refused`` and ``NoAnswer``."""
        said = await self._call("groups.getLongPollSettings")
        return Payload(said if isinstance(said, dict) else {})

    async def servers(self) -> list[Payload]:
        """The callback servers of the community. Raises ``Refused`` and ``NoAnswer``."""
        said = await self._call("groups.getCallbackServers")
        return Payload(said).children("items") if isinstance(said, dict) else []

    def ours(self, servers: list[Payload]) -> Payload | None:
        """Our own among the callback servers."""
        url = self._callback.url
        return next((item for item in servers if url and item.text("url") == url), None)

    async def _long_poll(self) -> None:
        try:
            if not is_switched_on(await self.long_poll_settings()):
                events = dict.fromkeys(WANTED, 1)
                await self._call(
                    "groups.setLongPollSettings", enabled=1, api_version=VERSION, **events
                )
            # Otherwise VK would go on posting to a channel that polls.
            await self._remove()
        except Refused as error:
            if not refusals.is_for_good(error):
                raise
            # A key without the right to manage: it may have been set up by hand, the check tells.
            log.warning("vk.not_managed", channel_id=self._channel_id, code=error.code)

    async def _server(self) -> None:
        url, secret = self._callback.url, self._callback.secret
        if url is None or not secret:
            raise ChannelBroken(
                "callbacks need the hub's public address: set HUB_PUBLIC_URL or use longpoll"
            )
        try:
            servers = await self.servers()
            ours = self.ours(servers)
            given = {"url": url, "title": _TITLE, "secret_key": secret}
            if ours is None:
                if len(servers) >= _MOST:
                    raise ChannelBroken(
                        f"the community has {_MOST} callback servers already: remove one"
                    )
                said = await self._call("groups.addCallbackServer", **given)
                number = said.get("server_id") if isinstance(said, dict) else None
            else:
                number = ours.integer("id")
                # Changing it, even to what it is, lets VK ask for the confirmation again.
                if ours.text("secret_key") != secret or ours.text("status") in _UNHEARD:
                    await self._call("groups.editCallbackServer", server_id=number, **given)
            await self._call(
                "groups.setCallbackSettings",
                server_id=number,
                api_version=VERSION,
                **dict.fromkeys(WANTED, 1),
            )
        except Refused as error:
            if refusals.is_for_good(error):
                words = error.words or error.code
                raise ChannelBroken(
                    f"VK refuses the callback server ({words}): {_BY_HAND}"
                ) from None
            raise

    async def confirmed(self) -> None:
        """Wait until VK has heard from our address; not for ever where it has not asked yet.

        Raises like ``subscribe``, and ``Unavailable`` where VK has asked and got no right answer:
        the process that it reached may not have known the channel yet. Subscribing again has it
        ask again.
        """
        for wait_s in _LOOK_AGAIN_S:
            try:
                ours = self.ours(await self.servers())
            except (Refused, NoAnswer) as error:
                raise refusals.of_read(error) from None
            status = ours.text("status") if ours is not None else None
            if status == _CONFIRMED:
                return
            if status == _FAILED:
                raise Unavailable(
                    "VK has asked our address for the confirmation and got no right answer"
                )
            await self._clock.sleep(wait_s)
        log.warning("vk.not_confirmed", channel_id=self._channel_id)

    async def _remove(self) -> None:
        if self._callback.url is None:
            return
        ours = self.ours(await self.servers())
        if ours is not None:
            await self._call("groups.deleteCallbackServer", server_id=ours.integer("id"))

    async def _call(self, method: str, **values: Any) -> Any:
        return await self._api.call(method, group_id=self._group_id, **values)


def is_switched_on(settings: Payload) -> bool:
    """Whether long poll is on, at our version and with all that we want to hear of."""
    return (
        settings.flag("is_enabled")
        and settings.text("api_version") == VERSION
        and not missing(settings)
    )


def missing(settings: Payload) -> list[str]:
    """The events that we want to hear of and that are switched off."""
    events = settings.child("events") or Payload({})
    return [name for name in WANTED if not events.flag(name)]
