"""Groups, topics and what happens in them, from the phones to the hub and back."""

from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.base import GROUP_CONTEXT
from shared.errors import BadRequest, ContactGone, Rejected, ThreadMoved
from shared.model.content import Content as Said
from shared.model.content import Location, Poll, PollOption, ReplyRef, Unsupported
from shared.model.inbound import Inbound, InboundKind
from tests.connectors.telegram.player import Hub
from tests.connectors.telegram.test_simulator import Api

ANN, BEN = "Ann @ Builders", "Ben @ Builders"
PAINT, WOOD = "Ann @ Market / Paint", "Ben @ Market / Wood"


def by(item: Inbound) -> str | None:
    return item.author.name if item.author is not None else None


async def meet(hub: Hub, who: str) -> str:
    await hub.platform.write(who, "hello")
    return (await hub.take())[-1].thread.external_id


async def test_several_people_of_a_group_write_in_one_thread(hub: Hub) -> None:
    await hub.platform.write(ANN, "who has paint?")
    await hub.platform.write(BEN, "I do")

    added, *said = await hub.take()

    assert (added.kind, added.service) == (InboundKind.THREAD, "bot_membership_joined")
    assert [(by(item), item.content.text) for item in said] == [
        ("Ann", "who has paint?"),
        ("Ben", "I do"),
    ]
    assert len({item.thread.external_id for item in (added, *said)}) == 1
    assert {item.thread.kind for item in said} == {"group"}
    assert said[0].thread.title == "Builders"


async def test_somebody_is_the_same_person_in_a_group_and_alone(hub: Hub) -> None:
    await hub.platform.write("Ann", "hello")
    await hub.platform.write(ANN, "hello")

    alone, _, together = await hub.take()

    assert alone.author is not None
    assert together.author is not None
    assert alone.author.external_id == together.author.external_id
    assert alone.thread.external_id != together.thread.external_id


async def test_an_answer_in_a_group_is_seen_by_everybody_there(hub: Hub) -> None:
    thread = await meet(hub, ANN)
    await hub.platform.write(BEN, "me too")

    await hub.send(thread, "welcome")

    for who in (ANN, BEN):
        assert [line["text"] for line in hub.phone(who)] == ["welcome"]
    authors = [line["author"] for line in hub.platform.phone(BEN)]
    assert authors == ["Ann", "Ben", "Omnihub"]


async def test_topics_are_threads_that_open_with_their_name(hub: Hub) -> None:
    await hub.platform.write(PAINT, "blue?")
    await hub.platform.write(WOOD, "oak?")

    items = await hub.take()

    opened = [item for item in items if item.service == "topic_created"]
    said = [item for item in items if item.kind is InboundKind.MESSAGE]
    assert [item.thread.title for item in opened] == ["Market / Paint", "Market / Wood"]
    assert [item.thread.kind for item in said] == ["topic", "topic"]
    assert [a.thread.external_id == b.thread.external_id for a, b in zip(opened, said, strict=True)]
    assert len({item.thread.external_id for item in said}) == 2
    assert len({item.thread.partition_key for item in said}) == 1
    assert len({item.thread.context[GROUP_CONTEXT] for item in said}) == 1


async def test_an_answer_stays_in_its_topic(hub: Hub) -> None:
    paint = await meet(hub, PAINT)
    await meet(hub, WOOD)

    await hub.send(paint, "blue is sold out")

    assert [line["text"] for line in hub.phone(PAINT)] == ["blue is sold out"]
    assert hub.phone(WOOD) == []


async def test_a_topic_that_is_gone_is_refused_in_telegrams_words(hub: Hub) -> None:
    paint = await meet(hub, PAINT)
    chat = paint.partition("/")[0]

    with pytest.raises(Rejected, match="message thread not found"):
        await hub.send(f"{chat}/99", "anybody?")


