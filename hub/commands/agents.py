"""`hub agent`: the people who answer."""

from typing import Annotated

import typer

from hub.client import Api
from hub.commands.running import ConfigFile, DataDir, table, with_api
from shared.errors import NotFound
from shared.model.people import Role

app = typer.Typer(help="The people who answer.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The agent's e-mail address.")]
Password = Annotated[
    str | None, typer.Option("--password", help="Made and printed if not given.", hide_input=True)
]


@app.command("add")
def add(
    email: Email,
    name: Annotated[str | None, typer.Option("--name", help="As customers see it.")] = None,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")] = Role.AGENT,
    password: Password = None,
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Add an agent."""

    async def work(api: Api) -> None:
        body = {"email": email, "name": name or email.partition("@")[0], "role": role.value}
        made = await api.call(
            "POST", "/api/v1/agents", body | ({"password": password} if password else {})
        )
        typer.echo(f"added {made['agent']['email']} as {made['agent']['role']}")
        if made.get("password"):
            typer.echo(f"password: {made['password']}")

    with_api(config, data_dir, work)


@app.command("passwd")
def passwd(
    email: Email, password: Password = None, data_dir: DataDir = None, config: ConfigFile = None
) -> None:
    """Set a new password; whoever is signed in as this agent is signed out."""

    async def work(api: Api) -> None:
        agents = await api.items("/api/v1/agents")
        found = next((agent for agent in agents if agent["email"] == email.lower()), None)
        if found is None:
            raise NotFound(f"there is no agent {email}; `hub agent list` shows who there is")
        body = {"password": password} if password else {}
        made = await api.call("POST", f"/api/v1/agents/{found['id']}/password", body)
        typer.echo(f"{email} has a new password")
        if made.get("password"):
            typer.echo(f"password: {made['password']}")

    with_api(config, data_dir, work)


@app.command("list")
def list_agents(data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Show all agents."""

    async def work(api: Api) -> None:
        agents = await api.items("/api/v1/agents")
        rows = [(a["email"], a["name"], a["role"], "yes" if a["active"] else "no") for a in agents]
        table(rows, ("EMAIL", "NAME", "ROLE", "ACTIVE"))

    with_api(config, data_dir, work)
