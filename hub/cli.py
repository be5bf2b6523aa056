"""The `hub` command."""

from typing import Annotated

import typer

from hub.commands import agents, bots, channels, connectors, dead_letters
from hub.commands.doctor import doctor
from hub.commands.services import services
from hub.commands.up import up
from shared.version import hub_version

app = typer.Typer(
    name="hub",
    help="Omnihub: one inbox for every messenger.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("up")(up)
app.command("services")(services)
app.command("doctor")(doctor)
app.add_typer(agents.app, name="agent")
app.add_typer(bots.app, name="bot")
app.add_typer(channels.app, name="channel")
app.add_typer(connectors.app, name="connector")
app.add_typer(dead_letters.app, name="dead-letters")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(hub_version())
        raise typer.Exit


@app.callback()
def _root(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Omnihub: one inbox for every messenger."""


def main() -> None:
    """Run the command line; for the console script."""
    app()
