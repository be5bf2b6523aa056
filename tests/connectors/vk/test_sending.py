"""What is sent, as the customer's phone then shows it."""

import asyncio
import json

import pytest

from connectors.vk.random_id import random_id
from shared.errors import Rejected, Uncertain
from shared.ids import PartId
from shared.model.content import (
    Button,
    ButtonKind,
    Content,
    Location,
    Span,
    SpanKind,
)
from shared.model.inbound import InboundKind, Origin
from tests.connectors.vk.player import Hub

_PART = PartId("p00" + "a" * 32 + "-000")


async def test_a_text_arrives_with_its_formats(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    spans = (
        Span(kind=SpanKind.BOLD, start=3, length=4),
        Span(kind=SpanKind.LINK, start=8, length=4, url="https://example.com"),
        Span(kind=SpanKind.CODE, start=13, length=1),
        Span(kind=SpanKind.ITALIC, start=500, length=4),
    )

    sent = await hub.send(thread, content=Content(text="👍 bold link x", spans=spans))

    line = hub.phone("Ann")[0]
    assert (line["id"], line["text"]) == (sent.external_ids[0], "👍 bold link x")
    kinds = {(span["type"], span["offset"], span["length"]) for span in line["spans"]}
    assert kinds == {("bold", 3, 4), ("url", 8, 4)}


async def test_a_message_sent_twice_under_one_key_arrives_once(hub: Hub) -> None:
    thread = await hub.meet("Ann")

    first = await hub.send(thread, "once", id=_PART)
    second = await hub.send(thread, "once", id=_PART)

    assert first.external_ids == second.external_ids
    assert [line["text"] for line in hub.phone("Ann")] == ["once"]


async def test_a_repeat_after_a_cut_connection_arrives_once(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    hub.platform.fault("cut_after_write", 1)
    with pytest.raises(Uncertain):
        await hub.send(thread, "once", id=_PART)

    sent = await hub.send(thread, "once", id=_PART)

    assert [line["id"] for line in hub.phone("Ann")] == [sent.external_ids[0]]


def test_random_ids_are_stable_never_zero_and_within_31_bits() -> None:
    numbers = [random_id(f"part-{number}") for number in range(10_000)]

    assert numbers == [random_id(f"part-{number}") for number in range(10_000)]
    assert 0 < min(numbers) <= max(numbers) < 2**31
    assert len(set(numbers)) > 9_990


async def test_an_echo_names_the_part_that_it_repeats(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    sent = await hub.send(thread, "ours", id=_PART)

    echo = (await hub.take())[0]

    assert (echo.origin, echo.part_id) == (Origin.ECHO, _PART)
    assert echo.external_id == sent.external_ids[0]


async def test_an_administrator_who_answers_in_vk_is_no_echo(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    await hub.platform.act("Ann", {"type": "admin", "text": "from VK"})

    told = (await hub.take())[0]

    assert (told.origin, told.part_id) == (Origin.AGENT_APP, None)
    assert [person.external_id for person in told.participants] == [thread]


async def test_what_somebody_typed_mentions_nobody(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    typed = "see [id1|Pavel], [club2|x], @id5 (you), [https://a.example|b] and [x]"

    await hub.send(thread, typed)

    shown = str(hub.phone("Ann")[0]["text"])
    assert shown.replace("\u200b", "") == typed
    assert "[id1|" not in shown
    assert "@id5" not in shown


async def test_spans_follow_what_was_put_in_between(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    spans = (Span(kind=SpanKind.BOLD, start=9, length=4),)

    await hub.send(thread, content=Content(text="[id1|x]: bold", spans=spans))

    line = hub.phone("Ann")[0]
    start, length = line["spans"][0]["offset"], line["spans"][0]["length"]
    assert str(line["text"])[start : start + length] == "bold"


async def test_a_press_brings_back_value_and_label_and_is_answered(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    rows = (
        (Button(label="Yes", value="answer:yes"), Button(label="No", value="answer:no")),
        (Button(kind=ButtonKind.LINK, label="Site", url="https://example.com"),),
    )
    sent = await hub.send(thread, content=Content(text="Sure?", buttons=rows))
    await hub.take()

    await hub.platform.act("Ann", {"type": "press", "label": "No"})

    action = (await hub.take())[0].pressed()
    assert action is not None
    assert (action.value, action.label) == ("answer:no", "No")
    assert action.target_external_id == sent.external_ids[0]
    await hub.connector.answer_action(action)
    assert hub.platform.waits_for_answer() == 0


async def test_a_long_value_comes_back_as_its_token(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    button = Button(label="Long", value="ю" * 300)
    await hub.send(thread, content=Content(text="?", buttons=((button,),)))
    await hub.take()

    await hub.platform.act("Ann", {"type": "press"})

    action = (await hub.take())[0].pressed()
    assert action is not None
    assert action.value == button.token()


async def test_a_button_that_writes_its_label_is_a_press_with_its_text(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    row = (
        Button(kind=ButtonKind.REPLY, label="Order", value="order"),
        Button(kind=ButtonKind.REPLY, label="Bye"),
    )
    await hub.send(thread, content=Content(text="?", buttons=(row,)))
    await hub.take()

    await hub.platform.act("Ann", {"type": "press", "label": "Order"})
    await hub.platform.act("Ann", {"type": "press", "label": "Bye"})

    first, second = await hub.take()
    assert (first.kind, second.kind) == (InboundKind.ACTION, InboundKind.MESSAGE)
    assert first.content.action is not None
    assert (first.content.action.value, first.content.action.label) == ("order", "Order")
    assert second.content.text == "Bye"


@pytest.mark.parametrize("count, rows", [(1, 1), (7, 1), (10, 10), (11, 1), (40, 1), (40, 8)])
async def test_as_many_buttons_as_vk_takes_are_taken(hub: Hub, count: int, rows: int) -> None:
    thread = await hub.meet("Ann")
    buttons = [Button(label=f"b{number}", value=str(number)) for number in range(count)]
    size = -(-count // rows)
    lines = tuple(tuple(buttons[start : start + size]) for start in range(0, count, size))

    await hub.send(thread, content=Content(text="?", buttons=lines))

    shown = [button["label"] for row in hub.phone("Ann")[0]["buttons"] for button in row]
    assert shown == [f"b{number}" for number in range(count)]


async def test_more_buttons_than_vk_takes_are_refused(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    row = tuple(Button(label=str(number)) for number in range(41))

    with pytest.raises(Rejected, match="40 buttons"):
        await hub.send(thread, content=Content(text="?", buttons=(row,)))


async def test_a_reply_names_what_it_answers(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    question = await hub.platform.write("Ann", "when does it arrive?")

    await hub.send(thread, "Today", reply_external_id=question)

    assert hub.phone("Ann")[0]["reply_to"] == {"id": question, "text": "when does it arrive?"}


async def test_a_chat_is_answered_by_the_number_in_the_conversation(hub: Hub) -> None:
    thread = await hub.meet("Team/Ann")

    sent = await hub.send(thread, "to all")
    await hub.send(thread, "to all of you", kind="edit", target_external_id=sent.external_ids[0])

    line = hub.phone("Team/Ann")[0]
    assert (line["id"], line["text"]) == (sent.external_ids[0], "to all of you")


async def test_a_number_that_vk_does_not_tell_is_asked_for(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    hub.platform.fault("no_cmid", 1)

    sent = await hub.send(thread, "hello")

    assert sent.external_ids == (hub.phone("Ann")[0]["id"],)


async def test_a_message_that_vk_finds_too_long_goes_in_halves_and_is_never_doubled(
    hub: Hub,
) -> None:
    thread = await hub.meet("Ann")
    text = "".join(f"word{number} " for number in range(500))
    row = ((Button(label="ok"),),)
    hub.platform.fault("error_914", 1)

    sent = await hub.send(thread, content=Content(text=text, buttons=row), id=_PART)
    hub.platform.fault("error_914", 1)
    again = await hub.send(thread, content=Content(text=text, buttons=row), id=_PART)

    lines = hub.phone("Ann")
    assert "".join(str(line["text"]) for line in lines) == text
    assert [line["id"] for line in lines] == list(sent.external_ids) == list(again.external_ids)
    assert ["buttons" in line for line in lines] == [False, True]


async def test_a_short_message_that_is_too_long_for_vk_is_refused(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    hub.platform.fault("error_914", 1)

    with pytest.raises(Rejected, match="too long"):
        await hub.send(thread, "short")


async def test_a_sent_text_can_be_changed(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    sent = await hub.send(thread, "Tomorow")

    await hub.send(thread, "Tomorrow", kind="edit", target_external_id=sent.external_ids[0])

    line = hub.phone("Ann")[0]
    assert (line["text"], line["edited"]) == ("Tomorrow", True)


async def test_our_own_edit_coming_back_says_nothing(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    sent = await hub.send(thread, "Tomorow")
    await hub.take()

    await hub.send(thread, "Tomorrow", kind="edit", target_external_id=sent.external_ids[0])

    assert await hub.take() == []


async def test_a_sent_message_can_be_deleted_for_all(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    sent = await hub.send(thread, "oops")

    await hub.send(thread, kind="delete", target_external_id=sent.external_ids[0])

    assert hub.phone("Ann") == []


async def test_a_message_that_cannot_be_deleted_any_more_is_refused_with_the_reason(
    hub: Hub,
) -> None:
    thread = await hub.meet("Ann")
    question = await hub.platform.write("Ann", "mine")

    with pytest.raises(Rejected, match="too old to be deleted"):
        await hub.send(thread, kind="delete", target_external_id=question)


@pytest.mark.parametrize("emoji, shown", [("👍", "👍"), ("❤️", "❤"), ("#5", "💩")])
async def test_a_reaction_is_set(hub: Hub, emoji: str, shown: str) -> None:
    thread = await hub.meet("Ann")
    question = await hub.platform.write("Ann", "nice")

    await hub.send(thread, emoji, kind="reaction", target_external_id=question)

    assert hub.platform.phone("Ann")[-1]["reactions"] == [shown]


async def test_a_reaction_is_taken_back(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    question = await hub.platform.write("Ann", "nice")
    await hub.send(thread, "👍", kind="reaction", target_external_id=question)

    await hub.send(thread, "", kind="reaction", target_external_id=question)

    assert "reactions" not in hub.platform.phone("Ann")[-1]


async def test_a_reaction_that_vk_does_not_have_is_refused_with_those_it_has(hub: Hub) -> None:
    thread = await hub.meet("Ann")

    with pytest.raises(Rejected, match="👍"):
        await hub.send(thread, "🦖", kind="reaction", target_external_id="1")


@pytest.mark.parametrize("target", [None, "x", "-1"])
async def test_a_message_that_is_not_known_cannot_be_changed(hub: Hub, target: str | None) -> None:
    thread = await hub.meet("Ann")

    with pytest.raises(Rejected):
        await hub.send(thread, "x", kind="edit", target_external_id=target)


async def test_a_place_cannot_be_sent(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    content = Content(blocks=(Location(latitude=1, longitude=2),))

    with pytest.raises(Rejected, match="location"):
        await hub.send(thread, content=content)


@pytest.mark.parametrize("thread", ["account", "", "0", "12x"])
async def test_a_thread_without_a_peer_is_refused(hub: Hub, thread: str) -> None:
    with pytest.raises(Rejected, match="peer"):
        await hub.send(thread, "hello")


async def test_typing_and_read_marks_are_shown(hub: Hub) -> None:
    thread = await hub.meet("Ann")

    await hub.connector.typing(thread, {})
    await hub.connector.mark_read(thread, {})

    assert hub.platform.is_typing("Ann")
    assert hub.platform.phone("Ann")[-1]["delivery"] == "read"


async def test_signs_that_vk_refuses_trouble_nobody(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    await hub.platform.act("Ann", {"type": "block"})

    await hub.connector.typing(thread, {})
    await hub.connector.mark_read("0", {})  # type: ignore[arg-type]  # no thread of ours


async def test_a_cancelled_send_frees_its_thread_at_once(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    hub.platform.fault("hang", 8)
    hanging = [asyncio.create_task(hub.send(thread, "hang")) for _ in range(8)]
    await asyncio.wait(hanging, timeout=0.3)

    for task in hanging:
        task.cancel()
    await asyncio.wait(hanging)

    async with asyncio.timeout(20):
        await hub.send(thread, "after")


async def test_many_sends_go_side_by_side(hub: Hub) -> None:
    threads = [await hub.meet(f"Customer{number}") for number in range(6)]

    await asyncio.gather(*(hub.send(thread, "hello") for thread in threads))

    shown = [hub.phone(f"Customer{number}")[0]["text"] for number in range(6)]
    assert shown == ["hello"] * 6


async def test_the_keyboard_is_what_vk_documents(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    rows = ((Button(label="Да", value="да"),),)
    await hub.send(thread, content=Content(text="?", buttons=rows))
    await hub.take()

    payload = hub.phone("Ann")[0]["buttons"][0][0]["value"]

    assert json.loads(payload) == {"value": "да", "label": "Да"}
