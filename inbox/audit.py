"""Audit entries: who changed what, for the commit that changes it."""

from datetime import datetime
from typing import Any

from shared.collections import AUDIT
from shared.ids import ConversationId, new_id
from shared.model.people import Actor
from shared.model.records import AuditEntry
from shared.ports.store import Put


def audited(
    actor: Actor,
    action: str,
    target: str,
    *,
    at: datetime,
    conversation_id: ConversationId | None = None,
    **details: Any,
) -> Put[AuditEntry]:
    """The entry as a change of a commit. ``details``: names of fields and ids, never
    secrets."""
    return Put(
        AUDIT,
        AuditEntry(
            id=new_id("u"),
            actor=actor,
            action=action,
            target=target,
            conversation_id=conversation_id,
            details=details,
            at=at,
        ),
    )
