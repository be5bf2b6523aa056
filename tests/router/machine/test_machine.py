"""Whatever customers, agents, bots, rules and the clock do, in whatever order, a conversation keeps
its invariants, on either store.

``HUB_TEST_EXAMPLES`` asks for more examples than a run of everything has time for.
"""

import asyncio
import os
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from inbox.contacts import Contacts
from inbox.merges import Merges
from inbox.news import News
from shared.collections import AGENTS
from shared.commands import (
    Act,
    Assign,
    Cancel,
    Command,
    Escalate,
    FinishTask,
    HandBack,
    HandOff,
    Hold,
    MarkRead,
    Merge,
    Misunderstood,
    Note,
    Pend,
    Reopen,
    Reply,
    Reschedule,
    Resend,
    Resolve,
    SetFields,
    SetLabels,
    SetPriority,
    SetTopic,
    Snooze,
    TakeTask,
    UndoAct,
    Unmerge,
)
from shared.errors import BadRequest
from shared.ids import AgentId, TeamId
from shared.model.canned_reply import CannedUse
from shared.model.conversation import Conversation, PendingFor, Priority
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound, Origin
from shared.model.message import Direction, Message
from shared.model.people import Actor, Block
from shared.model.records import Outcome, OutcomeStatus
from shared.ports.bus import Publication
from shared.ports.store import Update
from tests.router.machine import office
from tests.router.machine.desk import HOMES, Desk, Held, open_desk
from tests.router.machine.invariants import SECRET, wrongly_told, wrongs
from tests.router.office import actor
from tests.router.world import BOT, inbound

EXAMPLES: Final = int(os.environ.get("HUB_TEST_EXAMPLES", "0"))
CHAT: Final = st.integers(0, 2)
PERSON: Final = st.integers(0, 1)
PICK: Final = st.integers(0, 20)
TEXTS: Final = st.sampled_from(["hello", "a refund, please", "operator", "спасибо"])
TIMES: Final = st.sampled_from([1, 21, 61, 601, 1801, 3601, 4 * 3600, 25 * 3600, 8 * 24 * 3600])
ACTIONS: Final = st.sampled_from(
    [
        {"type": "resolve"},
        {"type": "reopen"},
        {"type": "add_labels", "labels": ["vip"]},
        {"type": "remove_labels", "labels": ["refund"]},
        {"type": "assign", "agent_id": "me"},
        {"type": "team", "team_id": None},
        {"type": "snooze", "for_s": 3600},
        {"type": "pend", "waits_for": "customer"},
        {"type": "priority", "priority": "high"},
        {"type": "note", "text": f"{SECRET} macro"},
        {"type": "reply", "text": "Sorted, {{contact.name}}."},
        {"type": "field", "name": "order", "value": "7"},
    ]
)


