"""The process that takes a message the hub's way and decides nothing.

``python -m tests.bench.bound.process FOLDER SECRET API_BASE CHATS``

It takes the webhook by aiohttp, stores and forgets an item where the hub does, commits the rows
that a router and a dispatcher write, shows the events on the agents' WebSockets, and makes the call
by aiogram over the hub's own session. It decides nothing, checks nothing, publishes to nobody.
"""

import asyncio
import gc
import hmac
import json
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from aiogram.methods import SendMessage
from aiohttp import ClientSession, web
from pydantic import SecretStr

from connectors.telegram.api import BotApi
from shared import log as logs
from shared.ids import ConversationId
from shared.ports.store import Change
from tests.bench.bare.starting import run, say_ready
from tests.bench.bound.recorded import MARK, TEXT, Recorded, Turn, anew, next_turn, recorded
from tests.bench.updates import FIRST_CHAT, TOKEN
from tests.bench.updates import MARK as NUMBER
from tests.router.world import World, a_world

_TIMEOUT_S: Final = 20.0
_COLLECTED: Final = (10_000, 20, 20)
"""As in the hub."""
_EVENTS: Final = 4
"""So many seqs a commit may take."""


class Bound:
    """One process that does the hub's durable steps."""

    def __init__(self, world: World, rows: Recorded, bot: BotApi, secret: str) -> None:
        self._database = world.embedded.database
        self._store = world.store
        self._rows = rows
        self._bot = bot
        self._secret = secret
        self._screens: list[web.WebSocketResponse] = []
        self._threads = [asyncio.Lock() for _ in rows.conversations]
        self._handled: list[int] = []
        """Items to be forgotten with the next write."""
        self._seq = 1_000_000
        self._tasks: set[asyncio.Task[None]] = set()

    async def webhook(self, request: web.Request) -> web.Response:
        """One update; answered when it is durable."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=401)
        body = await request.read()
        chat = json.loads(body)["message"]["chat"]["id"]
        found = NUMBER.search(body)
        assert found is not None
        await self._item(body.decode())
        task = asyncio.create_task(self._handle(chat - FIRST_CHAT, int(found.group(1))))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response()

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        """An agent's screen."""
        screen = web.WebSocketResponse(compress=False)
        await screen.prepare(request)
        await screen.send_str('{"type":"hello"}')
        self._screens.append(screen)
        async for _ in screen:
            pass
        self._screens.remove(screen)
        return screen

    async def _handle(self, chat: int, number: int) -> None:
        rows, id = self._rows, self._rows.conversations[chat]
        async with self._threads[chat]:
            await self._write(rows.came_in, self._next(id, number))
            await self._item(TEXT)
            reply = self._next(id, number)
            await self._write(rows.replied, reply)
            await self._store.commit(rows.claimed(reply))
            text = TEXT.replace(MARK, f"zq{number}qz")
            await self._bot.call(SendMessage(chat_id=FIRST_CHAT + chat, text=text))
            await self._store.commit(rows.settled(reply))
            await self._item(TEXT)
            await self._write(rows.told, Turn(id, reply.id, reply.part_id, number, self._step()))

    async def _write(self, changes: Sequence[Change], turn: Turn) -> None:
        made, event = anew(changes, turn)
        await self._store.commit(made)
        kind = "message.changed" if changes is self._rows.told else "message.added"
        for screen in self._screens:
            await screen.send_str(f'{{"type":"event","kind":"{kind}",{event[1:]}')

    async def _item(self, text: str) -> None:
        handled, self._handled = self._handled, []

        def job(connection: sqlite3.Connection) -> int:
            connection.executemany("DELETE FROM arrived WHERE n = ?", [(n,) for n in handled])
            cursor = connection.execute("INSERT INTO arrived (envelope) VALUES (?)", (text,))
            return cursor.lastrowid or 0

        self._handled.append(await self._database.write(job))

    def _next(self, id: ConversationId, number: int) -> Turn:
        return next_turn(id, number, self._step())

    def _step(self) -> int:
        self._seq += _EVENTS
        return self._seq


async def _main() -> None:
    folder, secret, api_base, chats = sys.argv[1:]
    logs.configure("error")
    async with a_world(Path(folder)) as world, ClientSession() as http:
        rows = await recorded(world, int(chats))
        await world.embedded.database.write(
            lambda c: c.execute("CREATE TABLE arrived (n INTEGER PRIMARY KEY, envelope TEXT)")
        )
        bot = BotApi(SecretStr(TOKEN), api_base, http, timeout_s=_TIMEOUT_S)
        bound = Bound(world, rows, bot, secret)
        app = web.Application()
        app.add_routes([web.post("/hook", bound.webhook), web.get("/live", bound.live)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            gc.collect()
            gc.freeze()
            gc.set_threshold(*_COLLECTED)
            say_ready(runner.addresses[0][1])
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


if __name__ == "__main__":
    run(_main())
