"""Search: conversations by their names first, then messages by their words."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from inbox.listing import fits
from shared.collections import CONVERSATIONS, MESSAGES
from shared.errors import BadRequest
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.ports.store import Scalar, Store

Stage = Literal["names", "words"]
_NUMBER: Final = re.compile(r"[#№]?\s?([0-9]{1,15})", re.ASCII)
_STAGES: Final[tuple[Stage, ...]] = ("names", "words")


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation, and the message that holds the words if not its name does."""

    conversation: Conversation
    message: Message | None


@dataclass(frozen=True, slots=True)
class Search:
    """Full-text search over what agents may see."""

    store: Store

    async def page(
        self, text: str, equal: Mapping[str, Scalar], cursor: str | None, limit: int
    ) -> tuple[list[Hit], str | None]:
        """One page of hits and the cursor of the next. A page may be short and not the last."""
        stage, position = _decode(cursor)
        if cursor is None and (named := await self._numbered(text, equal)):
            return named, _encode("names", None)
        if stage == "words":
            return await self._words(text, equal, position, limit)
        hits, following = await self._names(text, equal, position, limit)
        if following is not None or len(hits) >= limit:
            return hits, following or _encode("words", None)
        more, following = await self._words(text, equal, None, limit - len(hits))
        return hits + more, following

    async def _numbered(self, text: str, equal: Mapping[str, Scalar]) -> list[Hit]:
        """The conversation whose number was given, ``#1042`` or ``1042``."""
        found = _NUMBER.fullmatch(text.strip())
        if found is None:
            return []
        page = await self.store.find(CONVERSATIONS, equal={"number": int(found.group(1))}, limit=1)
        return [Hit(one, None) for one in page.items if fits(one, equal)]

    async def _names(
        self, text: str, equal: Mapping[str, Scalar], position: str | None, limit: int
    ) -> tuple[list[Hit], str | None]:
        page = await self.store.search(
            CONVERSATIONS, text, equal=equal, cursor=position, limit=limit
        )
        following = None if page.next is None else _encode("names", page.next)
        return [Hit(conversation, None) for conversation in page.items], following

    async def _words(
        self, text: str, equal: Mapping[str, Scalar], position: str | None, limit: int
    ) -> tuple[list[Hit], str | None]:
        page = await self.store.search(MESSAGES, text, cursor=position, limit=limit)
        ids = list(dict.fromkeys(message.conversation_id for message in page.items))
        found = await self.store.get_many(CONVERSATIONS, ids) if ids else {}
        hits = [
            Hit(found[message.conversation_id], message)
            for message in page.items
            if message.conversation_id in found and fits(found[message.conversation_id], equal)
        ]
        return hits, None if page.next is None else _encode("words", page.next)


def _encode(stage: Stage, position: str | None) -> str:
    return urlsafe_b64encode(json.dumps([stage, position]).encode()).decode().rstrip("=")


def _decode(cursor: str | None) -> tuple[Stage, str | None]:
    if cursor is None:
        return "names", None
    try:
        stage, position = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError):
        stage, position = None, None
    if stage not in _STAGES or not isinstance(position, str | None):
        raise BadRequest("this cursor is not of this query", field="cursor")
    return stage, position
