"""The audit as it is read: who changed what, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.collections import AUDIT
from shared.model.records import AuditEntry
from shared.ports.store import Range, Scalar, Store

_MOST_READ: Final = 2000
"""Entries that one page looks at: where few of them pass, it is short."""
_CHUNK: Final = 200


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries."""

    actor_id: str | None = None
    conversation_id: str | None = None
    action: str | None = None
    """One action, or a family of them with its dot: ``channel.`` for ``channel.added``."""
    since: datetime | None = None
    before: datetime | None = None

    def passes(self, entry: AuditEntry) -> bool:
        """Whether an entry is one of them, but for its time."""
        return (
            (self.actor_id is None or entry.actor.id == self.actor_id)
            and (self.conversation_id is None or entry.conversation_id == self.conversation_id)
            and (
                self.action is None
                or entry.action == self.action
                or (self.action.endswith(".") and entry.action.startswith(self.action))
            )
        )

    @property
    def equal(self) -> dict[str, Scalar]:
        """What an index narrows it by: a conversation has fewer entries than a person."""
        if self.conversation_id is not None:
            return {"conversation_id": self.conversation_id}
        return {} if self.actor_id is None else {"actor.id": self.actor_id}


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Reads it."""

    store: Store

    async def page(
        self, wanted: AuditFilter, cursor: str | None, limit: int
    ) -> tuple[Sequence[AuditEntry], str | None]:
        """One page, and the cursor of the next. It may be short, even empty, and not the last.
        Raises ``BadRequest`` when the cursor is of another query, ``Unavailable``."""
        times = Range("at", ge=wanted.since, lt=wanted.before)
        found: list[AuditEntry] = []
        read, position, count = 0, cursor, limit
        while True:
            page = await self.store.find(
                AUDIT,
                equal=wanted.equal,
                range=None if wanted.since is None and wanted.before is None else times,
                order="at",
                descending=True,
                cursor=position,
                limit=count,
            )
            found += [entry for entry in page.items if wanted.passes(entry)]
            read, position = read + len(page.items), page.next
            if position is None or read >= _MOST_READ or len(found) >= limit:
                return found, position
            # A read never brings more than the page takes, so that its cursor leaves out nothing.
            count = min(limit - len(found), _CHUNK)
