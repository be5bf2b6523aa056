"""Rules that wait for time to pass: one timer for each conversation, set anew when it fires.

Where a message moves the time further away the timer stays as it is: when it fires, it is set to
the time that counts then. So a message costs no write of its own.
"""

from typing import Final

from router.commands.done import Done, with_conversation
from router.rules import scoring
from router.rules.running import run
from router.work import Work
from shared.collections import CONVERSATIONS, TIMERS
from shared.model.conversation import Conversation
from shared.model.records import Timer
from shared.rules.breaker import rests
from shared.rules.chain import Chain
from shared.rules.facts import facts_of
from shared.rules.ruling import Ruling, begins, due_now, next_due, ruling_of

TIMER: Final = "rules"


def timer_id(conversation_id: str) -> str:
    """Of the one timer of a conversation's time rules."""
    return f"{TIMER}/{conversation_id}"


def is_wake(command_id: str) -> bool:
    """Whether the item is a firing of such a timer: its rules are run by ``wake``."""
    return command_id.startswith(f"{TIMER}/")


async def wake(work: Work, conversation: Conversation, timer: Timer) -> Done:
    """Ask the time rules whose time has come, each once for the time since it began to run."""
    del timer
    ruling = work.policy.book.derived(ruling_of)
    due = due_now(ruling, conversation, work.now)
    known = {one.rule.id for one, _ in ruling.timed}
    asked = {id: at for id, at in conversation.ruled.timed.items() if id in known}
    asked |= {ready.rule.id: began for ready, began in due}
    ruled = conversation.ruled.model_copy(update={"timed": asked, "wakes_at": None})
    conversation = work.unit.revise(CONVERSATIONS, conversation, {"ruled": ruled})
    if due:
        facts = facts_of(work.policy.book, conversation, None, work.now, None)
        chain = Chain(ruling, facts, due=[ready for ready, _ in due])
        await run(work, conversation, chain)
        _asked_again(work, ruling, conversation, {ready.rule.id for ready, _ in due})
        _not_asked(work, conversation, {ready.rule.id for ready in chain.left})
    conversation = scoring.rescore(work, work.unit.fresh(CONVERSATIONS, conversation), None)
    arm(work, ruling, conversation)
    return with_conversation(conversation, changed=False)


def _asked_again(work: Work, ruling: Ruling, conversation: Conversation, due: set[str]) -> None:
    """What rules did may have let their own times begin anew: those count as asked already, or a
    rule that writes would set itself off for ever."""
    present = work.unit.fresh(CONVERSATIONS, conversation)
    mine = [(ready, when) for ready, when in ruling.timed if ready.rule.id in due]
    begun = {ready.rule.id: begins(when.since, present) for ready, when in mine}
    asked = present.ruled.timed | {id: at for id, at in begun.items() if at is not None}
    ruled = present.ruled.model_copy(update={"timed": asked})
    work.unit.revise(CONVERSATIONS, present, {"ruled": ruled})


def _not_asked(work: Work, conversation: Conversation, left: set[str]) -> None:
    """Rules that had no turn, for the rest began: they are asked after it."""
    if not left:
        return
    present = work.unit.fresh(CONVERSATIONS, conversation)
    asked = {id: at for id, at in present.ruled.timed.items() if id not in left}
    ruled = present.ruled.model_copy(update={"timed": asked})
    work.unit.revise(CONVERSATIONS, present, {"ruled": ruled})


def arm(work: Work, ruling: Ruling, conversation: Conversation) -> None:
    """See to it that a timer fires no later than the next time rule is due."""
    due = next_due(ruling, conversation)
    rest = conversation.ruled.resting_until
    if due is not None and rest is not None and rests(conversation.ruled, work.now):
        due = max(due, rest)
    rises = scoring.rises(work, conversation)
    if due is None or (rises is not None and rises < due):
        due = rises
    armed = conversation.ruled.wakes_at
    # One whose time is over has fired, or is about to and then finds nothing to do.
    if due is None or (armed is not None and work.now < armed <= due):
        return
    work.unit.put(
        TIMERS,
        Timer(
            id=timer_id(conversation.id), kind=TIMER, conversation_id=conversation.id, due_at=due
        ),
    )
    ruled = conversation.ruled.model_copy(update={"wakes_at": due})
    work.unit.revise(CONVERSATIONS, conversation, {"ruled": ruled})
