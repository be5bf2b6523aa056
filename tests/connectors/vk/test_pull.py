"""Bots Long Poll: where it stands, what goes wrong with it, and what is read again after a gap."""

import asyncio

import pytest
from aiohttp import ClientSession

from shared.clock import ManualClock
from shared.errors import ChannelBroken, Throttled, Unavailable
from shared.model.inbound import Inbound, InboundKind, Origin
from tests.connectors.vk.player import Hub, MakeHub, make_connector
from tests.connectors.vk.scripted import MakeScripted


def _texts(items: list[Inbound]) -> list[str]:
    return [item.content.text for item in items if item.kind is InboundKind.MESSAGE]


def _keys(items: list[Inbound]) -> list[str]:
    return [item.event_key for item in items if item.kind is InboundKind.MESSAGE]


async def test_what_was_not_confirmed_comes_again(hub: Hub) -> None:
    await hub.platform.write("Ann", "one")

    first = await hub.read(await hub.connector.pull(hub.cursor))
    second = await hub.read(await hub.connector.pull(hub.cursor))

    assert _keys(first) == _keys(second) != []


async def test_the_cursor_moves_only_behind_the_last_event_of_a_batch(hub: Hub) -> None:
    await hub.platform.write("Ann", "one")
    await hub.platform.write("Ann", "two")
    before = hub.cursor

    pulled = await hub.connector.pull(hub.cursor)

    assert pulled.cursors[0] == before != pulled.cursors[1]
    assert _texts(await hub.read(await hub.connector.pull(pulled.cursors[0]))) == ["one", "two"]


async def test_after_a_restart_the_stored_place_goes_on(
    hub: Hub, http: ClientSession, make_hub: MakeHub
) -> None:
    await hub.platform.write("Ann", "while we were down")
    again = make_connector(http, poll_wait_s=0, **hub.platform.settings())

    pulled = await again.pull(hub.cursor)

    assert _texts(await hub.read(pulled)) == ["while we were down"]
    await again.close()


async def test_a_pull_waits_for_the_next_message(make_hub: MakeHub) -> None:
    hub = await make_hub(poll_wait_s=20)
    waiting = asyncio.create_task(hub.take())
    await asyncio.sleep(0)

    await hub.platform.write("Ann", "late")

    assert _texts(await asyncio.wait_for(waiting, 20)) == ["late"]


async def test_a_new_channel_takes_over_whoever_waits_for_an_answer(make_hub: MakeHub) -> None:
    hub = await make_hub(begin=False)
    await hub.platform.write("Ann", "is anybody there?")
    await hub.platform.write("Ben", "and for me?")
    await hub.platform.act("Ben", {"type": "admin", "text": "yes"})
    await hub.connector.subscribe()

    taken = await hub.take_all(2)

    assert _texts(taken) == ["is anybody there?"]
    assert "@" in str(hub.cursor)


async def test_the_cursor_is_stored_before_anything_is_waited_for(make_hub: MakeHub) -> None:
    hub = await make_hub(begin=False, poll_wait_s=25)
    await hub.connector.subscribe()

    pulled = await asyncio.wait_for(hub.connector.pull(None), 20)

    assert (pulled.events, "@" in (pulled.cursor or "")) == ((), True)


async def test_an_outdated_ts_goes_on_with_the_new_one_and_loses_nothing(hub: Hub) -> None:
    await hub.platform.write("Ann", "lost")
    hub.platform.fault("failed1", 1)

    taken = await hub.take_all(3)
    await hub.platform.write("Ann", "after")

    assert _texts(taken) == ["lost"]
    assert _texts(await hub.take()) == ["after"]


async def test_lost_information_gets_a_new_session_and_loses_nothing(hub: Hub) -> None:
    await hub.platform.write("Ann", "lost")
    hub.platform.fault("failed3", 1)

    taken = await hub.take_all(3)
    await hub.platform.write("Ann", "after")

    assert _texts(taken) == ["lost"]
    assert _texts(await hub.take()) == ["after"]


async def test_an_expired_key_is_renewed_and_the_place_kept(hub: Hub) -> None:
    await hub.platform.write("Ann", "still here")
    hub.platform.fault("failed2", 1)

    taken = await hub.take_all(2)

    assert _texts(taken) == ["still here"]
    assert hub.platform.calls("groups.getLongPollServer") == 2


async def test_a_key_that_always_expires_is_no_busy_loop(hub: Hub) -> None:
    hub.platform.fault("failed2", 100)

    with pytest.raises(Unavailable, match="key"):
        await hub.take_all(5)


async def test_a_wrong_version_is_unavailable_and_then_heals(hub: Hub) -> None:
    await hub.platform.write("Ann", "kept")
    hub.platform.fault("failed4", 1)

    with pytest.raises(Unavailable):
        await hub.take()

    assert _texts(await hub.take()) == ["kept"]


