"""Policies of how soon to answer, for tests."""

from datetime import timedelta
from typing import Any

from router.timers import Timers
from shared.collections import ACKNOWLEDGEMENTS, CALENDARS, SLA_POLICIES
from shared.commands import Reply
from shared.events import DeadlineBreached, DeadlineWarned, PromiseSettled
from shared.ids import partition_of
from shared.model.acknowledgement import Acknowledgement
from shared.model.calendar import Calendar, OpenHours, Weekday
from shared.model.conversation import Conversation
from shared.model.matching import Match
from shared.model.people import Actor
from shared.model.sla import SlaPolicy
from shared.policies.answering import default_answering
from tests.router.world import AGENT, START, World

HOUR_S = 3600
DAY_S = 24 * HOUR_S
TOLD = (DeadlineWarned.kind, DeadlineBreached.kind, PromiseSettled.kind)


def sla(id: str = "any", **fields: Any) -> SlaPolicy:
    """An SLA policy: a reply within a day, unless the fields say otherwise."""
    values: dict[str, Any] = {
        "id": id,
        "name": id.title(),
        "first_reply_s": DAY_S,
        "next_reply_s": DAY_S,
        "created_at": START,
        "updated_at": START,
    }
    match = fields.pop("match", {})
    return SlaPolicy.model_validate(values | {"match": Match(**match)} | fields)


def acknowledgement(id: str = "received", **fields: Any) -> Acknowledgement:
    """An acknowledgement that is switched on and names a time."""
    values: dict[str, Any] = {
        "id": id,
        "name": id.title(),
        "enabled": True,
        "texts": {"en": "We answer by {time}.", "ru": "Мы ответим до {time}."},
        "created_at": START,
        "updated_at": START,
    }
    return Acknowledgement.model_validate(values | fields)


def office(zone: str = "Europe/Moscow", **fields: Any) -> Calendar:
    """Monday to Friday, nine to six."""
    days = tuple(Weekday)[:5]
    values: dict[str, Any] = {
        "id": "office",
        "name": "Office",
        "time_zone": zone,
        "hours": tuple(OpenHours(day=day, start="09:00", end="18:00") for day in days),
        "created_at": START,
        "updated_at": START,
    }
    return Calendar.model_validate(values | fields)


def decree_defaults(world: World) -> None:
    """What a fresh hub has."""
    puts = default_answering(START)
    for collection in (CALENDARS, SLA_POLICIES, ACKNOWLEDGEMENTS):
        world.decree(collection, *[put.document for put in puts if put.collection is collection])


async def pass_time(world: World, seconds: float) -> None:
    """Let the time pass and the timers fire that are due then."""
    await world.clock.advance(seconds)
    await Timers(world.bus, world.store, world.clock).fire()
    await world.settle()


async def answer(world: World, thread: str = "chat-1", actor: Actor = AGENT) -> None:
    """Answer the customer."""
    conversation = await world.conversation(thread)
    outcome = await world.ask(Reply(conversation_id=conversation.id, actor=actor, text="an answer"))
    assert outcome.code == 201


async def told(world: World, conversation: Conversation) -> list[str]:
    """What the events said of deadlines and promises, in order: ``breached first_reply``."""
    found: list[str] = []
    for envelope in await world.events(partition_of(conversation.id)):
        if envelope["kind"] not in TOLD:
            continue
        payload = envelope["payload"]
        if payload["conversation"]["id"] != conversation.id:
            continue
        word = envelope["kind"].rpartition(".")[2]
        if "promise" in payload:
            found.append(f"promise {payload['promise']['state']}")
        else:
            percent = f" {payload['percent']}" if "percent" in payload else ""
            found.append(f"{word} {payload['target']}{percent}")
    return found


def later(seconds: float) -> Any:
    """So long after the start."""
    return START + timedelta(seconds=seconds)
