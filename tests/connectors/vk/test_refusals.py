"""VK's error codes, each with what follows from it."""

import pytest
from aiohttp import ClientSession

from connectors.base import Outgoing
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.refusals import of_fetch, of_preparation, of_read, of_send
from shared.errors import (
    ChannelBroken,
    ContactGone,
    HubError,
    NotSent,
    Rejected,
    Throttled,
    Unavailable,
    Uncertain,
    WindowClosed,
)
from shared.model.content import Content
from tests.connectors.vk.player import Hub, make_connector, make_part
from tests.connectors.vk.scripted import MakeScripted

_SENDS: list[tuple[type[HubError], tuple[int, ...]]] = [
    (Uncertain, (1, 10, 36)),
    (Throttled, (6, 9, 29)),
    (ChannelBroken, (5, 14, 17, 27)),
    (ContactGone, (18, 900, 901, 902, 917, 936)),
    (WindowClosed, (950,)),
    (
        Rejected,
        (
            7,
            15,
            20,
            23,
            100,
            104,
            113,
            125,
            911,
            912,
            913,
            914,
            921,
            922,
            925,
            927,
            945,
            946,
            1012,
            909,
            924,
            3,
            4242,
        ),
    ),
]
_CODES = [(code, meaning) for meaning, codes in _SENDS for code in codes]


@pytest.mark.parametrize("code, meaning", _CODES)
async def test_each_code_has_one_meaning(hub: Hub, code: int, meaning: type[HubError]) -> None:
    thread = await hub.meet("Ann")
    hub.platform.fault(f"error_{code}", 1)

    with pytest.raises(HubError) as caught:
        await hub.send(thread, "short")

    assert type(caught.value) is meaning
    assert hub.platform.calls("messages.send") == 1


@pytest.mark.parametrize("code, meaning", _CODES)
def test_a_code_means_the_same_inside_a_success(code: int, meaning: type[HubError]) -> None:
    assert type(of_send(Refused(code, "words"))) is meaning


async def test_a_customer_who_forbids_messages_is_gone_until_they_allow_them(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    await hub.platform.act("Ann", {"type": "block"})

    with pytest.raises(ContactGone):
        await hub.send(thread, "hello")

    gone = [item.reachable for item in await hub.take()]
    await hub.platform.act("Ann", {"type": "unblock"})
    back = [item.reachable for item in await hub.take()]
    await hub.send(thread, "hello")
    assert (gone, back) == ([False], [True])
    assert [one["text"] for one in hub.phone("Ann") if one["from"] == "hub"] == ["hello"]


async def test_a_refusal_inside_a_success_is_seen(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    await hub.platform.act("Ann", {"type": "block"})

    with pytest.raises(ContactGone, match="has not allowed messages"):
        await hub.send(thread, "hello")


async def test_too_many_a_second_pauses_the_channel_and_flood_only_the_peer(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    caught = []
    for code in (6, 9, 29):
        hub.platform.fault(f"error_{code}", 1)
        with pytest.raises(Throttled) as error:
            await hub.send(thread, "short")
        caught.append((error.value.retry_after_s, error.value.whole_channel))

    assert caught == [(1, True), (120, False), (600, False)]


async def test_vk_refuses_more_than_twenty_a_second(hub: Hub) -> None:
    thread = await hub.meet("Ann")

    async def send_at_once() -> None:
        for _ in range(40):
            await hub.send(thread, "again")

    with pytest.raises(Throttled):
        await send_at_once()


@pytest.mark.parametrize(
    "status, body, meaning",
    [
        (500, "", Uncertain),
        (502, "<html>Bad Gateway</html>", Uncertain),
        (200, "<html>Bad Gateway</html>", Uncertain),
        (200, "[]", Uncertain),
        (200, "null", Uncertain),
        (200, "{}", Uncertain),
        (200, '{"response":null}', Uncertain),
        (200, '{"response":[]}', Uncertain),
        (200, '{"response":[{"peer_id":5}]}', Uncertain),
        (200, '{"response":[{"peer_id":5,"error":{}}]}', Uncertain),
        (200, '{"error":"words"}', Uncertain),
        (200, '{"error":{"error_code":"5"}}', Uncertain),
        (200, '{"error":{"error_code":true,"error_msg":"x"}}', Uncertain),
        (200, '{"error":{"error_code":100}}', Rejected),
        (200, '{"error":{"error_code":14,"error_msg":"Captcha needed"}}', ChannelBroken),
        (429, "slowly", Throttled),
        (302, "", Uncertain),
        (403, "forbidden by a proxy", Uncertain),
    ],
)
async def test_answers_without_sense_leave_it_open(
    http: ClientSession, scripted: MakeScripted, status: int, body: str, meaning: type[HubError]
) -> None:
    server = await scripted(status, body)
    connector = make_connector(http, api_base=server.base)

    with pytest.raises(HubError) as caught:
        await connector.send(Outgoing(make_part("5", Content(text="hello"))))

    assert type(caught.value) is meaning
    await connector.close()


async def test_a_refused_connection_was_certainly_not_sent(http: ClientSession) -> None:
    connector = make_connector(http)

    with pytest.raises(NotSent):
        await connector.send(Outgoing(make_part("5", Content(text="hello"))))
    await connector.close()


async def test_a_call_that_hangs_ends_at_its_limit(hub: Hub, http: ClientSession) -> None:
    thread = await hub.meet("Ann")
    connector = make_connector(http, **{**hub.platform.settings(), "call_timeout_s": 0.3})
    hub.platform.fault("hang", 1)

    with pytest.raises(Uncertain, match="in time"):
        await connector.send(Outgoing(make_part(thread, Content(text="hello"))))
    await connector.close()


def test_what_goes_wrong_before_the_message_was_certainly_not_sent() -> None:
    assert type(of_preparation(NoAnswer("lost", written=True))) is NotSent
    assert type(of_preparation(Refused(10))) is NotSent
    assert type(of_preparation(Refused(100))) is Rejected


def test_reading_is_tried_again_and_a_missing_right_stops_the_channel() -> None:
    assert type(of_read(NoAnswer("lost", written=True))) is Unavailable
    assert type(of_read(Refused(10))) is Unavailable
    assert type(of_read(Refused(15))) is ChannelBroken
    assert type(of_fetch(Refused(10))) is Unavailable
    assert type(of_fetch(Refused(15))) is Rejected
