"""The simulator: what customers can do, and the rules of the Bot API that it keeps."""

from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from connectors.telegram.simulator.faults import KINDS
from shared.errors import BadRequest
from shared.model.inbound import InboundKind
from tests.connectors.telegram.player import Hub


class Api:
    """Calls the simulator's Bot API by hand."""

    def __init__(self, http: ClientSession, hub: Hub) -> None:
        settings = hub.platform.settings()
        self._http = http
        self._base = settings["api_base"]
        self.token = settings["token"]

    async def call(self, method: str, token: str | None = None, **given: Any) -> Any:
        """The answer, whatever it is."""
        url = f"{self._base}/bot{token or self.token}/{method}"
        async with self._http.post(url, json=given) as answer:
            body = await answer.json()
            assert answer.status == (200 if body["ok"] else body["error_code"])
            return body


@pytest.fixture
def api(http: ClientSession, hub: Hub) -> Api:
    """The Bot API by hand."""
    return Api(http, hub)


@pytest.mark.parametrize(
    "action, kind",
    [
        ({"type": "start", "param": "promo"}, "message"),
        ({"type": "voice", "duration": 3}, "message"),
        ({"type": "video_note"}, "message"),
        ({"type": "sticker", "emoji": "🔥"}, "message"),
        ({"type": "animation"}, "message"),
        ({"type": "location", "latitude": 1, "longitude": 2}, "message"),
        ({"type": "venue", "title": "Shop"}, "message"),
        ({"type": "contact", "phone": "+100", "name": "Ben"}, "message"),
        ({"type": "dice"}, "message"),
        ({"type": "poll", "question": "When?", "options": ["a", "b"]}, "message"),
        ({"type": "forward", "text": "from afar"}, "message"),
        ({"type": "reply", "text": "that one"}, "message"),
        ({"type": "edit", "text": "better"}, "edit"),
        ({"type": "react", "emoji": "👍"}, "reaction"),
        ({"type": "block"}, "contact"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else value,
)
async def test_what_a_customer_does_reaches_the_hub(
    hub: Hub, action: dict[str, Any], kind: str
) -> None:
    thread = await hub.meet("Ann")
    await hub.send(thread, "how can we help?")

    await hub.platform.act("Ann", action)

    assert [item.kind for item in await hub.take()] == [InboundKind(kind)]


async def test_an_album_arrives_as_messages_of_one_group(hub: Hub) -> None:
    await hub.platform.act("Ann", {"type": "album", "text": "two"})

    first, second = await hub.take()

    assert first.content.group_key == second.content.group_key is not None
    assert (first.content.text, second.content.text) == ("two", "")


async def test_a_mixed_pile_of_files_arrives_one_by_one(hub: Hub) -> None:
    files = [{"mime": "image/png", "name": "a.png"}, {"mime": "text/plain", "name": "b.txt"}]
    await hub.platform.write("Ann", "here", files)

    kinds = [item.content.attachments[0].kind.value for item in await hub.take()]

    assert kinds == ["image", "file"]


@pytest.mark.parametrize(
    "action",
    [
        {"type": "delete"},
        {"type": "typing"},
        {"type": "fly"},
        {},
        {"type": "press"},
        {"type": "press", "label": "nowhere"},
        {"type": "edit"},
        {"type": "edit", "message_id": "x", "text": "y"},
        {"type": "reply", "text": "to nothing"},
        {"type": "location", "latitude": "north"},
        {"type": "voice", "data_base64": "!"},
    ],
    ids=str,
)
async def test_what_a_customer_cannot_do_is_said(hub: Hub, action: dict[str, Any]) -> None:
    await hub.platform.write("Ann", "hello")

    with pytest.raises(BadRequest):
        await hub.platform.act("Ann", action)


@pytest.mark.parametrize("customer, text", [("", "x"), ("Ann", " "), ("Ann", "x" * 4097)])
async def test_what_cannot_be_written_is_said(hub: Hub, customer: str, text: str) -> None:
    with pytest.raises(BadRequest):
        await hub.platform.write(customer, text)


async def test_an_unknown_fault_is_refused_with_the_known_ones(hub: Hub) -> None:
    with pytest.raises(BadRequest, match="cut_after_write"):
        hub.platform.fault("earthquake", 1)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_fault_can_be_taken_back(hub: Hub, kind: str) -> None:
    thread = await hub.meet("Ann")
    hub.platform.fault(kind, 3)
    hub.platform.fault(kind, 0)

    await hub.platform.write("Ann", "one")
    await hub.send(thread, "hello")

    assert len(await hub.take()) == 1


async def test_an_update_delivered_twice_has_one_key(hub: Hub) -> None:
    hub.platform.fault("duplicate", 1)
    await hub.platform.write("Ann", "once")

    taken = await hub.take()

    assert len(taken) == 2
    assert len({item.event_key for item in taken}) == 1


async def test_updates_out_of_order_keep_their_place(hub: Hub) -> None:
    hub.platform.fault("reorder", 2)
    await hub.platform.write("Ann", "one")
    await hub.platform.write("Ann", "two")

    taken = await hub.take()

    assert [item.content.text for item in taken] == ["two", "one"]
    assert str(taken[1].place) < str(taken[0].place)


async def test_a_group_upgrade_can_be_played(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    hub.platform.fault("migrate", 1)

    with pytest.raises(Exception, match="renamed"):
        await hub.send(thread, "hello")


async def test_the_phone_shows_both_sides(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    await hub.send(thread, "how can we help?")

    lines = [(line["from"], line["text"]) for line in hub.platform.phone("Ann")]

    assert lines == [("customer", "hello"), ("hub", "how can we help?")]
    assert hub.platform.customers() == ("Ann",)
    assert hub.platform.phone("Nobody") == []


async def test_a_phone_keeps_only_its_last_messages(hub: Hub) -> None:
    for number in range(510):
        await hub.platform.write("Ann", str(number))

    lines = hub.platform.phone("Ann")

    assert (len(lines), lines[-1]["text"]) == (500, "509")


async def test_reactions_come_only_to_those_who_ask_for_them(hub: Hub, api: Api) -> None:
    await api.call("getUpdates", allowed_updates=[])
    await hub.platform.write("Ann", "hello")
    await hub.platform.act("Ann", {"type": "react", "message_id": None, "emoji": "👍"} | _own(hub))

    kinds = [set(update) - {"update_id"} for update in (await api.call("getUpdates"))["result"]]

    assert kinds == [{"message"}]


def _own(hub: Hub) -> dict[str, str]:
    return {"message_id": str(hub.platform.phone("Ann")[-1]["id"])}


@pytest.mark.parametrize(
    "token, code", [("1:wrong", 401), ("nonsense", 404), ("x:y", 404)], ids=str
)
async def test_a_wrong_token_is_refused(api: Api, token: str, code: int) -> None:
    assert (await api.call("getMe", token=token))["error_code"] == code


async def test_an_unknown_method_is_refused(api: Api) -> None:
    assert (await api.call("doMagic"))["error_code"] == 404


async def test_methods_are_found_whatever_their_case(api: Api) -> None:
    assert (await api.call("GETME"))["result"]["is_bot"]


_REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"chat_id": "", "text": "x"}, "chat_id is required"),
    ("sendMessage", {"chat_id": "x", "text": "x"}, "must be an Integer"),
    ("sendMessage", {"chat_id": 1, "text": "x"}, "chat not found"),
    ("sendMessage", {"text": ""}, "text is empty"),
    ("sendMessage", {"text": "😀" * 2049}, "too long"),
    ("sendMessage", {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, "end"),
    ("sendMessage", {"text": "x", "entities": [{"type": "wild"}]}, "unknown entity"),
    ("sendMessage", {"text": "x", "entities": "[{"}, "can't parse"),
    ("sendMessage", {"text": "x", "reply_parameters": {"message_id": 5}}, "to be replied"),
    (
        "sendMessage",
        {
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]},
        },
        "BUTTON_DATA_INVALID",
    ),
    ("sendPhoto", {"photo": "nothing"}, "no photo"),
    ("sendMediaGroup", {"media": []}, "2 to 10"),
    (
        "sendMediaGroup",
        {"media": [{"type": "photo", "media": "a"}, {"type": "document", "media": "b"}]},
        "mixed",
    ),
    ("sendPoll", {"question": "?", "options": []}, "at least 2"),
    ("editMessageText", {"message_id": 5, "text": "x"}, "not found"),
    ("deleteMessage", {"message_id": 5}, "not found"),
    ("setMessageReaction", {"message_id": 5}, "not found"),
    ("answerCallbackQuery", {"callback_query_id": "5"}, "too old"),
    ("getFile", {"file_id": "nothing"}, "wrong file_id"),
    ("setWebhook", {"url": "http://example.com"}, "HTTPS"),
]


