"""`python -m inbox`: the REST API, the live feed and the web UI as a process of its own."""

import sys
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from inbox.first_start import first_start
from inbox.service import Inbox, InboxOptions
from shared.health import serves_on
from shared.listening import listening
from shared.metrics import Metrics
from shared.process import Ending, arguments, run_service
from shared.runtime import Service, open_ports, running
from shared.settings import Settings

log = structlog.get_logger(__name__)

WEB_UI: Final = Path(__file__).parent / "web" / "dist"


async def serve(settings: Settings, ending: Ending) -> None:
    """Serve until told to end. Raises as ``open_ports``, and ``OSError`` on a taken port."""
    async with open_ports(settings) as ports:
        inbox = Inbox(
            ports.bus,
            ports.store,
            ports.blobs,
            ports.clock,
            ports.seal,
            InboxOptions.of(settings, WEB_UI),
            name=ports.leases.owner,
            metrics=Metrics(),
            bot_access=ports.bot_access,
            leases=ports.leases,
        )
        for part, probe in ports.probes:
            inbox.health.add(part, probe)
        inbox.health.add("process", serves_on(ending))
        made = await first_start(ports.store, ports.clock, inbox.people, settings)
        app = web.Application(
            middlewares=[inbox.middleware()], client_max_size=settings.body_limit_bytes
        )
        inbox.mount(app)
        inbox.mount_ui(app)
        async with (
            listening(app, settings.host, settings.port, ending=ending) as url,
            running([Service("inbox", inbox.run)]),
        ):
            log.info("process.listening", service="inbox", url=url)
            if made is not None:
                _say_password(settings.admin_email, made)
            await ending.wait()


def _say_password(email: str, password: str) -> None:
    sys.stdout.write(
        f"Sign in as {email}\npassword   {password}   (shown once; `hub agent passwd` sets"
        " another)\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    parser = arguments("inbox", "Serves the REST API, the live feed and the web UI.")
    sys.exit(run_service(parser.parse_args(), "inbox", serve))
