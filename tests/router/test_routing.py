"""From what a customer says, and how they came, to whoever answers: language, topic, segment."""

from typing import Any

import pytest

from shared.collections import (
    CONTACTS,
    LINES,
    PRIORITY_SCORES,
    RULES,
    SEGMENTS,
    SLA_POLICIES,
    TEAMS,
    TOPICS,
)
from shared.ids import TeamId
from shared.model.content import Content, Entry
from shared.model.conversation import Priority
from shared.model.line import Line
from shared.model.people import Contact
from shared.model.priority_score import PriorityScore
from shared.model.segment import Segment, SegmentRule
from shared.model.team import Team
from shared.ports.store import Update
from tests.router.answering import DAY_S, HOUR_S, later, pass_time, sla
from tests.router.office import Office, agent, kept, open_office
from tests.router.world import START, World, inbound
from tests.shared.ruling import condition, on, rule, topic

FIRST_WORDS = {
    "ru": "Здравствуйте, где мой заказ?",
    "uk": "Добрий день, коли буде моє замовлення?",
    "kk": "Сәлеметсіз бе, тапсырысым қайда?",
    "en": "Hello, where is my order?",
    "de": "Guten Tag, wann kommt meine Bestellung?",
    "fr": "Bonjour, où est ma commande ?",
}


async def six_speakers(world: World) -> Office:
    """For each language one who speaks it, and one who does not say what they speak."""
    people = [agent(f"speaks-{tag}", languages=(tag,), capacity=3) for tag in FIRST_WORDS]
    office = await open_office(world, *people, agent("anybody", capacity=1))
    await office.come(*(one.id for one in people))
    return office


@pytest.mark.parametrize("language", list(FIRST_WORDS))
async def test_the_first_words_reach_who_speaks_their_language(world: World, language: str) -> None:
    office = await six_speakers(world)

    await office.arrive("c1", text=FIRST_WORDS[language])
    await office.work()

    assert (await world.conversation("c1")).language == language
    assert await office.holder("c1") == f"speaks-{language}"


async def test_a_language_that_nobody_there_speaks_waits_for_who_does(world: World) -> None:
    office = await open_office(
        world, agent("anna", languages=("en",)), agent("boris", languages=("de",))
    )
    await office.come("anna")

    await office.arrive("c1", text=FIRST_WORDS["de"])
    await office.work()
    before = await office.holder("c1")
    await office.come("boris")
    await office.work()

    assert (before, await office.holder("c1")) == (None, "boris")


async def test_words_that_tell_no_language_go_to_the_queue_of_everybody(world: World) -> None:
    office = await six_speakers(world)

    await office.arrive("c1", text="12345")
    await office.work()

    conversation = await world.conversation("c1")
    assert conversation.language is None
    assert conversation.assignee_id is not None


BY_WORDS = condition(type="words", words=["refund", "money back"])
BY_LINK = condition(type="entry", kinds=["deep_link"], refs=["sale-*"])
BY_PAGE = condition(type="entry", kinds=["page"], urls=["/delivery"])
CASES: list[tuple[Any, dict[str, Any], bool]] = [
    (BY_WORDS, {"text": "I was REFUNDED twice"}, True),
    (BY_WORDS, {"text": "I want my money back"}, True),
    (BY_WORDS, {"text": "the money is gone, call me back later"}, True),
    (BY_WORDS, {"text": "where is my parcel"}, False),
    (BY_LINK, {"entry": Entry(kind="deep_link", ref="sale-42")}, True),
    (BY_LINK, {"entry": Entry(kind="deep_link", ref="help")}, False),
    (BY_LINK, {"entry": Entry(kind="page", ref="sale-42")}, False),
    (BY_LINK, {}, False),
    (BY_PAGE, {"entry": Entry(kind="page", url="https://shop.example/delivery?x=1")}, True),
    (BY_PAGE, {"entry": Entry(kind="page", url="https://shop.example/returns")}, False),
    (BY_PAGE, {"text": "about /delivery"}, False),
]


