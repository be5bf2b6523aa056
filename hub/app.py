"""The composition root: every service in one process, on one port."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

from connectors.assembly import connectors_service
from connectors.front import front
from inbox.first_start import first_start
from inbox.service import Inbox, InboxOptions
from router.policy import Policy
from router.service import Router
from shared.bots.bus_transport import BusTransport
from shared.bots.runner import Answer, Runner
from shared.listening import listening
from shared.metrics import Metrics
from shared.runtime import Ports, Service, open_ports, running
from shared.settings import Settings

WEB_UI: Final = Path(__file__).parents[1] / "inbox" / "web" / "dist"


class Hub:
    """All services on one set of ports: ``listening`` opens the port, ``working`` runs them."""

    def __init__(self, settings: Settings, ports: Ports) -> None:
        self.settings = settings
        self.ports = ports
        self.url = ""
        """Where it listens, once it does."""
        self._metrics = metrics = Metrics()
        self.inbox = Inbox(
            ports.bus,
            ports.store,
            ports.blobs,
            ports.clock,
            ports.seal,
            InboxOptions.of(settings, WEB_UI),
            name=ports.leases.owner,
            metrics=metrics,
            bot_access=ports.bot_access,
            leases=ports.leases,
        )
        self.router = Router(
            ports.bus,
            ports.store,
            ports.clock,
            ports.leases,
            policy=Policy.of(settings),
            metrics=metrics,
        )
        self.connectors = connectors_service(ports, settings, metrics, base_url=lambda: self.url)
        self._name_health()

    def _name_health(self) -> None:
        for part, probe in self.ports.probes:
            self.inbox.health.add(part, probe)
        if self.connectors.simulators is not None:
            self.inbox.health.add("simulators", self.connectors.simulators.check)
        self.inbox.health.add("router", self.router.check)

    async def prepare(self) -> str | None:
        """Make the first admin and the first channel; the admin's password if one was made."""
        ports = self.ports
        return await first_start(ports.store, ports.clock, self.inbox.people, self.settings)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Serve HTTP for as long as the context lasts. Raises ``OSError`` on a taken port."""
        app = web.Application(
            middlewares=[self.inbox.middleware()], client_max_size=self.settings.body_limit_bytes
        )
        self.inbox.mount(app)
        app.add_routes(self.connectors.routes())
        self.inbox.mount_ui(app)
        short_way = front(self.connectors.intake, self._metrics)
        host, port = self.settings.host, self.settings.port
        async with listening(app, host, port, front=short_way) as self.url:
            yield

    @asynccontextmanager
    async def working(
        self, *, with_channels: bool = True, bots: Mapping[str, Answer] | None = None
    ) -> AsyncIterator[None]:
        """Run the services, and bots by their names, for as long as the context lasts.

        Without channels it only answers for the data: it neither pulls nor sends.
        """
        services = [Service("inbox", self.inbox.run)]
        if with_channels:
            services += [
                Service("router", self.router.run),
                Service("connectors", self.connectors.run),
            ]
        else:
            services.append(Service("connectors", self.connectors.run_checks))
        ports = self.ports
        for name, answer in (bots or {}).items():
            transport = BusTransport(name, ports.bus, ports.store, ports.clock)
            runner = Runner(name, answer, transport, ports.clock)
            services.append(Service(f"bot {name}", runner.run))
        async with running(services):
            yield


@asynccontextmanager
async def open_hub(settings: Settings) -> AsyncIterator[Hub]:
    """A hub on the data that the settings name. Raises as ``open_ports`` does."""
    async with open_ports(settings) as ports:
        yield Hub(settings, ports)