@pytest.mark.parametrize("method, given, words", _REFUSED, ids=lambda value: str(value)[:40])
async def test_what_telegram_refuses_is_refused_in_its_words(
    hub: Hub, api: Api, method: str, given: dict[str, Any], words: str
) -> None:
    thread = await hub.meet("Ann")

    answer = await api.call(method, **({"chat_id": int(thread)} | given))

    assert words in answer["description"]


async def test_a_customers_message_cannot_be_edited_by_the_bot(hub: Hub, api: Api) -> None:
    thread = await hub.meet("Ann")
    number = int(_own(hub)["message_id"])

    answer = await api.call("editMessageText", chat_id=int(thread), message_id=number, text="x")

    assert "can't be edited" in answer["description"]


@pytest.mark.parametrize("size, code", [(0, 400), (50 * 1024 * 1024 + 1, 413)])
async def test_files_that_are_empty_or_too_big_are_refused(
    http: ClientSession, hub: Hub, api: Api, size: int, code: int
) -> None:
    thread = await hub.meet("Ann")
    form = FormData({"chat_id": thread})
    form.add_field("document", BytesIO(b"x" * size), filename="a.bin")
    url = f"{hub.platform.settings()['api_base']}/bot{api.token}/sendDocument"

    async with http.post(url, data=form) as answer:
        assert answer.status == code


async def test_answers_escape_what_is_beyond_ascii(hub: Hub, http: ClientSession, api: Api) -> None:
    await hub.platform.write("Анна", "привет 😀")
    url = f"{hub.platform.settings()['api_base']}/bot{api.token}/getUpdates"

    async with http.get(url) as answer:
        body = await answer.read()

    assert body.isascii()
    assert b"\\ud83d\\ude00" in body
