"""The inbox as a service: REST, live feed and web UI, put together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from aiohttp.typedefs import Middleware
from pydantic import BaseModel

from inbox.agent_drafts import AgentDrafts
from inbox.api.about import AboutApi, Info
from inbox.api.actions import ActionsApi
from inbox.api.agent_drafts import AgentDraftsApi
from inbox.api.answers import AnswersApi
from inbox.api.audit import AuditApi
from inbox.api.beginnings import BeginningsApi
from inbox.api.board import BoardApi
from inbox.api.bots import BotsApi
from inbox.api.bulk import BulkApi
from inbox.api.channels import ChannelsApi
from inbox.api.commands import CommandsApi
from inbox.api.contacts import ContactsApi
from inbox.api.conversations import ConversationsApi
from inbox.api.dead_letters import DeadLettersApi
from inbox.api.drafts import DraftsApi
from inbox.api.files import FilesApi
from inbox.api.followers import FollowersApi
from inbox.api.lookup import LookupApi
from inbox.api.mails import MailsApi
from inbox.api.merges import MergesApi
from inbox.api.messages import MessagesApi
from inbox.api.notifications import NotificationsApi
from inbox.api.orders import Orders
from inbox.api.peak import PeakApi
from inbox.api.people import PeopleApi
from inbox.api.policies import PoliciesApi
from inbox.api.presence import PresenceApi
from inbox.api.preview import PreviewApi
from inbox.api.push import PushApi
from inbox.api.replies import Replies
from inbox.api.reports import ReportsApi
from inbox.api.rules import RulesApi
from inbox.api.saved_views import SavedViewsApi
from inbox.api.scheduled import ScheduledApi
from inbox.api.session import SessionApi
from inbox.api.tasks import TasksApi
from inbox.api.tokens import TokensApi
from inbox.api.verifications import VerificationsApi
from inbox.attendances import Attendances
from inbox.audit_log import AuditLog
from inbox.beginnings import Beginnings
from inbox.board import Boards
from inbox.bots import Bots
from inbox.bulk import Bulks
from inbox.callers import Caller
from inbox.channels import Channels
from inbox.checks import Checks
from inbox.contacts import Contacts
from inbox.counts import Counts
from inbox.dead_letters import DeadLetters
from inbox.desk import WAIT_S, Desk
from inbox.dry_run import DryRuns
from inbox.files import Files
from inbox.gate import Gate
from inbox.limits import SignInLimit
from inbox.live.boards import LiveBoards
from inbox.live.connection import CAPACITY
from inbox.live.feed import Feed
from inbox.live.frames import SERVER_FRAMES, ClientFrame
from inbox.live.presence import Presence
from inbox.live.socket import LiveSocket
from inbox.lookup import Lookup
from inbox.merges import Merges
from inbox.news import News
from inbox.notifications import Notifications
from inbox.passwords import Passwords
from inbox.people import People
from inbox.permissions import Permission
from inbox.policies import Policies
from inbox.presences import Presences
from inbox.push.devices import Devices
from inbox.push.keys import PushKey
from inbox.push.pusher import Pusher
from inbox.queues import Queues
from inbox.reports.delivery import DeliveryReports
from inbox.reports.reports import Reports
from inbox.rest import binding
from inbox.rest.addresses import Proxies
from inbox.rest.middleware import add_headers, edge
from inbox.rest.openapi import document
from inbox.rest.route import Route
from inbox.rest.static import WebUi
from inbox.saved_views import SavedViews
from inbox.search import Search
from inbox.sessions import Sessions
from inbox.tokens import Tokens
from inbox.verifications import Verifications
from shared.checks import CHECK_LIMIT_S
from shared.clock import Clock
from shared.errors import Unavailable
from shared.health import Health
from shared.leases import Leases
from shared.metrics import Metrics
from shared.ports.blobs import Blobs
from shared.ports.bots import BotAccess
from shared.ports.bus import Bus
from shared.ports.store import Store
from shared.sealing import Seal
from shared.settings import Settings
from shared.version import hub_version
from shared.webhooks.guard import Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxOptions:
    """What of the settings concerns the inbox, and limits that tests tighten."""

    public_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    private_networks: tuple[str, ...] = ()
    undo_s: float = 5
    upload_limit_bytes: int = 50 * 1024 * 1024
    simulators: bool = False
    simulators_public: bool = False
    static_dir: Path | None = None
    command_wait_s: float = WAIT_S
    check_limit_s: float = CHECK_LIMIT_S
    live_capacity: int = CAPACITY
    live_quiet_s: float = 2.0
    gone_after_s: float = 20.0
    """An agent without a live connection is offline after that."""
    contact: str = "mailto:admin@example.com"
    """How a push service reaches whoever runs this hub, where it has no public address."""

    @classmethod
    def of(cls, settings: Settings, static_dir: Path | None = None) -> Self:
        """From the hub's settings."""
        return cls(
            public_url=settings.public_url,
            trusted_proxies=settings.trusted_proxies,
            private_networks=settings.private_networks,
            undo_s=settings.undo_s,
            upload_limit_bytes=settings.upload_limit_bytes,
            simulators=settings.simulators,
            simulators_public=settings.simulators_public,
            static_dir=static_dir,
            contact=f"mailto:{settings.admin_email}",
        )


