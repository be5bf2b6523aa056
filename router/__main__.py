"""`python -m router`: a router as a process of its own, holding its share of the partitions."""

import sys

import structlog
from aiohttp import web

from router.policy import Policy
from router.service import Router
from shared.health import Health, serves_on
from shared.listening import listening
from shared.metrics import Metrics
from shared.operators import operator_routes
from shared.process import Ending, arguments, run_service
from shared.runtime import Service, open_ports, running
from shared.settings import Settings

log = structlog.get_logger(__name__)


async def serve(settings: Settings, ending: Ending) -> None:
    """Work until told to end. Raises as ``open_ports``, and ``OSError`` on a taken port."""
    async with open_ports(settings) as ports:
        metrics = Metrics()
        router = Router(
            ports.bus,
            ports.store,
            ports.clock,
            ports.leases,
            policy=Policy.of(settings),
            metrics=metrics,
        )
        health = Health()
        for part, probe in ports.probes:
            health.add(part, probe)
        health.add("router", router.check)
        health.add("process", serves_on(ending))
        app = web.Application()
        app.add_routes(operator_routes(health, metrics))
        async with (
            listening(app, settings.host, settings.port, ending=ending) as url,
            running([Service("router", router.run)]),
        ):
            log.info("process.listening", service="router", url=url)
            # Nobody asks a router for anything: the others take over the sooner it lets go.
            await ending.signal()


if __name__ == "__main__":
    parser = arguments("router", "Handles what comes in and what is commanded.")
    sys.exit(run_service(parser.parse_args(), "router", serve))
