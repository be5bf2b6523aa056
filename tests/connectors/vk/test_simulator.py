"""The simulator: what customers can do, and the rules of VK that it keeps."""

import json
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from connectors.vk.simulator.faults import KINDS
from shared.errors import BadRequest
from shared.model.inbound import InboundKind
from tests.connectors.vk.player import Hub

_KEYS = {"inline": True, "buttons": [[]]}


class Api:
    """Calls the simulated methods by hand."""

    def __init__(self, http: ClientSession, hub: Hub) -> None:
        settings = hub.platform.settings()
        self._http = http
        self.base = settings["api_base"]
        self.token = settings["token"]
        self.group_id = settings["group_id"]

    async def call(self, method: str, token: str | None = None, **given: Any) -> Any:
        """The answer, whatever it is."""
        form = {"access_token": token or self.token, "v": "5.199", **given}
        url = f"{self.base}/method/{method}"
        async with self._http.post(url, data=form) as answer:
            assert answer.status == 200
            return await answer.json()

    async def code(self, method: str, **given: Any) -> int:
        """The code of the refusal."""
        answer = await self.call(method, **given)
        code: int = answer["error"]["error_code"]
        return code


@pytest.fixture
def api(http: ClientSession, hub: Hub) -> Api:
    """VK's methods by hand."""
    return Api(http, hub)


