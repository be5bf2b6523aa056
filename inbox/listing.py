"""Which conversations a list shows: its filters, and the declared queries that serve them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from inbox.callers import Caller
from shared.collections import CONVERSATIONS
from shared.errors import BadRequest
from shared.model.conversation import Conversation, Status
from shared.model.saved_view import ConversationFilter, View
from shared.ports.store import Page, Scalar, Store
from shared.queries import DECLARED_QUERIES

ORDER: Final = "last_activity_at"
PAGE: Final = 50
MOST: Final = 200
MOST_SKIPPED: Final = 1_000_000
MOST_READ: Final = 1000
"""Conversations that one page may look at where no index says all that its filters ask."""
NOTHING: Final = "none"
"""As a filter: those where nothing is known of it."""
_SERVED: Final = frozenset(
    frozenset(query.equal)
    for query in DECLARED_QUERIES
    if query.collection is CONVERSATIONS and query.order == ORDER
)
_FIELDS: Final = {"label": "labels", "segment": "segments", "follower": "followers"}
"""How a filter is called in the document, where that differs."""
_LISTS: Final = frozenset(_FIELDS.values())
_PLAIN: Final = (
    "channel_id", "team_id", "line", "label", "topic", "priority", "language", "segment",
    "contact_id",
)  # fmt: skip
_KNOWN: Final = ("topic", "language")
"""Of which a list can ask for those where nothing is known."""
_NARROW: Final = ("followers", "labels", "assignee_id", "topic", "line", "team_id", "channel_id")
"""Of indexes that say equally much, the one with the first of these: it leaves the least."""


class ConversationQuery(ConversationFilter):
    """Filters of a list of conversations; newest activity first."""

    contact_id: str | None = None
    q: str | None = Field(default=None, max_length=200)
    cursor: str | None = Field(default=None, max_length=2000)
    offset: int = Field(
        default=0, ge=0, le=MOST_SKIPPED,
        description="passes over so many; for filters that one index serves, see `placed`",
    )  # fmt: skip
    limit: int = Field(default=PAGE, ge=1, le=MOST)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The conversations that a filter asks for."""

    equal: Mapping[str, Scalar]
    """Fields and what they must be; of a list, what it must hold."""
    waiting_before: datetime | None = None
    """Their customers have waited since then, or longer."""

    @property
    def served(self) -> dict[str, Scalar]:
        """What of it the best index says. Raises ``BadRequest`` when none serves it at all."""
        fitting = [fields for fields in _SERVED if fields <= set(self.equal)]
        if not fitting or "contact_id" in self.equal:
            raise BadRequest(_advice(self.equal), field=_public(next(iter(self.equal), "status")))
        best = max(fitting, key=_use)
        return {name: value for name, value in self.equal.items() if name in best}

    @property
    def placed(self) -> bool:
        """An index says all of it, so that any place of the list can be asked for."""
        return self.waiting_before is None and frozenset(self.equal) in _SERVED

    def fits(self, conversation: Conversation) -> bool:
        """Whether a conversation that was found another way passes."""
        for field, value in self.equal.items():
            held = getattr(conversation, field)
            if (value not in held) if field in _LISTS else (held != value):
                return False
        since = conversation.waiting_since
        return self.waiting_before is None or (since is not None and since <= self.waiting_before)


def filters(query: ConversationFilter, caller: Caller, now: datetime) -> Wanted:
    """What the filters say. Raises ``BadRequest`` where they contradict each other."""
    equal: dict[str, Scalar] = {}
    if (status := _status(query)) is not None:
        equal["status"] = status.value
    if query.view is View.MINE or query.assignee_id is not None:
        equal["assignee_id"] = _assignee(query, caller)
    elif query.view is View.UNASSIGNED:
        equal["assignee_id"] = None
    if query.view is View.FOLLOWING or query.follower is not None:
        equal["followers"] = _follower(query, caller)
    for name in _PLAIN:
        if (value := getattr(query, name, None)) is not None:
            equal[_FIELDS.get(name, name)] = value
    for name in _KNOWN:
        if equal.get(name) == NOTHING:
            equal[name] = None
    waited = query.waiting_s
    return Wanted(equal, None if waited is None else now - timedelta(seconds=waited))


