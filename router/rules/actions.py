"""Actions of rules, macros and bulk requests, done as the commands that they stand for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from router import timeline
from router.commands import (
    assignment,
    canned,
    fields,
    notes,
    properties,
    replies,
    status,
    verification,
)
from router.work import Work
from shared.answers.render import NotRendered, filled, personal_in
from shared.collections import CONVERSATIONS
from shared.commands import (
    Assign,
    Note,
    Pend,
    Reopen,
    Reply,
    Resolve,
    SendVerification,
    SetFields,
    SetLabels,
    SetPriority,
    SetTopic,
    Snooze,
)
from shared.ids import AgentId
from shared.model import action as a
from shared.model.canned_reply import CannedUse
from shared.model.conversation import Conversation
from shared.model.people import Actor
from shared.rules.effects import effect


async def carry_out(
    work: Work,
    conversation: Conversation,
    action: a.Action,
    actor: Actor,
    values: Mapping[str, str] | None = None,
) -> Conversation:
    """Do it in the actor's name; returns the conversation as it stands then.

    Nothing happens where everything stands so already. Raises ``BadRequest`` (``Refused``) and
    ``NotFound`` as the command would; what was changed by then is to be taken back.
    """
    conversation = work.unit.fresh(CONVERSATIONS, conversation)
    if isinstance(action, a.GiveToAgent) and action.agent_id == a.ME:
        action = action.model_copy(update={"agent_id": AgentId(actor.id or "")})
    if isinstance(action, a.WRITES):
        await _write(work, conversation, action, actor, dict(values or {}))
    elif effect(action, conversation, work.now):
        await _change(work, conversation, action, actor)
    return work.unit.fresh(CONVERSATIONS, conversation)


async def _change(work: Work, conversation: Conversation, action: a.Action, actor: Actor) -> None:
    who: dict[str, Any] = {"conversation_id": conversation.id, "actor": actor}
    match action:
        case a.PutPriority():
            command = SetPriority(priority=action.priority, **who)
            await properties.set_priority(work, conversation, command)
        case a.PutTopic():
            await properties.set_topic(work, conversation, SetTopic(topic=action.topic, **who))
        case a.AddLabels():
            await properties.set_labels(work, conversation, SetLabels(add=action.labels, **who))
        case a.RemoveLabels():
            await properties.set_labels(work, conversation, SetLabels(remove=action.labels, **who))
        case a.PutField():
            put = SetFields(fields={action.name: action.value or ""}, **who)
            await fields.set_fields(work, conversation, put)
        case a.PutSkills() | a.PutLine():
            asked = effect(action, conversation, work.now)
            timeline.change(work, conversation, action.type, asked, actor)
        case a.GiveToAgent():
            give = Assign(agent_id=action.agent_id, team_id=conversation.team_id, **who)
            await assignment.assign(work, conversation, give)
        case a.GiveToTeam():
            await assignment.assign(work, conversation, Assign(team_id=action.team_id, **who))
        case _:
            await _stand(work, conversation, action, who)


async def _stand(
    work: Work, conversation: Conversation, action: a.Action, who: Mapping[str, Any]
) -> None:
    match action:
        case a.DoResolve():
            await status.resolve(work, conversation, Resolve(**who))
        case a.DoReopen():
            await status.reopen(work, conversation, Reopen(**who))
        case a.DoSnooze():
            until = work.now + timedelta(seconds=action.for_s)
            await status.snooze(work, conversation, Snooze(until=until, **who))
        case a.DoPend():
            await status.pend(work, conversation, Pend(waits_for=action.waits_for, **who))


async def _write(
    work: Work,
    conversation: Conversation,
    action: a.Action,
    actor: Actor,
    values: dict[str, str],
) -> None:
    who: dict[str, Any] = {"conversation_id": conversation.id, "actor": actor}
    if isinstance(action, a.SendCanned):
        use = CannedUse(id=action.canned_reply_id, values={**action.values, **values})
        await replies.reply(work, conversation, Reply(canned=use, **who))
        return
    if isinstance(action, a.AskProof):
        if not conversation.verified:
            await verification.send(work, conversation, SendVerification(**who))
        return
    if not isinstance(action, a.WriteNote | a.WriteReply):
        return
    is_note = isinstance(action, a.WriteNote)
    known = await canned.known_in(work, conversation, actor)
    # Colleagues may read what is personal.
    personal = () if is_note else personal_in(work.policy.book, None)
    try:
        text = filled(action.text, known, given=values, personal=personal)
    except NotRendered as error:
        raise canned.refused(error) from None
    if is_note:
        await notes.note(work, conversation, Note(text=text, **who))
    else:
        await replies.reply(work, conversation, Reply(text=text, **who))
