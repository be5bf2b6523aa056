"""Contacts: what agents write about people, and where to find them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from inbox.audit import audited
from inbox.merged_pages import Streams, page_of
from inbox.news import News
from shared.clock import Clock
from shared.collections import CONTACTS, CONVERSATIONS, IDENTITIES, MESSAGES, SEGMENTS, TIMERS
from shared.contacts.keys import asked_keys
from shared.contacts.places import is_time_zone
from shared.contacts.refreshing import MOST_TOLD, facts_timer
from shared.errors import BadRequest, Conflict, NotFound
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.model.people import Actor, Block, Contact, Identity, Vouch
from shared.ports.store import Change, Page, Put, Store, Update

_TRIES: Final = 5
_MOST_IDENTITIES: Final = 200
_MOST_CONVERSATIONS: Final = 200
"""Of a contact, those whose messages its timeline shows: the newest."""
_MOST_MERGES: Final = 50
"""In a row: A went into B, B into C ..."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """All methods raise ``Unavailable``. A contact that was merged is answered by the one that it
    went into."""

    store: Store
    clock: Clock
    news: News

    async def get(self, id: str) -> Contact:
        """The person. Raises ``NotFound``."""
        for _ in range(_MOST_MERGES):
            contact = await self.store.get(CONTACTS, id)
            if contact is None:
                break
            if contact.merged_into is None:
                return contact
            id = contact.merged_into
        raise NotFound("there is no such contact")

    async def identities(self, id: str) -> list[Identity]:
        """Where the person can be met."""
        page = await self.store.find(
            IDENTITIES, equal={"contact_id": id}, order="created_at", limit=_MOST_IDENTITIES
        )
        return list(page.items)

    async def conversations(self, id: str, cursor: str | None, limit: int) -> Page[Conversation]:
        """Those of the person over all channels, newest activity first. Raises ``NotFound``."""
        contact = await self.get(id)
        ids = [identity.id for identity in await self.identities(contact.id)]
        streams = Streams("identity_id", ids, "last_activity_at")
        return await page_of(self.store, CONVERSATIONS, streams, cursor, limit)

    async def timeline(self, id: str, cursor: str | None, limit: int) -> Page[Message]:
        """Every message of the person's conversations, newest first. Raises ``NotFound``."""
        page = await self.conversations(id, None, _MOST_CONVERSATIONS)
        streams = Streams("conversation_id", [one.id for one in page.items], "at")
        return await page_of(self.store, MESSAGES, streams, cursor, limit)

    async def find(self, words: str, limit: int) -> list[Contact]:
        """Whom an address, number or user name leads to, then those whose names hold the words."""
        found: dict[str, Contact] = {}
        for key in asked_keys(words):
            page = await self.store.find(
                IDENTITIES, equal={"keys": key}, order="created_at", limit=limit
            )
            for identity in page.items:
                contact = await self.get(identity.contact_id)
                found[contact.id] = contact
        named = await self.store.search(CONTACTS, words, limit=limit)
        found |= {one.id: one for one in named.items if one.merged_into is None}
        return list(found.values())[:limit]

    async def change(self, id: str, changes: Mapping[str, Any], by: Actor) -> Contact:
        """Set fields. Raises ``NotFound``, ``BadRequest`` naming the field."""
        await self._check(changes)
        return await self._change(id, changes, by, "contact.changed", fields=sorted(changes))

    async def vouch(self, id: str, reason: str, by: Actor) -> Contact:
        """It is certain who the person is: ``by`` says so. Raises ``NotFound``."""
        vouched = Vouch(by=by, reason=reason, at=self.clock.now())
        return await self._change(id, {"vouched": vouched}, by, "contact.vouched")

    async def doubt(self, id: str, by: Actor) -> Contact:
        """Take that back. Raises ``NotFound``."""
        return await self._change(id, {"vouched": None}, by, "contact.doubted")

    async def block(self, id: str, block: Block) -> Contact:
        """Let nobody be called for what the person writes. Raises ``NotFound``, ``BadRequest``."""
        if not block.reason.strip():
            raise BadRequest("say why", field="reason")
        if block.until is not None and not block.holds(self.clock.now()):
            raise BadRequest("is over already", field="until")
        until = block.until.isoformat() if block.until else None
        return await self._change(id, {"block": block}, block.by, "contact.blocked", until=until)

    async def unblock(self, id: str, by: Actor) -> Contact:
        """Hear the person again. Raises ``NotFound``."""
        return await self._change(id, {"block": None}, by, "contact.unblocked")

    async def tell(self, identities: Sequence[Identity]) -> list[Change]:
        """What has the conversations of these identities look at their contact again, as changes
        of the commit that changes it."""
        now = self.clock.now()
        changes: list[Change] = []
        for identity in identities:
            page = await self.store.find(
                CONVERSATIONS,
                equal={"identity_id": identity.id},
                order="last_activity_at",
                descending=True,
                limit=MOST_TOLD,
            )
            changes += [Put(TIMERS, facts_timer(one.id, now)) for one in page.items]
        return changes

    async def _check(self, changes: Mapping[str, Any]) -> None:
        zone = changes.get("time_zone")
        if zone is not None and not is_time_zone(zone):
            raise BadRequest("there is no such time zone", field="time_zone")
        segments = changes.get("segments") or ()
        known = await self.store.get_many(SEGMENTS, segments) if segments else {}
        if any(one not in known for one in segments):
            raise BadRequest("there is no such segment", field="segments")

    async def _change(
        self, id: str, changes: Mapping[str, Any], by: Actor, action: str, **details: Any
    ) -> Contact:
        for _ in range(_TRIES):
            contact = await self.get(id)
            now = self.clock.now()
            values = {**changes, "version": contact.version + 1, "updated_at": now}
            identities = await self.identities(contact.id)
            commit: list[Change] = [
                Update(CONTACTS, contact.id, values, expect={"version": contact.version}),
                audited(by, action, contact.id, at=now, **details),
                *await self.tell(identities),
            ]
            if "block" in changes:
                commit += [_noted(one, changes["block"]) for one in identities]
            try:
                await self.store.commit(commit)
            except Conflict:
                continue
            await self.news.changed(CONTACTS.name, contact.id)
            return contact.model_copy(update=values)
        raise Conflict(f"contacts/{id}")


def _noted(identity: Identity, block: Block | None) -> Change:
    values = {"block": block, "version": identity.version + 1}
    expect = {"version": identity.version, "contact_id": identity.contact_id}
    return Update(IDENTITIES, identity.id, values, expect=expect)
