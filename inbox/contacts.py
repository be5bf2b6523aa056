"""Contacts: what agents write about people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from inbox.audit import audited
from inbox.news import News
from shared.clock import Clock
from shared.collections import CONTACTS, IDENTITIES
from shared.errors import Conflict, NotFound
from shared.model.people import Actor, Contact, Identity
from shared.ports.store import Store, Update

_TRIES: Final = 5
_MOST_IDENTITIES: Final = 200


@dataclass(frozen=True, slots=True)
class Contacts:
    """All methods raise ``Unavailable``."""

    store: Store
    clock: Clock
    news: News

    async def get(self, id: str) -> Contact:
        """The person. Raises ``NotFound``."""
        contact = await self.store.get(CONTACTS, id)
        if contact is None:
            raise NotFound("there is no such contact")
        return contact

    async def identities(self, id: str) -> list[Identity]:
        """Where the person can be met."""
        page = await self.store.find(IDENTITIES, equal={"contact_id": id}, limit=_MOST_IDENTITIES)
        return list(page.items)

    async def change(self, id: str, changes: Mapping[str, Any], by: Actor) -> Contact:
        """Set fields. Raises ``NotFound``."""
        for _ in range(_TRIES):
            contact = await self.get(id)
            now = self.clock.now()
            values = {**changes, "version": contact.version + 1, "updated_at": now}
            update = Update(CONTACTS, id, values, expect={"version": contact.version})
            entry = audited(by, "contact.changed", id, at=now, fields=sorted(changes))
            try:
                await self.store.commit([update, entry])
            except Conflict:
                continue
            await self.news.changed(CONTACTS.name, id)
            return contact.model_copy(update=values)
        raise Conflict(f"contacts/{id}")
