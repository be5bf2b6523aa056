"""Telegram's webhook: who may call it, and telling Telegram where it is."""

import hmac
import re
from collections.abc import Sequence
from typing import Final

from aiogram.methods import DeleteWebhook, SetWebhook
from pydantic import SecretStr

from connectors.base import ConnectorContext, RawEvent, RawRequest
from connectors.telegram import refusals
from connectors.telegram.api import BotApi, NoAnswer, Refused
from connectors.telegram.manifest import TelegramSettings
from connectors.telegram.updates import WANTED
from shared.errors import ChannelBroken, Unauthorised

_HEADER: Final = "x-telegram-bot-api-secret-token"
_UPDATE_ID: Final = re.compile(rb'"update_id"\s*:\s*(\d{1,19})')
_CONNECTIONS: Final = 40


class Webhook:
    """The webhook of one bot."""

    def __init__(self, context: ConnectorContext, settings: TelegramSettings, api: BotApi) -> None:
        own = settings.webhook_secret
        hubs = context.webhook_secret
        self._secret = own or (SecretStr(hubs) if hubs else None)
        self._base = context.public_url
        self._channel_id = context.channel_id
        self._polls = settings.mode == "polling"
        self._api = api

    @property
    def url(self) -> str | None:
        """Where Telegram finds us, None without a public address."""
        if not self._base:
            return None
        return f"{self._base.rstrip('/')}/hooks/{self._channel_id}"

    def verify(self, request: RawRequest) -> None:
        """Only Telegram knows the secret. Raises ``Unauthorised``."""
        given = request.headers.get(_HEADER, "")
        # As bytes: a comparison of texts fails on what is not ASCII.
        known = self._secret.get_secret_value().encode() if self._secret is not None else b""
        same = hmac.compare_digest(given.encode(errors="backslashreplace"), known)
        if not known or not same:
            raise Unauthorised("the webhook secret is wrong or missing")

    async def subscribe(self) -> None:
        """Set the webhook, or take it away when we poll; what waits there stays.

        Raises ``ChannelBroken``, ``Throttled``, ``Unavailable``.
        """
        method: SetWebhook | DeleteWebhook = DeleteWebhook()
        if not self._polls:
            if self.url is None or self._secret is None:
                raise ChannelBroken(
                    "webhooks need the hub's public address: set HUB_PUBLIC_URL or use polling"
                )
            method = SetWebhook(
                url=self.url,
                secret_token=self._secret.get_secret_value(),
                allowed_updates=list(WANTED),
                max_connections=_CONNECTIONS,
            )
        try:
            await self._api.call(method)
        except (Refused, NoAnswer) as error:
            raise refusals.of_subscription(error) from None

    async def unsubscribe(self) -> None:
        """Take our webhook away. Raises like ``subscribe``."""
        if self._polls:
            return
        try:
            await self._api.call(DeleteWebhook())
        except (Refused, NoAnswer) as error:
            raise refusals.of_subscription(error) from None


def split(body: bytes) -> Sequence[RawEvent]:
    """A webhook brings one update."""
    found = _UPDATE_ID.search(body[:200])
    return (RawEvent(body=body, key=found.group(1).decode() if found else ""),)
