"""Where rules meet the queue, deadlines and contacts: what one decides, the other goes by."""

from shared.collections import CALENDARS, RULES, SLA_POLICIES, TEAMS
from shared.commands import SetLabels
from shared.ids import TeamId
from shared.model.conversation import Priority
from shared.model.team import Team
from tests.router import answering
from tests.router.answering import DAY_S, HOUR_S, later, pass_time, sla
from tests.router.office import agent, kept, open_office
from tests.router.world import AGENT, World, inbound
from tests.shared.ruling import condition, on, rule

WORDS = condition(type="words", words=["refund"])


async def test_a_rule_says_team_line_and_skills_and_who_has_them_gets_it(world: World) -> None:
    office = await open_office(
        world,
        agent("anna"),
        agent("boris", team_ids=(TeamId("cash"),), skills={"refunds": 3}, lines={"l2": 1}),
    )
    world.decree(TEAMS, kept(Team, "cash"))
    world.decree(
        RULES,
        rule(
            "money",
            on("message"),
            {"type": "team", "team_id": "cash"},
            {"type": "line", "line": "l2"},
            {"type": "skills", "skills": ["refunds:2"]},
            conditions=[WORDS],
        ),
    )
    await office.come("anna", "boris")

    await office.arrive("c1", text="I want a refund")
    await office.work()

    conversation = await world.conversation("c1")
    assert (conversation.team_id, conversation.line) == ("cash", "l2")
    assert conversation.skills == ("refunds:2",)
    assert conversation.assignee_id == "boris"


async def test_what_no_rule_sends_elsewhere_goes_to_whoever_is_there(world: World) -> None:
    office = await open_office(world, agent("anna"))
    world.decree(
        RULES, rule("money", on("message"), {"type": "line", "line": "l3"}, conditions=[WORDS])
    )
    await office.come("anna")

    await office.arrive("c1", text="hello")
    await office.work()

    assert await office.holder("c1") == "anna"


async def test_a_breach_sets_off_rules(world: World) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=()))
    world.decree(
        RULES,
        rule("late", on("deadline_breached"), {"type": "priority", "priority": "urgent"}),
    )
    await world.tell(inbound())
    await pass_time(world, DAY_S - 1)
    before = (await world.conversation()).priority

    await pass_time(world, 1)

    assert (before, (await world.conversation()).priority) == (Priority.NORMAL, Priority.URGENT)


async def test_a_warning_sets_off_rules(world: World) -> None:
    world.decree(SLA_POLICIES, sla(warn_at=(50,)))
    world.decree(
        RULES,
        rule("soon", on("deadline_warned"), {"type": "add_labels", "labels": ["soon"]}),
    )
    await world.tell(inbound())

    await pass_time(world, DAY_S // 2)

    assert (await world.conversation()).labels == ("soon",)


async def test_the_line_that_a_rule_chose_has_a_deadline_of_its_own(world: World) -> None:
    world.decree(
        SLA_POLICIES,
        sla(warn_at=()),
        sla("second-line", match={"lines": ("l2",)}, first_reply_s=HOUR_S),
    )
    world.decree(
        RULES, rule("money", on("message"), {"type": "line", "line": "l2"}, conditions=[WORDS])
    )

    await world.tell(inbound("chat-1", text="refund, please"), inbound("chat-2", text="hello"))

    assert (await world.conversation("chat-1")).due_at == later(HOUR_S)
    assert (await world.conversation("chat-2")).due_at == later(DAY_S)


async def test_a_rule_asks_whether_the_office_is_open(world: World) -> None:
    """The clock stands at noon of a Monday in Moscow."""
    world.decree(CALENDARS, answering.office())
    open_now = condition(type="calendar", calendar_id="office", within=True)
    closed = condition(type="calendar", calendar_id="office", within=False)
    world.decree(
        RULES,
        rule("day", on("message"), {"type": "add_labels", "labels": ["day"]},
             conditions=[open_now]),
        rule("night", on("message"), {"type": "add_labels", "labels": ["night"]},
             conditions=[closed]),
    )  # fmt: skip

    await world.tell(inbound("chat-1"))
    await world.clock.advance(12 * HOUR_S)
    await world.tell(inbound("chat-2"))

    assert (await world.conversation("chat-1")).labels == ("day",)
    assert (await world.conversation("chat-2")).labels == ("night",)


async def test_a_breach_that_shows_with_a_late_answer_sets_off_rules_too(world: World) -> None:
    """Nothing looked in time: the timers stood still, and the answer itself tells of the breach."""
    world.decree(SLA_POLICIES, sla(warn_at=()))
    world.decree(
        RULES, rule("late", on("deadline_breached"), {"type": "add_labels", "labels": ["late"]})
    )
    await world.tell(inbound())
    await world.clock.advance(DAY_S + 60)

    await answering.answer(world)

    assert (await world.conversation()).labels == ("late",)


async def test_what_a_rule_makes_late_is_told_to_the_rules(world: World) -> None:
    world.decree(
        SLA_POLICIES,
        sla(warn_at=()),
        sla("urgent", match={"priorities": ("urgent",)}, first_reply_s=60, warn_at=()),
    )
    world.decree(
        RULES,
        rule("angry", on("labels"), {"type": "priority", "priority": "urgent"}),
        rule("late", on("deadline_breached"), {"type": "note", "text": "call them"}),
    )
    await world.tell(inbound())
    await world.clock.advance(HOUR_S)
    about = await world.conversation()

    await world.ask(SetLabels(conversation_id=about.id, actor=AGENT, add=("angry",)))

    assert (await world.texts()).count("call them") == 1
    assert (await world.conversation()).due_at == later(60)


async def test_a_rule_about_a_breach_moves_the_deadline_in_the_same_step(world: World) -> None:
    world.decree(
        SLA_POLICIES,
        sla(warn_at=(), first_reply_s=HOUR_S),
        sla("second", match={"lines": ("l2",)}, first_reply_s=600, warn_at=()),
    )
    world.decree(RULES, rule("late", on("deadline_breached"), {"type": "line", "line": "l2"}))
    await world.tell(inbound())

    await pass_time(world, HOUR_S)

    after = await world.conversation()
    assert (after.line, after.due_at) == ("l2", later(600))
