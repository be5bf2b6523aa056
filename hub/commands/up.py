"""`hub up`: everything in one process."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.commands.running import ConfigFile, DataDir, fail, read_settings
from shared import log as logs
from shared.bots.echo import echo
from shared.bots.menu.model import Menu
from shared.bots.menu.program import MENU_BOT
from shared.bots.menu.program import menu_bot as menu_bot_of
from shared.bots.menu.reading import read_menu
from shared.bots.runner import Answer
from shared.errors import HubError
from shared.listening import is_local
from shared.process import Ending, run_until_told
from shared.settings import Settings


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
    menu_bot: Annotated[
        Path | None,
        typer.Option("--menu-bot", help="A bot that answers first, by the menu in this file."),
    ] = None,
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
    if settings.simulators and not settings.simulators_public and not is_local(settings.host):
        raise fail(
            f"simulators let anybody who reaches {settings.host} write as a customer: "
            "listen on 127.0.0.1 or say --simulators-public"
        )
    logs.configure(settings.log_level, json=settings.log_json)
    try:
        menu = read_menu(menu_bot) if menu_bot is not None else None
        run_until_told(lambda ending: _up(settings, ending, echo_bot=echo_bot, menu=menu))
    except (HubError, OSError) as error:
        raise fail(str(error)) from None


async def _up(settings: Settings, ending: Ending, *, echo_bot: bool, menu: Menu | None) -> None:
    from hub.app import open_hub  # the other commands need no services
    from hub.control import control_file, control_token
    from hub.duty import ensure_duty

    bots: dict[str, Answer] = {"echo": echo} if echo_bot else {}
    async with open_hub(settings) as hub:
        made_password = await hub.prepare()
        if menu is not None:
            bots[MENU_BOT] = menu_bot_of(menu).answer
            await ensure_duty(hub.ports, MENU_BOT, menu.lease_s, menu.misses)
        async with (
            control_token(hub.ports) as token,
            hub.listening(),
            control_file(settings.data_dir.absolute(), hub.url, token),
            hub.working(bots=bots),
        ):
            _greet(settings, hub.url, made_password)
            await ending.wait()


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
        if not is_local(settings.host):
            lines += ["  Anybody who reaches this address can write as a customer."]
    lines += [f"  Data         {data}", "", "Ctrl-C ends it."]
    typer.echo("\n".join(lines))
    sys.stdout.flush()