@pytest.mark.parametrize(
    "action, kinds",
    [
        ({"type": "album", "text": "two"}, ["message", "message"]),
        ({"type": "voice"}, ["message"]),
        ({"type": "location"}, ["message"]),
        ({"type": "contact"}, ["message"]),
        ({"type": "poll"}, ["message"]),
        ({"type": "edit", "text": "better"}, ["edit"]),
        ({"type": "react", "emoji": "👍"}, ["reaction"]),
        ({"type": "reply", "text": "that"}, ["message"]),
        ({"type": "press"}, ["action"]),
        ({"type": "title", "title": "Painters"}, ["thread"]),
        ({"type": "join", "name": "Cyd"}, ["thread"]),
        ({"type": "leave"}, ["thread"]),
        ({"type": "pin"}, ["thread"]),
        ({"type": "anonymous", "text": "rules!"}, ["message"]),
        ({"type": "start", "param": "promo"}, ["message"]),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("who", [ANN, PAINT])
async def test_what_happens_in_a_group_or_topic_is_told_in_its_thread(
    hub: Hub, who: str, action: dict[str, Any], kinds: list[str]
) -> None:
    thread = await meet(hub, who)
    buttons = [[{"label": "Yes", "value": "y"}]]
    await hub.send(thread, content=Said.model_validate({"text": "?", "buttons": buttons}))

    await hub.platform.act(who, action)

    items = await hub.take()
    assert [item.kind.value for item in items] == kinds
    # Telegram names no topic with a reaction.
    told = thread.partition("/")[0] if action["type"] == "react" else thread
    assert {item.thread.external_id for item in items} == {told}


async def test_a_link_that_adds_the_bot_to_a_group_is_known_by_its_parameter(hub: Hub) -> None:
    await hub.platform.write(ANN, "/start@omnihub_demo_bot promo_1")

    item = (await hub.take())[-1]

    assert item.entry is not None
    assert (item.entry.kind, item.entry.ref) == ("deep_link", "promo_1")


async def test_an_anonymous_admin_is_the_group_itself(hub: Hub) -> None:
    thread = await meet(hub, ANN)

    await hub.platform.act(ANN, {"type": "anonymous", "text": "rules!"})

    (item,) = await hub.take()
    assert item.author is not None
    assert (item.author.external_id, item.author.is_anonymous) == (thread, True)


async def test_a_group_that_sends_the_bot_away_is_told_and_takes_no_answer(hub: Hub) -> None:
    thread = await meet(hub, ANN)

    await hub.platform.act(ANN, {"type": "block"})

    (item,) = await hub.take()
    assert (item.service, item.reachable) == ("bot_membership_left", False)
    with pytest.raises(ContactGone, match="kicked from the group chat"):
        await hub.send(thread, "hello?")
    with pytest.raises(BadRequest):
        await hub.platform.write(ANN, "nobody hears this")


async def test_a_bot_that_is_let_in_again_can_write(hub: Hub) -> None:
    thread = await meet(hub, ANN)
    await hub.platform.act(ANN, {"type": "block"})

    await hub.platform.act(ANN, {"type": "unblock"})

    assert [item.reachable for item in await hub.take()] == [False, True]
    await hub.send(thread, "back again")


async def test_a_group_that_becomes_a_supergroup_names_both_ids_and_the_old_one_moves_on(
    hub: Hub,
) -> None:
    old = await meet(hub, ANN)

    await hub.platform.act(ANN, {"type": "upgrade"})

    left, arrived = await hub.take()
    new = arrived.thread.external_id
    assert new.startswith("-100")
    assert (left.thread.external_id, left.thread.renamed_from) == (new, old)
    assert (arrived.thread.external_id, arrived.thread.renamed_from) == (new, old)
    with pytest.raises(ThreadMoved) as moved:
        await hub.send(old, "still here?")
    assert moved.value.new_thread == new
    await hub.send(new, "here now")
    assert [line["text"] for line in hub.phone(ANN)] == ["here now"]


async def test_a_live_location_moves_as_edits_of_one_message_until_it_ends(hub: Hub) -> None:
    await hub.platform.act(ANN, {"type": "live_location", "latitude": 1})
    await hub.platform.act(ANN, {"type": "move", "latitude": 2})
    await hub.platform.act(ANN, {"type": "stop"})

    _, first, moved, ended = await hub.take()

    assert [item.kind for item in (first, moved, ended)] == [
        InboundKind.MESSAGE,
        InboundKind.EDIT,
        InboundKind.EDIT,
    ]
    assert moved.target_external_id == ended.target_external_id == first.external_id
    places = [item.content.blocks[0] for item in (first, moved, ended)]
    assert all(isinstance(place, Location) for place in places)
    assert [place.live_until is not None for place in places if isinstance(place, Location)] == [
        True,
        True,
        False,
    ]


async def test_a_vote_in_an_open_poll_of_ours_is_kept_as_a_placeholder(hub: Hub) -> None:
    thread = await meet(hub, ANN)
    options = (PollOption(text="Today"), PollOption(text="Later"))
    poll = Poll(question="When?", options=options, anonymous=False)
    await hub.send(thread, content=Said(blocks=(poll,)))

    await hub.platform.act(ANN, {"type": "vote", "option": 1})

    (item,) = await hub.take()
    assert item.content.blocks == (Unsupported(name="poll_answer"),)
    assert item.raw is not None
    assert item.raw["poll_answer"]["option_ids"] == [1]


async def test_a_reply_in_a_group_quotes_whoever_it_answers(hub: Hub) -> None:
    thread = await meet(hub, ANN)
    question = await hub.platform.write(BEN, "when?")

    content = Said(text="today", reply_to=ReplyRef())
    await hub.send(thread, content=content, reply_external_id=question)

    assert hub.phone(ANN)[0]["reply_to"] == {"id": question, "text": "when?"}


@pytest.mark.parametrize(
    "kind", ["join", "leave", "title", "anonymous", "upgrade", "owner", "move"]
)
async def test_what_only_others_can_do_is_said(hub: Hub, kind: str) -> None:
    await hub.platform.write("Ann", "hello")

    with pytest.raises(BadRequest):
        await hub.platform.act("Ann", {"type": kind})


async def test_a_chat_that_nobody_has_written_in_cannot_be_written_to(
    hub: Hub, http: ClientSession
) -> None:
    answer = await Api(http, hub).call("sendMessage", chat_id=-5, text="hello")

    assert answer["description"] == "Bad Request: chat not found"
