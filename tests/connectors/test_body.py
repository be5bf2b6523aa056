"""Reading the body of a webhook within a size and a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from connectors.body import read_body


@asynccontextmanager
async def reading(limit_bytes: int, limit_s: float) -> AsyncIterator[str]:
    """A server that answers with what it read, at this address."""

    async def take(request: web.Request) -> web.Response:
        body = await read_body(request, limit_bytes=limit_bytes, limit_s=limit_s)
        return body if isinstance(body, web.Response) else web.Response(body=body)

    app = web.Application()
    app.router.add_post("/", take)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def test_a_body_is_read_as_it_came() -> None:
    async with reading(100, 30) as url, ClientSession() as http:
        answer = await http.post(url, data=b"\x00\xff" * 50)

        assert await answer.read() == b"\x00\xff" * 50


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_refused(announced: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 50

    async with reading(100, 30) as url, ClientSession() as http:
        answer = await http.post(url, data=b"x" * 150 if announced else pieces())

        assert answer.status == 413


async def test_a_body_that_trickles_is_given_up() -> None:
    never = asyncio.Event()

    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await never.wait()

    async with reading(100, 0.1) as url, ClientSession() as http:
        answer = await http.post(url, data=trickle())

        assert answer.status == 408
