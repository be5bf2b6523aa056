"""The simulator: what customers can do, and the rules of the Graph API that it keeps."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.whatsapp.simulator.faults import KINDS
from shared.errors import BadRequest
from shared.model.content import Button, Content
from shared.model.delivery import FailureKind
from shared.model.inbound import InboundKind
from tests.connectors.whatsapp.player import Hub


class Api:
    """Calls the simulated Graph API by hand."""

    def __init__(self, http: ClientSession, hub: Hub) -> None:
        self._http = http
        self._settings = hub.platform.settings()

    async def send(self, **fields: Any) -> tuple[int, dict[str, Any]]:
        """The answer to a message, whatever it is."""
        settings = self._settings
        url = f"{settings['api_base']}/{settings['phone_number_id']}/messages"
        body = {"messaging_product": "whatsapp", "to": "+10000000000", **fields}
        headers = {"Authorization": f"Bearer {settings['access_token']}"}
        async with self._http.post(url, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def code(self, **fields: Any) -> int:
        """The code of the refusal."""
        status, answer = await self.send(**fields)
        assert status >= 400
        return int(answer["error"]["code"])


@pytest.fixture
def api(http: ClientSession, hub: Hub) -> Api:
    """The Graph API by hand."""
    return Api(http, hub)


@pytest.mark.parametrize(
    "action, kind",
    [
        ({"type": "image"}, "message"),
        ({"type": "voice"}, "message"),
        ({"type": "video"}, "message"),
        ({"type": "document"}, "message"),
        ({"type": "sticker"}, "message"),
        ({"type": "audio"}, "message"),
        ({"type": "location", "title": "Shop"}, "message"),
        ({"type": "contact", "name": "Ben"}, "message"),
        ({"type": "order"}, "message"),
        ({"type": "flow"}, "message"),
        ({"type": "ad"}, "message"),
        ({"type": "forward", "text": "from afar"}, "message"),
        ({"type": "reply", "text": "that one"}, "message"),
        ({"type": "press", "label": "Yes"}, "action"),
        ({"type": "react", "emoji": "👍"}, "reaction"),
        ({"type": "edit", "text": "better"}, "edit"),
        ({"type": "delete"}, "delete"),
        ({"type": "poll"}, "unsupported"),
        ({"type": "app_message", "text": "by the owner"}, "message"),
        ({"type": "template_status"}, "account"),
        ({"type": "history", "messages": 1}, "message"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else value,
)
async def test_what_a_customer_does_reaches_the_hub(
    hub: Hub, action: dict[str, Any], kind: str
) -> None:
    anna = await hub.meet("Anna")
    buttons = ((Button(label="Yes", value="y"),),)
    await hub.send(anna, content=Content(text="how can we help?", buttons=buttons))
    await hub.until_news(2)

    await hub.platform.act("Anna", action)

    while not (came := await hub.take()):
        pass
    assert [item.kind for item in came] == [InboundKind(kind)]


@pytest.mark.parametrize(
    "action",
    [
        {"type": "typing"},
        {"type": "fly"},
        {},
        {"type": "press"},
        {"type": "edit"},
        {"type": "reply", "text": "to nothing"},
        {"type": "location", "latitude": "north"},
        {"type": "voice", "data_base64": "!"},
        {"type": "change_number"},
    ],
    ids=str,
)
async def test_what_a_customer_cannot_do_is_said(hub: Hub, action: dict[str, Any]) -> None:
    await hub.platform.write("Anna", "hello")

    with pytest.raises(BadRequest):
        await hub.platform.act("Anna", action)


@pytest.mark.parametrize("customer, text", [("", "x"), ("Anna", " "), ("Anna", "x" * 4097)])
async def test_what_cannot_be_written_is_said(hub: Hub, customer: str, text: str) -> None:
    with pytest.raises(BadRequest):
        await hub.platform.write(customer, text)


async def test_an_unknown_fault_is_refused_with_the_known_ones(hub: Hub) -> None:
    with pytest.raises(BadRequest, match="cut_after_write"):
        hub.platform.fault("earthquake", 1)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_fault_can_be_armed_and_taken_back(hub: Hub, kind: str) -> None:
    hub.platform.fault(kind, 1)
    hub.platform.fault(kind, 0)

    await hub.meet("Anna")


@pytest.mark.parametrize(
    "code, fields",
    [
        (100, {"type": "text", "text": {"body": ""}}),
        (100, {"type": "text", "text": {"body": "x" * 4097}}),
        (100, {"type": "image", "image": {"id": "1"}}),
        (100, {"type": "text", "text": {"body": "x"}, "messaging_product": "smoke signals"}),
        (100, {"type": "text", "text": {"body": "x"}, "to": None}),
        (100, {"type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513}),
        (131051, {"type": "hologram"}),
        (132001, {"type": "template", "template": {"name": "x", "language": {"code": "en"}}}),
        (132000, {"type": "template", "template": {
            "name": "order_ready", "language": {"code": "ru"}, "components": []}}),
        (132015, {"type": "template", "template": {"name": "sale", "language": {"code": "en"}}}),
        (132016, {"type": "template", "template": {
            "name": "old_sale", "language": {"code": "en"}}}),
        (131009, {"type": "interactive", "interactive": {
            "type": "button", "body": {"text": "x"}, "action": {"buttons": [
                {"type": "reply", "reply": {"id": str(n), "title": str(n)}} for n in range(4)]}}}),
        (131009, {"type": "interactive", "interactive": {
            "type": "button", "body": {"text": "x"}, "action": {"buttons": [
                {"type": "reply", "reply": {"id": "1", "title": "x" * 21}}]}}}),
        (131009, {"type": "interactive", "interactive": {
            "type": "list", "body": {"text": "x"}, "action": {"button": "y", "sections": [
                {"rows": [{"id": str(n), "title": str(n)} for n in range(11)]}]}}}),
    ],
)  # fmt: skip
async def test_what_meta_refuses_is_refused_with_its_code(
    api: Api, code: int, fields: dict[str, Any]
) -> None:
    assert await api.code(**fields) == code


async def test_an_id_in_the_field_for_numbers_is_taken_and_silently_dropped(
    hub: Hub, api: Api
) -> None:
    anna = await hub.meet("Anna")

    user = anna.thread.external_id
    status, answer = await api.send(to=user, type="text", text={"body": "into nothing"})

    assert status == 200
    assert answer["messages"][0]["id"]
    assert hub.phone("Anna") == []


async def test_a_number_without_its_plus_gets_the_country_of_the_business(
    hub: Hub, api: Api
) -> None:
    anna = await hub.meet("Anna")

    number = anna.thread.context["wa_id"]
    await api.send(to=number, type="text", text={"body": "to somebody else"})

    assert hub.phone("Anna") == []
    news = await hub.until_news(1)
    assert news[0].failure is not None
    assert news[0].failure.kind is FailureKind.CONTACT_GONE


async def test_a_webhook_comes_again_until_it_is_taken(hub: Hub) -> None:
    hub.platform.fault("duplicate", 1)
    await hub.platform.write("Anna", "hello")

    first, again = await hub.take(), await hub.take()

    assert first[0].event_key == again[0].event_key


async def test_webhooks_may_come_in_reverse(hub: Hub) -> None:
    hub.platform.fault("reorder", 2)
    await hub.platform.write("Anna", "one")
    await hub.platform.write("Anna", "two")

    texts = [item.content.text for _ in range(2) for item in await hub.take()]

    assert texts == ["two", "one"]


async def test_many_events_may_come_in_one_webhook(hub: Hub) -> None:
    hub.platform.fault("batch", 3)
    for number in range(3):
        await hub.platform.write("Anna", str(number))

    assert [item.content.text for item in await hub.take()] == ["0", "1", "2"]


async def test_an_early_status_comes_before_the_answer(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    hub.platform.fault("early_status", 1)
    sending = asyncio.ensure_future(hub.send(anna, "hello"))

    news = await hub.until_news(1)

    assert not sending.done()
    assert news[0].external_ids == (await sending).external_ids


async def test_the_phone_shows_what_was_read_by_the_business(hub: Hub) -> None:
    await hub.platform.write("Anna", "one")
    last = await hub.platform.write("Anna", "two")
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": last}

    hub.platform.sending.take(mark)

    assert [line.get("read") for line in hub.platform.phone("Anna")] == [True, True]


async def test_a_deleted_and_an_edited_message_look_so(hub: Hub) -> None:
    await hub.platform.write("Anna", "one")
    await hub.platform.act("Anna", {"type": "edit", "text": "uno"})
    await hub.platform.write("Anna", "two")
    await hub.platform.act("Anna", {"type": "delete"})

    first, second = hub.platform.phone("Anna")

    assert (first["text"], first["edited"]) == ("uno", True)
    assert (second["text"], second["deleted"]) == ("", True)
