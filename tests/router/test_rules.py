"""Rules at work: in the commit of what set them off, within limits, told and logged."""

from datetime import timedelta
from typing import Any

from router.timers import Timers
from shared.collections import (
    AGENTS,
    CANNED_REPLIES,
    FIELDS,
    PRIORITY_SCORES,
    RULE_FIRINGS,
    RULES,
    TIMERS,
    TOPICS,
)
from shared.commands import Resolve, SetPriority
from shared.ids import new_id
from shared.model.canned_reply import CannedReply
from shared.model.content import Content, EmailFields
from shared.model.conversation import Priority, Status
from shared.model.field import FieldDefinition, FieldKind
from shared.model.message import Direction
from shared.model.people import Agent
from shared.model.priority_score import PriorityScore
from shared.model.rule import RuleFiring
from shared.ports.store import Put
from shared.rules.breaker import MOST, REST
from tests.router.world import AGENT, START, World, inbound
from tests.shared.ruling import KEPT, after, condition, on, rule, topic

WORDS = condition(type="words", words=["refund"])


async def firings(world: World) -> list[RuleFiring]:
    """The log, oldest first."""
    page = await world.store.find(RULE_FIRINGS, equal={}, order="at", limit=200)
    return list(page.items)


async def pass_time(world: World, **by: Any) -> None:
    """Let time pass, and what is due then happen."""
    await world.clock.advance(timedelta(**by).total_seconds())
    await Timers(world.bus, world.store, world.clock).fire()
    await world.settle()


async def test_a_customers_message_sets_off_rules_in_the_same_commit(world: World) -> None:
    world.decree(TOPICS, topic("money"))
    world.decree(
        RULES,
        rule(
            "refunds",
            on("message"),
            {"type": "topic", "topic": "money"},
            {"type": "priority", "priority": "high"},
            {"type": "add_labels", "labels": ["refund"]},
            {"type": "note", "text": "{{contact.first_name}} wants money back"},
            conditions=[WORDS],
        ),
    )

    await world.tell(inbound(text="I want to be REFUNDED"), inbound("chat-2", text="thanks"))

    conversation = await world.conversation()
    other = await world.conversation("chat-2")
    assert (conversation.topic, conversation.priority) == ("money", Priority.HIGH)
    assert conversation.labels == ("refund",)
    assert other.topic is None
    messages = await world.messages()
    assert [m.content.text for m in messages if m.direction is Direction.NOTE] == [
        "Boris wants money back"
    ]
    [firing] = await firings(world)
    assert (firing.rule_id, firing.causes) == ("refunds", ("created", "message"))
    assert firing.actions == ("topic", "priority", "add_labels", "note")
    assert firing.at == START


async def test_the_line_of_what_a_rule_did_names_the_rule(world: World) -> None:
    world.decree(
        RULES, rule("urgent ones", on("message"), {"type": "priority", "priority": "high"})
    )

    await world.tell(inbound())

    [line] = [m for m in await world.messages() if m.system and m.system.name == "priority"]
    assert line.author.name == "rule urgent ones"
    assert line.system is not None
    assert line.system.details["by"] == "rule urgent ones"


async def test_what_an_agent_does_sets_off_rules_too(world: World) -> None:
    world.decree(RULES, rule("done", on("resolved"), {"type": "add_labels", "labels": ["done"]}))
    await world.tell(inbound())
    conversation = await world.conversation()

    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))

    assert (await world.conversation()).labels == ("done",)


async def test_two_rules_that_undo_each_other_stop_and_say_so(world: World) -> None:
    normal = condition(type="priority", priorities=["normal"])
    high = condition(type="priority", priorities=["high"])
    world.decree(
        RULES,
        rule("up", on("message", "priority"), {"type": "priority", "priority": "high"},
             conditions=[normal]),
        rule("down", on("priority"), {"type": "priority", "priority": "normal"},
             conditions=[high], position=1),
    )  # fmt: skip

    await world.tell(inbound())

    texts = await world.texts()
    assert texts == ["hello", "[priority]", "[priority]", "[rules_stopped]"]
    assert [one.stopped for one in await firings(world) if one.stopped] == ["loop"]


