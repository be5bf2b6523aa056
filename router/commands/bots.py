"""Commands of bots and about them: taking, not understanding, handing to people and back."""

from typing import Any, Final

from router import timeline
from router.bots.duty import standing_of
from router.bots.handing import hand_over
from router.bots.hold import arm
from router.bots.turn import require_turn
from router.commands import replies
from router.commands.assignment import name_of_team, require_team
from router.commands.done import Done, Refused, with_conversation
from router.work import Work
from shared.collections import BOT_DUTIES, BOTS, CONVERSATIONS
from shared.commands import (
    Command,
    DeleteMessage,
    Edit,
    HandBack,
    HandOff,
    Hold,
    Misunderstood,
    React,
    Reply,
    Resend,
    UndoAct,
)
from shared.model.bots import BotStanding
from shared.model.conversation import Conversation, Status
from shared.model.people import ActorKind
from shared.ports.bots import bot_id

_TO_THE_CUSTOMER: Final = (Reply, Misunderstood, Edit, DeleteMessage, React, Resend, Hold)


def check(conversation: Conversation, command: Command) -> None:
    """What bots may not do, and not in turn. Raises ``Refused``."""
    if command.actor.kind is not ActorKind.BOT:
        return
    if isinstance(command, UndoAct) or getattr(command, "bulk_id", None) is not None:
        raise Refused("bots make no bulk requests", code=403)
    if isinstance(command, _TO_THE_CUSTOMER):
        require_turn(conversation, command.actor)


async def hold(work: Work, conversation: Conversation, command: Hold) -> Done:
    """A bot takes it by itself; one that holds it already goes on as it was told."""
    if command.actor.kind is not ActorKind.BOT or command.actor.id is None:
        raise Refused("only a bot holds a conversation by lease", code=422, field="actor")
    if conversation.bot_id == command.actor.id:
        return with_conversation(conversation, changed=False)
    if conversation.status is Status.RESOLVED:
        raise Refused("the conversation is resolved")
    standing = BotStanding(
        last_bot_id=command.actor.id,
        lease_s=command.lease_s,
        most_misses=command.misses,
        words=command.words,
    )
    after = await _give_to_bot(work, conversation, standing, command, "hold")
    return with_conversation(after)


async def misunderstood(work: Work, conversation: Conversation, command: Misunderstood) -> Done:
    """Say so to the customer; once too often, hand over in the same step."""
    if command.actor.kind is not ActorKind.BOT or conversation.bot_id != command.actor.id:
        raise Refused("only the bot that holds the conversation can misunderstand it")
    standing = conversation.bots or BotStanding(last_bot_id=command.actor.id or "")
    misses = standing.misses + 1
    if misses >= standing.most_misses:
        details = {"why": "misses", "by": command.actor.name, "misses": str(misses)}
        after = hand_over(
            work, conversation, command.actor, details=details, collected=command.collected
        )
        return with_conversation(after)
    reply = Reply(
        conversation_id=conversation.id,
        actor=command.actor,
        text=command.text,
        buttons=command.buttons,
        seen=command.seen,
    )
    done = await replies.reply(work, conversation, reply)
    current = work.unit.fresh(CONVERSATIONS, conversation)
    counted = (current.bots or standing).model_copy(update={"misses": misses})
    work.unit.revise(CONVERSATIONS, current, {"bots": counted})
    return done


async def hand_off(work: Work, conversation: Conversation, command: HandOff) -> Done:
    """A bot gives the conversation to people, with what it found out."""
    standing = conversation.bots
    if command.actor.kind is ActorKind.BOT:
        if conversation.bot_id not in (None, command.actor.id):
            raise Refused("another bot holds this conversation")
        by_people = standing is not None and standing.people_since is not None
        if by_people or conversation.assignee_id is not None:
            return with_conversation(conversation, changed=False)
    require_team(work, conversation, command.team_id)
    after = hand_over(
        work,
        conversation,
        command.actor,
        details={
            "reason": command.reason or None,
            "by": command.actor.name,
            "team_id": command.team_id,
            "team": name_of_team(work, command.team_id),
        },
        collected=command.collected,
        topic=command.topic,
        team_id=command.team_id,
    )
    return with_conversation(after)


async def hand_back(work: Work, conversation: Conversation, command: HandBack) -> Done:
    """People give it to a bot, which answers from the customer's next message on."""
    if command.actor.kind is ActorKind.BOT:
        raise Refused("only people give a conversation back to a bot", code=422, field="actor")
    if conversation.status is Status.RESOLVED:
        raise Refused("the conversation is resolved; reopen it first")
    last = conversation.bots.last_bot_id if conversation.bots is not None else None
    wanted = bot_id(command.bot) if command.bot is not None else last
    if wanted is None:
        raise Refused("no bot ever held it: say which", code=422, field="bot")
    if conversation.bot_id == wanted:
        return with_conversation(conversation, changed=False)
    standing = await _standing(work, conversation, wanted)
    after = await _give_to_bot(work, conversation, standing, command, "hand_back")
    return with_conversation(after)


async def _standing(work: Work, conversation: Conversation, wanted: str) -> BotStanding:
    """As its duty says, or as it stood before. Raises ``Refused`` for a bot that there is not."""
    duties = work.policy.book.all(BOT_DUTIES)
    duty = next((one for one in duties if bot_id(one.bot) == wanted), None)
    if duty is not None:
        return standing_of(duty)
    before = conversation.bots
    if before is not None and before.last_bot_id == wanted:
        return before.model_copy(update={"people_since": None, "misses": 0})
    known = await work.unit.get(BOTS, wanted)
    if known is None or not known.active:
        raise Refused("there is no such bot", code=422, field="bot")
    return BotStanding(last_bot_id=wanted)


async def _give_to_bot(
    work: Work, conversation: Conversation, standing: BotStanding, command: Command, cause: str
) -> Conversation:
    fields: dict[str, Any] = {
        "bot_id": standing.last_bot_id,
        "bots": standing,
        "assignee_id": None,
        "assignee_name": None,
        "assigned_at": None,
    }
    after = timeline.change(work, conversation, cause, fields, command.actor)
    name = "bot_took" if cause == "hold" else "handed_back"
    details = {"bot": standing.last_bot_id.removeprefix("bot-"), "by": command.actor.name}
    after = timeline.line(work, after, name, command.actor, details)
    # A customer who waits goes on waiting for so long only.
    return await arm(work, after, after.messages - 1) if after.waiting_since is not None else after
