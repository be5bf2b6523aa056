"""One call of a platform's HTTP API: what each outcome is taken for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web

from connectors.calling import call, retry_after_s
from shared.errors import ChannelBroken, HubError, NotSent, Throttled, Uncertain

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECRET = "bot-secret-1f7"


@asynccontextmanager
async def platform(handler: Handler) -> AsyncIterator[str]:
    """An API that answers every call like this."""
    app = web.Application()
    app.add_routes([web.route("*", "/{path:.*}", handler)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/{SECRET}"
    finally:
        await runner.cleanup()


def answering(status: int, body: bytes = b"", *, wait: str = "", to: str = "") -> Handler:
    """A handler that always says the same."""
    given = {"Retry-After": wait, "Location": to}
    headers = {name: value for name, value in given.items() if value}

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers=headers)

    return answer


async def outcome(handler: Handler, timeout_s: float = 5.0) -> HubError:
    """What is raised."""
    async with platform(handler) as url, ClientSession() as http:
        with pytest.raises(HubError) as raised:
            await call(http, "POST", url, timeout_s=timeout_s)
    assert SECRET not in f"{raised.value!r} {raised.value.__cause__!r}"
    return raised.value


@pytest.mark.parametrize(
    "status, meaning",
    [(401, ChannelBroken), (429, Throttled), (500, Uncertain), (502, Uncertain), (503, Uncertain)],
)
async def test_each_status_that_is_no_answer_has_one_meaning(
    status: int, meaning: type[HubError]
) -> None:
    assert type(await outcome(answering(status))) is meaning


@pytest.mark.parametrize("status", [200, 201, 302, 400, 403, 404, 422])
async def test_an_answer_is_left_to_the_connector(status: int) -> None:
    handler = answering(status, b'{"code": 5}', to="http://127.0.0.1:1/")
    async with platform(handler) as url, ClientSession() as http:
        answer = await call(http, "GET", url)

    assert (answer.status, answer.ok) == (status, status < 300)
    assert answer.json() == {"code": 5}


async def test_throttling_waits_as_long_as_it_is_told() -> None:
    error = await outcome(answering(429, wait="17"))

    assert isinstance(error, Throttled)
    assert error.retry_after_s == 17


async def test_throttling_without_a_time_waits_a_little() -> None:
    error = await outcome(answering(429, wait="tomorrow"))

    assert isinstance(error, Throttled)
    assert 0 < error.retry_after_s < 60


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'"text"', b"[" * 100_000])
async def test_a_success_without_sense_is_uncertain(body: bytes) -> None:
    async with platform(answering(200, body)) as url, ClientSession() as http:
        answer = await call(http, "GET", url)

    with pytest.raises(Uncertain):
        answer.json()


async def test_nobody_at_the_address_means_that_nothing_was_sent() -> None:
    async with ClientSession() as http:
        with pytest.raises(NotSent):
            await call(http, "POST", "http://127.0.0.1:1/")


async def test_a_platform_that_does_not_answer_may_have_taken_it() -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    assert type(await outcome(hang, timeout_s=0.2)) is Uncertain


async def test_a_line_that_is_cut_may_have_carried_it() -> None:
    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    assert type(await outcome(cut)) is Uncertain


async def test_an_endless_answer_is_read_to_a_megabyte() -> None:
    async with platform(answering(200, b"x" * 3_000_000)) as url, ClientSession() as http:
        answer = await call(http, "GET", url)

    assert 1024 * 1024 <= len(answer.body) < 3_000_000


async def test_what_an_answer_asks_to_wait_is_at_most_a_day() -> None:
    handler = answering(400, wait="999999999")
    async with platform(handler) as url, ClientSession() as http:
        answer = await call(http, "GET", url)

    assert retry_after_s(answer) == 24 * 3600
