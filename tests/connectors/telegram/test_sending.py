"""What is sent, as the customer's phone then shows it."""

import pytest

from connectors.telegram.manifest import MANIFEST
from shared.delivery.plan import plan
from shared.errors import Rejected
from shared.model.content import (
    AttachmentKind,
    Button,
    ButtonKind,
    ContactCard,
    Content,
    Dice,
    Location,
    Poll,
    PollOption,
    ReplyRef,
    Service,
    Span,
    SpanKind,
)
from tests.connectors.telegram.player import Hub, make_file

_KIND = AttachmentKind


async def test_a_text_arrives_with_its_formats(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    spans = (
        Span(kind=SpanKind.BOLD, start=3, length=4),
        Span(kind=SpanKind.LINK, start=8, length=4, url="https://example.com"),
        Span(kind=SpanKind.PRE, start=13, length=1, language="python"),
        Span(kind=SpanKind.QUOTE, start=500, length=4),
    )

    sent = await hub.send(thread, content=Content(text="👍 bold link x", spans=spans))

    line = hub.phone("Ann")[0]
    assert (line["id"], line["text"]) == (sent.external_ids[0], "👍 bold link x")
    kinds = {(span["type"], span["offset"], span["length"]) for span in line["spans"]}
    assert kinds == {("bold", 3, 4), ("text_link", 8, 4), ("pre", 13, 1)}


async def test_a_mention_of_a_person_without_a_username_is_sent(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    span = Span(kind=SpanKind.MENTION, start=0, length=3, user_external_id=thread)

    await hub.send(thread, content=Content(text="Ann, hello", spans=(span,)))

    assert hub.phone("Ann")[0]["spans"][0]["user"]["id"] == int(thread)


async def test_a_press_brings_back_value_and_label(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    rows = (
        (Button(label="Yes", value="answer:yes"), Button(label="No", value="answer:no")),
        (Button(kind=ButtonKind.LINK, label="Site", url="https://example.com"),),
    )
    sent = await hub.send(thread, content=Content(text="Sure?", buttons=rows))

    await hub.platform.act("Ann", {"type": "press", "label": "No"})

    action = (await hub.take())[0].pressed()
    assert action is not None
    assert (action.value, action.label) == ("answer:no", "No")
    assert action.target_external_id == sent.external_ids[0]
    await hub.connector.answer_action(action)


async def test_a_value_of_more_than_64_bytes_comes_back_as_its_token(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    button = Button(label="Long", value="ю" * 33)
    await hub.send(thread, content=Content(text="?", buttons=((button,),)))

    await hub.platform.act("Ann", {"type": "press"})

    action = (await hub.take())[0].pressed()
    assert action is not None
    assert (action.value, action.label) == (button.token(), "Long")


async def test_buttons_that_write_their_label_stand_below_the_input(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    row = (Button(kind=ButtonKind.REPLY, label="Order"), Button(kind=ButtonKind.REPLY, label="Bye"))

    await hub.send(thread, content=Content(text="?", buttons=(row,)))

    labels = [button["label"] for button in hub.phone("Ann")[0]["buttons"][0]]
    assert labels == ["Order", "Bye"]


async def test_a_reply_names_and_quotes_what_it_answers(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    question = await hub.platform.write("Ann", "when does it arrive?")
    content = Content(text="Today", reply_to=ReplyRef(quote="arrive", quote_start=13))

    await hub.send(thread, content=content, reply_external_id=question)

    assert hub.phone("Ann")[0]["reply_to"] == {"id": question, "text": "arrive"}


async def test_a_reply_to_a_deleted_message_is_sent_all_the_same(hub: Hub) -> None:
    thread = await hub.meet("Ann")

    await hub.send(thread, "Today", reply_external_id="17")

    assert "reply_to" not in hub.phone("Ann")[0]


async def test_a_quote_that_was_edited_away_costs_the_reference_only(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    question = await hub.platform.write("Ann", "when?")
    content = Content(text="Today", reply_to=ReplyRef(quote="where"))

    await hub.send(thread, content=content, reply_external_id=question)

    assert [line["text"] for line in hub.phone("Ann")] == ["Today"]


async def test_a_sent_text_can_be_changed(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    sent = await hub.send(thread, "Tomorow")

    await hub.send(thread, "Tomorrow", kind="edit", target_external_id=sent.external_ids[0])

    line = hub.phone("Ann")[0]
    assert (line["text"], line["edited"]) == ("Tomorrow", True)


async def test_a_change_to_the_same_text_is_a_success(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    sent = await hub.send(thread, "Tomorrow")
    target = sent.external_ids[0]

    again = await hub.send(thread, "Tomorrow", kind="edit", target_external_id=target)

    assert again.external_ids == (target,)


async def test_a_caption_can_be_changed_also_when_only_the_text_is_named(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    file = make_file(_KIND.IMAGE, mime="image/jpeg")
    sent = await hub.send(thread, "Old", files=[file])

    await hub.send(thread, "New", kind="edit", target_external_id=sent.external_ids[0])

    assert hub.phone("Ann")[0]["text"] == "New"


async def test_a_sent_message_can_be_deleted_twice(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    sent = await hub.send(thread, "Oops")
    target = sent.external_ids[0]

    await hub.send(thread, kind="delete", target_external_id=target)
    await hub.send(thread, kind="delete", target_external_id=target)

    assert hub.phone("Ann") == []


async def test_a_reaction_is_set_and_taken_back(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    target = await hub.platform.write("Ann", "thanks")

    await hub.send(thread, "👍", kind="reaction", target_external_id=target)
    shown = hub.platform.phone("Ann")[-1]["reactions"]
    await hub.send(thread, "", kind="reaction", target_external_id=target)

    assert shown == ["👍"]
    assert "reactions" not in hub.platform.phone("Ann")[-1]


@pytest.mark.parametrize(
    "block, shown",
    [
        (Location(latitude=55.75, longitude=37.61), "location"),
        (Location(latitude=55.75, longitude=37.61, title="Shop", address="Street 1"), "venue"),
        (ContactCard(name="Ben", phones=("+100",)), "contact"),
        (Poll(question="When?", options=(PollOption(text="a"), PollOption(text="b"))), "poll"),
        (Dice(emoji="🎲", value=1), "dice"),
    ],
)
async def test_structured_pieces_go_as_messages_of_their_own(
    hub: Hub, block: Location | ContactCard | Poll | Dice, shown: str
) -> None:
    thread = await hub.meet("Ann")

    await hub.send(thread, content=Content(blocks=(block,)))

    assert shown in hub.phone("Ann")[0]["blocks"]


async def test_what_a_bot_cannot_send_is_refused_with_words(hub: Hub) -> None:
    thread = await hub.meet("Ann")

    with pytest.raises(Rejected, match="service"):
        await hub.send(thread, content=Content(blocks=(Service(name="x"),)))


@pytest.mark.parametrize("thread", ["somebody", "5/x:1", "5/direct:x", "5/a/b", ""])
async def test_a_thread_that_is_none_of_telegrams_is_refused(hub: Hub, thread: str) -> None:
    with pytest.raises(Rejected):
        await hub.send(thread, "hello")


async def test_an_unknown_kind_of_part_is_refused(hub: Hub) -> None:
    thread = await hub.meet("Ann")

    with pytest.raises(Rejected):
        await hub.send(thread, "x", kind="dance")


async def test_typing_is_shown_and_never_fails(hub: Hub) -> None:
    thread = await hub.meet("Ann")

    await hub.connector.typing(thread, {})
    await hub.platform.act("Ann", {"type": "block"})
    await hub.connector.typing(thread, {})


async def test_an_answer_to_a_press_that_comes_too_late_is_no_error(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    button = Button(label="Yes", value="y")
    await hub.send(thread, content=Content(text="?", buttons=((button,),)))
    await hub.platform.act("Ann", {"type": "press"})
    action = (await hub.take())[0].pressed()
    assert action is not None

    await hub.connector.answer_action(action)
    await hub.connector.answer_action(action)


async def test_a_card_with_several_numbers_carries_them_all(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    card = ContactCard(name="Bob; Smith", phones=("+7900", "+7901"), emails=("bob@example.com",))

    await hub.send(thread, content=Content(blocks=(card,)))

    contact = hub.phone("Ann")[0]["blocks"]["contact"]
    lines = contact["vcard"].split("\r\n")
    assert contact["phone_number"] == "+7900"
    assert [line for line in lines if line.startswith(("FN", "TEL", "EMAIL"))] == [
        "FN:Bob\\; Smith",
        "TEL:+7900",
        "TEL:+7901",
        "EMAIL:bob@example.com",
    ]


async def test_what_the_plan_says_telegram_takes_it_takes(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    poll = Poll(question="When?", options=(PollOption(text="Today"), PollOption(text="Later")))
    blocks = (Location(latitude=1, longitude=2), poll, Dice(emoji="🎲", value=0))
    content = Content(text="?", blocks=blocks, buttons=((Button(label="Yes", value="y"),),))

    for part in plan(content, MANIFEST.capabilities):
        await hub.send(thread, content=part)

    lines = hub.phone("Ann")
    assert [list(line.get("blocks", {})) for line in lines] == [
        ["location"],
        ["poll"],
        ["dice"],
        [],
    ]
    assert [bool(line.get("buttons")) for line in lines] == [False, False, False, True]
