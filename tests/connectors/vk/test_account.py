"""Looking at the community, and setting up long poll."""

import pytest
from aiohttp import ClientSession

from connectors.base import CheckItem, CheckReport
from shared.errors import Unavailable
from tests.connectors.vk.player import Hub, MakeHub, make_connector


def _item(report: CheckReport, name: str) -> CheckItem:
    return next(item for item in report.items if item.name == name)


async def test_a_community_that_works_is_named(hub: Hub) -> None:
    report = await hub.connector.check()

    assert report.ok
    assert str(report.account).startswith("vk.com/club")
    assert _item(report, "long poll").detail == "on, version 5.199"


async def test_subscribing_switches_on_what_we_want_to_hear(make_hub: MakeHub) -> None:
    hub = await make_hub(begin=False)
    before = await hub.connector.check()

    await hub.connector.subscribe()

    after = await hub.connector.check()
    assert _item(before, "long poll").detail == "it is off and will be switched on"
    assert _item(after, "long poll").detail == "on, version 5.199"


async def test_what_is_set_right_is_not_set_again(hub: Hub) -> None:
    await hub.connector.subscribe()

    assert hub.platform.calls("groups.setLongPollSettings") == 1


@pytest.mark.parametrize(
    "polled, events, said",
    [
        ({"is_enabled": True, "api_version": "5.131"}, {}, "5.131"),
        ({"is_enabled": True, "api_version": "5.199"}, {"message_new": 0}, "1 kinds"),
    ],
)
async def test_settings_of_another_program_are_named_and_set_right(
    hub: Hub, polled: dict[str, object], events: dict[str, int], said: str
) -> None:
    hub.platform.community.polled = polled
    hub.platform.community.events.update(events)

    report = await hub.connector.check()
    await hub.connector.subscribe()

    assert said in _item(report, "long poll").detail
    assert _item(await hub.connector.check(), "long poll").detail == "on, version 5.199"


async def test_rights_that_lack_are_named_with_the_remedy(hub: Hub) -> None:
    hub.platform.community.rights = ("messages", "manage")

    item = _item(await hub.connector.check(), "rights")

    assert (item.ok, item.detail) == (False, "the key lacks: photos, docs")
    assert "Access keys" in item.remedy


async def test_a_key_that_may_not_manage_still_polls(make_hub: MakeHub) -> None:
    hub = await make_hub()
    hub.platform.community.rights = ("messages", "photos", "docs")

    await hub.connector.subscribe()
    await hub.platform.write("Ann", "hello")

    assert [item.content.text for item in await hub.take()] == ["hello"]
    report = await hub.connector.check()
    assert not _item(report, "rights").ok
    assert not _item(report, "long poll").ok


async def test_a_wrong_key_is_said_with_vks_words(hub: Hub, http: ClientSession) -> None:
    settings = {**hub.platform.settings(), "token": "vk1.a.another"}
    connector = make_connector(http, **settings)

    report = await connector.check()

    assert not report.ok
    assert "access key" in report.items[0].detail
    assert "Access keys" in report.items[0].remedy
    await connector.close()


async def test_a_wrong_community_is_said(hub: Hub, http: ClientSession) -> None:
    settings = {**hub.platform.settings(), "group_id": 5}
    connector = make_connector(http, **settings)

    report = await connector.check()

    assert "knows no community 5" in report.items[0].detail
    await connector.close()


async def test_messages_that_are_switched_off_are_said(hub: Hub) -> None:
    hub.platform.community.messages_on = False

    item = _item(await hub.connector.check(), "messages")

    assert (item.ok, "switch community messages on" in item.remedy) == (False, True)


async def test_a_callback_server_that_failed_is_said(make_hub: MakeHub) -> None:
    hub = await make_hub("http://127.0.0.1:9", begin=False, mode="callback")
    before = _item(await hub.connector.check(), "callback")
    with pytest.raises(Unavailable, match="confirmation"):
        await hub.connector.subscribe()

    after = _item(await hub.connector.check(), "callback")

    assert before.ok
    assert (after.ok, after.detail) == (False, "the server's status is failed")


async def test_callbacks_without_a_public_address_are_said_before_the_start(
    make_hub: MakeHub,
) -> None:
    hub = await make_hub(begin=False, mode="callback")

    item = _item(await hub.connector.check(), "callback")

    assert (item.ok, "HUB_PUBLIC_URL" in item.remedy) == (False, True)


async def test_nobody_there_is_unavailable(http: ClientSession) -> None:
    connector = make_connector(http)

    with pytest.raises(Unavailable):
        await connector.check()
    await connector.close()
