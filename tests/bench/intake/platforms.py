"""A stand-in for all platforms at once: what a channel asks at its start, it is granted."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web

_VK: Final[dict[str, Any]] = {
    "groups.getCallbackServers": {"count": 0, "items": []},
    "groups.addCallbackServer": {"server_id": 1},
    "messages.getConversations": {"count": 0, "items": []},
    "users.get": [],
}
"""What VK answers; everything else is done."""


async def _answer(request: web.Request) -> web.Response:
    method = request.match_info["method"]
    match request.match_info["platform"]:
        case "telegram":
            said: dict[str, Any] = {"ok": True, "result": True}
        case "vk":
            said = {"response": _VK.get(method.removeprefix("method/"), 1)}
        case _:
            said = {"success": True, "data": []}
    return web.Response(text=json.dumps(said), content_type="application/json")


@asynccontextmanager
async def platforms() -> AsyncIterator[str]:
    """On a free port; the address, behind which each platform has its name as a path."""
    app = web.Application()
    app.router.add_route("*", "/{platform}/{method:.*}", _answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
