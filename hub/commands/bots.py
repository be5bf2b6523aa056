"""`hub bot`: programs that read events and publish commands."""

from pathlib import Path
from typing import Annotated, Final

import typer

from hub.client import Api
from hub.commands.running import ConfigFile, DataDir, fail, table, with_api
from shared import log as logs
from shared.bots.echo import echo
from shared.bots.menu.program import MENU_BOT, menu_bot
from shared.bots.menu.reading import read_menu
from shared.errors import HubError
from shared.serving import serve_at

app = typer.Typer(help="Programs that read events and publish commands.", no_args_is_help=True)

SHIPPED: Final = ("echo", MENU_BOT)

Name = Annotated[str, typer.Argument(help="Small letters, digits and dashes, a letter first.")]


@app.command("add")
def add(name: Name, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Let a bot in. What it signs in with is shown this once."""

    async def work(api: Api) -> None:
        made = await api.call("POST", "/api/v1/bots", {"name": name})
        typer.echo(f"added {made['bot']['name']}")
        typer.echo(f"token: {made['token']}")
        if made["broker_url"] is not None:
            typer.echo(f"broker: {made['broker_url']}")

    with_api(config, data_dir, work)


@app.command("list")
def list_bots(data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Show all bots."""

    async def work(api: Api) -> None:
        rows = [
            (bot["name"], "yes" if bot["on_broker"] else "no", bot["created_at"][:19])
            for bot in await api.items("/api/v1/bots")
        ]
        table(rows, ("NAME", "ON THE BROKER", "SINCE"))

    with_api(config, data_dir, work)


@app.command("remove")
def remove(name: Name, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Refuse a bot from now on; its connections are closed, what it wrote stays."""

    async def work(api: Api) -> None:
        await api.call("DELETE", f"/api/v1/bots/{name}")
        typer.echo(f"{name} is removed")

    with_api(config, data_dir, work)


@app.command("run")
def run(
    program: Annotated[str, typer.Argument(help=f"One that ships: {', '.join(SHIPPED)}.")],
    url: Annotated[str, typer.Option(envvar="BOT_URL", help="The hub's, or of the broker.")],
    token: Annotated[
        str | None, typer.Option(envvar="BOT_TOKEN", help="Of `hub bot add`; not for a broker.")
    ] = None,
    place: Annotated[
        Path | None, typer.Option(help="A file that keeps where it stands; not for a broker.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="The menu of the menu bot.")] = None,
    name: Annotated[
        str | None, typer.Option(help="What `hub bot add` called it; else as the program.")
    ] = None,
) -> None:
    """Run a bot in this process until Ctrl-C or SIGTERM, as your own program would."""
    if program not in SHIPPED:
        raise fail(f"there is no bot {program}; there are: {', '.join(SHIPPED)}")
    if (program == MENU_BOT) != (file is not None):
        raise fail("--file: the menu bot needs one, and no other bot has one")
    logs.configure("info")
    own = name or program
    try:
        answer = echo if file is None else menu_bot(read_menu(file), own).answer
        serve_at(own, answer, url, token, place)
    except (HubError, OSError) as error:
        raise fail(str(error)) from None
