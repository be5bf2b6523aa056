"""A look at the community on VK; it changes nothing there."""

from typing import Final

from connectors.base import CheckItem, CheckReport
from connectors.vk import refusals
from connectors.vk.api import VERSION, VkApi
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.payload import Payload
from connectors.vk.subscription import Subscription, missing
from shared.errors import ChannelBroken, Throttled, Unavailable

_RIGHTS: Final = ("messages", "photos", "docs", "manage")
_MANAGE: Final = "Manage, Advanced (Work with API)"


class AccountCheck:
    """Looks at one community."""

    def __init__(
        self, api: VkApi, subscription: Subscription, *, group_id: int, polls: bool
    ) -> None:
        self._api = api
        self._subscription = subscription
        self._group_id = group_id
        self._polls = polls

    async def run(self) -> CheckReport:
        """Key, community, rights, way of delivery. Raises ``Unavailable`` and ``Throttled``."""
        try:
            group = await self._group()
        except (Refused, NoAnswer) as error:
            return CheckReport(items=(_refused("access key", error),))
        if group is None:
            remedy = f"Compare the number with group_id in {_MANAGE}, Callback API."
            detail = f"VK knows no community {self._group_id}"
            return CheckReport(items=(CheckItem("community", False, detail, remedy),))
        name = group.text("screen_name") or f"club{self._group_id}"
        items = [CheckItem("community", True, group.text("name") or name)]
        items += await self._rights()
        items += await self._messages()
        items += await (self._long_poll() if self._polls else self._server())
        return CheckReport(items=tuple(items), account=f"vk.com/{name}")

    async def _group(self) -> Payload | None:
        said = await self._api.call("groups.getById", group_id=self._group_id)
        groups = said.get("groups") if isinstance(said, dict) else said
        found = [Payload(item) for item in groups if isinstance(item, dict)] if groups else []
        return next((item for item in found if item.integer("id") == self._group_id), None)

    async def _rights(self) -> list[CheckItem]:
        try:
            said = await self._api.call("groups.getTokenPermissions")
        except (Refused, NoAnswer) as error:
            return [_refused("rights", error)]
        permissions = Payload(said).children("permissions") if isinstance(said, dict) else []
        given = {item.text("name") for item in permissions}
        lacking = [right for right in _RIGHTS if right not in given]
        if not lacking:
            return [CheckItem("rights", True, ", ".join(_RIGHTS))]
        remedy = f"In VK: {_MANAGE}, Access keys: create a key that may do this, and enter it here."
        return [CheckItem("rights", False, f"the key lacks: {', '.join(lacking)}", remedy)]

    async def _messages(self) -> list[CheckItem]:
        """Whether people can write to the community at all: VK answers this only if they can."""
        try:
            await self._api.call(
                "messages.getConversations", count=1, filter="all", group_id=self._group_id
            )
        except (Refused, NoAnswer) as error:
            item = _refused("messages", error)
            remedy = "In VK: Manage, Messages: switch community messages on."
            return [CheckItem(item.name, False, item.detail, remedy)]
        return [CheckItem("messages", True, "messages of the community are on")]

    async def _long_poll(self) -> list[CheckItem]:
        try:
            settings = await self._subscription.long_poll_settings()
        except (Refused, NoAnswer) as error:
            return [_refused("long poll", error)]
        remedy = "Starting the channel sets it up."
        if not settings.flag("is_enabled"):
            return [CheckItem("long poll", True, "it is off and will be switched on", remedy)]
        version = settings.text("api_version")
        if version != VERSION:
            detail = f"its version is {version} and will be {VERSION}"
            return [CheckItem("long poll", True, detail, remedy)]
        lacking = missing(settings)
        if lacking:
            detail = f"{len(lacking)} kinds of events will be switched on"
            return [CheckItem("long poll", True, detail, remedy)]
        return [CheckItem("long poll", True, f"on, version {VERSION}")]

    async def _server(self) -> list[CheckItem]:
        if not self._subscription.has_address:
            remedy = "Set HUB_PUBLIC_URL to the hub's address as VK can reach it, or use longpoll."
            detail = "the hub has no public address for callbacks"
            return [CheckItem("callback", False, detail, remedy)]
        try:
            ours = self._subscription.ours(await self._subscription.servers())
        except (Refused, NoAnswer) as error:
            return [_refused("callback", error)]
        if ours is None:
            detail = "the callback server will be set up when the channel starts"
            return [CheckItem("callback", True, detail)]
        status = ours.text("status") or "unknown"
        if status in {"ok", "wait"}:
            return [CheckItem("callback", True, f"the server's status is {status}")]
        remedy = (
            "VK could not reach the hub or heard the wrong answer: look at HUB_PUBLIC_URL and at "
            f"{_MANAGE}, Callback API, and press Confirm there."
        )
        return [CheckItem("callback", False, f"the server's status is {status}", remedy)]


def _refused(name: str, error: Refused | NoAnswer) -> CheckItem:
    """What was refused, as an item; what cannot be told now is raised."""
    follows = refusals.of_read(error)
    if isinstance(error, NoAnswer) or isinstance(follows, Throttled):
        raise follows from None
    if isinstance(follows, Unavailable) and refusals.is_temporary(error):
        raise follows from None
    remedy = f"In VK: {_MANAGE}, Access keys: create a key and enter it here."
    return CheckItem(
        name, False, str(follows), remedy if isinstance(follows, ChannelBroken) else ""
    )
