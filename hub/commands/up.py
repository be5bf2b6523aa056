"""`hub up`: everything in one process."""

import asyncio
import os
import signal
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer

from hub.commands.running import ConfigFile, DataDir, fail, read_settings
from shared import log as logs
from shared.errors import HubError
from shared.settings import Settings

log = structlog.get_logger(__name__)

_EXIT_LIMIT_S: Final = 4.5
"""After a signal the process is gone by then, whatever hangs."""


def up(
    simulators: Annotated[
        bool | None,
        typer.Option("--simulators", help="Add a simulated channel of every type, and phones."),
    ] = None,
    simulators_public: Annotated[
        bool | None,
        typer.Option(
            "--simulators-public", help="Allow simulators although others can reach this address."
        ),
    ] = None,
    echo_bot: Annotated[
        bool, typer.Option("--echo-bot", help="A bot that answers what nobody has taken.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on (HUB_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port, 0 for a free one (HUB_PORT).")] = None,
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Run the whole hub in this process. Ctrl-C or SIGTERM ends it."""
    settings = read_settings(
        config,
        simulators=simulators,
        simulators_public=simulators_public,
        host=host,
        port=port,
        data_dir=data_dir,
    )
    if settings.simulators and not settings.simulators_public and not _is_local(settings.host):
        raise fail(
            f"simulators let anybody who reaches {settings.host} write as a customer: "
            "listen on 127.0.0.1 or say --simulators-public"
        )
    logs.configure(settings.log_level, json=settings.log_json)
    try:
        asyncio.run(_up(settings, echo_bot=echo_bot))
    except* HubError as errors:
        raise fail(str(_first(errors))) from None
    except* OSError as errors:
        raise fail(str(_first(errors))) from None


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _up(settings: Settings, *, echo_bot: bool) -> None:
    from hub.app import open_hub  # the other commands need no services
    from hub.control import control_file, control_token

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, stop, loop)
    async with open_hub(settings) as hub:
        made_password = await hub.ensure_admin()
        async with (
            control_token(hub.ports) as token,
            hub.listening(),
            control_file(settings.data_dir.absolute(), hub.url, token),
            hub.working(echo_bot=echo_bot),
        ):
            _greet(settings, hub.url, made_password)
            await stop.wait()
            log.info("hub.stopping")


def _stop(stop: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
    if not stop.is_set():
        loop.call_later(_EXIT_LIMIT_S, _give_up)
    stop.set()


def _give_up() -> None:
    log.error("hub.stopped_hard", reason="something did not end in time; nothing accepted is lost")
    sys.stderr.flush()
    os._exit(1)


def _greet(settings: Settings, url: str, made_password: str | None) -> None:
    data = Path(settings.data_dir).absolute()
    lines = [f"Omnihub is running on {url}", ""]
    if made_password is not None:
        lines += [
            f"  Sign in as   {settings.admin_email}",
            f"  password     {made_password}   (shown once; `hub agent passwd` sets another)",
        ]
    else:
        lines += [f"  Sign in      {url}/"]
    lines += [f"  Site chat    {url}/demo/site"]
    if settings.simulators:
        lines += [f"  Phones       {url}/simulators/   (write as a customer)"]
        if not _is_local(settings.host):
            lines += ["  Anybody who reaches this address can write as a customer."]
    lines += [f"  Data         {data}", "", "Ctrl-C ends it."]
    typer.echo("\n".join(lines))
    sys.stdout.flush()
