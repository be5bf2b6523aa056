"""Contacts, as routes."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from inbox.api.actions import Label
from inbox.contacts import Contacts
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from inbox.rest.shapes import Items, PageQuery
from shared.collections import SEGMENTS
from shared.contacts.places import time_zone_of
from shared.contacts.segments import segments_of
from shared.errors import BadRequest
from shared.model.base import Strict, Utc
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.model.people import Block, Contact, Identity
from shared.policies.book import read_book

_REQUIRED = ("labels", "segments", "attributes")
AttributeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
AttributeValue = Annotated[str, StringConstraints(max_length=1000)]


class ContactView(BaseModel):
    """A person and their addresses on the channels."""

    contact: Contact
    identities: list[Identity]
    segments: list[str] = Field(default_factory=list)
    """By hand and by rule."""
    time_zone: str | None = None
    """As told, else as an address or a locale lets us conclude."""


class ContactChange(Strict):
    """What agents change of a contact. ``attributes`` and ``segments`` are replaced as a whole."""

    name: str | None = Field(default=None, max_length=200)
    notes: str | None = Field(default=None, max_length=20_000)
    language: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")
    time_zone: str | None = Field(default=None, max_length=50)
    labels: tuple[Label, ...] | None = Field(default=None, max_length=50)
    segments: tuple[str, ...] | None = Field(default=None, max_length=50)
    attributes: dict[AttributeName, AttributeValue] | None = Field(default=None, max_length=100)


class FindQuery(Strict):
    """Whom one looks for: a number, an address, a user name, or words of a name."""

    q: str = Field(min_length=1, max_length=200)
    limit: int = Field(default=20, ge=1, le=50)


class VouchRequest(Strict):
    """What makes it certain."""

    reason: str = Field(default="", max_length=500)


class BlockRequest(Strict):
    """Why, and until when; without an end, until somebody ends it."""

    reason: str = Field(min_length=1, max_length=500)
    until: Utc | None = None


@dataclass(frozen=True, slots=True)
class ContactsApi:
    """The routes of ``/contacts``."""

    contacts: Contacts

    def routes(self) -> list[Route]:
        """What they are."""
        read, write, tag = Permission.CONTACTS_READ, Permission.CONTACTS_WRITE, "contacts"
        one = "/contacts/{id}"
        return [
            Route(
                "GET", "/contacts", self.find, read,
                "Find people by an address, a number or a name", tag,
                query=FindQuery, answer=Items[Contact],
            ),
            Route("GET", one, self.show, read, "A person and their addresses", tag,
                  answer=ContactView),
            Route(
                "GET", f"{one}/conversations", self.conversations, read,
                "All conversations of a person, newest first", tag,
                query=PageQuery, answer=Items[Conversation],
            ),
            Route(
                "GET", f"{one}/timeline", self.timeline, read,
                "All messages of a person over all channels, newest first", tag,
                query=PageQuery, answer=Items[Message],
            ),
            Route(
                "PATCH", one, self.change, write, "Change what is known of a person", tag,
                body=ContactChange, answer=ContactView,
            ),
            Route(
                "POST", f"{one}/vouch", self.vouch, write, "It is certain who this is", tag,
                body=VouchRequest, answer=ContactView,
            ),
            Route("DELETE", f"{one}/vouch", self.doubt, write, "It is not certain after all", tag,
                  answer=ContactView),
            Route(
                "POST", f"{one}/block", self.block, write,
                "Let nobody be called for what this person writes", tag,
                body=BlockRequest, answer=ContactView,
            ),
            Route("DELETE", f"{one}/block", self.unblock, write, "Hear this person again", tag,
                  answer=ContactView),
        ]  # fmt: skip

    async def find(self, call: Call[FindQuery, Nothing]) -> Items[Contact]:
        """The best first."""
        return Items(items=await self.contacts.find(call.query.q, call.query.limit))

    async def show(self, call: Call[Nothing, Nothing]) -> ContactView:
        """One."""
        return await self._view(await self.contacts.get(call.path["id"]))

    async def conversations(self, call: Call[PageQuery, Nothing]) -> Items[Conversation]:
        """Over all channels."""
        query = call.query
        page = await self.contacts.conversations(call.path["id"], query.cursor, query.limit)
        return Items(items=list(page.items), next=page.next)

    async def timeline(self, call: Call[PageQuery, Nothing]) -> Items[Message]:
        """Over all channels and conversations."""
        query = call.query
        page = await self.contacts.timeline(call.path["id"], query.cursor, query.limit)
        return Items(items=list(page.items), next=page.next)

    async def change(self, call: Call[Nothing, ContactChange]) -> ContactView:
        """Set what is given."""
        changes = {name: getattr(call.body, name) for name in call.body.model_fields_set}
        for name in _REQUIRED:
            if changes.get(name, ()) is None:
                raise BadRequest("give a list, or an object", field=name)
        if not changes:
            return await self._view(await self.contacts.get(call.path["id"]))
        by = call.caller.actor
        return await self._view(await self.contacts.change(call.path["id"], changes, by))

    async def vouch(self, call: Call[Nothing, VouchRequest]) -> ContactView:
        """In the caller's name."""
        by = call.caller.actor
        return await self._view(await self.contacts.vouch(call.path["id"], call.body.reason, by))

    async def doubt(self, call: Call[Nothing, Nothing]) -> ContactView:
        """Take it back."""
        return await self._view(await self.contacts.doubt(call.path["id"], call.caller.actor))

    async def block(self, call: Call[Nothing, BlockRequest]) -> ContactView:
        """In the caller's name."""
        block = Block(
            reason=call.body.reason,
            until=call.body.until,
            by=call.caller.actor,
            at=self.contacts.clock.now(),
        )
        return await self._view(await self.contacts.block(call.path["id"], block))

    async def unblock(self, call: Call[Nothing, Nothing]) -> ContactView:
        """From now on."""
        return await self._view(await self.contacts.unblock(call.path["id"], call.caller.actor))

    async def _view(self, contact: Contact) -> ContactView:
        identities = await self.contacts.identities(contact.id)
        book = await read_book(self.contacts.store)
        return ContactView(
            contact=contact,
            identities=identities,
            segments=list(segments_of(contact, book.all(SEGMENTS))),
            time_zone=time_zone_of(contact, identities),
        )
