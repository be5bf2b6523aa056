"""The live check of an account."""

import json

import pytest
from aiohttp import ClientSession

from shared.errors import Unavailable
from tests.connectors.telegram.player import SECRET, Hub, MakeHub, make_connector
from tests.connectors.telegram.scripted import MakeScripted


async def test_a_working_bot_is_named(hub: Hub) -> None:
    report = await hub.connector.check()

    assert (report.ok, report.account) == (True, "@omnihub_demo_bot")


async def test_a_revoked_token_is_explained(http: ClientSession, scripted: MakeScripted) -> None:
    server = await scripted(401, '{"ok":false,"description":"Unauthorized"}')

    report = await make_connector(http, api_base=server.base).check()

    assert not report.ok
    assert "BotFather" in report.items[0].remedy


async def test_a_token_of_another_bot_is_found(http: ClientSession, scripted: MakeScripted) -> None:
    server = await scripted(200, json.dumps({"ok": True, "result": {"id": 1, "username": "x"}}))

    report = await make_connector(http, api_base=server.base).check()

    assert not report.items[0].ok


async def test_a_webhook_of_another_program_is_found(hub: Hub, make_hub: MakeHub) -> None:
    settings = dict(hub.platform.settings())
    other = await make_hub(public_url="http://127.0.0.1:9", mode="webhook", **settings)
    await other.connector.subscribe()

    polling = await hub.connector.check()
    webhook = await other.connector.check()

    assert (polling.ok, webhook.ok) == (False, True)


async def test_a_webhook_needs_a_public_address(make_hub: MakeHub) -> None:
    hub = await make_hub(mode="webhook", webhook_secret=SECRET)

    report = await hub.connector.check()

    assert [item.name for item in report.items if not item.ok] == ["mode"]


async def test_a_check_of_nobody_is_unavailable(http: ClientSession) -> None:
    with pytest.raises(Unavailable):
        await make_connector(http).check()


@pytest.mark.parametrize("body", ['{"ok":true,"result":[]}', '{"ok":true}'])
async def test_a_nonsense_answer_is_no_working_bot(
    http: ClientSession, scripted: MakeScripted, body: str
) -> None:
    server = await scripted(200, body)

    report = await make_connector(http, api_base=server.base).check()

    assert not report.ok


async def test_our_own_webhook_does_not_stand_in_the_way_of_polling(make_hub: MakeHub) -> None:
    url = "http://127.0.0.1:9"
    hub = await make_hub(public_url=url, mode="webhook", webhook_secret=SECRET)
    await hub.connector.subscribe()
    polling = await make_hub(public_url=url, **dict(hub.platform.settings()))

    report = await polling.connector.check()

    assert report.ok
