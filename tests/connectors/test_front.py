"""The short way of webhooks past the application, and what takes the application's way."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from connectors.edge import edge
from connectors.front import front
from shared.listening import listening
from shared.model.channel import ChannelState
from shared.process import Ending
from tests.connectors.rig import SHOP, Rig, rig, until

_APPLICATION = 418
"""What the application answers: nobody else does."""


def batch(*ids: str) -> bytes:
    events = [
        {"id": id, "type": "sms", "at": 1767601505, "from": "+700", "text": "hello"} for id in ids
    ]
    return json.dumps({"events": events}).encode()


@asynccontextmanager
async def fronted(made: Rig, ending: Ending) -> AsyncIterator[None]:
    """The service behind its front; the application knows nothing."""

    async def anything(_request: web.Request) -> web.Response:
        return web.Response(status=_APPLICATION)

    app = web.Application(middlewares=[edge(made.resources.metrics)])
    app.router.add_route("*", "/{tail:.*}", anything)
    before = front(made.service.intake, made.resources.metrics, ending)
    async with listening(app, "127.0.0.1", 0, ending=ending, front=before) as made.url:
        yield


async def test_a_webhook_of_a_known_channel_does_not_pass_the_application(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, fronted(made, Ending()):
        await made.add_channel()
        await made.live()

        status, headers = await made.hook(batch("e1"))

        assert status == 200
        assert "Connection" not in headers
        await until(lambda: len(made.of_kind("inbound")) == 1)
        assert made.resources.metrics.value("hub_webhooks_total", channel=SHOP, status="200") == 1


async def test_what_is_no_webhook_of_a_known_channel_passes_the_application(tmp_path: Path) -> None:
    async with rig(tmp_path) as made, fronted(made, Ending()):
        await made.add_channel()
        await made.live()
        hook = f"{made.url}/hooks/{SHOP}"

        statuses = [
            (await made.hook(batch("e1"), id="nowhere"))[0],
            (await made.hook(batch("e1"), id=f"{SHOP}/more"))[0],
            (await made.hook(batch("e1"), id=f"{SHOP}?a=b"))[0],
            (await made.http.get(hook)).status,
            (await made.http.get(f"{made.url}/healthz")).status,
            (await made.http.post(hook, data=b"{}", expect100=True)).status,
        ]

        assert statuses == [_APPLICATION] * 6


async def test_a_webhook_of_a_channel_that_is_not_at_work_passes_the_application(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made, fronted(made, Ending()):
        channel = await made.add_channel()
        await made.live()
        paused = {"state": ChannelState.PAUSED, "version": 2}
        await made.put_channel(channel.model_copy(update=paused))
        await until(lambda: made.service.live(SHOP) is None)

        status, _ = await made.hook(batch("e1"))

        assert status == _APPLICATION
        assert made.items == []


async def test_a_bug_before_the_short_way_is_counted_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with rig(tmp_path) as made, fronted(made, Ending()):
        await made.add_channel()
        await made.live()

        async def broken(*_: object, **__: object) -> bytes:
            raise ZeroDivisionError

        monkeypatch.setattr("connectors.intake.read_body", broken)
        status, _ = await made.hook(batch("e1"))

        assert status == 500
        bugs = {"place": "http", "error": "ZeroDivisionError"}
        assert made.resources.metrics.value("hub_bugs_total", **bugs) == 1


async def test_once_told_to_end_its_answers_close_their_connections(tmp_path: Path) -> None:
    ending = Ending()
    async with rig(tmp_path) as made, fronted(made, ending):
        await made.add_channel()
        await made.live()
        ending.tell()

        status, headers = await made.hook(batch("e1"))

        assert (status, headers.get("Connection")) == (200, "close")
