"""One-time links as they are opened: looking at one changes nothing, pressing its button does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from inbox.contacts import Contacts
from inbox.people import SYSTEM
from shared.collections import CONVERSATIONS, IDENTITIES, VERIFICATIONS
from shared.errors import Conflict, NotFound
from shared.model.verification import Verification, verification_id
from shared.ports.store import Update

_LONGEST_CODE: Final = 100


class LinkState(StrEnum):
    """What a link is good for."""

    OPEN = "open"
    OVER = "over"
    """Used, too old, followed by another, of a conversation that is another contact's by now, or
    never made: nobody is told which."""
    DONE = "done"
    """It has just been used."""


@dataclass(frozen=True, slots=True)
class Verifications:
    """Looks at links and uses them. All methods raise ``Unavailable``."""

    contacts: Contacts

    async def state(self, code: str) -> LinkState:
        """Whether it can be used; changes nothing."""
        return LinkState.OPEN if await self._usable(code) is not None else LinkState.OVER

    async def use(self, code: str) -> LinkState:
        """Whoever has the code has the address to which it went: vouch for the contact, once."""
        row = await self._usable(code)
        if row is None:
            return LinkState.OVER
        used = {"used_at": self.contacts.clock.now()}
        # Vouching twice does it once: a crash in between leaves the link as it was.
        await self.contacts.vouch(row.contact_id, f"link sent to {row.to}", SYSTEM)
        try:
            await self.contacts.store.commit(
                [Update(VERIFICATIONS, row.id, used, expect={"used_at": None})]
            )
        except Conflict:
            return LinkState.OVER  # another press was quicker
        return LinkState.DONE

    async def _usable(self, code: str) -> Verification | None:
        if len(code) > _LONGEST_CODE:
            return None
        store = self.contacts.store
        row = await store.get(VERIFICATIONS, verification_id(code))
        if row is None or row.used_at is not None or row.until <= self.contacts.clock.now():
            return None
        last = await store.find(
            VERIFICATIONS,
            equal={"conversation_id": row.conversation_id},
            order="at",
            descending=True,
            limit=1,
        )
        if [one.id for one in last.items] != [row.id]:
            return None
        return row if await self._is_still_theirs(row) else None

    async def _is_still_theirs(self, row: Verification) -> bool:
        """The conversation is of the contact to whom the link was sent."""
        conversation = await self.contacts.store.get(CONVERSATIONS, row.conversation_id)
        if conversation is None:
            return False
        identity = await self.contacts.store.get(IDENTITIES, conversation.identity_id)
        if identity is None:
            return False
        try:
            asked = await self.contacts.get(row.contact_id)
            now = await self.contacts.get(identity.contact_id)
        except NotFound:
            return False
        return asked.id == now.id
