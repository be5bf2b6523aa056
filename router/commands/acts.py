"""Several things at once: macros, pieces of bulk requests, and putting the latter back."""

from collections.abc import Mapping
from typing import Any, Final

from router import loads, timeline
from router.bots import hold
from router.commands import awaiting
from router.commands.done import Done, Refused, with_conversation
from router.commands.standing import require_latest
from router.happening import Happening
from router.rules.actions import carry_out
from router.snoozes import forget_snooze, wake_id
from router.work import Work
from shared.collections import AGENTS, BULK_STEPS, CONVERSATIONS, TIMERS
from shared.commands import Act, UndoAct
from shared.errors import BadRequest, NotFound
from shared.model.bulk import BulkStep
from shared.model.conversation import Conversation, Status
from shared.model.records import Timer
from shared.policies.queueing import queueing_of
from shared.rules.checking import check_actions

RESTORED: Final = (
    "status", "pending_for", "snoozed_until", "resolved_at", "assignee_id", "assignee_name",
    "assigned_at", "assignment", "team_id", "line", "bot_id", "priority", "labels", "topic",
    "skills", "fields", "unread", "waiting_since", "due_at", "ruled", "bots", "awaited",
)  # fmt: skip
"""The fields of a conversation that actions change, and that an undo puts back."""
_UNTOUCHED: Final = tuple(name for name in RESTORED if name not in ("unread", "ruled", "bots"))
"""Those that tell whether somebody has changed it since: reading changes nothing."""


async def act(work: Work, conversation: Conversation, command: Act) -> Done:
    """Do all of it, or none: the first that cannot be done refuses the whole, by its place."""
    check_actions(command.actions, work.policy.book, asked=True)
    if command.bulk_id is not None:
        step = BulkStep(
            id=work.envelope.id,
            bulk_id=command.bulk_id,
            conversation_id=conversation.id,
            before=_kept(conversation),
            at=work.now,
        )
        work.unit.put(BULK_STEPS, step)
    if command.name is not None:
        details = {"macro": command.name, "by": command.actor.name}
        conversation = timeline.line(work, conversation, "macro", command.actor, details)
    for place, action in enumerate(command.actions):
        try:
            conversation = await carry_out(
                work, conversation, action, command.actor, command.values
            )
        except (BadRequest, NotFound) as error:
            raise _placed(error, place) from None
    details_of = {"actions": [action.type for action in command.actions], "macro": command.name}
    return with_conversation(conversation, details=details_of)


async def remember(work: Work, happening: Happening) -> None:
    """The last of the consequences: keep how a piece of a bulk request left its conversation."""
    if work.envelope.kind != Act.kind:
        return
    step = await work.unit.get(BULK_STEPS, work.envelope.id)
    if step is None or step.after:
        return
    for change in happening.changes:
        if change.after.id == step.conversation_id:
            present = work.unit.fresh(CONVERSATIONS, change.after)
            work.unit.revise(BULK_STEPS, step, {"after": _kept(present)})


async def undo(work: Work, conversation: Conversation, command: UndoAct) -> Done:
    """Put back what was before, where everything still stands as the bulk request left it."""
    step = await work.unit.get(BULK_STEPS, command.step_id)
    if step is None or step.conversation_id != conversation.id:
        raise NotFound("there is nothing of this conversation to undo")
    if step.undone:
        return with_conversation(conversation, changed=False)
    present = _kept(conversation)
    after = step.after or step.before
    if any(present[name] != after.get(name) for name in _UNTOUCHED):
        raise Refused("somebody has changed the conversation since", field="step_id")
    fields = _back(step, conversation)
    await _require_holder(work, conversation, fields)
    if fields.get("status") not in (None, Status.RESOLVED):
        await require_latest(work, conversation)
    work.unit.revise(BULK_STEPS, step, {"undone": True})
    if not fields:
        return with_conversation(conversation, changed=False)
    forget_snooze(work, conversation)
    changed = timeline.change(work, conversation, "undo", fields, command.actor)
    _snooze_again(work, changed)
    changed = await _waited_for_again(work, changed)
    changed = timeline.line(work, changed, "undone", command.actor, {"by": command.actor.name})
    return with_conversation(changed, details={"fields": sorted(fields)})


def _kept(conversation: Conversation) -> dict[str, Any]:
    return conversation.model_dump(mode="json", include=set(RESTORED))


def _back(step: BulkStep, conversation: Conversation) -> dict[str, Any]:
    """The fields that are to have their earlier values."""
    whole = conversation.model_dump(mode="json") | step.before
    earlier = Conversation.model_validate(whole)
    # Of what rules keep, only what an action sets: what has fired since has fired.
    ruled = conversation.ruled.model_copy(update={"pinned": earlier.ruled.pinned})
    bots = earlier.bots and earlier.bots.model_copy(update={"answer_until": None})
    earlier = earlier.model_copy(update={"ruled": ruled, "bots": bots})
    return {
        name: getattr(earlier, name)
        for name in RESTORED
        if getattr(earlier, name) != getattr(conversation, name)
    }


async def _require_holder(
    work: Work, conversation: Conversation, fields: Mapping[str, Any]
) -> None:
    """Whoever holds it again is still with us and has room for it. Raises ``Refused``."""
    back = conversation.model_copy(update=fields)
    now_held = loads.held(back)
    if now_held is None or now_held == loads.held(conversation):
        return
    agent = await work.unit.get(AGENTS, now_held[0])
    if agent is None or not agent.active:
        raise Refused("who held it before no longer works here", field="step_id")
    if not queueing_of(work.policy.book).assignment:
        return
    # A case that its own holder has is counted among what they hold.
    own = loads.held(conversation)
    weight = now_held[1] - (own[1] if own is not None and own[0] == now_held[0] else 0)
    if await loads.room_for(work, agent, weight) < 0:
        raise Refused(f"{agent.name}, who held it before, has no room", field="step_id")


def _snooze_again(work: Work, conversation: Conversation) -> None:
    if conversation.status is Status.SNOOZED and conversation.snoozed_until is not None:
        timer = Timer(
            id=wake_id(conversation.id),
            kind="wake",
            conversation_id=conversation.id,
            due_at=conversation.snoozed_until,
        )
        work.unit.put(TIMERS, timer)


async def _waited_for_again(work: Work, conversation: Conversation) -> Conversation:
    """Whoever is waited for again is so with a timer: a colleague, or the bot that holds it."""
    if conversation.awaited is not None:
        awaiting.arm(work, conversation, conversation.awaited)
    if conversation.bot_id is not None and conversation.waiting_since is not None:
        return await hold.arm(work, conversation, conversation.messages)
    return conversation


def _placed(error: BadRequest | NotFound, place: int) -> BadRequest:
    """The refusal with the place of its action before the field."""
    field = getattr(error, "field", None)
    where = f"actions.{place}.{field}" if field else f"actions.{place}"
    if isinstance(error, Refused):
        return Refused(str(error), code=error.code, field=where, why=error.why)
    code = 404 if isinstance(error, NotFound) else 422
    return Refused(str(error), code=code, field=where)