@pytest.mark.parametrize(
    "action, kind",
    [
        ({"type": "start", "ref": "promo"}, "action"),
        ({"type": "photo"}, "message"),
        ({"type": "document"}, "message"),
        ({"type": "voice"}, "message"),
        ({"type": "sticker"}, "message"),
        ({"type": "graffiti"}, "message"),
        ({"type": "album", "count": 3}, "message"),
        ({"type": "location", "latitude": 1, "longitude": 2}, "message"),
        ({"type": "poll", "question": "When?", "options": ["a", "b"]}, "message"),
        ({"type": "forward", "text": "from afar"}, "message"),
        ({"type": "reply", "text": "that one"}, "message"),
        ({"type": "attachment", "attachment": {"type": "link", "link": {}}}, "message"),
        ({"type": "service", "action": {"type": "chat_title_update"}}, "thread"),
        ({"type": "edit", "text": "better"}, "edit"),
        ({"type": "react", "emoji": "👍"}, "reaction"),
        ({"type": "read"}, "read"),
        ({"type": "block"}, "contact"),
        ({"type": "event", "name": "group_join"}, "thread"),
        ({"type": "admin", "text": "hello"}, "message"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else value,
)
async def test_what_a_customer_does_reaches_the_hub(
    hub: Hub, action: dict[str, Any], kind: str
) -> None:
    thread = await hub.meet("Ann")
    await hub.send(thread, "how can we help?")
    await hub.take()

    await hub.platform.act("Ann", action)

    assert [item.kind for item in await hub.take()] == [InboundKind(kind)]


@pytest.mark.parametrize(
    "action",
    [
        {"type": "delete"},
        {"type": "fly"},
        {},
        {"type": "press"},
        {"type": "press", "label": "nowhere"},
        {"type": "edit"},
        {"type": "edit", "message_id": "x", "text": "y"},
        {"type": "reply", "text": "to nothing"},
        {"type": "react", "emoji": "🦖", "message_id": None},
        {"type": "location", "latitude": "north"},
        {"type": "voice", "data_base64": "!"},
        {"type": "attachment"},
        {"type": "service"},
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


@pytest.mark.parametrize("kind", [*KINDS, "error_900"])
async def test_every_fault_can_be_taken_back(hub: Hub, kind: str) -> None:
    thread = await hub.meet("Ann")
    hub.platform.fault(kind, 3)
    hub.platform.fault(kind, 0)

    await hub.platform.write("Ann", "one")
    await hub.send(thread, "hello")

    assert len(await hub.take()) == 2


async def test_events_out_of_order_keep_their_place(hub: Hub) -> None:
    hub.platform.fault("reorder", 2)
    await hub.platform.write("Ann", "one")
    await hub.platform.write("Ann", "two")

    taken = await hub.take()

    assert [item.content.text for item in taken] == ["two", "one"]
    assert str(taken[1].place) < str(taken[0].place)


async def test_the_phone_shows_both_sides(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    await hub.send(thread, "how can we help?")

    lines = [(line["from"], line["text"]) for line in hub.platform.phone("Ann")]

    assert lines == [("customer", "hello"), ("hub", "how can we help?")]
    assert hub.platform.customers() == ("Ann",)
    assert hub.platform.phone("Nobody") == []


async def test_a_chat_is_seen_by_all_who_are_in_it(hub: Hub) -> None:
    await hub.platform.write("Team/Ann", "to all")
    await hub.platform.write("Team/Ben", "hello Ann")
    await hub.platform.write("Ann", "and in private")

    events = await hub.take()

    assert len(hub.platform.phone("Team/Ann")) == len(hub.platform.phone("Team/Ben")) == 2
    assert events[0].author == events[2].author
    assert events[0].thread.kind == "group"
    assert events[0].external_id is not None


@pytest.mark.parametrize(
    "changed, code",
    [
        ({"random_id": ""}, 100),
        ({"random_id": str(2**31)}, 100),
        ({"message": ""}, 100),
        ({"message": "x" * 4097}, 914),
        ({"message": "x", "peer_id": "x"}, 100),
        ({"attachment": "photo1_2"}, 100),
        ({"attachment": ",".join(["photo1_2"] * 11)}, 100),
        ({"format_data": "{"}, 100),
        ({"format_data": '{"items":[{"type":"bold","offset":0,"length":99}]}'}, 100),
        ({"payload": "x"}, 100),
        ({"keyboard": "{"}, 911),
        ({"keyboard": json.dumps(_KEYS)}, 911),
        ({"forward": '{"peer_id":1,"conversation_message_ids":[1],"is_reply":1}'}, 921),
    ],
    ids=str,
)
async def test_a_message_that_vk_would_refuse_is_refused(
    hub: Hub, api: Api, changed: dict[str, str], code: int
) -> None:
    thread = await hub.meet("Ann")
    given = {"peer_id": thread, "random_id": "5", "message": "hello"} | changed

    assert await api.code("messages.send", **given) == code
    assert hub.phone("Ann") == []


def _keyboard(button: dict[str, Any], *, columns: int = 1, rows: int = 1) -> str:
    return json.dumps({"inline": True, "buttons": [[{"action": button}] * columns] * rows})


_FINE = {"type": "callback", "label": "x", "payload": "{}"}


@pytest.mark.parametrize(
    "keyboard",
    [
        _keyboard(_FINE, columns=6),
        _keyboard(_FINE, rows=7),
        _keyboard(_FINE, columns=4, rows=3),
        _keyboard({**_FINE, "label": "x" * 41}),
        _keyboard({**_FINE, "label": ""}),
        _keyboard({**_FINE, "payload": "x"}),
        _keyboard({**_FINE, "payload": json.dumps("x" * 300)}),
        _keyboard({"type": "callback", "label": "x"}),
        _keyboard({"type": "dance", "label": "x"}),
        _keyboard({"type": "open_link", "label": "x", "link": "x"}),
    ],
)
async def test_a_keyboard_that_vk_would_refuse_is_refused(
    hub: Hub, api: Api, keyboard: str
) -> None:
    thread = await hub.meet("Ann")

    code = await api.code(
        "messages.send", peer_id=thread, random_id="5", message="?", keyboard=keyboard
    )

    assert code == 911


async def test_a_stranger_cannot_be_written_to(api: Api) -> None:
    assert await api.code("messages.send", peer_id="5", random_id="5", message="hello") == 901


async def test_by_peer_ids_a_refusal_stands_inside_a_success(api: Api) -> None:
    answer = await api.call("messages.send", peer_ids="5", random_id="5", message="hello")

    assert answer["response"][0]["error"]["code"] == 901


async def test_a_random_id_of_zero_switches_the_check_off(hub: Hub, api: Api) -> None:
    thread = await hub.meet("Ann")
    for _ in range(2):
        await api.call("messages.send", peer_id=thread, random_id="0", message="twice")

    assert len(hub.phone("Ann")) == 2


async def test_in_a_chat_a_message_has_no_number_of_its_own(hub: Hub, api: Api) -> None:
    thread = await hub.meet("Team/Ann")

    sent = await api.call("messages.send", peer_id=thread, random_id="5", message="hello")

    assert sent["response"] == 0


@pytest.mark.parametrize(
    "method, given, code",
    [
        ("doMagic", {}, 3),
        ("messages.edit", {"peer_id": "5", "cmid": "1", "message": "x"}, 104),
        ("messages.sendReaction", {"peer_id": "5", "cmid": "1", "reaction_id": "99"}, 104),
        ("messages.getHistory", {"peer_id": "5"}, 917),
        ("messages.setActivity", {"peer_id": "5", "type": "typing"}, 901),
        ("messages.sendMessageEventAnswer", {"event_id": "x", "user_id": "5"}, 100),
        ("photos.saveMessagesPhoto", {"photo": "[]"}, 100),
        ("docs.save", {"file": "x"}, 100),
        ("docs.getMessagesUploadServer", {"type": "song"}, 100),
        ("groups.getLongPollServer", {"group_id": "1"}, 100),
        ("groups.addCallbackServer", {"url": "x"}, 100),
    ],
)
async def test_a_call_that_vk_would_refuse_is_refused(
    hub: Hub, api: Api, method: str, given: dict[str, str], code: int
) -> None:
    given = {"group_id": str(api.group_id)} | given

    assert await api.code(method, **given) == code


async def test_a_wrong_key_and_a_missing_version_are_refused(api: Api) -> None:
    assert await api.code("groups.getById", token="wrong") == 5
    assert await api.code("groups.getById", v="") == 100


async def test_a_file_without_an_ending_leaves_an_empty_photo(
    http: ClientSession, api: Api
) -> None:
    form = FormData()
    form.add_field("photo", b"bytes", filename="nameless")

    async with http.post(f"{api.base}/upload/photo", data=form) as answer:
        assert (await answer.json(content_type=None))["photo"] == "[]"


async def test_an_event_that_is_switched_off_is_not_told(hub: Hub) -> None:
    hub.platform.community.events["message_read"] = 0
    await hub.meet("Ann")

    await hub.platform.act("Ann", {"type": "read"})

    assert await hub.take() == []


async def test_ids_go_on_after_a_restart(hub: Hub) -> None:
    first = await hub.platform.write("Ann", "hello")

    assert int(first) > 10**7