class Inbox:
    """One per process. ``mount`` it on an application, ``run`` it while that serves.

    Whoever owns the application installs ``middleware`` as its outermost one and calls
    ``mount_ui`` after all other routes are there.
    """

    def __init__(
        self,
        bus: Bus,
        store: Store,
        blobs: Blobs,
        clock: Clock,
        seal: Seal,
        options: InboxOptions,
        *,
        name: str,
        metrics: Metrics | None = None,
        bot_access: BotAccess | None = None,
        leases: Leases | None = None,
    ) -> None:
        """``name`` is unique per process start; ``bot_access`` lets bots onto a broker.
        ``leases`` are those of the process; its own where none are given.

        Raises ``TypeError`` for undeclared events.
        """
        self._options = options
        self._metrics = metrics
        self._document: dict[str, Any] | None = None
        self.health = Health()
        self.news = News(bus, clock)
        self.desk = Desk(bus, store, clock, wait_s=options.command_wait_s)
        self.feed = Feed(
            bus,
            store,
            self.desk,
            name=name,
            capacity=options.live_capacity,
            quiet_s=options.live_quiet_s,
        )
        self.attendances = Attendances(
            store, clock, self.news, process=name, gone_after_s=options.gone_after_s
        )
        self.checks = Checks(bus, clock, name=f"inbox.{name}", limit_s=options.check_limit_s)
        self.channels = Channels(store, clock, seal, self.checks, self.news)
        self.tokens = Tokens(store, clock)
        self.bots = Bots(store, clock, self.tokens, self.news, bot_access)
        self.passwords = Passwords()
        self.sessions = Sessions(store, clock, seal)
        self.people = People(store, clock, self.passwords, self.sessions, self.news)
        origins = (options.public_url.rstrip("/"),) if options.public_url else ()
        self.gate = Gate(self.sessions, self.tokens, origins)
        self.presences = Presences(store, clock, self.news, self.people)
        self.boards = Boards(store, clock, self.presences)
        self.live_boards = LiveBoards(self.feed, self.boards)
        self.seal = seal
        self.guard = Guard(options.private_networks)
        self.push_key = PushKey(seal, _contact(options))
        held = leases or Leases(store, clock, name)
        self.pusher = Pusher(bus, store, clock, self.push_key, self.guard, held)
        self._apis = _apis(self, bus, store, blobs, clock)
        self.health.add("live feed", self._feed_follows, essential=False)

    def routes(self) -> list[Route]:
        """Every declared route."""
        return list(self._apis)

    def middleware(self) -> Middleware:
        """The outermost middleware, for the routes of all services on the application.

        Raises ``BadRequest`` when a trusted proxy is no network.
        """
        count = None if self._metrics is None else self._count
        return edge(Proxies(self._options.trusted_proxies), count)

    def mount(self, app: web.Application) -> None:
        """Add the routes. Raises ``TypeError`` when one declares no permission."""
        binding.bind(app, self.routes(), self.gate, self._acted)
        app.on_response_prepare.append(add_headers)

    def mount_ui(self, app: web.Application) -> None:
        """Serve the web UI at every path that is still free."""
        WebUi(self._options.static_dir).mount(app)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document of the routes, made once."""
        if self._document is None:
            frames: tuple[type[BaseModel], ...] = (*SERVER_FRAMES, ClientFrame)
            self._document = document(self.routes(), version=hub_version(), extra=frames)
        return self._document

    async def run(self) -> None:
        """Follow events and answers until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.feed.run())
                group.create_task(self.checks.run())
                group.create_task(self.attendances.run())
                group.create_task(self.pusher.run())
                group.create_task(self.live_boards.run())
        finally:
            self.passwords.close()

    def info(self) -> Info:
        """What clients may know without signing in."""
        return Info(
            version=hub_version(),
            simulators=self._options.simulators,
            simulators_public=self._options.simulators_public,
            undo_s=self._options.undo_s,
        )

    @property
    def options(self) -> InboxOptions:
        """How it was set up."""
        return self._options

    def exposition(self) -> bytes | None:
        """The metrics as text."""
        return None if self._metrics is None else self._metrics.exposition()

    def _acted(self, caller: Caller) -> None:
        self.attendances.acted(caller.agent.id if caller.agent is not None else None)

    async def _feed_follows(self) -> None:
        if not self.feed.ready.is_set():
            raise Unavailable("the live feed does not follow the events yet")

    def _count(self, method: str, route: str, status: int, took_s: float) -> None:
        if self._metrics is not None:
            self._metrics.count(
                "hub_http_requests_total", method=method, route=route, status=str(status)
            )


