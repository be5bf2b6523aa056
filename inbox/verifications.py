"""One-time links: how it stands with those of a conversation, and how they are opened. Looking at
one changes nothing, pressing its button does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from inbox.contacts import Contacts
from inbox.people import SYSTEM
from shared.collections import CHANNELS, CONVERSATIONS, IDENTITIES, VERIFICATIONS
from shared.contacts.mail import MAIL, certain_addresses
from shared.errors import Conflict, NotFound
from shared.model.base import Utc
from shared.model.channel import ChannelState
from shared.model.conversation import Conversation
from shared.model.people import Actor
from shared.model.verification import LINKS_WITHIN, MOST_LINKS, Verification, verification_id
from shared.ports.store import Update

_LONGEST_CODE: Final = 100
_MOST_CHANNELS: Final = 200


class Hindrance(StrEnum):
    """Why no link can be sent now."""

    VERIFIED = "verified"
    """It is certain already who it is."""
    NO_PUBLIC_URL = "no_public_url"
    """Customers cannot reach this hub."""
    NO_ADDRESS = "no_address"
    """No mail address is certain of the contact; in a conversation by mail, its own is not."""
    NO_MAIL_CHANNEL = "no_mail_channel"
    """No mail channel is at work."""
    TOO_MANY = "too_many"
    """So many were sent lately."""


class SentLink(BaseModel):
    """The last link of a conversation; those before it are good no more."""

    to: str
    by: Actor
    at: Utc
    until: Utc
    used_at: Utc | None


class VerificationStanding(BaseModel):
    """How it stands with the links of a conversation."""

    link: SentLink | None
    answers: bool
    """It goes as an answer in this conversation, which is one by mail."""
    addresses: list[str]
    """Where a link may go: the first where none is named."""
    hindrance: Hindrance | None
    again_at: Utc | None = None
    """When there were too many: from when on another may be sent."""


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
    public_url: str | None = None

    async def standing(self, id: str) -> VerificationStanding:
        """How it stands with a conversation's links. Raises ``NotFound``."""
        store = self.contacts.store
        conversation = await store.get(CONVERSATIONS, id)
        if conversation is None:
            raise NotFound("there is no such conversation")
        sent = await store.find(
            VERIFICATIONS,
            equal={"conversation_id": conversation.id},
            order="at",
            descending=True,
            limit=MOST_LINKS,
        )
        answers = conversation.thread_kind == "email"
        addresses = await self._addresses(conversation, answers=answers)
        again_at = None
        if len(sent.items) == MOST_LINKS:
            over = sent.items[-1].at + LINKS_WITHIN
            again_at = over if over > self.contacts.clock.now() else None
        hindrance: Hindrance | None = None
        if conversation.verified:
            hindrance = Hindrance.VERIFIED
        elif self.public_url is None:
            hindrance = Hindrance.NO_PUBLIC_URL
        elif not addresses:
            hindrance = Hindrance.NO_ADDRESS
        elif not answers and not await self._sends_mail():
            hindrance = Hindrance.NO_MAIL_CHANNEL
        elif again_at is not None:
            hindrance = Hindrance.TOO_MANY
        return VerificationStanding(
            link=SentLink.model_validate(sent.items[0].model_dump()) if sent.items else None,
            answers=answers,
            addresses=addresses,
            hindrance=hindrance,
            again_at=again_at,
        )

    async def _addresses(self, conversation: Conversation, *, answers: bool) -> list[str]:
        identity = await self.contacts.store.get(IDENTITIES, conversation.identity_id)
        if identity is None:
            return []
        known = certain_addresses(await self.contacts.identities(identity.contact_id))
        if not answers:
            return list(known)
        own = identity.external_id.strip().casefold()
        return [address for address in known if address.casefold() == own]

    async def _sends_mail(self) -> bool:
        active = await self.contacts.store.find(
            CHANNELS,
            equal={"state": ChannelState.ACTIVE.value},
            order="created_at",
            limit=_MOST_CHANNELS,
        )
        return any(one.type == MAIL for one in active.items)

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