# A GET whose connection was cut is made once more by the client itself.
@pytest.mark.parametrize(
    "fault, times", [("poll_html", 1), ("poll_500", 1), ("poll_cut", 2), ("poll_odd", 1)]
)
async def test_trouble_on_the_way_is_unavailable_and_loses_nothing(
    hub: Hub, fault: str, times: int
) -> None:
    await hub.platform.write("Ann", "kept")
    hub.platform.fault(fault, times)

    with pytest.raises(Unavailable):
        await hub.take()

    assert _texts(await hub.take()) == ["kept"]


async def test_a_poll_that_hangs_ends_at_its_limit(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.vk.polling._GRACE_S", 0.2)
    hub.platform.fault("poll_hang", 1)

    with pytest.raises(Unavailable, match="in time"):
        await asyncio.wait_for(hub.take(), 20)


async def test_three_failures_in_a_row_open_a_new_session(hub: Hub) -> None:
    hub.platform.fault("poll_html", 3)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await hub.take()

    await hub.take()

    assert hub.platform.calls("groups.getLongPollServer") == 2


async def test_a_ts_that_vk_never_understands_is_given_up_and_looked_for(hub: Hub) -> None:
    await hub.platform.write("Ann", "found again")
    hub.platform.fault("poll_odd", 3)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await hub.take()

    taken = await hub.take_all(3)

    assert _texts(taken) == ["found again"]


async def test_a_session_of_nine_hours_is_renewed(http: ClientSession, make_hub: MakeHub) -> None:
    hub = await make_hub()
    clock = ManualClock()
    connector = make_connector(http, clock=clock, poll_wait_s=0, **hub.platform.settings())
    await connector.pull(hub.cursor)
    asked = hub.platform.calls("groups.getLongPollServer")

    await clock.advance(9 * 3600 + 1)
    await connector.pull(hub.cursor)

    assert hub.platform.calls("groups.getLongPollServer") == asked + 1
    await connector.close()


async def test_what_is_read_again_has_the_keys_of_the_live_events(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    await hub.platform.write("Ann", "question")
    await hub.send(thread, "answer")
    await hub.platform.act("Ann", {"type": "admin", "text": "from VK"})
    await hub.platform.write("Ann", "thanks")
    place = hub.cursor
    live = await hub.take()
    hub.cursor = place
    hub.platform.fault("failed1", 1)

    again = await hub.take_all(3)

    told = [(item.event_key, item.origin, item.content, item.part_id) for item in live]
    assert set(_keys(live)) <= set(_keys(again))
    by_key = {item.event_key: item for item in again}
    found = [by_key[key] for key, *_ in told]
    assert [(f.event_key, f.origin, f.content, f.part_id) for f in found] == told
    assert [item.origin for item in live] == [
        Origin.USER, Origin.ECHO, Origin.AGENT_APP, Origin.USER,
    ]  # fmt: skip


async def test_a_gap_finds_what_no_event_ever_told(hub: Hub) -> None:
    await hub.meet("Ann")
    hub.platform.fault("lose", 2)
    await hub.platform.write("Ann", "nobody heard this")
    await hub.platform.write("Team/Ben", "nor this")
    hub.platform.fault("failed3", 1)

    taken = await hub.take_all(3)

    assert {"nobody heard this", "nor this"} <= set(_texts(taken))


async def test_a_gap_tells_the_admins_once_whatever_is_repeated(hub: Hub) -> None:
    place = hub.cursor
    hub.platform.fault("failed1", 1)
    first = await hub.take_all(3)
    hub.cursor = place
    hub.platform.fault("failed1", 1)

    second = await hub.take_all(3)

    notices = [item for item in [*first, *second] if item.kind is InboundKind.ACCOUNT]
    assert len(notices) == 2
    assert notices[0].event_key == notices[1].event_key
    assert notices[0].service == "gap"


async def test_a_gap_tells_what_was_read_meanwhile(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    sent = await hub.send(thread, "read me")
    await hub.platform.act("Ann", {"type": "read"})
    place = hub.cursor
    live = [item for item in await hub.take() if item.kind is InboundKind.READ]
    hub.cursor = place
    hub.platform.fault("failed1", 1)

    again = [item for item in await hub.take_all(3) if item.kind is InboundKind.READ]

    assert [item.event_key for item in again] == [item.event_key for item in live]
    assert again[0].target_external_id == sent.external_ids[0]


async def test_the_place_stays_until_the_whole_gap_is_closed(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.vk.gap._AT_ONCE", 1)
    for name in ("Ann", "Ben", "Cid"):
        await hub.platform.write(name, f"from {name}")
    before = hub.cursor
    hub.platform.fault("failed1", 1)

    cursors = []
    texts = []
    for _ in range(4):
        texts += _texts(await hub.take())
        cursors.append(hub.cursor)
    await hub.take()

    assert {str(cursor).partition("#")[0] for cursor in cursors} == {before}
    assert str(hub.cursor).partition("#")[0] != before
    assert sorted(texts) == ["from Ann", "from Ben", "from Cid"]


async def test_what_a_gap_found_and_nobody_could_be_told_is_told_again(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.vk.gap._AT_ONCE", 1)
    for name in ("Ann", "Ben", "Cid"):
        await hub.platform.write(name, f"from {name}")
    hub.platform.fault("failed1", 1)

    told = []
    for _ in range(4):
        # The bus is away: nothing of it is safe.
        first = await hub.read(await hub.connector.pull(hub.cursor))
        again = await hub.take()
        assert [item.event_key for item in first] == [item.event_key for item in again] != []
        told += again
    await hub.take()
    await hub.platform.write("Ann", "after")

    assert sorted(_texts(told)) == ["from Ann", "from Ben", "from Cid"]
    assert len(told) == 4  # the admins' notice is the fourth
    assert _texts(await hub.take()) == ["after"]


async def test_a_gap_that_another_process_has_begun_is_closed_from_its_beginning(
    hub: Hub, http: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.vk.gap._AT_ONCE", 1)
    for name in ("Ann", "Ben"):
        await hub.platform.write(name, f"from {name}")
    hub.platform.fault("failed1", 1)
    for _ in range(2):
        await hub.take()
    place = hub.cursor

    other = make_connector(http, poll_wait_s=0, **hub.platform.settings())
    follower = Hub(other, hub.platform, cursor=place)
    taken = await follower.take_all(4)
    await other.close()

    assert "#" in str(place)
    assert sorted(_texts(taken)) == ["from Ann", "from Ben"]


async def test_a_gap_whose_reading_fails_is_closed_later(hub: Hub) -> None:
    await hub.platform.write("Ann", "lost")
    hub.platform.fault("failed1", 1)
    hub.platform.fault("read_500", 1)
    await hub.take()
    with pytest.raises(Unavailable):
        await hub.take()

    taken = await hub.take_all(2)

    assert _texts(taken) == ["lost"]


async def test_a_long_history_is_read_page_by_page(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.vk.gap._PAGE", 3)
    for number in range(8):
        await hub.platform.write("Ann", str(number))
    hub.platform.fault("failed1", 1)

    taken = await hub.take_all(3)

    assert _texts(taken) == [str(number) for number in range(8)]


async def test_long_poll_that_is_off_breaks_the_channel_with_vks_words(make_hub: MakeHub) -> None:
    hub = await make_hub(begin=False)

    with pytest.raises(ChannelBroken, match="longpoll for this group is not enabled"):
        await hub.connector.pull(None)


async def test_a_revoked_key_breaks_the_channel(hub: Hub, http: ClientSession) -> None:
    settings = {**hub.platform.settings(), "token": "vk1.a.another", "poll_wait_s": 0}
    other = make_connector(http, **settings)

    with pytest.raises(ChannelBroken, match="access key"):
        await other.pull(hub.cursor)
    await other.close()


@pytest.mark.parametrize("code", [6, 9, 29])
async def test_a_pull_is_throttled_as_a_whole(
    http: ClientSession, scripted: MakeScripted, code: int
) -> None:
    server = await scripted(200, f'{{"error":{{"error_code":{code},"error_msg":"slowly"}}}}')
    connector = make_connector(http, api_base=server.base)

    with pytest.raises(Throttled) as caught:
        await connector.pull("5@1")

    assert caught.value.whole_channel
    await connector.close()


@pytest.mark.parametrize("body", ['{"response":{}}', '{"response":[]}', "not json", "[]", "{}"])
async def test_an_unreadable_answer_is_unavailable(
    http: ClientSession, scripted: MakeScripted, body: str
) -> None:
    server = await scripted(200, body)
    connector = make_connector(http, api_base=server.base)

    with pytest.raises(Unavailable):
        await connector.pull("5@1")
    await connector.close()


async def test_items_that_are_no_events_are_handed_on_to_be_quarantined(hub: Hub) -> None:
    hub.platform.fault("malformed", 1)
    await hub.platform.write("Ann", "spoiled")
    await hub.platform.write("Ann", "good")

    pulled = await hub.connector.pull(hub.cursor)

    assert len(pulled.events) == 2
    assert hub.connector.parse(pulled.events[1]).inbound[0].content.text == "good"


async def test_nobody_there_is_unavailable(http: ClientSession) -> None:
    connector = make_connector(http)

    with pytest.raises(Unavailable):
        await connector.pull("5@1")
    await connector.close()


@pytest.mark.parametrize("cursor", ["-5", "x", "@", "@5", "5@x", "5"])
async def test_a_cursor_that_is_none_begins_again(hub: Hub, cursor: str) -> None:
    await hub.platform.write("Ann", "one")

    taken = await hub.read(await hub.connector.pull(cursor))

    assert _texts(taken) == ["one"]