def _contact(options: InboxOptions) -> str:
    public = options.public_url or ""
    return public if public.startswith("https:") else options.contact


def _apis(inbox: Inbox, bus: Bus, store: Store, blobs: Blobs, clock: Clock) -> Sequence[Route]:
    options = inbox.options
    files = Files(store, blobs, clock, options.upload_limit_bytes)
    presence = Presence(store, inbox.news, inbox.attendances)
    orders = Orders(inbox.desk)
    contacts = Contacts(store, clock, inbox.news)
    replies = Replies(clock, inbox.channels, options.undo_s)
    beginnings = Beginnings(store, inbox.channels, contacts)
    drafts = AgentDrafts(store, clock, inbox.news)
    notifications = Notifications(store, clock, inbox.news)
    lookup = Lookup(contacts, inbox.seal, inbox.guard)
    policies = Policies(store, clock, inbox.news)
    https = (options.public_url or "").startswith("https:")
    live = LiveSocket(inbox.feed, inbox.gate, presence, inbox.live_boards, inbox.attendances, clock)
    counts = Counts(store)
    saved = SavedViews(store, clock, inbox.news, counts)
    about = AboutApi(
        store,
        counts,
        inbox.health,
        inbox.info(),
        inbox.openapi,
        inbox.routes,
        inbox.exposition,
    )
    return (
        *SessionApi(inbox.people, inbox.sessions, SignInLimit(clock), https).routes(),
        *PeopleApi(inbox.people).routes(),
        *TokensApi(inbox.tokens, inbox.people).routes(),
        *BotsApi(inbox.bots).routes(),
        *CommandsApi(orders).routes(),
        *ConversationsApi(store, Search(store), contacts).routes(),
        *SavedViewsApi(counts, inbox.feed, saved).routes(),
        *MessagesApi(store, files, orders, replies, drafts).routes(),
        *BeginningsApi(beginnings, files, orders, replies).routes(),
        *AgentDraftsApi(store, drafts, files).routes(),
        *PreviewApi(store, clock, files, inbox.channels).routes(),
        *ActionsApi(clock, inbox.people, orders, presence, notifications).routes(),
        *DraftsApi(store, orders).routes(),
        *FollowersApi(orders).routes(),
        *PushApi(Devices(store, clock, inbox.guard), inbox.push_key).routes(),
        *NotificationsApi(notifications, inbox.people).routes(),
        *TasksApi(store, inbox.people, orders).routes(),
        *ContactsApi(contacts).routes(),
        *VerificationsApi(
            orders,
            Verifications(contacts, options.public_url),
            SignInLimit(clock, "tries with one-time links"),
        ).routes(),
        *MergesApi(Merges(contacts)).routes(),
        *LookupApi(lookup).routes(),
        *ChannelsApi(inbox.channels).routes(),
        *FilesApi(files).routes(),
        *MailsApi(store, blobs).routes(),
        *PresenceApi(inbox.presences, inbox.attendances, Queues(store, clock)).routes(),
        *BoardApi(inbox.boards).routes(),
        *RulesApi(store, policies, DryRuns(store, clock)).routes(),
        *PoliciesApi(policies).routes(),
        *AnswersApi(store, clock, orders, policies).routes(),
        *BulkApi(store, Bulks(bus, store, clock), policies).routes(),
        *ScheduledApi(store, orders).routes(),
        *PeakApi(store, clock).routes(),
        *ReportsApi(Reports(store), DeliveryReports(store, clock)).routes(),
        *DeadLettersApi(DeadLetters(store, bus, clock)).routes(),
        *AuditApi(AuditLog(store)).routes(),
        *about.routes(),
        Route(
            "GET", "/live", live.serve, Permission.SIGNED_IN,
            "The live feed (WebSocket); see the schemas of its frames", "live", status=101,
        ),
    )  # fmt: skip
