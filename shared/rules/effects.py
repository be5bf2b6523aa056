"""What an action makes of a conversation's fields. Pure.

The router does the same through its commands; here it is foreseen, for rules that would change
nothing and for runs that must not change anything.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from shared.model import action as a
from shared.model.conversation import Conversation, Status

_AWAKE: Final[dict[str, Any]] = {"snoozed_until": None, "pending_for": None}


def effect(action: a.Action, conversation: Conversation, now: datetime) -> dict[str, Any]:
    """The fields that will have another value; none for an action that changes nothing."""
    fields = {**_standing(action, conversation, now), **_said(action, conversation)}
    return {name: value for name, value in fields.items() if getattr(conversation, name) != value}


def changes_nothing(actions: Sequence[a.Action], conversation: Conversation, now: datetime) -> bool:
    """Whether everything stands already as the actions would have it."""
    return not any(
        isinstance(action, a.WRITES) or effect(action, conversation, now) for action in actions
    )


def foreseen(
    actions: Sequence[a.Action], conversation: Conversation, now: datetime
) -> Conversation:
    """The conversation after them."""
    for action in actions:
        fields = effect(action, conversation, now)
        conversation = conversation.model_copy(update=fields) if fields else conversation
    return conversation


def _standing(action: a.Action, conversation: Conversation, now: datetime) -> dict[str, Any]:
    """Who has it and where it stands."""
    fields: dict[str, Any] = {}
    match action:
        case a.GiveToAgent():
            if action.agent_id != conversation.assignee_id:
                fields = {"assignee_id": action.agent_id, "assigned_at": now, "bot_id": None}
        case a.GiveToTeam():
            if action.team_id is None or action.team_id != conversation.team_id:
                fields = {"team_id": action.team_id, "assignee_id": None, "assigned_at": None}
        case a.DoResolve():
            fields = _resolved(conversation, now)
        case a.DoReopen():
            if conversation.status is not Status.OPEN:
                fields = {"status": Status.OPEN, "resolved_at": None} | _AWAKE
        case a.DoSnooze():
            if conversation.status not in (Status.RESOLVED, Status.SNOOZED):
                until = now + timedelta(seconds=action.for_s)
                fields = {"status": Status.SNOOZED, "snoozed_until": until, "pending_for": None}
        case a.DoPend():
            if conversation.status is not Status.RESOLVED:
                waits_for = {"pending_for": action.waits_for}
                fields = {"status": Status.PENDING} | _AWAKE | waits_for
    return fields


def _resolved(conversation: Conversation, now: datetime) -> dict[str, Any]:
    if conversation.status is Status.RESOLVED:
        return {}
    left = {"resolved_at": now, "waiting_since": None, "due_at": None}
    return {"status": Status.RESOLVED} | _AWAKE | left


def _said(action: a.Action, conversation: Conversation) -> dict[str, Any]:
    """What is said of it."""
    fields: dict[str, Any] = {}
    match action:
        case a.PutPriority():
            fields = {"priority": action.priority}
        case a.PutTopic():
            fields = {"topic": action.topic}
        case a.AddLabels():
            fields = {"labels": tuple(dict.fromkeys((*conversation.labels, *action.labels)))}
        case a.RemoveLabels():
            kept = tuple(one for one in conversation.labels if one not in set(action.labels))
            fields = {"labels": kept}
        case a.PutField():
            others = {k: v for k, v in conversation.fields.items() if k != action.name}
            value = {} if action.value is None else {action.name: action.value}
            fields = {"fields": others | value}
        case a.PutSkills():
            fields = {"skills": tuple(dict.fromkeys((*conversation.skills, *action.skills)))}
        case a.PutLine():
            fields = {"line": action.line}
        case a.WriteReply() | a.SendCanned():
            fields = {"waiting_since": None, "due_at": None}
    return fields
