"""Where a call goes: topics, direct messages, business connections."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web

from connectors.base import Outgoing
from connectors.telegram.address import Address, address_of
from connectors.telegram.connector import TelegramConnector
from shared.errors import Rejected
from shared.ids import ExternalId
from shared.model.content import Content
from tests.connectors.telegram.player import SECRET, make_connector, make_part

_BUSINESS = "555/business:bc_1"


class Recorder:
    """A Bot API that takes everything and remembers the parameters."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def handle(self, request: web.Request) -> web.Response:
        """Keep the call; say that a message was sent."""
        method = request.match_info["method"]
        self.calls.append((method, dict(await request.post())))
        return web.json_response({"ok": True, "result": {"message_id": 9}})


@pytest.fixture
async def recorder() -> Recorder:
    """What was called."""
    return Recorder()


@pytest.fixture
async def api_base(recorder: Recorder) -> AsyncIterator[str]:
    """Where the recorder listens."""
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", recorder.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def connector(api_base: str, http: ClientSession) -> TelegramConnector:
    """A connector that talks to the recorder."""
    return make_connector(http, api_base=api_base)


@pytest.mark.parametrize(
    "address",
    [
        Address(555),
        Address(-1001, topic_id=45),
        Address(-1001, direct_topic_id=7),
        Address(555, connection_id="bc_1"),
    ],
)
def test_a_thread_leads_back_to_its_address(address: Address) -> None:
    assert address_of(address.thread(), address.context()) == address
    assert address_of(address.thread(), {}) == address


def test_a_renewed_business_connection_is_used() -> None:
    found = address_of(ExternalId(_BUSINESS), {"business_connection_id": "bc_2"})

    assert found.connection_id == "bc_2"


def test_a_topic_keeps_its_number_when_its_group_moves() -> None:
    assert Address(-5, topic_id=4).moved(-1009).thread() == "-1009/4"


@pytest.mark.parametrize(
    "thread, names",
    [
        ("-1001/45", {"chat_id": "-1001", "message_thread_id": "45"}),
        ("-1001/direct:7", {"chat_id": "-1001", "direct_messages_topic_id": "7"}),
        (_BUSINESS, {"chat_id": "555", "business_connection_id": "bc_1"}),
    ],
)
async def test_a_message_names_its_sub_thread(
    connector: TelegramConnector, recorder: Recorder, thread: str, names: dict[str, str]
) -> None:
    await connector.send(Outgoing(make_part(thread, Content(text="hi"))))

    assert recorder.calls == [("sendMessage", {"text": "hi", **names})]


async def test_a_reply_may_be_sent_without_what_it_answers(
    connector: TelegramConnector, recorder: Recorder
) -> None:
    part = make_part("555", Content(text="hi"), reply_external_id="4")

    await connector.send(Outgoing(part))

    named = json.loads(recorder.calls[0][1]["reply_parameters"])
    assert named == {"message_id": 4, "allow_sending_without_reply": True}


async def test_a_business_message_is_deleted_through_its_connection(
    connector: TelegramConnector, recorder: Recorder
) -> None:
    part = make_part(_BUSINESS, Content(), kind="delete", target_external_id="4")

    await connector.send(Outgoing(part))

    named = {"business_connection_id": "bc_1", "message_ids": "[4]"}
    assert recorder.calls == [("deleteBusinessMessages", named)]


async def test_a_bot_cannot_react_in_a_business_chat(connector: TelegramConnector) -> None:
    part = make_part(_BUSINESS, Content(text="👍"), kind="reaction", target_external_id="4")

    with pytest.raises(Rejected, match="Business"):
        await connector.send(Outgoing(part))


async def test_typing_is_shown_in_the_topic(
    connector: TelegramConnector, recorder: Recorder
) -> None:
    await connector.typing(ExternalId("-1001/45"), {})

    named = {"chat_id": "-1001", "message_thread_id": "45", "action": "typing"}
    assert recorder.calls == [("sendChatAction", named)]


async def test_no_subscription_ever_drops_what_waits(
    connector: TelegramConnector, recorder: Recorder
) -> None:
    await connector.subscribe()

    assert recorder.calls == [("deleteWebhook", {})]


async def test_a_webhook_asks_for_every_kind_of_update_by_name(
    recorder: Recorder, api_base: str, http: ClientSession
) -> None:
    public = "https://hub.example"
    connector = make_connector(http, api_base=api_base, mode="webhook", public_url=public)

    await connector.subscribe()

    name, given = recorder.calls[0]
    wanted = set(json.loads(given["allowed_updates"]))
    assert name == "setWebhook"
    assert given["url"] == "https://hub.example/hooks/test-telegram"
    assert given["secret_token"] == SECRET
    assert {"message_reaction", "chat_member", "callback_query", "business_message"} <= wanted
    assert "drop_pending_updates" not in given