@pytest.mark.parametrize("wanted, item, fits", CASES)
async def test_a_rule_sends_by_words_or_entry_to_topic_team_and_line(
    world: World, wanted: Any, item: dict[str, Any], fits: bool
) -> None:
    world.decree(TOPICS, topic("money"))
    world.decree(TEAMS, kept(Team, "cash"))
    world.decree(LINES, kept(Line, "L1"), kept(Line, "L2"))
    world.decree(
        RULES,
        rule(
            "route",
            on("message"),
            {"type": "topic", "topic": "money"},
            {"type": "team", "team_id": "cash"},
            {"type": "line", "line": "L2"},
            conditions=[wanted],
        ),
    )

    await world.tell(inbound(**item))

    one = await world.conversation()
    sent_to = ("money", "cash", "L2") if fits else (None, None, None)
    assert (one.topic, one.team_id, one.line) == sent_to


async def test_where_a_rule_sends_it_only_that_team_and_line_get_it(world: World) -> None:
    office = await open_office(
        world,
        agent("anna", lines={"L1": 1.0}),
        agent("boris", lines={"L2": 1.0}),
        agent("vera", lines={"L2": 1.0}, team_ids=(TeamId("helpers"),)),
    )
    world.decree(
        RULES,
        rule(
            "sale",
            on("created"),
            {"type": "team", "team_id": "helpers"},
            {"type": "line", "line": "L2"},
            conditions=[BY_LINK],
        ),
    )
    await office.come("anna", "boris", "vera")

    await office.arrive("c1", entry=Entry(kind="deep_link", ref="sale-1"))
    await office.work()

    assert await office.holder("c1") == "vera"


def vip() -> Segment:
    rule_ = SegmentRule(attributes={"plan": "gold"})
    return Segment(id="vip", name="VIP", rule=rule_, created_at=START, updated_at=START)


async def make_vip(world: World, chat: str) -> None:
    """What an agent writes about the contact, before the case begins anew."""
    contact_id = (await world.conversation(chat)).contact_id
    contact: Contact | None = await world.store.get(CONTACTS, contact_id)
    assert contact is not None
    await world.store.commit([Update(CONTACTS, contact_id, {"attributes": {"plan": "gold"}})])


async def known_as_vip(office: Office, chat: str) -> None:
    """A case of theirs that is over, so that the next message opens it with the facts of today."""
    await office.arrive(chat)
    await make_vip(office.world, chat)
    await office.resolve(chat)


async def test_a_vip_is_served_before_those_who_have_waited_longer(world: World) -> None:
    office = await open_office(world, agent("anna", capacity=1))
    world.decree(SEGMENTS, vip())
    world.decree(
        PRIORITY_SCORES,
        kept(
            PriorityScore,
            "score",
            weights=(
                {
                    "name": "VIP",
                    "points": 60,
                    "conditions": [{"type": "segment", "segments": ["vip"]}],
                },
            ),
        ),
    )
    await known_as_vip(office, "vip")
    await office.arrive("c1", "c2")
    await office.clock.advance(HOUR_S)

    await office.arrive("vip", key="again", text="hello again")
    await office.come("anna")
    await office.work()

    assert (await world.conversation("vip")).priority is Priority.HIGH
    assert [await office.holder(chat) for chat in ("vip", "c1", "c2")] == ["anna", None, None]


async def test_the_segment_says_which_deadline_counts(world: World) -> None:
    office = await open_office(world)
    world.decree(SEGMENTS, vip())
    world.decree(
        SLA_POLICIES,
        sla(warn_at=()),
        sla("gold", match={"segments": ("vip",)}, first_reply_s=HOUR_S, warn_at=()),
    )
    await known_as_vip(office, "vip")

    await office.arrive("c1")
    await office.arrive("vip", key="again", content=Content(text="hello again"))
    plain, gold = await world.conversation("c1"), await world.conversation("vip")
    await pass_time(world, HOUR_S)

    assert (plain.due_at, gold.due_at) == (later(DAY_S), later(HOUR_S))
    assert "[deadline_breached]" in await world.texts("vip")
    assert "[deadline_breached]" not in await world.texts("c1")