async def test_rules_rest_in_a_conversation_where_too_many_have_fired(world: World) -> None:
    world.decree(RULES, rule("notes", on("message"), {"type": "note", "text": "again"}))

    for _ in range(MOST + 5):
        await world.tell(inbound())
    noted = [m for m in await world.messages() if m.direction is Direction.NOTE]
    stops = [m for m in await world.messages() if m.system and m.system.name == "rules_stopped"]
    await world.clock.advance(REST.total_seconds() + 1)
    await world.tell(inbound())
    later = [m for m in await world.messages() if m.direction is Direction.NOTE]

    assert len(noted) == MOST + 1
    assert [stop.system.details["why"] for stop in stops if stop.system] == ["rate"]
    assert len(later) == MOST + 2


async def test_what_cannot_be_done_is_told_and_the_rest_is_done(world: World) -> None:
    world.decree(
        RULES,
        rule(
            "gives",
            on("message"),
            {"type": "assign", "agent_id": "nobody"},
            {"type": "add_labels", "labels": ["seen"]},
        ),
    )

    await world.tell(inbound())

    conversation = await world.conversation()
    assert (conversation.assignee_id, conversation.labels) == (None, ("seen",))
    [firing] = await firings(world)
    assert firing.refused == ("assign: there is no such agent",)
    assert "[rule_refused]" in await world.texts()


async def test_a_rule_replies_and_the_customer_waits_for_the_agent_it_named(
    world: World,
) -> None:
    agent = Agent(id="anna", email="anna@example.org", name="Anna", created_at=START)
    await world.store.commit([Put(AGENTS, agent)])
    reply = CannedReply(
        id="hello", name="Hello", shortcut="hello", text="Hello, {{contact.first_name}}!", **KEPT
    )
    world.decree(CANNED_REPLIES, reply)
    world.decree(
        RULES,
        rule(
            "greets",
            on("created"),
            {"type": "canned_reply", "canned_reply_id": "hello"},
            {"type": "assign", "agent_id": "anna"},
        ),
    )

    await world.tell(inbound())

    assert "Hello, Boris!" in await world.texts()
    conversation = await world.conversation()
    assert conversation.assignee_name == "Anna"
    assert conversation.waiting_since is not None


async def test_a_rule_does_not_answer_a_program(world: World) -> None:
    world.decree(RULES, rule("greets", on("message"), {"type": "reply", "text": "hello"}))
    mail = Content(text="I am away", email=EmailFields(subject="Away", automatic=True))

    await world.tell(inbound(content=mail))

    assert await world.texts() == ["I am away"]
    [firing] = await firings(world)
    assert firing.actions == ()


async def test_custom_fields_are_set_by_their_definition(world: World) -> None:
    field = FieldDefinition(id="fd", name="Order", key="order", kind=FieldKind.NUMBER, **KEPT)
    world.decree(FIELDS, field)
    world.decree(
        RULES,
        rule("good", on("message"), {"type": "field", "name": "order", "value": "7"}),
        rule("bad", on("message"), {"type": "field", "name": "order", "value": "x"}, position=1),
    )

    await world.tell(inbound())

    assert (await world.conversation()).fields == {"order": "7"}
    refused = {firing.rule_id: firing.refused for firing in await firings(world)}
    assert refused == {"good": (), "bad": ("field: is not a number",)}


async def test_a_customer_who_waits_too_long_is_escalated_once(world: World) -> None:
    world.decree(
        RULES, rule("late", after("waiting", 1800), {"type": "priority", "priority": "urgent"})
    )
    await world.tell(inbound(), inbound("chat-2"))

    await pass_time(world, minutes=29)
    early = await world.conversation()
    await pass_time(world, minutes=2)
    late = await world.conversation()
    await world.ask(SetPriority(conversation_id=late.id, actor=AGENT, priority=Priority.LOW))
    await pass_time(world, hours=5)

    assert early.priority is Priority.NORMAL
    assert late.priority is Priority.URGENT
    assert (await world.conversation()).priority is Priority.LOW
    assert len(await firings(world)) == 2


