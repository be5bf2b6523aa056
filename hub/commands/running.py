"""How a command runs: settings read, the API opened, errors said in one line with status 1."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.client import Api, hub_api
from shared import log
from shared.errors import HubError
from shared.settings import Settings, load_settings

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where the hub's data is (HUB_DATA_DIR).")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", envvar="HUB_CONFIG", help="A TOML file of settings.")
]


def fail(reason: str) -> typer.Exit:
    """Say why on standard error, in one line; to be raised."""
    typer.echo(f"hub: {reason}", err=True)
    return typer.Exit(1)


def read_settings(config: Path | None, **overrides: Any) -> Settings:
    """The settings, those given on the command line winning. Exits with one line on a wrong one."""
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return load_settings(config=config, overrides=given)
    except HubError as error:
        raise fail(str(error)) from None


def with_api(
    config: Path | None, data_dir: Path | None, work: Callable[[Api], Awaitable[None]]
) -> None:
    """Do something by the hub's API, whether it runs or not."""
    settings = read_settings(config, data_dir=data_dir)
    log.configure("error")

    async def run() -> None:
        async with hub_api(settings) as api:
            await work(api)

    try:
        asyncio.run(run())
    except HubError as error:
        raise fail(str(error)) from None


def table(rows: Sequence[tuple[str, ...]], heads: tuple[str, ...]) -> None:
    """Print rows in columns under their heads."""
    widths = [max(len(row[n]) for row in [heads, *rows]) for n in range(len(heads))]
    for row in [heads, *rows]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo(line.rstrip())
