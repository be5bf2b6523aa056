"""`hub channel`: the accounts on platforms. What they do takes effect without a restart."""

import json
from typing import Annotated, Any

import typer

from hub.client import Api
from hub.commands.running import ConfigFile, DataDir, fail, table, with_api

app = typer.Typer(help="The accounts on platforms.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="The channel's id; `hub channel list` shows it.")]


@app.command("add")
def add(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="telegram, webchat, ...")],
    name: Annotated[str, typer.Option("--name", help="How agents see it.")] = "",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting of the type; repeatable."),
    ] = None,
    id_: Annotated[str | None, typer.Option("--id", help="Made if not given.")] = None,
    check: Annotated[bool, typer.Option(help="Look at the account before saving.")] = True,
    data_dir: DataDir = None,
    config: ConfigFile = None,
) -> None:
    """Add a channel. Without --set it says which settings the type has."""
    values = _values(settings or [])

    async def work(api: Api) -> None:
        types = {t["id"]: t for t in await api.items("/api/v1/channel-types")}
        if type_ not in types:
            raise fail(f"there is no channel type {type_}; there are: {', '.join(sorted(types))}")
        if not values and types[type_]["settings_schema"].get("required"):
            _explain(types[type_])
            raise typer.Exit(1)
        body = {"type": type_, "name": name or types[type_]["title"], "settings": values}
        query = {} if check else {"check": "false"}
        made = await api.call(
            "POST", "/api/v1/channels", body | ({"id": id_} if id_ else {}), query
        )
        account = f" ({made['account']})" if made.get("account") else ""
        typer.echo(f"added {made['id']}{account}")
        if types[type_].get("webhooks"):
            typer.echo(f"a platform's webhooks reach it at /hooks/{made['id']} of HUB_PUBLIC_URL")
        if not api.running:
            typer.echo("it starts with the next `hub up`")

    with_api(config, data_dir, work)


def _values(pairs: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise fail(f"--set takes NAME=VALUE, not {pair!r}")
        try:
            values[name] = json.loads(text) if text[:1] in "[{tf" else text
        except ValueError:
            values[name] = text
    return values


def _explain(channel_type: dict[str, Any]) -> None:
    schema = channel_type["settings_schema"]
    typer.echo(f"{channel_type['title']} takes --set NAME=VALUE for:", err=True)
    for name, field in schema.get("properties", {}).items():
        needed = " (needed)" if name in schema.get("required", ()) else ""
        typer.echo(f"  {name}{needed}: {field.get('description', '')}", err=True)


@app.command("check")
def check_channel(channel_id: Id, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Look at the account on the platform, and say what is wrong and what helps."""

    async def work(api: Api) -> None:
        report = await api.call("POST", f"/api/v1/channels/{channel_id}/check", {})
        for item in report["items"]:
            typer.echo(f"{'ok  ' if item['ok'] else 'FAIL'} {item['name']}: {item['detail']}")
            if not item["ok"] and item.get("remedy"):
                typer.echo(f"     {item['remedy']}")
        if not report["ok"]:
            raise typer.Exit(1)

    with_api(config, data_dir, work)


def _simple(action: str, told: str, channel_id: str, data_dir: Any, config: Any) -> None:
    async def work(api: Api) -> None:
        await api.call("POST", f"/api/v1/channels/{channel_id}/{action}", {})
        typer.echo(f"{channel_id} {told}")

    with_api(config, data_dir, work)


@app.command("pause")
def pause(channel_id: Id, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Neither fetch nor send until it is resumed; the platform and the hub keep what waits."""
    _simple("pause", "is paused", channel_id, data_dir, config)


@app.command("resume")
def resume(channel_id: Id, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Go on after a pause, or try again after it broke."""
    _simple("resume", "goes on", channel_id, data_dir, config)


@app.command("remove")
def remove(channel_id: Id, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Stop it for good; its conversations stay."""

    async def work(api: Api) -> None:
        await api.call("DELETE", f"/api/v1/channels/{channel_id}")
        typer.echo(f"{channel_id} is removed; its conversations stay")

    with_api(config, data_dir, work)


@app.command("attempts")
def attempts(channel_id: Id, data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Show the latest calls of a webhook channel's callback address, and what came of them."""

    async def work(api: Api) -> None:
        rows = [
            (
                a["at"][:19],
                a["kind"],
                str(a["attempt"]),
                str(a.get("status") or "-"),
                f"{a['duration_s']:.2f} s",
                (a.get("next_at") or "")[:19],
                a.get("error") or "",
            )
            for a in await api.items(f"/api/v1/channels/{channel_id}/attempts")
        ]
        table(rows, ("AT", "KIND", "ATTEMPT", "STATUS", "TOOK", "NEXT", "ERROR"))

    with_api(config, data_dir, work)


@app.command("list")
def list_channels(data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Show all channels and whether they work."""

    async def work(api: Api) -> None:
        rows = [
            (c["id"], c["type"], c["name"], c["state"], c.get("account") or "", c["reason"] or "")
            for c in await api.items("/api/v1/channels")
        ]
        table(rows, ("ID", "TYPE", "NAME", "STATE", "ACCOUNT", "REASON"))

    with_api(config, data_dir, work)