def _status(query: ConversationFilter) -> Status | None:
    if query.view is None:
        # All of one person's conversations, whatever their state, are one query.
        whole = getattr(query, "contact_id", None) is not None and query.status is None
        return None if whole else query.status or Status.OPEN
    named = {
        View.MINE: Status.OPEN,
        View.FOLLOWING: Status.OPEN,
        View.UNASSIGNED: Status.OPEN,
    }
    status = named.get(query.view) or Status(query.view.value)
    if query.view in named:
        return query.status or status
    if query.status not in (None, status):
        raise BadRequest(f"the view {query.view} has its own status", field="status")
    return status


def _assignee(query: ConversationFilter, caller: Caller) -> str | None:
    own = caller.agent.id if caller.agent is not None else None
    asked = query.assignee_id
    if query.view is View.UNASSIGNED and asked != "none":
        raise BadRequest("the view unassigned has no assignee", field="assignee_id")
    if query.view is View.MINE and asked not in (None, "me", own):
        raise BadRequest("the view mine is of your own", field="assignee_id")
    if asked == "none":
        return None
    if asked == "me" or query.view is View.MINE:
        return _own(caller, "assignee_id")
    return asked


def _follower(query: ConversationFilter, caller: Caller) -> str:
    if query.follower is None or query.follower == "me":
        return _own(caller, "follower")
    return query.follower


def _own(caller: Caller, field: str) -> str:
    if caller.agent is None:
        raise BadRequest("this token belongs to no agent", field=field)
    return caller.agent.id


async def find(
    store: Store, wanted: Wanted, cursor: str | None, limit: int, *, offset: int = 0
) -> Page[Conversation]:
    """One page.

    Where no index says all of it, a page looks at ``MOST_READ`` conversations: it may be short, or
    empty, and not the last. Raises ``BadRequest`` for filters that no index serves, and for an
    ``offset`` into a list whose places no index knows.
    """
    served = wanted.served
    if wanted.placed:
        return await _read(store, served, cursor, limit, skip=offset)
    if offset:
        raise BadRequest("this list is read from its beginning: its places are not known",
                         field="offset")  # fmt: skip
    found: list[Conversation] = []
    read = 0
    while True:
        page = await _read(store, served, cursor, MOST)
        for number, one in enumerate(page.items, start=1):
            if wanted.fits(one):
                found.append(one)
            if len(found) == limit and number < len(page.items):
                # The cursor of the place where this page ends.
                return Page(found, (await _read(store, served, cursor, number)).next)
        read += len(page.items)
        cursor = page.next
        if cursor is None or read >= MOST_READ or len(found) >= limit:
            return Page(found, cursor)


async def _read(
    store: Store, equal: Mapping[str, Scalar], cursor: str | None, limit: int, *, skip: int = 0
) -> Page[Conversation]:
    return await store.find(
        CONVERSATIONS, equal=equal, order=ORDER, descending=True, cursor=cursor, skip=skip,
        limit=limit,
    )  # fmt: skip


def _use(fields: frozenset[str]) -> tuple[int, int]:
    rank = min((_NARROW.index(name) for name in fields if name in _NARROW), default=len(_NARROW))
    return len(fields), -rank


def _advice(equal: Mapping[str, Scalar]) -> str:
    asked = ", ".join(_public(name) for name in sorted(equal))
    together = sorted(" + ".join(sorted(_public(name) for name in group)) for group in _SERVED)
    return f"these filters do not go together: {asked}; these do: {'; '.join(together)}"


def _public(field: str) -> str:
    # A contact's conversations are those of its identities.
    public = {stored: asked for asked, stored in _FIELDS.items()}
    return {**public, "identity_id": "contact_id"}.get(field, field)
