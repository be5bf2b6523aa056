"""The customer's view: what a reply becomes on its channel, before it is sent."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.collections import CHANNEL_TYPES, CHANNELS
from shared.delivery.reasons import Reason
from shared.ids import ChannelId, ChannelType
from shared.model.channel import Capabilities, Channel, ChannelState, ChannelTypeInfo, MediaLimit
from shared.ports.store import Put
from tests.inbox.stage import AT, Browser, Stage, a_conversation, a_message
from tests.inbox.test_messages import PNG

PLAIN = Capabilities(max_text=60, media=(MediaLimit(kind="image", max_bytes=1000),))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_reason_is_known_to_the_screen(language: str) -> None:
    words = Path(__file__).parents[2] / f"inbox/web/src/i18n/{language}/thread.ts"

    refusals = words.read_text("utf-8").partition("refusals: {")[2].partition("},")[0]

    assert [reason for reason in Reason if f"{reason}: '" not in refusals] == []


async def able(stage: Stage, capabilities: Capabilities) -> None:
    info = ChannelTypeInfo(
        id="webchat", title="Site chat", settings_schema={}, capabilities=capabilities
    )
    await stage.hub.store.commit([Put(CHANNEL_TYPES, info)])


async def previewed(
    stage: Stage, body: dict[str, Any], capabilities: Capabilities = PLAIN, **conversation: Any
) -> Any:
    await able(stage, capabilities)
    target = a_conversation(**conversation)
    await stage.store_conversation(target)
    async with stage.browser() as me:
        answer = await me.post(f"/conversations/{target.id}/preview", body)
    assert answer.status == 200, answer.data
    return answer.data


async def test_a_text_is_shown_in_the_parts_that_it_is_sent_in(stage: Stage) -> None:
    shown = await previewed(stage, {"text": "word " * 30})

    assert shown["count"] == len(shown["parts"]) > 1
    assert all(len(part["text"]) <= 60 for part in shown["parts"])
    assert shown["refused"] is None


async def test_buttons_are_shown_as_the_list_that_they_become(stage: Stage) -> None:
    buttons = [[{"label": "Yes"}, {"label": "No"}]]

    shown = await previewed(stage, {"text": "Sure?", "buttons": buttons})

    assert [part["text"] for part in shown["parts"]] == ["Sure?\n\n1. Yes\n2. No"]


async def test_buttons_are_shown_where_there_are_any(stage: Stage) -> None:
    buttons = [[{"label": "Yes"}]]
    capabilities = Capabilities(max_text=60, buttons=True)

    shown = await previewed(stage, {"text": "Sure?", "buttons": buttons}, capabilities)

    assert shown["parts"][0]["buttons"][0][0]["label"] == "Yes"


async def test_a_place_is_shown_in_words(stage: Stage) -> None:
    block = {"type": "location", "latitude": 1.5, "longitude": 2, "title": "Office"}

    shown = await previewed(stage, {"blocks": [block]}, Capabilities(max_text=200))

    text = shown["parts"][0]["text"]
    assert text == "Office\nhttps://www.openstreetmap.org/?mlat=1.5&mlon=2#map=17/1.5/2"


async def test_a_file_is_shown_with_its_caption(stage: Stage) -> None:
    await able(stage, PLAIN.model_copy(update={"max_caption": 50}))
    target = a_conversation()
    await stage.store_conversation(target)
    async with stage.browser() as me:
        upload = await uploaded(me)
        body = {"text": "look", "attachments": [upload]}
        answer = await me.post(f"/conversations/{target.id}/preview", body)

    (part,) = answer.data["parts"]
    assert (part["text"], [file["id"] for file in part["attachments"]]) == ("look", [upload])


async def test_what_is_refused_says_why_in_a_word_and_in_words(stage: Stage) -> None:
    shown = await previewed(stage, {"blocks": [{"type": "dice"}]})

    assert shown["parts"] == []
    assert shown["refused"] == {
        "code": "block_kind",
        "reason": "this channel cannot be sent a dice",
        "values": {"kind": "dice"},
    }


@pytest.mark.parametrize(
    "conversation, code",
    [
        ({"reply_until": AT}, "window_closed"),
        ({"reachable": False}, "unreachable"),
        ({"merged_into": "c00" + "1" * 32}, "merged"),
    ],
)
async def test_what_stands_in_the_way_of_any_reply_is_told(
    stage: Stage, conversation: dict[str, Any], code: str
) -> None:
    shown = await previewed(stage, {"text": "hi"}, **conversation)

    assert shown["refused"]["code"] == code
    assert [part["text"] for part in shown["parts"]] == ["hi"]


async def test_an_open_reply_window_stands_in_nobodys_way(stage: Stage) -> None:
    until = stage.clock.now() + timedelta(hours=1)

    shown = await previewed(stage, {"text": "hi"}, reply_until=until)

    assert shown["refused"] is None


async def test_a_removed_channel_takes_no_reply(stage: Stage) -> None:
    removed = Channel(
        id=ChannelId("site"),
        type=ChannelType("webchat"),
        name="Site",
        state=ChannelState.REMOVED,
        created_at=AT,
        updated_at=AT,
    )
    await stage.hub.store.commit([Put(CHANNELS, removed)])

    shown = await previewed(stage, {"text": "hi"})

    assert shown["refused"]["code"] == "channel_removed"


async def test_a_channel_that_has_not_said_what_it_can_shows_it_as_written(stage: Stage) -> None:
    target = a_conversation()
    await stage.store_conversation(target)
    async with stage.browser() as me:
        answer = await me.post(f"/conversations/{target.id}/preview", {"text": "x" * 5000})

    assert [len(part["text"]) for part in answer.data["parts"]] == [5000]


async def test_the_answered_message_is_shown(stage: Stage) -> None:
    await able(stage, PLAIN.model_copy(update={"reply": True}))
    target = a_conversation()
    message = a_message(target, 0)
    await stage.store_conversation(target, message)
    async with stage.browser() as me:
        body = {"text": "hi", "reply_to": message.id}
        answer = await me.post(f"/conversations/{target.id}/preview", body)

    assert answer.data["parts"][0]["reply_to"]["message_id"] == message.id


@pytest.mark.parametrize(
    "body, field",
    [
        ({"text": " "}, "text"),
        ({"kind": "note", "text": "x"}, "kind"),
        ({"text": "x", "reply_to": "m1"}, "reply_to"),
        ({"text": "x", "attachments": ["f1"]}, "attachments.0"),
        ({"text": "x", "buttons": [[{"label": ""}]]}, None),
        ({"blocks": [{"type": "location", "latitude": 91, "longitude": 0}]}, None),
        ({"blocks": [{"type": "order", "items": []}]}, None),
        ({"blocks": [{"type": "poll", "question": "?", "options": ["one"]}]}, None),
        ({"text": "x", "parse": "html"}, None),
    ],
)
async def test_it_is_checked_like_a_reply(
    stage: Stage, body: dict[str, Any], field: str | None
) -> None:
    target = a_conversation()
    await stage.store_conversation(target)
    async with stage.browser() as me:
        answer = await me.post(f"/conversations/{target.id}/preview", body)

    assert answer.status == 422
    assert answer.data.get("field") == field


async def test_an_unknown_conversation_has_no_view(stage: Stage) -> None:
    async with stage.browser() as me:
        answer = await me.post("/conversations/x1/preview", {"text": "hi"})

    assert answer.status == 404


async def uploaded(me: Browser) -> str:
    """An image of the caller's."""
    headers = {"X-CSRF-Token": me.csrf or "", "Content-Type": "image/png"}
    url = f"{me.base}/api/v1/uploads?name=dot.png"
    async with me.http.post(url, data=PNG, headers=headers) as got:
        made = await got.json()
    id: str = made["id"]
    return id
