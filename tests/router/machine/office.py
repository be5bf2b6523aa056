"""What admins have decided in the hub of the machine: a bit of everything that moves by itself."""

from typing import Final

from shared.collections import (
    ACKNOWLEDGEMENTS,
    AGENTS,
    CANNED_REPLIES,
    LINES,
    QUEUEING,
    RULES,
    SLA_POLICIES,
    TEAMS,
    TOPICS,
)
from shared.model.canned_reply import CannedReply
from shared.model.line import Line
from shared.model.team import Team
from shared.ports.store import Put
from tests.router.answering import HOUR_S, acknowledgement, sla
from tests.router.machine.desk import Desk
from tests.router.machine.invariants import CAPACITY, SECRET
from tests.router.office import agent, kept, queueing
from tests.shared.ruling import KEPT, after, condition, on, rule, topic

PEOPLE: Final = ("anna", "boris")
TEAMS_: Final = ("shop", "helpers")
CANNED: Final = "hello"
REFUND: Final = condition(type="words", words=["refund"])


def decree(desk: Desk) -> None:
    """Rules that answer each other, deadlines, an acknowledgement that waits, little capacity."""
    world = desk.world
    world.decree(QUEUEING, queueing(capacity=CAPACITY))
    world.decree(LINES, *(kept(Line, f"L{n}", position=n) for n in (1, 2)))
    world.decree(TEAMS, *(kept(Team, name) for name in TEAMS_))
    world.decree(TOPICS, topic("money"))
    canned = {"id": CANNED, "name": "Hello", "shortcut": "h", "text": "Hello, {{contact.name}}"}
    world.decree(CANNED_REPLIES, CannedReply.model_validate(canned | KEPT))
    world.decree(
        SLA_POLICIES,
        sla(first_reply_s=HOUR_S, next_reply_s=2 * HOUR_S, resolution_s=24 * HOUR_S),
        sla("second", match={"lines": ("L2",)}, first_reply_s=600, next_reply_s=900),
    )
    world.decree(ACKNOWLEDGEMENTS, acknowledgement(wait_s=60))
    world.decree(
        RULES,
        rule(
            "refunds",
            on("message"),
            {"type": "topic", "topic": "money"},
            {"type": "add_labels", "labels": ["refund"]},
            {"type": "line", "line": "L2"},
            {"type": "note", "text": f"{SECRET} refund"},
            conditions=[REFUND],
        ),
        rule("late", on("deadline_breached"), {"type": "priority", "priority": "urgent"}),
        rule("rate", on("resolved"), {"type": "reply", "text": "How was it?"}),
        rule("nudge", after("silent", 3 * HOUR_S), {"type": "reply", "text": "Still there?"}),
        rule("idle", after("idle", 6 * 24 * HOUR_S), {"type": "resolve"}),
        rule("waits", after("waiting", 30 * 60), {"type": "team", "team_id": "helpers"}),
    )


async def staff(desk: Desk) -> None:
    """The people of this example."""
    await desk.world.store.commit([Put(AGENTS, agent(id, languages=())) for id in desk.agents])
