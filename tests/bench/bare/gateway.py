"""Takes webhooks: verified, normalised, published, then answered. Makes the bot's calls.

``python -m tests.bench.bare.gateway BROKER SECRET API_BASE``
"""

import asyncio
import hmac
import json
import sys
from typing import Any

from aiohttp import ClientSession, web

from tests.bench.bare.queues import INBOUND, OUTBOUND, Broker
from tests.bench.bare.starting import run, say_ready
from tests.bench.updates import TOKEN


def normalised(update: dict[str, Any]) -> dict[str, Any]:
    """What the rest needs of an update."""
    message = update["message"]
    person, chat = message["from"], message["chat"]
    return {
        "event": f"u{update['update_id']}",
        "chat": chat["id"],
        "message": message["message_id"],
        "author": person["id"],
        "name": f"{person['first_name']} {person.get('last_name', '')}".strip(),
        "username": person.get("username"),
        "language": person.get("language_code"),
        "date": message["date"],
        "text": message["text"],
    }


class Gateway:
    """Between the platform and the broker."""

    def __init__(self, broker: Broker, http: ClientSession, secret: str, api_base: str) -> None:
        self._broker = broker
        self._http = http
        self._secret = secret.encode()
        self._call = f"{api_base}/bot{TOKEN}/sendMessage"

    async def webhook(self, request: web.Request) -> web.Response:
        """One update."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), self._secret):
            return web.Response(status=401)
        event = normalised(json.loads(await request.read()))
        await self._broker.publish(INBOUND, [json.dumps(event, ensure_ascii=False).encode()])
        return web.Response()

    async def send(self) -> None:
        """Make the calls: those of one chat one after another, chats side by side."""
        async for batch in self._broker.batches(OUTBOUND):
            chats: dict[int, list[dict[str, Any]]] = {}
            for body in batch:
                reply = json.loads(body)
                chats.setdefault(reply["chat_id"], []).append(reply)
            await asyncio.gather(*(self._send_all(replies) for replies in chats.values()))

    async def _send_all(self, replies: list[dict[str, Any]]) -> None:
        for reply in replies:
            async with self._http.post(self._call, json=reply) as answer:
                told = await answer.json()
                if not told["ok"]:
                    raise RuntimeError(f"the platform refused: {answer.status}")


async def _main() -> None:
    url, secret, api_base = sys.argv[1:]
    async with Broker.open(url) as broker, ClientSession() as http:
        gateway = Gateway(broker, http, secret, api_base)
        app = web.Application()
        app.router.add_post("/hook", gateway.webhook)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            say_ready(runner.addresses[0][1])
            await gateway.send()
        finally:
            await runner.cleanup()


if __name__ == "__main__":
    run(_main())
