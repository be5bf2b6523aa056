"""`python -m connectors <type>...`: the channels of these types as a process of its own."""

import argparse
import sys
from functools import partial

import structlog
from aiohttp import web

from connectors.assembly import connectors_service
from connectors.edge import edge
from connectors.front import front
from connectors.registry import Registry
from shared.errors import BadRequest
from shared.health import Health, serves_on
from shared.ids import ChannelType
from shared.listening import is_local, listening
from shared.metrics import Metrics
from shared.operators import operator_routes
from shared.process import Ending, arguments, run_service
from shared.runtime import Service, open_ports, running
from shared.settings import Settings

log = structlog.get_logger(__name__)


async def serve(types: frozenset[ChannelType] | None, settings: Settings, ending: Ending) -> None:
    """Serve until told to end. Raises as ``open_ports``, and ``OSError`` on a taken port."""
    _check(types, settings)
    own_url = ""
    async with open_ports(settings) as ports:
        metrics = Metrics()
        service = connectors_service(ports, settings, metrics, base_url=lambda: own_url, only=types)
        health = Health()
        for part, probe in ports.probes:
            health.add(part, probe)
        health.add("channels", service.check)
        if service.simulators is not None:
            health.add("simulators", service.simulators.check)
        health.add("process", serves_on(ending))
        app = web.Application(
            middlewares=[edge(metrics)], client_max_size=settings.body_limit_bytes
        )
        app.add_routes(operator_routes(health, metrics))
        app.add_routes(service.routes())
        async with (
            listening(
                app,
                settings.host,
                settings.port,
                ending=ending,
                front=front(service.intake, metrics, ending),
            ) as own_url,
            running([Service("connectors", service.run)]),
        ):
            log.info("process.listening", service="connectors", url=own_url)
            await ending.wait()


def _check(types: frozenset[ChannelType] | None, settings: Settings) -> None:
    """Raises ``BadRequest`` for a type that is not installed, and for simulators in public."""
    installed = Registry.discover().manifests().keys()
    unknown = sorted((types or frozenset()) - installed)
    if unknown:
        raise BadRequest(
            f"there is no channel type {', '.join(unknown)}; there are {', '.join(installed)}"
        )
    if settings.simulators and not settings.simulators_public and not is_local(settings.host):
        raise BadRequest(
            f"simulators let anybody who reaches {settings.host} write as a customer:"
            " listen on 127.0.0.1 or set HUB_SIMULATORS_PUBLIC"
        )


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = arguments("connectors", "Receives and sends for the channels of some types.")
    made.add_argument(
        "types", nargs="*", metavar="type", help="such as telegram or webchat; none: all"
    )
    return made


if __name__ == "__main__":
    given = parser().parse_args()
    types = frozenset(map(ChannelType, given.types)) or None
    sys.exit(run_service(given, "connectors", partial(serve, types)))