class Machine(RuleBasedStateMachine):
    """Three threads in two partitions, two agents with little room, and a bot."""

    desk: Desk
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.published: list[Publication] = []
        self.bulks: list[tuple[str, str]] = []
        self.number = 0
        self.held: Held = self.run(self._begin())

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(doing)

    async def _begin(self) -> Held:
        await self.desk.begin((HOMES[0], HOMES[1], HOMES[0]), office.PEOPLE)
        await office.staff(self.desk)
        for chat in range(3):
            self.published += await self.desk.tell(self.item(chat, "hello"))
        return await self.desk.look()

    # ------------------------------------------------------------------ what there is

    def case(self, chat: int, pick: int = 0) -> Conversation:
        """One of the thread's cases, its latest at 0."""
        name = self.desk.chats[chat]
        cases = [one for one in self.held.conversations.values() if one.thread == name]
        cases.sort(key=lambda one: (one.created_at, one.id), reverse=True)
        latest = self.held.threads[name].conversation_id
        cases.sort(key=lambda one: one.id != latest)
        return cases[pick % len(cases) if pick > 15 else 0]

    def said_by_us(self, chat: int, pick: int) -> Message | None:
        """What we have written in the thread's latest case, the newest first."""
        messages = [
            one
            for one in self.held.messages[self.case(chat).id]
            if one.direction is Direction.OUTBOUND
        ]
        return messages[::-1][pick % len(messages)] if messages else None

    def who(self, person: int) -> Actor:
        return actor(self.desk.agents[person])

    def ask(self, command: Command) -> Outcome:
        """Ask for it; what is refused has changed nothing."""
        before = replace(self.held, resent=frozenset(self.desk.resent))
        outcome: Outcome
        outcome, publication = self.run(self.desk.ask(command))
        self.published.append(publication)
        if outcome.status is OutcomeStatus.REFUSED:
            assert self.run(self.desk.look()) == before, f"refused: {outcome.reason}"
        return outcome

    # ------------------------------------------------------------------ the customer

    def item(self, chat: int, text: str, **fields: Any) -> Inbound:
        self.number += 1
        now = self.desk.world.clock.now()
        key = f"{self.desk.chats[chat]}-{self.number}"
        values = {"place": f"{self.number:05d}", "occurred_at": now, "received_at": now}
        return inbound(self.desk.chats[chat], key=key, text=text, **(values | fields))

    @rule(chat=CHAT, text=TEXTS)
    def writes(self, chat: int, text: str) -> None:
        self.published += self.run(self.desk.tell(self.item(chat, text)))

    @rule(chat=CHAT)
    def writes_twice_and_the_later_comes_first(self, chat: int) -> None:
        first, second = self.item(chat, "one"), self.item(chat, "two")
        self.published += self.run(self.desk.tell(second, first))

    @rule(chat=CHAT, origin=st.sampled_from([Origin.AGENT_APP, Origin.BOT]))
    def somebody_else_writes(self, chat: int, origin: Origin) -> None:
        self.published += self.run(self.desk.tell(self.item(chat, "elsewhere", origin=origin)))

    @precondition(lambda self: self.published)
    @rule(pick=PICK)
    def an_item_is_delivered_again(self, pick: int) -> None:
        again = self.published[::-1][pick % len(self.published)]
        before = self.held

        self.run(self.desk.handle([again]))

        assert self.run(self.desk.look()) == before, f"{again.envelope.kind} again"

    # ------------------------------------------------------------------ agents

    @rule(chat=CHAT, person=PERSON, pick=PICK, undo_s=st.sampled_from([0, 0, 30]))
    def replies(self, chat: int, person: int, pick: int, undo_s: int) -> None:
        one = self.case(chat, pick)
        self.ask(
            Reply(conversation_id=one.id, actor=self.who(person), text="answer", undo_s=undo_s)
        )

    @rule(chat=CHAT, person=PERSON, recall=st.booleans(), canned=st.booleans())
    def replies_later(self, chat: int, person: int, recall: bool, canned: bool) -> None:
        later = self.desk.world.clock.now() + timedelta(hours=2)
        self.ask(
            Reply(
                conversation_id=self.case(chat).id,
                actor=self.who(person),
                text="" if canned else "later",
                canned=CannedUse(id=office.CANNED) if canned else None,
                send_at=later,
                recall=recall,
            )
        )

    @rule(chat=CHAT, pick=PICK, text=st.sampled_from([None, "another text"]))
    def reschedules(self, chat: int, pick: int, text: str | None) -> None:
        message = self.said_by_us(chat, pick)
        if message is None:
            return
        self.ask(
            Reschedule(
                conversation_id=message.conversation_id,
                actor=self.who(0),
                message_id=message.id,
                send_at=self.desk.world.clock.now() + timedelta(hours=3),
                text=text,
            )
        )

    @rule(chat=CHAT, pick=PICK, kind=st.sampled_from([Cancel, Cancel, Resend]))
    def takes_back_or_sends_again(self, chat: int, pick: int, kind: Any) -> None:
        message = self.said_by_us(chat, pick)
        if message is None:
            return
        if kind is Resend:
            self.desk.resent.add(message.id)
        about = {"conversation_id": message.conversation_id, "message_id": message.id}
        self.ask(kind(actor=self.who(0), **about))

    @rule(chat=CHAT, person=PERSON)
    def notes(self, chat: int, person: int) -> None:
        one = self.case(chat)
        self.ask(Note(conversation_id=one.id, actor=self.who(person), text=f"{SECRET} note"))

    @rule(
        chat=CHAT,
        by=PERSON,
        to=st.sampled_from([None, 0, 1]),
        team=st.sampled_from([None, *office.TEAMS_]),
    )
    def assigns(self, chat: int, by: int, to: int | None, team: str | None) -> None:
        self.ask(
            Assign(
                conversation_id=self.case(chat).id,
                actor=self.who(by),
                agent_id=AgentId(self.desk.agents[to]) if to is not None else None,
                agent_name="somebody",
                team_id=TeamId(team) if team else None,
                note=f"{SECRET} for you",
            )
        )

    @rule(chat=CHAT, pick=PICK, kind=st.sampled_from([Resolve, Resolve, Reopen, Unmerge]))
    def ends_or_opens(self, chat: int, pick: int, kind: Any) -> None:
        self.ask(kind(conversation_id=self.case(chat, pick).id, actor=self.who(0)))

    @rule(chat=CHAT, waits_for=st.sampled_from(PendingFor), colleague=st.booleans())
    def pends(self, chat: int, waits_for: PendingFor, colleague: bool) -> None:
        asked = colleague and waits_for is PendingFor.COLLEAGUE
        self.ask(
            Pend(
                conversation_id=self.case(chat).id,
                actor=self.who(0),
                waits_for=waits_for,
                colleague_id=AgentId(self.desk.agents[1]) if asked else None,
            )
        )

    @rule(chat=CHAT, hours=st.sampled_from([1, 5]))
    def snoozes(self, chat: int, hours: int) -> None:
        until = self.desk.world.clock.now() + timedelta(hours=hours)
        self.ask(Snooze(conversation_id=self.case(chat).id, actor=self.who(0), until=until))

    @rule(chat=CHAT, what=st.integers(0, 5))
    def says_what_it_is(self, chat: int, what: int) -> None:
        about: dict[str, Any] = {"conversation_id": self.case(chat).id, "actor": self.who(0)}
        commands: list[Command] = [
            SetLabels(add=("vip",), remove=("refund",), **about),
            SetLabels(remove=("vip",), **about),
            SetPriority(priority=Priority.LOW, **about),
            SetTopic(topic="money", **about),
            SetFields(fields={"order": "7"}, **about),
            SetFields(fields={"order": ""}, **about),
        ]
        self.ask(commands[what])

    @rule(chat=CHAT, back=st.integers(0, 3))
    def reads(self, chat: int, back: int) -> None:
        one = self.case(chat)
        up_to = max(0, one.messages - 1 - back)
        self.ask(MarkRead(conversation_id=one.id, actor=self.who(0), up_to=up_to))

    @rule(chat=CHAT, actions=st.lists(ACTIONS, min_size=1, max_size=3), bulk=st.booleans())
    def acts(self, chat: int, actions: list[dict[str, Any]], bulk: bool) -> None:
        one = self.case(chat)
        outcome = self.ask(
            Act.model_validate(
                {
                    "conversation_id": one.id,
                    "actor": self.who(0),
                    "actions": actions,
                    "bulk_id": "b1" if bulk else None,
                }
            )
        )
        if bulk and outcome.status is OutcomeStatus.DONE:
            self.bulks.append((one.id, outcome.id))

    @precondition(lambda self: self.bulks)
    @rule(pick=PICK)
    def undoes_a_bulk_request(self, pick: int) -> None:
        id, step = self.bulks[::-1][pick % len(self.bulks)]
        about = self.held.conversations[id].id
        self.ask(UndoAct(conversation_id=about, actor=self.who(1), step_id=step))

    @rule(chat=CHAT)
    def writes_one_of_many(self, chat: int) -> None:
        one = self.case(chat)
        self.ask(Reply(conversation_id=one.id, actor=self.who(0), text="outage", bulk_id="b2"))

    @rule(chat=CHAT, line=st.sampled_from(["L1", "L2"]))
    def escalates(self, chat: int, line: str) -> None:
        one = self.case(chat)
        self.ask(
            Escalate(
                conversation_id=one.id,
                actor=self.who(0),
                line=line,
                summary="look",
                facts={"seen": line},
            )
        )

    @rule(chat=CHAT, finish=st.booleans())
    def works_on_a_task(self, chat: int, finish: bool) -> None:
        one = self.case(chat)
        if not one.escalation.open:
            return
        about: dict[str, Any] = {
            "task_id": one.escalation.open[0].task_id,
            "conversation_id": one.id,
            "actor": self.who(1),
        }
        self.ask(FinishTask(result="done", **about) if finish else TakeTask(**about))

    @rule(chat=CHAT, into=CHAT)
    def merges(self, chat: int, into: int) -> None:
        target = self.case(into).id
        self.ask(Merge(conversation_id=self.case(chat).id, actor=self.who(0), into_id=target))

    @rule(person=PERSON, active=st.booleans())
    def an_agent_is_let_go_or_comes_back(self, person: int, active: bool) -> None:
        change = Update(AGENTS, self.desk.agents[person], {"active": active})
        self.run(self.desk.world.store.commit([change]))

    # ------------------------------------------------------------------ bots

    @rule(chat=CHAT, what=st.integers(0, 4))
    def a_bot_does(self, chat: int, what: int) -> None:
        one = self.case(chat)
        about: dict[str, Any] = {"conversation_id": one.id, "actor": BOT}
        commands: list[Command] = [
            Hold(lease_s=20, **about),
            Reply(text="the bot", seen=one.messages, **about),
            Misunderstood(text="pardon?", **about),
            HandOff(reason="enough", collected={"order": "8"}, topic="money", **about),
            Reply(text="the bot to an older one", seen=0, **about),
        ]
        self.ask(commands[what])

    @rule(chat=CHAT)
    def a_bot_gets_it_back(self, chat: int) -> None:
        self.ask(HandBack(conversation_id=self.case(chat).id, actor=self.who(0)))

    # ------------------------------------------------------------------ contacts

    def contacts(self) -> Contacts:
        world = self.desk.world
        return Contacts(world.store, world.clock, News(world.bus, world.clock))

    @rule(chat=CHAT, block=st.booleans())
    def blocks(self, chat: int, block: bool) -> None:
        contact_id = self.held.identities[self.case(chat).identity_id].contact_id
        blocking = Block(reason="rude", by=self.who(0), at=self.desk.world.clock.now())
        doing = (
            self.contacts().block(contact_id, blocking)
            if block
            else self.contacts().unblock(contact_id, self.who(0))
        )
        self.run(doing)

    @rule(chat=CHAT, other=CHAT, apart=st.booleans())
    def makes_two_contacts_one(self, chat: int, other: int, apart: bool) -> None:
        merges, who = Merges(self.contacts()), self.who(0)
        ids = [self.held.identities[self.case(one).identity_id] for one in (chat, other)]

        async def change() -> None:
            if apart:
                for record in (await merges.of(ids[0].contact_id))[:1]:
                    await merges.undo(record.id, who, into_id=record.into_id)
            else:
                await merges.merge(ids[0].contact_id, ids[1].contact_id, who)

        try:
            self.run(change())
        except BadRequest:
            assert self.run(self.desk.look()) == self.held

    # ------------------------------------------------------------------ the world

    @rule(seconds=TIMES)
    def time_passes(self, seconds: int) -> None:
        self.run(self.desk.pass_time(seconds))

    @rule(state=st.sampled_from([Delivery.SENT, Delivery.SENT, Delivery.FAILED, Delivery.UNKNOWN]))
    def what_is_due_leaves(self, state: Delivery) -> None:
        now = self.desk.world.clock.now()
        due = [
            p for p in self.held.parts.values() if p.state is Delivery.QUEUED and p.due_at <= now
        ]
        for part in sorted(due, key=lambda part: part.order):
            self.run(self.desk.send(part, state))

    @rule(home=st.sampled_from(HOMES))
    def a_router_is_killed(self, home: Any) -> None:
        self.run(self.desk.change_hands(home))

    # ------------------------------------------------------------------ what is always so

    @invariant()
    def everything_is_as_it_must_be(self) -> None:
        self.held = self.run(self.desk.look())
        assert list(wrongs(self.held)) == []
        for id, told in self.desk.told.items():
            assert list(wrongly_told(told, self.held.conversations[id])) == []
        assert self.run(self.desk.dead()) == 0


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "name, examples, steps",
    [
        ("sqlite", 25, 40),
        pytest.param("mongo", 8, 25, marks=pytest.mark.xdist_group("mongo")),
    ],
)
def test_whatever_is_done_a_conversation_keeps_its_invariants(
    name: str, examples: int, steps: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    stack = AsyncExitStack()
    with pytest.MonkeyPatch.context() as environ, asyncio.Runner() as runner:
        if name == "mongo":
            environ.setenv("HUB_TEST_MONGO_URL", request.getfixturevalue("mongo_url"))
        desk = runner.run(stack.enter_async_context(open_desk(name, tmp_path)))
        office.decree(desk)
        kind = type("Machine", (Machine,), {"desk": desk, "runner": runner})
        try:
            run_state_machine_as_test(
                kind,
                settings=settings(
                    max_examples=EXAMPLES or examples,
                    stateful_step_count=steps,
                    deadline=None,
                    database=None,
                    derandomize=not EXAMPLES,
                    suppress_health_check=list(HealthCheck),
                    print_blob=False,
                ),
            )
        finally:
            runner.run(stack.aclose())
