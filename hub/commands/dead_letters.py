"""`hub dead-letters`: what could not be handled, why, and trying it again."""

import json
from typing import Annotated

import typer

from hub.client import Api
from hub.commands.running import ConfigFile, DataDir, table, with_api

app = typer.Typer(help="What could not be handled.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="As `hub dead-letters list` shows it.")]


@app.command("list")
def list_letters(
    state: Annotated[str, typer.Option(help="open, replayed or dropped")] = "open",
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Show them, the newest first."""

    async def work(api: Api) -> None:
        letters = await api.items("/api/v1/dead-letters", {"state": state})
        rows = [(d["id"], d["at"][:19], d["source"], d["reason"]) for d in letters]
        table(rows, ("ID", "AT", "SOURCE", "REASON"))

    with_api(config, data_dir, work)


@app.command("show")
def show(letter_id: Id, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Show one whole, its raw bytes included."""

    async def work(api: Api) -> None:
        letter = await api.call("GET", f"/api/v1/dead-letters/{letter_id}")
        typer.echo(json.dumps(letter, ensure_ascii=False, indent=2))

    with_api(config, data_dir, work)


@app.command("replay")
def replay(letter_id: Id, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Hand it in once more."""

    async def work(api: Api) -> None:
        await api.call("POST", f"/api/v1/dead-letters/{letter_id}/replay", {})
        typer.echo(f"{letter_id} was handed in again")

    with_api(config, data_dir, work)


@app.command("drop")
def drop(letter_id: Id, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Put it aside for good; it stays readable."""

    async def work(api: Api) -> None:
        await api.call("POST", f"/api/v1/dead-letters/{letter_id}/drop", {})
        typer.echo(f"{letter_id} was put aside")

    with_api(config, data_dir, work)
