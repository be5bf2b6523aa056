"""Telling Meta where this number's events go."""

from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors.base import ConnectorContext
from connectors.payload import Payload
from connectors.whatsapp import refusals
from connectors.whatsapp.graph import Graph, NoAnswer, Refused
from connectors.whatsapp.manifest import WhatsAppSettings
from shared.errors import Rejected, Unavailable

_URL_MOST: Final = 200


class Subscription:
    """The app's subscription to the business account, and the number's own webhook address.

    The address is set for the number and not for the account, so that two numbers of one account
    can be two channels.
    """

    def __init__(
        self,
        context: ConnectorContext,
        settings: WhatsAppSettings,
        graph: Graph,
        verify_token: SecretStr | None,
    ) -> None:
        self._graph = graph
        self._number = settings.phone_number_id
        self._account = settings.waba_id
        self._token = verify_token
        base = context.public_url
        self.url = f"{base.rstrip('/')}/hooks/{context.channel_id}" if base else None
        # Meta calls https alone; whatever stands in for it at another address is less strict.
        schemes = {"https", urlsplit(settings.api_base).scheme}
        fits = self.url is not None and len(self.url) <= _URL_MOST
        self.sets_address = (
            settings.webhook == "automatic" and fits and urlsplit(self.url or "").scheme in schemes
        )

    async def subscribe(self) -> None:
        """Subscribe the app where it is not, and set the number's address where that can be done.

        Meta calls the address at once to see whether it is ours. Raises ``ChannelBroken``,
        ``Throttled``, ``Unavailable``.
        """
        try:
            # Once more would take away an address that is set for the whole account.
            if not await self.apps():
                await self._graph.post(f"{self._account}/subscribed_apps", {})
            if self.sets_address and self._token is not None:
                token = self._token.get_secret_value()
                address = {"override_callback_uri": self.url, "verify_token": token}
                await self._graph.post(self._number, {"webhook_configuration": address})
        except (Refused, NoAnswer) as error:
            found = refusals.of_read(error)
            # Meta could not reach us, perhaps only now: that is no reason to stop sending.
            raise Unavailable(str(found)) if isinstance(found, Rejected) else found from None

    async def unsubscribe(self) -> None:
        """Take the number's address away. Raises as ``subscribe``."""
        if not self.sets_address:
            return
        try:
            address = {"override_callback_uri": ""}
            await self._graph.post(self._number, {"webhook_configuration": address})
        except (Refused, NoAnswer) as error:
            raise refusals.of_read(error) from None

    async def apps(self) -> list[str]:
        """The ids of the apps that the account's events go to. Raises ``Refused``, ``NoAnswer``."""
        listed = Payload(await self._graph.get(f"{self._account}/subscribed_apps"))
        found = []
        for item in listed.children("data"):
            app = item.child("whatsapp_business_api_data") or item
            found.append(app.identifier("id") or "")
        return found
