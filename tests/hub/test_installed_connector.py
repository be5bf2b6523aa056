"""A connector of another package on a real hub: installed beside it, found, and at work."""

import os
from pathlib import Path

import pytest

from tests.support.hub_command import hub_command
from tests.support.hub_process import HubProcess
from tests.support.simulated import until_phone_shows, write_as

SMS = Path(__file__).parents[2] / "docs" / "examples" / "sms"
pytestmark = pytest.mark.timeout(120)  # whole hubs are started


def installed(site: Path, name: str, entry: str) -> str:
    """What ``pip install`` leaves of a package, as a place on the path."""
    about = site / f"{name.replace('-', '_')}-0.1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1\n")
    (about / "entry_points.txt").write_text(f"[hub.connectors]\n{entry}\n")
    return str(site)


async def test_the_worked_example_carries_messages_once_it_is_installed(tmp_path: Path) -> None:
    site = installed(tmp_path / "site", "hub-sms", "sms = hub_sms.manifest:MANIFEST")
    environ = {"PYTHONPATH": os.pathsep.join((site, str(SMS)))}
    async with HubProcess(tmp_path, "--simulators", environ=environ) as hub:
        await write_as(hub, "sim-sms", "+491601", "Where is my order?")
        (conversation,) = await hub.items("/api/v1/conversations", view="open")
        reply = {"kind": "reply", "text": "On its way."}
        await hub.call("POST", f"/api/v1/conversations/{conversation['id']}/messages", reply)

        await until_phone_shows(hub, "sim-sms", "+491601", "On its way.")


async def test_a_broken_package_stops_nobody_and_the_doctor_names_it(tmp_path: Path) -> None:
    site = installed(tmp_path / "site", "hub-pigeon", "pigeon = no_such_pigeon.manifest:MANIFEST")
    environ = {"PYTHONPATH": site}
    async with HubProcess(tmp_path, environ=environ) as hub:
        types = await hub.items("/api/v1/channel-types")
        told = await hub_command(hub.data, "doctor", PYTHONPATH=site)

    assert {"telegram", "webhook"} <= {one["id"] for one in types}
    assert told.status == 1
    assert "channel type pigeon (hub-pigeon)" in told.out
    assert "no_such_pigeon" in told.out
    assert "Traceback" not in told.out + told.err
