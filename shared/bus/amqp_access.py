"""Users of the broker for bots, made through RabbitMQ's management API."""

import json
import re
import secrets
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, unquote

from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth
from pydantic import SecretStr
from yarl import URL

from shared.errors import Unavailable
from shared.ports.bus import Exchange
from shared.topology import BOT_USER, bot_queue

_LIMIT: Final = ClientTimeout(total=10)


class AmqpBotAccess:
    """See ``shared.ports.bots.BotAccess``."""

    def __init__(self, http: ClientSession, bus_url: str, management_url: SecretStr) -> None:
        """``management_url`` holds a user who may make users; the bus's own where it names none."""
        self._http = http
        self._bus = URL(bus_url)
        url = URL(management_url.get_secret_value())
        named = url if url.user is not None else self._bus
        self._headers = {
            "Authorization": encode_basic_auth(named.user or "guest", named.password or "guest"),
            "Content-Type": "application/json",
        }
        self._base = str(url.with_user(None)).rstrip("/")
        self._vhost = quote(unquote(self._bus.raw_path[1:]) or "/", safe="")

    async def add(self, name: str) -> SecretStr:
        """Make the queue, the user and last its rights; see the port."""
        queue, password = bot_queue(name), secrets.token_urlsafe(24)
        user = f"{BOT_USER}{name}"
        arguments = {"x-max-length": queue.capacity, "x-overflow": "drop-head"}
        await self._put(f"queues/{self._vhost}/{queue.name}", durable=True, arguments=arguments)
        for exchange, key in queue.bindings:
            path = f"bindings/{self._vhost}/e/{exchange.value}/q/{queue.name}"
            await self._call("POST", path, {"routing_key": key})
        await self._put(f"users/{user}", password=password, tags="")
        await self._put(
            f"permissions/{self._vhost}/{user}",
            configure="^$",
            write=_only(Exchange.COMMANDS.value),
            read=_only(queue.name),
        )
        return SecretStr(str(self._bus.with_user(user).with_password(password)))

    async def remove(self, name: str) -> None:
        """The broker closes the connections of a user that is gone; see the port."""
        await self._call("DELETE", f"users/{BOT_USER}{name}")
        await self._call("DELETE", f"queues/{self._vhost}/{bot_queue(name).name}")

    async def _put(self, path: str, **body: Any) -> None:
        await self._call("PUT", path, body)

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        url = URL(f"{self._base}/api/{path}", encoded=True)
        content = None if body is None else json.dumps(body)
        try:
            async with self._http.request(
                method, url, data=content, headers=self._headers, timeout=_LIMIT
            ) as answer:
                status = answer.status
        except (ClientError, TimeoutError, OSError) as error:
            raise Unavailable(
                f"the broker's management API does not answer: {type(error).__name__}"
            ) from None
        if status == HTTPStatus.NOT_FOUND and method == "DELETE":
            return
        if status >= HTTPStatus.BAD_REQUEST:
            raise Unavailable(f"the broker's management API refuses: HTTP status {status}")


def _only(name: str) -> str:
    return f"^{re.escape(name)}$"
