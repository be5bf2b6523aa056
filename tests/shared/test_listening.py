"""The end of listening: whoever connects at that very moment is told so."""

import asyncio
import socket

import pytest
from aiohttp import web
from yarl import URL

from shared.listening import listening

_TURNS = 8
"""Of the loop: more than lie between connecting and being served."""
_LIMIT_S = 5.0


@pytest.mark.parametrize("turns", range(_TURNS))
async def test_a_connection_that_is_being_accepted_is_closed_with_the_others(turns: int) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setblocking(False)
        async with listening(web.Application(), "127.0.0.1", 0) as url:
            # The kernel connects it at once: nothing here waits.
            client.connect_ex(("127.0.0.1", URL(url).port))
            for _ in range(turns):
                await asyncio.sleep(0)

        async with asyncio.timeout(_LIMIT_S):
            try:
                told = await loop.sock_recv(client, 1)
            except ConnectionResetError:
                told = b""

    assert told == b""
