"""What each answer of Telegram to a send means."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.base import Outgoing
from shared.errors import (
    ChannelBroken,
    ContactGone,
    NotSent,
    Rejected,
    SendError,
    ThreadMoved,
    Throttled,
    Uncertain,
    WindowClosed,
)
from shared.model.content import Button, ButtonKind, Content, Span, SpanKind
from tests.connectors.telegram.player import Hub, MakeHub, make_connector, make_part
from tests.connectors.telegram.scripted import MakeScripted

_HELLO = Outgoing(make_part("5", Content(text="hello")))


def _refusal(code: int, description: str, **parameters: Any) -> str:
    body = {"ok": False, "error_code": code, "description": description}
    return json.dumps(body | ({"parameters": parameters} if parameters else {}))


_TABLE: list[tuple[int, str, type[SendError]]] = [
    (429, _refusal(429, "Too Many Requests: retry after 7", retry_after=7), Throttled),
    (429, _refusal(429, "Too Many Requests: retry after 7"), Throttled),
    (429, "<html>slow down</html>", Throttled),
    (500, _refusal(500, "Internal Server Error"), Uncertain),
    (500, '{"ok":false}', Uncertain),
    (502, "<html>Bad Gateway</html>", Uncertain),
    (502, _refusal(502, "Bad Gateway"), Uncertain),
    (503, "", Uncertain),
    (302, "", Uncertain),
    (200, "", Uncertain),
    (200, "not json", Uncertain),
    (200, "[]", Uncertain),
    (200, '{"ok":true}', Uncertain),
    (200, '{"ok":true,"result":{}}', Uncertain),
    (200, '{"ok":true,"result":{"message_id":"x"}}', Uncertain),
    (200, '{"ok":false}', Uncertain),
    (200, _refusal(400, "Bad Request: chat not found"), Rejected),
    (403, _refusal(403, "Forbidden: bot was blocked by the user"), ContactGone),
    (403, _refusal(403, "Forbidden: user is deactivated"), ContactGone),
    (403, _refusal(403, "Forbidden: bot was kicked from the supergroup chat"), ContactGone),
    (403, _refusal(403, "Forbidden: bot is not a member of the channel chat"), ContactGone),
    (
        403,
        _refusal(403, "Forbidden: bot can't initiate conversation with a user"),
        ContactGone,
    ),
    (403, _refusal(403, "Forbidden: not enough rights to send text messages"), Rejected),
    (400, _refusal(400, "Bad Request: group upgraded", migrate_to_chat_id=-1009), ThreadMoved),
    (400, _refusal(400, "Bad Request: chat not found"), Rejected),
    (400, _refusal(400, "Bad Request: message text is empty"), Rejected),
    (400, _refusal(400, "Bad Request: message is too long"), Rejected),
    (400, _refusal(400, "Bad Request: message thread not found"), Rejected),
    (400, _refusal(400, "Bad Request: can't parse entities: whatever"), Rejected),
    (400, _refusal(400, "Bad Request: BUTTON_DATA_INVALID"), Rejected),
    (400, _refusal(400, "Bad Request: reply markup is too long"), Rejected),
    (400, _refusal(400, "Bad Request: BUSINESS_PEER_USAGE_MISSING"), WindowClosed),
    (401, _refusal(401, "Unauthorized"), ChannelBroken),
    (404, _refusal(404, "Not Found"), ChannelBroken),
    (409, _refusal(409, "Conflict"), NotSent),
    (413, _refusal(413, "Request Entity Too Large"), Rejected),
    (413, "<html>too large</html>", Rejected),
]


@pytest.mark.parametrize(
    "status, body, expected", _TABLE, ids=[f"{s}-{b[:60]}" for s, b, _ in _TABLE]
)
async def test_every_answer_has_one_meaning(
    http: ClientSession,
    scripted: MakeScripted,
    status: int,
    body: str,
    expected: type[SendError],
) -> None:
    server = await scripted(status, body)

    with pytest.raises(SendError) as caught:
        await make_connector(http, api_base=server.base).send(_HELLO)

    assert type(caught.value) is expected


async def test_the_pause_is_as_long_as_asked(http: ClientSession, scripted: MakeScripted) -> None:
    server = await scripted(429, _refusal(429, "Too Many Requests", retry_after=41))

    with pytest.raises(Throttled) as caught:
        await make_connector(http, api_base=server.base).send(_HELLO)

    assert (caught.value.retry_after_s, caught.value.whole_channel) == (41, False)


async def test_a_group_that_moved_names_the_new_thread(
    http: ClientSession, scripted: MakeScripted
) -> None:
    server = await scripted(400, _refusal(400, "upgraded", migrate_to_chat_id=-1009))
    part = make_part("-5/45", Content(text="hello"))

    with pytest.raises(ThreadMoved) as caught:
        await make_connector(http, api_base=server.base).send(Outgoing(part))

    assert caught.value.new_thread == "-1009/45"


async def test_telegrams_own_words_reach_the_agent(
    http: ClientSession, scripted: MakeScripted
) -> None:
    server = await scripted(400, _refusal(400, "Bad Request: message is too long"))

    with pytest.raises(Rejected, match=r"^message is too long$"):
        await make_connector(http, api_base=server.base).send(_HELLO)


async def test_a_refused_connection_is_certainly_not_sent(http: ClientSession) -> None:
    with pytest.raises(NotSent):
        await make_connector(http).send(_HELLO)


@pytest.mark.parametrize("kind", ["send", "edit", "delete", "reaction"])
async def test_every_kind_of_call_knows_a_refused_connection(
    http: ClientSession, kind: str
) -> None:
    part = make_part("5", Content(text="x"), kind=kind, target_external_id="1")

    with pytest.raises(NotSent):
        await make_connector(http).send(Outgoing(part))


async def test_a_connection_cut_after_the_message_was_taken_is_uncertain(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    hub.platform.fault("cut_after_write", 1)

    with pytest.raises(Uncertain):
        await hub.send(thread, "hello")

    assert [line["text"] for line in hub.phone("Ann")] == ["hello"]


async def test_a_call_without_an_answer_is_uncertain(make_hub: MakeHub) -> None:
    hub = await make_hub(send_timeout_s=0.2)
    thread = await hub.meet("Ann")
    hub.platform.fault("hang", 1)

    with pytest.raises(Uncertain):
        await hub.send(thread, "hello")


@pytest.mark.parametrize("fault", ["500", "502_html", "cut_before"])
async def test_an_edit_that_went_wrong_is_uncertain(hub: Hub, fault: str) -> None:
    thread = await hub.meet("Ann")
    sent = await hub.send(thread, "hello")
    hub.platform.fault(fault, 1)

    with pytest.raises(Uncertain):
        await hub.send(thread, "bye", kind="edit", target_external_id=sent.external_ids[0])


async def test_a_customer_who_blocked_the_bot_is_gone_until_back(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    await hub.platform.act("Ann", {"type": "block"})

    with pytest.raises(ContactGone, match="blocked"):
        await hub.send(thread, "hello")

    await hub.platform.write("Ann", "back again")
    told = [item.reachable for item in await hub.take()]
    assert told == [False, True, None]
    await hub.send(thread, "hello")


async def test_nobody_can_be_written_first(hub: Hub) -> None:
    with pytest.raises(Rejected, match="chat not found"):
        await hub.send("123456", "hello")


@pytest.mark.parametrize(
    "content",
    [
        Content(text=" "),
        Content(text="x" * 4097),
        Content(
            text="?", buttons=((Button(label=" ", url="javascript:x", kind=ButtonKind.LINK),),)
        ),
    ],
    ids=["empty", "long", "url"],
)
async def test_what_telegram_refuses_is_refused(hub: Hub, content: Content) -> None:
    thread = await hub.meet("Ann")

    with pytest.raises(Rejected):
        await hub.send(thread, content=content)


async def test_spans_beyond_the_text_do_not_cost_the_message(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    span = Span(kind=SpanKind.BOLD, start=2, length=50)

    await hub.send(thread, content=Content(text="hello", spans=(span,)))

    assert len(hub.phone("Ann")) == 1


async def test_a_cancelled_send_is_cancelled(make_hub: MakeHub) -> None:
    hub = await make_hub()
    thread = await hub.meet("Ann")
    hub.platform.fault("hang", 1)
    sending = asyncio.create_task(hub.send(thread, "hello"))
    await asyncio.sleep(0.1)

    sending.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sending
