"""Making two contacts one, undoing it, and whom that may concern."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from inbox.audit import audited
from inbox.contacts import Contacts
from shared.collections import CONTACT_MERGES, CONTACTS, IDENTITIES, KEPT_APART
from shared.contacts.keys import suggesting
from shared.contacts.merging import Merging, merging, undoing
from shared.errors import BadRequest, Conflict
from shared.model.merge import ContactMerge, KeptApart, pair_id
from shared.model.people import Actor, Contact, Identity
from shared.ports.store import Change, Collection, Put, Store, Update

_TRIES: Final = 5
_MOST: Final = 50
_MOST_SUGGESTED: Final = 10


class Suggestion(BaseModel):
    """Another contact that may be the same person."""

    contact: Contact
    identities: list[Identity]
    keys: list[str]
    """What both have: ``email:ann@example.com``. Nobody has verified it for both."""


@dataclass(frozen=True, slots=True)
class Merges:
    """All methods raise ``Unavailable``."""

    contacts: Contacts

    @property
    def _store(self) -> Store:
        return self.contacts.store

    async def merge(self, into_id: str, from_id: str, by: Actor) -> ContactMerge:
        """Let everything of ``from_id`` be that of ``into_id``.

        Raises ``NotFound``, ``BadRequest`` where they are one already, ``Conflict``.
        """
        for _ in range(_TRIES):
            into = await self.contacts.get(into_id)
            gone = await self._whole(from_id, "from_id")
            if into.id in (gone.id, gone.merged_into):
                raise BadRequest("this is the same contact already", field="from_id")
            if gone.merged_into is not None:
                raise BadRequest("this contact was merged into another one", field="from_id")
            moved = await self.contacts.identities(gone.id)
            own = await self.contacts.identities(into.id)
            plan = merging(into, gone, moved, own, by=by, at=self.contacts.clock.now())
            if await self._commit(into, gone, (*moved, *own), moved, plan, by, "contact.merged"):
                return plan.record
        raise Conflict(f"contacts/{from_id}")

    async def undo(self, merge_id: str, by: Actor, *, into_id: str) -> ContactMerge:
        """Make them two again, as they were; they stay apart until somebody merges them by hand.

        Raises ``BadRequest`` where there is no such merge or a later merge has to be undone first.
        """
        for _ in range(_TRIES):
            record = await self._store.get(CONTACT_MERGES, merge_id)
            if record is None or record.into_id != into_id:
                raise BadRequest("no such merge went into this contact", field="merge_id")
            if record.undone_at is not None:
                return record
            into = await self._whole(record.into_id, "merge_id")
            gone = await self._whole(record.from_id, "merge_id")
            found = await self._store.get_many(IDENTITIES, record.identity_ids)
            moved = [found[id] for id in record.identity_ids if id in found]
            if into.merged_into or any(one.contact_id != into.id for one in moved):
                raise BadRequest("undo the later merge of these contacts first", field="merge_id")
            ids = set(record.identity_ids)
            own = [one for one in await self.contacts.identities(into.id) if one.id not in ids]
            now = self.contacts.clock.now()
            plan = undoing(record, into, gone, moved, own, by=by, at=now)
            if await self._commit(into, gone, (*moved, *own), moved, plan, by, "contact.unmerged"):
                return plan.record
        raise Conflict(f"contact_merges/{merge_id}")

    async def of(self, contact_id: str) -> list[ContactMerge]:
        """The merges into a contact that still stand, newest first. Raises ``NotFound``."""
        contact = await self.contacts.get(contact_id)
        page = await self._store.find(
            CONTACT_MERGES,
            equal={"into_id": contact.id},
            order="at",
            descending=True,
            limit=_MOST,
        )
        return [one for one in page.items if one.undone_at is None]

    async def suggestions(self, contact_id: str) -> list[Suggestion]:
        """Contacts that share an address with this one. Raises ``NotFound``."""
        contact = await self.contacts.get(contact_id)
        shared: dict[str, list[str]] = {}
        for identity in await self.contacts.identities(contact.id):
            for key in suggesting(identity.keys):
                for other in await self._holders(key):
                    if other.contact_id != contact.id:
                        keys = shared.setdefault(other.contact_id, [])
                        keys += [key] if key not in keys else []
        apart = await self._store.get_many(KEPT_APART, [pair_id(contact.id, id) for id in shared])
        wanted = [id for id in shared if pair_id(contact.id, id) not in apart][:_MOST_SUGGESTED]
        found = await self._store.get_many(CONTACTS, wanted) if wanted else {}
        return [
            Suggestion(
                contact=found[id], identities=await self.contacts.identities(id), keys=shared[id]
            )
            for id in wanted
            if id in found and found[id].merged_into is None
        ]

    async def dismiss(self, contact_id: str, other_id: str, by: Actor) -> None:
        """They are two people: suggest it no more, and never merge them unasked."""
        contact = await self.contacts.get(contact_id)
        other = await self._whole(other_id, "other_id")
        if contact.id == other.id:
            raise BadRequest("this is the same contact", field="other_id")
        now = self.contacts.clock.now()
        apart = KeptApart(id=pair_id(contact.id, other.id), by=by, at=now)
        entry = audited(by, "contact.kept_apart", contact.id, at=now, other_id=other.id)
        await self._store.commit([Put(KEPT_APART, apart), entry])

    async def _holders(self, key: str) -> Sequence[Identity]:
        page = await self._store.find(
            IDENTITIES, equal={"keys": key}, order="created_at", limit=_MOST
        )
        return page.items

    async def _whole(self, id: str, field: str) -> Contact:
        """The document itself, merged or not."""
        contact = await self._store.get(CONTACTS, id)
        if contact is None:
            raise BadRequest("there is no such contact", field=field)
        return contact

    async def _commit(
        self,
        into: Contact,
        gone: Contact,
        identities: Sequence[Identity],
        moved: Sequence[Identity],
        plan: Merging,
        by: Actor,
        action: str,
    ) -> bool:
        """False: somebody wrote first, and it is to be decided again."""
        record = plan.record
        now = self.contacts.clock.now()
        changes: list[Change] = [
            _update(CONTACTS, into, plan.into),
            _update(CONTACTS, gone, plan.gone),
            *(
                _update(IDENTITIES, one, plan.identities[one.id])
                for one in identities
                if one.id in plan.identities
            ),
            audited(by, action, into.id, at=now, from_id=gone.id, merge_id=record.id),
            *await self.contacts.tell(identities),
        ]
        if record.undone_at is None:
            changes.append(Put(CONTACT_MERGES, record))
        else:
            values = {"undone_at": record.undone_at, "undone_by": by, "version": record.version + 1}
            expect = {"version": record.version}
            changes.append(Update(CONTACT_MERGES, record.id, values, expect=expect))
            apart = KeptApart(id=pair_id(into.id, gone.id), by=by, at=now)
            changes.append(Put(KEPT_APART, apart))
        try:
            await self._store.commit(changes)
        except Conflict:
            return False
        # A case that began while this was committed knows the contact of before.
        late = await self.contacts.tell(moved)
        if late:
            await self._store.commit(late)
        for contact in (into, gone):
            await self.contacts.news.changed(CONTACTS.name, contact.id)
        return True


def _update(
    collection: Collection[Any], document: Contact | Identity, fields: Mapping[str, Any]
) -> Change:
    values = {**fields, "version": document.version + 1}
    return Update(collection, document.id, values, expect={"version": document.version})
