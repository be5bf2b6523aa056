"""From a decision to the command that is asked of the conversation's partition. Pure."""

from datetime import datetime, timedelta
from typing import Final

from router import people
from router.assigner.cases import Case
from router.assigner.decisions import Decision
from router.assigner.floor import Asked
from router.work import SOURCE
from shared.commands import Assign, publication
from shared.ids import AgentId, CommandId, new_id
from shared.model.queueing import Reservation
from shared.ports.bus import Publication

VALID_FOR: Final = timedelta(seconds=5)
"""After that the router refuses the command."""
_GRACE: Final = timedelta(seconds=2)
"""A partition that has just accepted it may take a moment to say so."""


def asked(decision: Decision, now: datetime) -> tuple[Asked, Assign]:
    """What is on its way once this was decided, and the command itself."""
    case = decision.case
    command = Assign(
        conversation_id=case.id,
        actor=people.SYSTEM,
        agent_id=AgentId(decision.agent_id) if decision.agent_id else None,
        keep_team=True,
        cause=decision.cause,
        cause_values=dict(decision.values),
        passed=decision.passed,
        seen=case.seen.model_copy(update={"unanswered": decision.only_unanswered}),
        valid_until=now + VALID_FOR,
    )
    return Asked(case, new_id("x"), decision.agent_id, now + VALID_FOR + _GRACE), command


def reservation_of(one: Asked, command: Assign, epoch: int) -> Reservation | None:
    """What is kept of it before it is asked for; nothing where no place is taken."""
    if one.agent_id is None or command.valid_until is None:
        return None
    return Reservation(
        id=one.case.id,
        agent_id=AgentId(one.agent_id),
        weight=one.case.weight,
        command_id=CommandId(one.command_id),
        command=command.model_dump(mode="json"),
        valid_until=command.valid_until,
        epoch=epoch,
    )


def command_of(row: Reservation) -> Assign:
    """The command of a reservation."""
    return Assign.model_validate(row.command)


def resumed(row: Reservation, case: Case) -> Asked:
    """What an assigner before us has asked for."""
    return Asked(case, row.command_id, row.agent_id, row.valid_until + _GRACE)


def publication_of(command_id: str, command: Assign, now: datetime) -> Publication:
    """The command on its way."""
    return publication(command, CommandId(command_id), at=now, source=SOURCE, trace_id=command_id)
