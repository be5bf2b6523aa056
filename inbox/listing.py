"""Which conversations a list shows: its filters, and the declared queries that serve them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pydantic import Field

from inbox.callers import Caller
from shared.collections import CONVERSATIONS, DECLARED_QUERIES
from shared.errors import BadRequest
from shared.model.base import Strict
from shared.model.conversation import Conversation, Status
from shared.ports.store import Page, Scalar, Store

ORDER: Final = "last_activity_at"
PAGE: Final = 50
MOST: Final = 200
_SERVED: Final = frozenset(
    frozenset(query.equal)
    for query in DECLARED_QUERIES
    if query.collection is CONVERSATIONS and query.order == ORDER
)
_FIELDS: Final = {"label": "labels", "follower": "followers"}
"""How a filter is called in the document, where that differs."""


class View(StrEnum):
    """Lists that everybody has."""

    MINE = "mine"
    FOLLOWING = "following"
    UNASSIGNED = "unassigned"
    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class ConversationQuery(Strict):
    """Filters of a list of conversations; newest activity first."""

    view: View | None = None
    status: Status | None = None
    assignee_id: str | None = Field(default=None, description="an id, `me` or `none`")
    channel_id: str | None = None
    team_id: str | None = None
    label: str | None = None
    contact_id: str | None = None
    follower: str | None = Field(default=None, description="an agent's id, or `me`")
    q: str | None = Field(default=None, max_length=200)
    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=PAGE, ge=1, le=MOST)


def filters(query: ConversationQuery, caller: Caller) -> dict[str, Scalar]:
    """The fields that must be equal. Raises ``BadRequest`` where filters contradict each other."""
    equal: dict[str, Scalar] = {}
    if (status := _status(query)) is not None:
        equal["status"] = status.value
    if query.view is View.MINE or query.assignee_id is not None:
        equal["assignee_id"] = _assignee(query, caller)
    elif query.view is View.UNASSIGNED:
        equal["assignee_id"] = None
    if query.view is View.FOLLOWING or query.follower is not None:
        equal["followers"] = _follower(query, caller)
    for name in ("channel_id", "team_id", "label", "contact_id"):
        if (value := getattr(query, name)) is not None:
            equal[_FIELDS.get(name, name)] = value
    return equal


def _status(query: ConversationQuery) -> Status | None:
    if query.view is None:
        # All of one person's conversations, whatever their state, are one query.
        whole = query.contact_id is not None and query.status is None
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


def _assignee(query: ConversationQuery, caller: Caller) -> str | None:
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


def _follower(query: ConversationQuery, caller: Caller) -> str:
    if query.follower is None or query.follower == "me":
        return _own(caller, "follower")
    return query.follower


def _own(caller: Caller, field: str) -> str:
    if caller.agent is None:
        raise BadRequest("this token belongs to no agent", field=field)
    return caller.agent.id


async def find(
    store: Store, equal: Mapping[str, Scalar], cursor: str | None, limit: int
) -> Page[Conversation]:
    """One page. Raises ``BadRequest`` for filters that no index serves together."""
    if frozenset(equal) not in _SERVED:
        raise BadRequest(_advice(equal), field=_public(next(iter(equal), "status")))
    return await store.find(
        CONVERSATIONS, equal=equal, order=ORDER, descending=True, cursor=cursor, limit=limit
    )


def _advice(equal: Mapping[str, Scalar]) -> str:
    asked = ", ".join(_public(name) for name in sorted(equal))
    together = sorted(" + ".join(sorted(_public(name) for name in group)) for group in _SERVED)
    return f"these filters do not go together: {asked}; these do: {'; '.join(together)}"


def _public(field: str) -> str:
    # A contact's conversations are those of its identities.
    public = {stored: asked for asked, stored in _FIELDS.items()}
    return {**public, "identity_id": "contact_id"}.get(field, field)


def fits(conversation: Conversation, equal: Mapping[str, Scalar]) -> bool:
    """Whether a conversation that was found another way passes the filters."""
    for field, value in equal.items():
        if field in _FIELDS.values():
            if value not in getattr(conversation, field):
                return False
        elif getattr(conversation, field) != value:
            return False
    return True
