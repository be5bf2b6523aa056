"""Contacts, as routes."""

from dataclasses import dataclass

from pydantic import BaseModel, Field

from inbox.api.actions import Label
from inbox.contacts import Contacts
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from inbox.rest.shapes import Items, PageQuery
from shared.collections import CONVERSATIONS
from shared.errors import BadRequest
from shared.model.base import Strict
from shared.model.conversation import Conversation
from shared.model.people import Contact, Identity


class ContactView(BaseModel):
    """A person and their addresses on the channels."""

    contact: Contact
    identities: list[Identity]


class ContactChange(Strict):
    """What agents change of a contact."""

    name: str | None = Field(default=None, max_length=200)
    notes: str | None = Field(default=None, max_length=20_000)
    labels: tuple[Label, ...] | None = Field(default=None, max_length=50)


@dataclass(frozen=True, slots=True)
class ContactsApi:
    """The routes of ``/contacts``."""

    contacts: Contacts

    def routes(self) -> list[Route]:
        """What they are."""
        read, tag = Permission.CONTACTS_READ, "contacts"
        return [
            Route(
                "GET", "/contacts/{id}", self.show, read, "A person and their addresses", tag,
                answer=ContactView,
            ),
            Route(
                "GET", "/contacts/{id}/timeline", self.timeline, read,
                "All conversations of a person, newest first", tag,
                query=PageQuery, answer=Items[Conversation],
            ),
            Route(
                "PATCH", "/contacts/{id}", self.change, Permission.CONTACTS_WRITE,
                "Change what is known of a person", tag, body=ContactChange, answer=ContactView,
            ),
        ]  # fmt: skip

    async def show(self, call: Call[Nothing, Nothing]) -> ContactView:
        """One."""
        contact = await self.contacts.get(call.path["id"])
        identities = await self.contacts.identities(contact.id)
        return ContactView(contact=contact, identities=identities)

    async def timeline(self, call: Call[PageQuery, Nothing]) -> Items[Conversation]:
        """Over all channels."""
        contact = await self.contacts.get(call.path["id"])
        page = await self.contacts.store.find(
            CONVERSATIONS,
            equal={"contact_id": contact.id},
            order="last_activity_at",
            descending=True,
            cursor=call.query.cursor,
            limit=call.query.limit,
        )
        return Items(items=list(page.items), next=page.next)

    async def change(self, call: Call[Nothing, ContactChange]) -> ContactView:
        """Set what is given."""
        changes = call.body.model_dump(exclude_unset=True)
        if changes.get("labels", ()) is None:
            raise BadRequest("give a list", field="labels")
        if not changes:
            return await self._view(await self.contacts.get(call.path["id"]))
        by = call.caller.actor
        return await self._view(await self.contacts.change(call.path["id"], changes, by))

    async def _view(self, contact: Contact) -> ContactView:
        return ContactView(contact=contact, identities=await self.contacts.identities(contact.id))
