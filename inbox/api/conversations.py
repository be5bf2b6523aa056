"""Conversations: lists, one, its messages."""

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, Field

from inbox.contacts import Contacts
from inbox.listing import ConversationQuery, filters, find
from inbox.message_pages import MessagePage, MessagesQuery, page_of_case, page_of_one
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from inbox.rest.shapes import Items
from inbox.search import Search
from shared.collections import CONVERSATIONS
from shared.errors import NotFound
from shared.model.base import Strict
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.ports.store import Store

_MOST_MERGES: Final = 20
_MOST_TOGETHER: Final = 200


class SearchQuery(Strict):
    """What is looked for: every word, by its stem."""

    q: str = Field(min_length=1, max_length=200)
    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=50, ge=1, le=200)


class SearchHit(BaseModel):
    """A conversation, and the message that holds the words if not its name does."""

    conversation: Conversation
    message: Message | None


@dataclass(frozen=True, slots=True)
class ConversationsApi:
    """The reading routes of ``/conversations``, and ``/search``."""

    store: Store
    search: Search
    contacts: Contacts

    def routes(self) -> list[Route]:
        """What they are."""
        read, tag = Permission.CONVERSATIONS_READ, "conversations"
        return [
            Route(
                "GET", "/conversations", self.page, read, "List conversations", tag,
                query=ConversationQuery, answer=Items[Conversation],
            ),
            Route(
                "GET", "/conversations/{id}", self.show, read, "One conversation", tag,
                answer=Conversation,
            ),
            Route(
                "GET", "/conversations/{id}/messages", self.messages, read,
                "The messages of a conversation", tag, query=MessagesQuery, answer=MessagePage,
            ),
            Route(
                "GET", "/search", self.find, read, "Search conversations and messages", "search",
                query=SearchQuery, answer=Items[SearchHit],
            ),
        ]  # fmt: skip

    async def page(self, call: Call[ConversationQuery, Nothing]) -> Items[Conversation]:
        """One page of a list, or of what a search finds within it."""
        query = call.query
        equal = filters(query, call.caller)
        contact_id = equal.pop("contact_id", None) if len(equal) == 1 else None
        if query.q is None or not query.q.strip():
            if contact_id is not None:
                page = await self.contacts.conversations(str(contact_id), query.cursor, query.limit)
            else:
                page = await find(self.store, equal, query.cursor, query.limit)
            return Items(items=list(page.items), next=page.next)
        hits, following = await self.search.page(query.q, equal, query.cursor, query.limit)
        unique = {hit.conversation.id: hit.conversation for hit in hits}
        found = list(unique.values())
        if contact_id is not None:
            contact = await self.contacts.get(str(contact_id))
            own = {identity.id for identity in await self.contacts.identities(contact.id)}
            found = [one for one in found if one.identity_id in own]
        return Items(items=found, next=following)

    async def show(self, call: Call[Nothing, Nothing]) -> Conversation:
        """One."""
        return await conversation(self.store, call.path["id"])

    async def messages(self, call: Call[MessagesQuery, Nothing]) -> MessagePage:
        """A page; the conversation must exist."""
        of = await conversation(self.store, call.path["id"])
        if not call.query.joined:
            return await page_of_one(self.store, of.id, call.query)
        return await page_of_case(self.store, await together(self.store, of), call.query)

    async def find(self, call: Call[SearchQuery, Nothing]) -> Items[SearchHit]:
        """Search everything."""
        query = call.query
        hits, following = await self.search.page(query.q, {}, query.cursor, query.limit)
        found = [SearchHit(conversation=hit.conversation, message=hit.message) for hit in hits]
        return Items(items=found, next=following)


async def together(store: Store, of: Conversation) -> list[str]:
    """The ids of all conversations that are one case with this one."""
    root = of
    for _ in range(_MOST_MERGES):
        above = await store.get(CONVERSATIONS, root.merged_into) if root.merged_into else None
        if above is None:
            break
        root = above
    found: dict[str, None] = {root.id: None}
    level = [root]
    while level and len(found) < _MOST_TOGETHER:
        ids = [id for one in level for id in one.joined if id not in found]
        found |= dict.fromkeys(ids)
        level = list((await store.get_many(CONVERSATIONS, ids)).values()) if ids else []
    return list(found)[:_MOST_TOGETHER]


async def conversation(store: Store, id: str) -> Conversation:
    """The conversation. Raises ``NotFound``."""
    found = await store.get(CONVERSATIONS, id)
    if found is None:
        raise NotFound("there is no such conversation")
    return found
