"""`hub services`: a private broker and every service as a process, on this machine."""

from pathlib import Path
from typing import Annotated, Final

import typer

from hub.commands.running import ConfigFile, fail, read_settings
from shared import log as logs
from shared.errors import HubError
from shared.process import run_until_told

_LIMIT_S: Final = 60.0
"""The services end one after another, each within its own limit, and the broker after them."""


def services(
    simulators: Annotated[
        bool | None,
        typer.Option("--simulators", help="Add a simulated channel of every type, and phones."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port of the inbox; connectors and router take the next two."),
    ] = None,
    data_dir: Annotated[
        Path, typer.Option("--data-dir", help="Where the data of these services is.")
    ] = Path(".data/services"),
    config: ConfigFile = None,
) -> None:
    """Run router, inbox, connectors and RabbitMQ as processes here, to look at. Ctrl-C ends it."""
    from hub.services.launch import run_services

    settings = read_settings(config, simulators=simulators, port=port, data_dir=data_dir)
    logs.configure(settings.log_level, json=settings.log_json)
    try:
        run_until_told(
            lambda ending: run_services(settings, ending, config=config), limit_s=_LIMIT_S
        )
    except (HubError, OSError) as error:
        raise fail(str(error)) from None
