"""Whom the hub calls at an address that somebody gave it, and whom it does not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientConnectorError, ClientError, web
from aiohttp.abc import AbstractResolver, ResolveResult

from shared.webhooks.guard import Guard, is_forbidden

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "2001:db8::1", "fec0::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_called(address: str) -> None:
    assert not Guard().allows(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_called(address: str) -> None:
    assert Guard().allows(address)


def test_a_network_that_the_settings_allow_is_called_and_no_other() -> None:
    guard = Guard(("10.1.0.0/16", "::1"))

    assert guard.allows("10.1.2.3")
    assert guard.allows("::ffff:10.1.2.3")
    assert guard.allows("::1")
    assert not guard.allows("10.2.2.3")
    assert not guard.allows("127.0.0.1")


class Turning(AbstractResolver):
    """A name server that names a public address first and a private one from then on."""

    def __init__(self, port: int, answers: list[str]) -> None:
        self.port = port
        self.answers = answers

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=self.port,
                family=socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def inner_service(seen: list[str]) -> AsyncIterator[int]:
    """A service on this machine that nobody outside is to reach."""

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(text="the keys")

    app = web.Application()
    app.add_routes([web.get("/{path:.*}", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"]
)
async def test_this_machine_is_not_reached_however_it_is_written(host: str) -> None:
    seen: list[str] = []
    async with inner_service(seen) as port, Guard().session() as session:
        with pytest.raises(ClientError):
            await session.get(f"http://{host}:{port}/keys")

    assert seen == []


async def test_the_refusal_can_be_told_from_an_outage() -> None:
    seen: list[str] = []
    async with inner_service(seen) as port, Guard().session() as session:
        with pytest.raises(ClientConnectorError) as refused:
            await session.get(f"http://127.0.0.1:{port}/")
        with pytest.raises(ClientConnectorError) as nobody:
            async with Guard(("127.0.0.1",)).session() as other:
                await other.get("http://127.0.0.1:1/")

    assert is_forbidden(refused.value)
    assert not is_forbidden(nobody.value)


async def test_a_name_that_turns_to_a_private_address_after_a_look_is_not_called() -> None:
    seen: list[str] = []
    async with inner_service(seen) as port:
        resolver = Turning(port, ["127.0.0.1"])
        async with Guard().session() as session:
            connector = session.connector
            connector._resolver = resolver  # type: ignore[union-attr]  # the name server is ours
            with pytest.raises(ClientConnectorError) as refused:
                await session.get(f"http://innocent.example:{port}/")

    assert is_forbidden(refused.value)
    assert seen == []


async def test_a_redirect_to_a_private_address_is_not_followed_there() -> None:
    seen: list[str] = []

    async def away(_: web.Request) -> web.Response:
        raise web.HTTPFound(f"http://127.0.0.2:{port}/keys")

    async with inner_service(seen) as port:
        app = web.Application()
        app.add_routes([web.get("/", away)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            async with Guard(("127.0.0.1",)).session() as session:
                with pytest.raises(ClientConnectorError) as refused:
                    await session.get(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        finally:
            await runner.cleanup()

    assert is_forbidden(refused.value)
    assert seen == []


async def test_an_allowed_network_is_reached() -> None:
    seen: list[str] = []
    async with (
        inner_service(seen) as port,
        Guard(("127.0.0.0/8",)).session() as session,
        asyncio.timeout(5),
        session.get(f"http://127.0.0.1:{port}/well") as answer,
    ):
        assert await answer.text() == "the keys"

    assert seen == ["/well"]