async def test_a_message_moves_the_time_without_a_timer_of_its_own(world: World) -> None:
    world.decree(RULES, rule("quiet", after("idle", 3600), {"type": "resolve"}))
    await world.tell(inbound())
    await pass_time(world, minutes=50)
    await world.tell(inbound(text="still there?"))
    timers = await world.store.find(TIMERS, equal={}, order="due_at")

    await pass_time(world, minutes=15)
    still = await world.conversation()
    await pass_time(world, minutes=60)
    done = await world.conversation()

    assert [timer.due_at for timer in timers.items] == [START + timedelta(hours=1)]
    assert still.status is Status.OPEN
    assert done.status is Status.RESOLVED


async def test_a_customer_who_does_not_answer_has_the_case_resolved(world: World) -> None:
    world.decree(
        RULES,
        rule("greets", on("created"), {"type": "reply", "text": "what is your number?"}),
        rule("silent", after("silent", 3 * 86_400), {"type": "resolve"}, position=1),
    )
    await world.tell(inbound(), inbound("chat-2"))
    await world.tell(inbound("chat-2", text="it is 7"))

    await pass_time(world, days=3, minutes=1)

    assert (await world.conversation()).status is Status.RESOLVED
    assert (await world.conversation("chat-2")).status is Status.OPEN


async def test_the_priority_follows_the_score_until_somebody_sets_it(world: World) -> None:
    score = PriorityScore.model_validate(
        {
            "id": "score",
            "name": "Score",
            "weights": [{"name": "money", "conditions": [WORDS], "points": 60}],
            "points_per_hour": 10,
            **KEPT,
        }
    )
    world.decree(PRIORITY_SCORES, score)

    await world.tell(inbound(text="a refund, please"))
    said = await world.conversation()
    await world.tell(inbound(text="hello?"))
    heard = await world.conversation()
    await pass_time(world, hours=4, minutes=1)
    waited = await world.conversation()
    await world.ask(SetPriority(conversation_id=said.id, actor=AGENT, priority=Priority.LOW))
    await world.tell(inbound(text="refund!"))
    pinned = await world.conversation()

    assert (said.priority, said.ruled.score) == (Priority.HIGH, 60)
    assert (heard.priority, heard.ruled.score) == (Priority.HIGH, 60)
    assert (waited.priority, waited.ruled.score) == (Priority.URGENT, 100)
    assert pinned.priority is Priority.LOW


async def test_imported_history_sets_off_nothing(world: World) -> None:
    world.decree(RULES, rule("notes", on("created", "message"), {"type": "note", "text": "n"}))

    await world.tell(inbound(key=new_id("e"), history=True))

    assert await firings(world) == []


async def test_a_time_rule_that_falls_due_while_rules_rest_is_asked_after_that(
    world: World,
) -> None:
    world.decree(
        RULES,
        rule("notes", on("message"), {"type": "note", "text": "again"}),
        rule("waits", after("waiting", 1800), {"type": "add_labels", "labels": ["waits"]}),
    )
    for _ in range(MOST + 1):
        await world.tell(inbound())
    assert (await world.conversation()).ruled.resting_until is not None

    await pass_time(world, minutes=31)
    resting = await world.conversation()
    await pass_time(world, seconds=REST.total_seconds())

    assert resting.labels == ()
    assert (await world.conversation()).labels == ("waits",)


async def test_time_rules_that_had_no_turn_before_the_rest_are_asked_after_it(
    world: World,
) -> None:
    world.decree(
        RULES,
        rule("notes", on("message"), {"type": "note", "text": "again"}),
        rule("first", after("created", 300), {"type": "add_labels", "labels": ["first"]}),
        rule("second", after("created", 300), {"type": "add_labels", "labels": ["second"]}),
    )
    for _ in range(MOST):
        await world.tell(inbound())

    await pass_time(world, minutes=5)
    cut = await world.conversation()
    await pass_time(world, seconds=REST.total_seconds())

    assert cut.labels == ("first",)
    assert (await world.conversation()).labels == ("first", "second")
