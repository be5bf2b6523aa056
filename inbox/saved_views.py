"""Saved views: kept by agents for themselves or a team, with how many conversations they hold."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from inbox.audit import audited
from inbox.callers import Caller
from inbox.counts import Counts
from inbox.listing import MOST_READ, Wanted, filters, find
from inbox.news import News
from shared.clock import Clock
from shared.collections import SAVED_VIEWS, TEAMS, VIEW_ORDERS
from shared.errors import BadRequest, Forbidden, NotFound
from shared.ids import new_id
from shared.model.people import Agent, Role
from shared.model.saved_view import SavedView, SavedViewSpec, View, ViewOrder
from shared.ports.store import ABSENT, Delete, Put, Scalar, Store

log = structlog.get_logger(__name__)

MOST: Final = 100
"""Views of one agent, and of one team."""
COUNTED: Final = 99
"""Beyond that a view holds "99+"."""
MOST_LOOKED_AT: Final = 20_000
"""Conversations that one request may look at to count views."""
_KEPT_FOR: Final = timedelta(seconds=1)
_MOST_KEPT: Final = 2000


@dataclass(frozen=True, slots=True)
class Held:
    """How many conversations a view holds; with ``more`` at least so many."""

    count: int
    more: bool


_NOTHING: Final = Held(0, more=False)
_UNCOUNTED: Final = Held(0, more=True)


@dataclass(frozen=True, slots=True)
class SavedViews:
    """One per process. All methods raise ``Unavailable``."""

    store: Store
    clock: Clock
    news: News
    counts: Counts
    _known: OrderedDict[str, tuple[datetime, Held]] = field(default_factory=OrderedDict)

    async def of(self, agent: Agent) -> list[SavedView]:
        """The agent's own and those of their teams, in the agent's order; new ones last."""
        found: dict[str, SavedView] = {}
        asked: list[dict[str, Scalar]] = [{"owner_id": agent.id}]
        asked += [{"team_id": team} for team in agent.team_ids]
        for equal in asked:
            page = await self.store.find(SAVED_VIEWS, equal=equal, order="created_at", limit=MOST)
            found |= {view.id: view for view in page.items}
        order = await self.store.get(VIEW_ORDERS, agent.id)
        places = {id: place for place, id in enumerate(order.ids if order is not None else ())}
        last = len(places)
        return sorted(
            found.values(),
            key=lambda view: (places.get(view.id, last), view.created_at, view.id),
        )

    async def add(self, spec: SavedViewSpec, caller: Caller) -> SavedView:
        """Keep a new one. Raises ``BadRequest`` with the field, ``Forbidden``."""
        agent = _agent(caller)
        now = self.clock.now()
        spec = await self._checked(spec, caller, now)
        if len(await self._owned(agent.id)) >= MOST:
            raise BadRequest(f"you have {MOST} views already")
        view = SavedView(
            id=new_id("vw"), owner_id=agent.id, created_at=now, updated_at=now,
            name=spec.name, filter=spec.filter, team_id=spec.team_id,
        )  # fmt: skip
        entry = audited(caller.actor, "saved_view.added", view.id, at=now)
        await self.store.commit([Put(SAVED_VIEWS, view, expect=ABSENT), entry])
        await self.news.changed(SAVED_VIEWS.name, view.id)
        return view

    async def replace(self, id: str, spec: SavedViewSpec, caller: Caller) -> SavedView:
        """Put another spec in its place. Raises ``NotFound``, ``BadRequest``, ``Forbidden``,
        and ``Conflict`` when it is written at this moment."""
        before = await self._own(id, caller)
        now = self.clock.now()
        spec = await self._checked(spec, caller, now, before)
        after = before.model_copy(
            update={
                "name": spec.name, "filter": spec.filter, "team_id": spec.team_id,
                "updated_at": now, "version": before.version + 1,
            }
        )  # fmt: skip
        entry = audited(caller.actor, "saved_view.changed", id, at=now)
        change = Put(SAVED_VIEWS, after, expect={"version": before.version})
        await self.store.commit([change, entry])
        await self.news.changed(SAVED_VIEWS.name, id)
        return after

    async def remove(self, id: str, caller: Caller) -> None:
        """Remove it. Raises ``NotFound``, ``Forbidden``."""
        before = await self._own(id, caller)
        entry = audited(caller.actor, "saved_view.removed", id, at=self.clock.now())
        gone = Delete(SAVED_VIEWS, id, expect={"version": before.version})
        await self.store.commit([gone, entry])
        await self.news.changed(SAVED_VIEWS.name, id)

    async def arrange(self, ids: Sequence[str], caller: Caller) -> None:
        """The order in which this agent sees them. Ids that are of no view do no harm."""
        agent = _agent(caller)
        order = ViewOrder(id=agent.id, ids=tuple(dict.fromkeys(ids)))
        await self.store.commit([Put(VIEW_ORDERS, order)])

    async def held(self, views: Sequence[SavedView], caller: Caller) -> list[Held]:
        """How many conversations each holds for this caller: from a kept counter where there is
        one, else counted up to ``COUNTED``, at most once a second.

        All together look at ``MOST_LOOKED_AT`` conversations: what was counted longest ago first,
        and of the others it is said what was counted last. A view whose filter cannot be asked by
        this caller holds nothing: they learn why when they open it.
        """
        now = self.clock.now()
        asked: dict[str, tuple[str, Wanted]] = {}
        for view in views:
            try:
                wanted = filters(view.filter, caller, now)
                cost_of(wanted)
            except BadRequest as error:
                log.warning("saved_view.does_not_hold", view=view.id, reason=str(error))
            else:
                waited = view.filter.waiting_s
                key = repr((sorted(wanted.equal.items(), key=str), waited))
                asked[view.id] = key, wanted
        left = MOST_LOOKED_AT
        for key, wanted in sorted(dict(asked.values()).items(), key=self._until):
            known = self._known.get(key)
            if known is not None and known[0] > now:
                continue
            left -= cost_of(wanted)
            if left < 0:
                break
            self._keep(key, now, await self._count(wanted))
        return [self._last(asked[view.id][0]) if view.id in asked else _NOTHING for view in views]

    def _until(self, asked: tuple[str, Wanted]) -> tuple[int, float]:
        """Up to when what is known of it holds; first what costs nothing."""
        key, wanted = asked
        known = self._known.get(key)
        return min(cost_of(wanted), 1), known[0].timestamp() if known is not None else 0.0

    def _keep(self, key: str, now: datetime, held: Held) -> None:
        self._known[key] = (now + _KEPT_FOR, held)
        self._known.move_to_end(key)
        while len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)

    def _last(self, key: str) -> Held:
        known = self._known.get(key)
        return known[1] if known is not None else _UNCOUNTED

    async def _count(self, wanted: Wanted) -> Held:
        if (counter := counter_of(wanted)) is not None:
            return Held((await self.counts.totals([counter]))[counter], more=False)
        page = await find(self.store, wanted, None, COUNTED + 1)
        count = min(len(page.items), COUNTED)
        return Held(count, more=page.next is not None or len(page.items) > COUNTED)

    async def _checked(
        self, spec: SavedViewSpec, caller: Caller, now: datetime, before: SavedView | None = None
    ) -> SavedViewSpec:
        """The spec as it is kept."""
        try:
            filters(spec.filter, caller, now)
        except BadRequest as error:
            raise BadRequest(str(error), field=f"filter.{error.field}") from None
        if spec.filter.view is View.MINE and spec.filter.assignee_id is not None:
            # It can only be the caller's own id, which would hold for nobody else who has the view.
            mine = spec.filter.model_copy(update={"assignee_id": "me"})
            spec = spec.model_copy(update={"filter": mine})
        if spec.team_id is None:
            return spec
        if await self.store.get(TEAMS, spec.team_id) is None:
            raise BadRequest("there is no such team", field="team_id")
        if spec.team_id not in _agent(caller).team_ids and not _manages(caller):
            raise Forbidden("a view is shared with a team by who belongs to it")
        if before is not None and before.team_id == spec.team_id:
            return spec  # it is one of the team's already
        page = await self.store.find(
            SAVED_VIEWS, equal={"team_id": spec.team_id}, order="created_at", limit=MOST
        )
        if len(page.items) >= MOST:
            raise BadRequest(f"the team has {MOST} views already", field="team_id")
        return spec

    async def _owned(self, agent_id: str) -> Sequence[SavedView]:
        page = await self.store.find(
            SAVED_VIEWS, equal={"owner_id": agent_id}, order="created_at", limit=MOST
        )
        return page.items

    async def _own(self, id: str, caller: Caller) -> SavedView:
        """One that the caller may change."""
        agent = _agent(caller)
        view = await self.store.get(SAVED_VIEWS, id)
        shared = view is not None and view.team_id is not None
        seen = view is not None and (
            view.owner_id == agent.id
            or (shared and (view.team_id in agent.team_ids or _manages(caller)))
        )
        if view is None or not seen:
            raise NotFound("there is no such view")
        if view.owner_id != agent.id and not _manages(caller):
            raise Forbidden("this view is changed by who made it, or by a supervisor")
        return view


def cost_of(wanted: Wanted) -> int:
    """How many conversations are looked at, at most, to count it. Raises ``BadRequest`` where no
    index serves it."""
    if counter_of(wanted) is not None:
        return 0
    whole = len(wanted.served) == len(wanted.equal) and wanted.waiting_before is None
    return COUNTED + 1 if whole else MOST_READ


def counter_of(wanted: Wanted) -> str | None:
    """The kept counter that says how many there are; None when none does."""
    fields = dict(wanted.equal)
    status = fields.pop("status", None)
    if status is None or wanted.waiting_before is not None or len(fields) > 1:
        return None
    if not fields:
        return str(status)
    if status == "resolved":
        return None
    ((name, value),) = fields.items()
    if name == "assignee_id":
        return f"{status}/unassigned" if value is None else f"{status}/agent/{value}"
    if name == "topic":
        return f"{status}/topic/{value or '-'}"
    groups = {
        "channel_id": "channel",
        "team_id": "team",
        "labels": "label",
        "followers": "follower",
    }
    return f"{status}/{groups[name]}/{value}" if name in groups else None


def _agent(caller: Caller) -> Agent:
    if caller.agent is None:
        raise BadRequest("views belong to agents: this token belongs to none")
    return caller.agent


def _manages(caller: Caller) -> bool:
    return caller.role in (Role.SUPERVISOR, Role.ADMIN)
