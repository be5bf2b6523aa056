"""The check of an account, and telling Meta where its events go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pydantic import ValidationError

from connectors.base import CheckReport, RawRequest
from connectors.whatsapp.connector import WhatsAppConnector
from connectors.whatsapp.manifest import WhatsAppSettings
from shared.errors import ChannelBroken, Unavailable
from tests.connectors.whatsapp.player import VERIFY, Hub, MakeHub, make_connector
from tests.connectors.whatsapp.scripted import MakeScripted


def _item(report: CheckReport, name: str) -> Any:
    return next(item for item in report.items if item.name == name)


@asynccontextmanager
async def _answering(connector: WhatsAppConnector, port: int = 0) -> AsyncIterator[str]:
    """The hub's edge as far as a handshake needs it."""

    async def handle(request: web.Request) -> web.Response:
        raw = RawRequest("GET", request.path, dict(request.query), {}, b"")
        connector.verify(raw)
        answer = connector.answer(raw)
        return web.Response(status=answer.status, body=answer.body)

    app = web.Application()
    app.router.add_get("/hooks/test-whatsapp", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_sound_account_is_told_with_its_number(hub: Hub) -> None:
    report = await hub.connector.check()

    assert report.account == "+1 555-078-3881"
    assert [item.name for item in report.items if not item.ok] == ["webhook"]


async def test_without_a_public_address_the_check_says_what_to_set(hub: Hub) -> None:
    item = _item(await hub.connector.check(), "webhook")

    assert not item.ok
    assert "HUB_PUBLIC_URL" in item.remedy


async def test_a_webhook_that_is_set_by_hand_is_explained_with_its_address(
    make_hub: MakeHub,
) -> None:
    hub = await make_hub(public_url="https://hub.example")

    item = _item(await hub.connector.check(), "webhook")

    assert item.ok
    assert "https://hub.example/hooks/test-whatsapp" in item.remedy


async def test_a_revoked_token_is_told_in_metas_words_with_a_remedy(
    http: ClientSession, hub: Hub
) -> None:
    settings = {**hub.platform.settings(), "access_token": "EAAsomethingElse"}

    report = await make_connector(http, **settings).check()

    item = _item(report, "token")
    assert (report.ok, item.ok) == (False, False)
    assert "system user" in item.remedy


async def test_a_token_that_lacks_a_permission_is_told_which(hub: Hub) -> None:
    hub.platform.management.token["scopes"] = ["whatsapp_business_messaging"]

    item = _item(await hub.connector.check(), "token")

    assert not item.ok
    assert "whatsapp_business_management" in item.detail


@pytest.mark.parametrize("days, ok, warned", [(90, True, False), (3, True, True), (0, False, True)])
async def test_the_end_of_a_token_is_told_before_it_comes(
    hub: Hub, days: int, ok: bool, warned: bool
) -> None:
    until = datetime.now(UTC) + timedelta(days=days, hours=1)
    hub.platform.management.token["expires_at"] = int(until.timestamp())

    item = _item(await hub.connector.check(), "token")

    assert (item.ok, bool(item.remedy)) == (ok, warned)
    assert f"{until:%Y-%m-%d}" in item.detail


async def test_a_number_that_meta_has_banned_is_told_so(hub: Hub) -> None:
    hub.platform.management.status = "BANNED"

    item = _item(await hub.connector.check(), "number")

    assert (item.ok, "banned" in item.detail) == (False, True)


async def test_another_number_is_told_as_the_number_that_is_wrong(
    http: ClientSession, hub: Hub
) -> None:
    settings = {**hub.platform.settings(), "phone_number_id": "1"}

    report = await make_connector(http, **settings).check()

    assert not _item(report, "number").ok


async def test_another_account_is_told_as_the_account_that_is_wrong(
    http: ClientSession, hub: Hub
) -> None:
    settings = {**hub.platform.settings(), "waba_id": "1"}

    report = await make_connector(http, **settings).check()

    assert not _item(report, "account").ok


async def test_a_platform_that_is_away_is_no_finding(connector: WhatsAppConnector) -> None:
    with pytest.raises(Unavailable):
        await connector.check()


@pytest.mark.parametrize("secret", ["", " ", "short", "with blanks in the middle of it"])
def test_an_app_secret_that_protects_nothing_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="app_secret"):
        WhatsAppSettings.model_validate(
            {
                "access_token": "EAA1",
                "phone_number_id": "1",
                "waba_id": "2",
                "app_secret": secret,
            }
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone_number_id": "+1 555 078 3881"},
        {"waba_id": ""},
        {"access_token": " "},
        {"api_base": "graph.facebook.com"},
        {"api_base": "https://user:password@graph.facebook.com"},
        {"verify_token": "секрет"},
        {"webhook": "sometimes"},
    ],
    ids=lambda value: next(iter(value)),
)
def test_settings_that_cannot_be_right_are_refused(wrong: dict[str, str]) -> None:
    right = {
        "access_token": "EAA1",
        "phone_number_id": "1",
        "waba_id": "2",
        "app_secret": "0123456789abcdef0123456789abcdef",
    }
    WhatsAppSettings.model_validate(right)

    with pytest.raises(ValidationError, match=next(iter(wrong))):
        WhatsAppSettings.model_validate(right | wrong)


async def test_the_numbers_own_address_is_set_after_a_handshake(
    http: ClientSession, hub: Hub
) -> None:
    settings = {**hub.platform.settings(), "webhook": "automatic", "verify_token": VERIFY}
    async with _answering(make_connector(http)) as base:
        connector = make_connector(http, public_url=base, **settings)
        await connector.subscribe()

        assert hub.platform.webhooks.override == f"{base}/hooks/test-whatsapp"
        assert _item(await connector.check(), "webhook").detail.startswith("Meta calls this hub")


async def test_an_address_that_meta_cannot_reach_is_tried_again_and_stops_nothing(
    http: ClientSession, hub: Hub
) -> None:
    settings = {**hub.platform.settings(), "webhook": "automatic", "verify_token": VERIFY}
    connector = make_connector(http, public_url="http://127.0.0.1:9", **settings)

    with pytest.raises(Unavailable, match="Callback verification"):
        await connector.subscribe()


async def test_a_handshake_with_another_token_sets_no_address(
    http: ClientSession, hub: Hub
) -> None:
    settings = {**hub.platform.settings(), "webhook": "automatic", "verify_token": "another one"}
    async with _answering(make_connector(http)) as base:
        with pytest.raises(Unavailable):
            await make_connector(http, public_url=base, **settings).subscribe()

    assert hub.platform.webhooks.override is None


async def test_unsubscribing_takes_the_numbers_address_away(http: ClientSession, hub: Hub) -> None:
    settings = {**hub.platform.settings(), "webhook": "automatic", "verify_token": VERIFY}
    async with _answering(make_connector(http)) as base:
        connector = make_connector(http, public_url=base, **settings)
        await connector.subscribe()
        await connector.unsubscribe()

    assert hub.platform.webhooks.override is None


async def test_a_webhook_set_by_hand_is_left_alone(make_hub: MakeHub) -> None:
    hub = await make_hub(public_url="https://hub.example")

    await hub.connector.subscribe()
    await hub.connector.unsubscribe()

    assert hub.platform.webhooks.override is None


async def test_a_token_without_rights_stops_the_channel(
    http: ClientSession, scripted: MakeScripted
) -> None:
    server = await scripted(403, '{"error": {"message": "(#200) Permissions error", "code": 200}}')

    with pytest.raises(ChannelBroken):
        await make_connector(http, api_base=server.base).subscribe()
