"""`hub doctor`: look at everything that a hub needs, and say what is wrong and what helps."""

import asyncio
import shutil
import socket
import sqlite3
import sys
from dataclasses import dataclass
from typing import Final

import typer

from hub.client import Api, hub_api
from hub.commands.running import ConfigFile, DataDir, read_settings
from shared import log
from shared.errors import HubError
from shared.settings import Settings

_LEAST_FREE_BYTES: Final = 500 * 1024 * 1024
_LEAST_SQLITE: Final = (3, 35, 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def doctor(data_dir: DataDir = None, config: ConfigFile = None) -> None:
    """Check the machine, the data, the running hub and every channel. Changes nothing."""
    settings = read_settings(config, data_dir=data_dir)
    log.configure("error")
    findings = [*_machine(settings), *_packages(), *asyncio.run(_hub(settings))]
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.detail}")
        if not finding.ok and finding.remedy:
            typer.echo(f"     {finding.remedy}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _machine(settings: Settings) -> list[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    directory = settings.data_dir.absolute()
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    return [
        Finding(
            "Python",
            (3, 11) <= sys.version_info[:2] <= (3, 14),
            python,
            "install Python 3.11 to 3.14",
        ),
        Finding(
            "SQLite",
            sqlite3.sqlite_version_info >= _LEAST_SQLITE,
            sqlite3.sqlite_version,
            "install a Python that is built with SQLite 3.35 or newer",
        ),
        Finding(
            "disk",
            free >= _LEAST_FREE_BYTES,
            f"{free // 1024 // 1024} MB free in {existing}",
            "make room: a full disk stops intake until there is space",
        ),
    ]


def _packages() -> list[Finding]:
    """Channel types of other packages that cannot be used."""
    from connectors.registry import Registry  # with the HTTP library: only who asks pays for it

    return [
        Finding(
            f"channel type {one.name}",
            False,
            one.reason,
            "update or uninstall that package; its channels stand still until then",
        )
        for one in Registry.discover().unusable
    ]


async def _hub(settings: Settings) -> list[Finding]:
    try:
        async with hub_api(settings) as api:
            return [_running(api, settings), *await _ready(api), *await _channels(api)]
    except HubError as error:
        return [Finding("hub", False, str(error), "see the log of the hub")]


def _running(api: Api, settings: Settings) -> Finding:
    if api.running:
        return Finding("hub", True, "running")
    with socket.socket() as probe:
        taken = probe.connect_ex((settings.host, settings.port)) == 0
    return Finding(
        "hub",
        not taken,
        "not running"
        + (f", and something else listens on {settings.host}:{settings.port}" if taken else ""),
        "end the other program or set HUB_PORT",
    )


async def _ready(api: Api) -> list[Finding]:
    try:
        report = await api.call("GET", "/readyz")
    except HubError as error:
        return [Finding("ready", False, str(error), "see the log of the hub")]
    return [
        Finding(part["name"], part["ok"], part.get("detail") or "works")
        for part in report.get("parts", [])
    ]


async def _channels(api: Api) -> list[Finding]:
    findings = []
    for channel in await api.items("/api/v1/channels"):
        if channel["state"] == "removed":
            continue
        name, state = f"channel {channel['id']}", channel["state"]
        if state != "active":
            findings.append(
                Finding(name, state != "broken", f"{state} {channel['reason'] or ''}".strip())
            )
        elif api.running:
            findings.append(await _check(api, name, channel["id"]))
    letters = await api.items("/api/v1/dead-letters", {"state": "open"})
    findings.append(
        Finding(
            "dead letters",
            not letters,
            f"{len(letters)} open",
            "`hub dead-letters list` shows them and why",
        )
    )
    return findings


async def _check(api: Api, name: str, channel_id: str) -> Finding:
    try:
        report = await api.call("POST", f"/api/v1/channels/{channel_id}/check", {})
    except HubError as error:
        return Finding(name, False, str(error))
    wrong = [item for item in report["items"] if not item["ok"]]
    if not wrong:
        return Finding(name, True, report.get("account") or "works")
    detail = "; ".join(f"{item['name']}: {item['detail']}" for item in wrong)
    return Finding(name, False, detail, "; ".join(i["remedy"] for i in wrong if i.get("remedy")))
