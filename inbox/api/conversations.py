"""Conversations: lists, one, its messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, Field

from inbox.callers import Caller
from inbox.contacts import Contacts
from inbox.listing import ConversationQuery, Wanted, filters, find
from inbox.message_pages import MessagePage, MessagesQuery, page_of_case, page_of_one
from inbox.permissions import Permission
from inbox.rest.route import Call, Nothing, Route
from inbox.rest.shapes import Items
from inbox.search import Asked, Search, Stage
from inbox.snippets import Snippet
from shared.collections import CONVERSATIONS
from shared.errors import NotFound
from shared.model.base import Utc
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.model.saved_view import ConversationFilter
from shared.ports.store import Store

_MOST_MERGES: Final = 20
_MOST_TOGETHER: Final = 200


class SearchQuery(ConversationFilter):
    """What is looked for; ``status`` is any unless one is named."""

    q: str = Field(
        min_length=1, max_length=200,
        description="Every word must be there: in any form (Russian, English), or as the beginning"
        " of a longer one. What stands in quotes is found as it stands.",
    )  # fmt: skip
    kind: Literal["all", "conversations", "messages"] = "all"
    since: Utc | None = None
    before: Utc | None = None
    author: str | None = Field(
        default=None, max_length=100,
        description="`contact`, `agent`, `bot`, `me`, or the id of who wrote the message",
    )  # fmt: skip
    attachments: bool = False
    """Only messages with files."""
    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=50, ge=1, le=200)

    def asked(self, caller: Caller, now: datetime) -> Asked:
        """What that asks for. Raises ``BadRequest``."""
        wanted = filters(self, caller, now)
        if self.status is None and self.view is None:
            rest = {name: value for name, value in wanted.equal.items() if name != "status"}
            wanted = Wanted(rest, wanted.waiting_before)
        stages = _STAGES[self.kind]
        author = caller.key if self.author == "me" else self.author
        return Asked(self.q, wanted, stages, self.since, self.before, author, self.attachments)


class SearchHit(BaseModel):
    """A conversation, and the message that holds the words if not its name does."""

    conversation: Conversation
    message: Message | None
    snippets: list[Snippet]
    """Where the words stand; none where they are spread over several texts."""


_STAGES: Final[Mapping[str, tuple[Stage, ...]]] = {
    "all": ("names", "words"),
    "conversations": ("names",),
    "messages": ("words",),
}


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
        wanted = filters(query, call.caller, self.contacts.clock.now())
        if query.contact_id is not None and len(wanted.equal) == 1:
            return await self._of_contact(query)
        if query.q is None or not query.q.strip():
            page = await find(self.store, wanted, query.cursor, query.limit, offset=query.offset)
            return Items(items=list(page.items), next=page.next)
        return await self._found(query, wanted)

    async def _of_contact(self, query: ConversationQuery) -> Items[Conversation]:
        contact = await self.contacts.get(str(query.contact_id))
        if query.q is None or not query.q.strip():
            page = await self.contacts.conversations(contact.id, query.cursor, query.limit)
            return Items(items=list(page.items), next=page.next)
        found = await self._found(query, Wanted({}))
        own = {identity.id for identity in await self.contacts.identities(contact.id)}
        return Items(items=[one for one in found.items if one.identity_id in own], next=found.next)

    async def _found(self, query: ConversationQuery, wanted: Wanted) -> Items[Conversation]:
        asked = Asked(text=query.q or "", wanted=wanted)
        hits, following = await self.search.page(asked, query.cursor, query.limit)
        unique = {hit.conversation.id: hit.conversation for hit in hits}
        return Items(items=list(unique.values()), next=following)

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
        asked = query.asked(call.caller, self.contacts.clock.now())
        hits, following = await self.search.page(asked, query.cursor, query.limit)
        found = [
            SearchHit(conversation=hit.conversation, message=hit.message, snippets=hit.snippets)
            for hit in hits
        ]
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
