"""Commands: what agents, bots and the hub itself ask the router to do.

On the bus a command is an envelope of kind ``command.<name>`` whose id is the command's id: a
repeat with the same id gets the same outcome and does nothing.
"""

from datetime import datetime

from shared.commands.base import Command
from shared.commands.beginnings import Begin
from shared.commands.bots import HandBack, Hold, Misunderstood
from shared.commands.conversations import (
    Act,
    Assign,
    HandOff,
    MarkRead,
    Merge,
    Pend,
    Reopen,
    Resolve,
    Seen,
    SetLabels,
    SetPriority,
    SetTopic,
    Snooze,
    UndoAct,
    Unmerge,
    Wake,
)
from shared.commands.drafts import SettleDraft, Suggest
from shared.commands.fields import SetFields
from shared.commands.followers import Follow, Unfollow
from shared.commands.messages import (
    Cancel,
    DeleteMessage,
    Edit,
    Note,
    React,
    Reply,
    Reschedule,
    Resend,
)
from shared.commands.tasks import Escalate, FinishTask, TakeTask
from shared.commands.verification import SendVerification
from shared.envelope import Envelope
from shared.ids import CommandId, partition_of
from shared.payload import Payload
from shared.ports.bus import Exchange, Publication
from shared.topology import partition_key

__all__ = [
    "COMMANDS", "COMMAND_KINDS", "HUBS_OWN", "Act", "Assign", "Begin", "Cancel", "Command",
    "DeleteMessage", "Edit", "Escalate", "FinishTask", "Follow", "HandBack", "HandOff", "Hold",
    "MarkRead", "Merge", "Misunderstood", "Note", "Pend", "React", "Reopen", "Reply",
    "Reschedule", "Resend", "Resolve", "Seen", "SendVerification", "SetFields", "SetLabels",
    "SetPriority", "SetTopic", "SettleDraft", "Snooze", "Suggest", "TakeTask", "UndoAct",
    "Unfollow", "Unmerge", "Wake", "own_command_id", "publication",
]  # fmt: skip

COMMANDS: tuple[type[Command], ...] = (
    Begin,
    Reply,
    Note,
    Cancel,
    Resend,
    Edit,
    DeleteMessage,
    React,
    Assign,
    Resolve,
    Reopen,
    Pend,
    Snooze,
    SetPriority,
    SetTopic,
    SetLabels,
    Act,
    UndoAct,
    Reschedule,
    MarkRead,
    HandOff,
    Hold,
    Misunderstood,
    HandBack,
    Suggest,
    SettleDraft,
    SetFields,
    SendVerification,
    Escalate,
    TakeTask,
    FinishTask,
    Merge,
    Unmerge,
    Follow,
    Unfollow,
    Wake,
)
HUBS_OWN: tuple[type[Command], ...] = (Wake,)
"""Nobody else may ask for these."""
COMMAND_KINDS: dict[str, type[Command]] = {command.kind: command for command in COMMANDS}


def own_command_id(actor_id: str, given: str) -> CommandId:
    """A command's id on the bus: what its author calls it, under the author's id, so that nobody
    meets another's."""
    return CommandId(f"{actor_id}.{given}")


def publication(
    command: Command, command_id: CommandId, *, at: datetime, source: str, trace_id: str
) -> Publication:
    """A command on its way to the partition of its conversation. Raises ``ValueError`` on a bad
    id."""
    partition = partition_of(command.conversation_id)
    envelope = Envelope(
        id=command_id,
        kind=command.kind,
        at=at,
        partition=partition,
        source=source,
        trace_id=trace_id,
        payload=Payload.of(command),
    )
    return Publication(Exchange.COMMANDS, partition_key(partition), envelope)
