"""Search: conversations by their names first, then messages by their words."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeVar

from inbox.listing import Wanted
from inbox.snippets import Snippet, Snippets
from shared.collections import CONVERSATIONS, MESSAGES
from shared.errors import BadRequest
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.ports.store import Document, Page, Scalar, Store
from shared.search_terms import SearchTerms
from shared.stems import Stemmer

D = TypeVar("D", bound=Document)
Stage = Literal["names", "words"]
_NUMBER: Final = re.compile(r"[#№]?\s?([0-9]{1,15})", re.ASCII)
_STAGES: Final[tuple[Stage, ...]] = ("names", "words")
_INDEXED: Final = frozenset({"status", "assignee_id", "channel_id", "team_id", "labels"})
"""Fields of a conversation by which the store narrows hits; others are looked at afterwards."""
_CHUNK: Final = 100
"""Hits of one query where filters leave some out."""
_MOST_READ: Final = 1000
"""Hits that one page may look at: where most of them do not pass the filters, a page is short."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for."""

    text: str
    wanted: Wanted = field(default_factory=lambda: Wanted({}))
    """The conversations in which it is."""
    stages: tuple[Stage, ...] = _STAGES
    since: datetime | None = None
    before: datetime | None = None
    author: str | None = None
    """A kind of author or an id."""
    attachments: bool = False
    """Only messages with files."""

    def passes(self, message: Message) -> bool:
        """Whether a message that holds the words is one of those."""
        author = message.author
        return (
            (self.since is None or message.at >= self.since)
            and (self.before is None or message.at < self.before)
            and (not self.attachments or bool(message.content.attachments))
            and (self.author is None or self.author in (author.kind.value, author.id))
        )

    def names(self, conversation: Conversation) -> bool:
        """Whether a conversation whose name holds the words is one of those."""
        at = conversation.last_activity_at
        return (
            self.wanted.fits(conversation)
            and (self.since is None or at >= self.since)
            and (self.before is None or at < self.before)
        )

    @property
    def first(self) -> Stage | None:
        """With what it begins; what only messages have is not asked of names."""
        only_words = self.attachments or self.author is not None
        stages = [one for one in self.stages if one == "words" or not only_words]
        return stages[0] if stages else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation, and the message that holds the words if not its name does."""

    conversation: Conversation
    message: Message | None
    snippets: list[Snippet]


@dataclass(frozen=True, slots=True)
class Search:
    """Full-text search over what agents may see."""

    store: Store
    stemmer: Stemmer = field(default_factory=Stemmer)

    async def page(
        self, asked: Asked, cursor: str | None, limit: int
    ) -> tuple[list[Hit], str | None]:
        """One page of hits and the cursor of the next. A page may be short and not the last."""
        stage, position = (asked.first, None) if cursor is None else _decode(cursor)
        if stage is None:
            return [], None
        if cursor is None and stage == "names" and (named := await self._numbered(asked)):
            return named, _encode("names", None)
        if stage == "words":
            return await self._words(asked, position, limit)
        hits, following = await self._names(asked, position, limit)
        if following is not None or "words" not in asked.stages:
            return hits, following
        if len(hits) >= limit:
            return hits, _encode("words", None)
        more, following = await self._words(asked, None, limit - len(hits))
        return hits + more, following

    async def _numbered(self, asked: Asked) -> list[Hit]:
        """The conversation whose number was given, ``#1042`` or ``1042``."""
        found = _NUMBER.fullmatch(asked.text.strip())
        if found is None:
            return []
        page = await self.store.find(CONVERSATIONS, equal={"number": int(found.group(1))}, limit=1)
        snippets = self._snippets(asked)
        return [
            Hit(one, None, snippets.of_conversation(one)) for one in page.items if asked.names(one)
        ]

    async def _names(
        self, asked: Asked, position: str | None, limit: int
    ) -> tuple[list[Hit], str | None]:
        equal: dict[str, Scalar] = {
            name: value for name, value in asked.wanted.equal.items() if name in _INDEXED
        }
        snippets = self._snippets(asked)

        async def read(cursor: str | None, count: int) -> Page[Conversation]:
            return await self.store.search(
                CONVERSATIONS, asked.text, equal=equal, cursor=cursor, limit=count
            )

        async def judged(found: Sequence[Conversation]) -> list[Hit | None]:
            return [
                Hit(one, None, snippets.of_conversation(one)) if asked.names(one) else None
                for one in found
            ]

        hits, following = await _passing(read, judged, position, limit)
        return hits, None if following is None else _encode("names", following)

    async def _words(
        self, asked: Asked, position: str | None, limit: int
    ) -> tuple[list[Hit], str | None]:
        snippets = self._snippets(asked)

        async def read(cursor: str | None, count: int) -> Page[Message]:
            return await self.store.search(MESSAGES, asked.text, cursor=cursor, limit=count)

        async def judged(found: Sequence[Message]) -> list[Hit | None]:
            held = await self._conversations([one for one in found if asked.passes(one)])
            return [
                Hit(held[one.conversation_id], one, snippets.of_message(one))
                if one.conversation_id in held
                and asked.passes(one)
                and asked.wanted.fits(held[one.conversation_id])
                else None
                for one in found
            ]

        hits, following = await _passing(read, judged, position, limit)
        return hits, None if following is None else _encode("words", following)

    async def _conversations(self, messages: Sequence[Message]) -> dict[str, Conversation]:
        ids = list(dict.fromkeys(message.conversation_id for message in messages))
        return await self.store.get_many(CONVERSATIONS, ids) if ids else {}

    def _snippets(self, asked: Asked) -> Snippets:
        return Snippets(self.stemmer, SearchTerms.of(self.stemmer, asked.text))


async def _passing(
    read: Callable[[str | None, int], Awaitable[Page[D]]],
    judged: Callable[[Sequence[D]], Awaitable[list[Hit | None]]],
    position: str | None,
    limit: int,
) -> tuple[list[Hit], str | None]:
    """Up to ``limit`` hits from a position, and where the next begin.

    The first read asks for as many as are wanted: mostly all pass. Where they do not, a read takes
    ``_CHUNK``, so that filters cost few full-text queries.
    """
    hits: list[Hit] = []
    done, count = 0, limit
    while True:
        page = await read(position, count)
        for number, hit in enumerate(await judged(page.items), start=1):
            if hit is not None:
                hits.append(hit)
            if len(hits) == limit and number < len(page.items):
                # The position of the place where this page ends.
                return hits, (await read(position, number)).next
        done, position = done + len(page.items), page.next
        # The store has looked at many documents by itself, for a phrase that they do not hold.
        short = len(page.items) < count
        if position is None or short or done >= _MOST_READ or len(hits) >= limit:
            return hits, position
        count = max(limit - len(hits), _CHUNK)


def _encode(stage: Stage, position: str | None) -> str:
    return urlsafe_b64encode(json.dumps([stage, position]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Stage, str | None]:
    try:
        stage, position = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError):
        stage, position = None, None
    if stage not in _STAGES or not isinstance(position, str | None):
        raise BadRequest("this cursor is not of this query", field="cursor")
    return stage, position
