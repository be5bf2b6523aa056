"""`hub up`: starting, being refused in one line, and ending."""

import asyncio
import signal
import socket
from pathlib import Path

import pytest

from shared.ids import PARTITIONS
from tests.support.hub_command import hub_command
from tests.support.hub_process import HubProcess
from tests.support.partitioned import hold_partitions
from tests.support.stores import open_embedded


async def test_a_fresh_hub_is_ready_and_says_where_to_go(tmp_path: Path) -> None:
    async with HubProcess(tmp_path, "--simulators") as hub:
        ready = await hub.call("GET", "/readyz")

    said = hub.log.read_text(encoding="utf-8")
    assert ready["ok"] is True
    assert f"running on {hub.url}" in said
    assert f"{hub.url}/demo/site" in said
    assert f"{hub.url}/simulators/" in said


async def test_the_first_admins_password_is_made_and_shown_once(tmp_path: Path) -> None:
    async with HubProcess(tmp_path, environ={"HUB_ADMIN_PASSWORD": ""}) as hub:
        first = hub.log.read_text(encoding="utf-8")
    hub.log.unlink()
    async with HubProcess(tmp_path, environ={"HUB_ADMIN_PASSWORD": ""}) as hub:
        second = hub.log.read_text(encoding="utf-8")

    assert "password  " in first
    assert "password  " not in second


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_in_time_with_status_0(
    tmp_path: Path, number: signal.Signals
) -> None:
    hub = HubProcess(tmp_path, "--simulators")
    await hub.start()

    hub.signal(number)
    status = await hub.stop()

    assert status == 0  # it is 1 where the time that a process gives itself was not enough
    assert not (hub.data / "hub.json").exists()


async def test_a_second_hub_on_the_same_data_is_refused(tmp_path: Path) -> None:
    async with HubProcess(tmp_path) as hub:
        ended = await hub_command(hub.data, "up", "--port", "0")

    assert ended.status == 1
    assert ended.err.count("\n") == 1
    assert "in use by another hub" in ended.err
    assert str(hub.pid if hub._process else "") in ended.err


async def test_data_with_more_partitions_is_refused_before_anything_is_served(
    tmp_path: Path,
) -> None:
    async with HubProcess(tmp_path) as hub:
        data = hub.data
    async with open_embedded(data) as embedded:
        await hold_partitions(embedded.store, 16)

    ended = await hub_command(data, "up", "--port", "0")

    assert ended.status == 1
    assert ended.out == ""
    assert ended.err.strip().splitlines() == [
        f"hub: the stored data has 16 partitions, this version of the hub {PARTITIONS}: run the"
        " version that wrote it, or begin with a new data directory or database and, on RabbitMQ,"
        " a new virtual host"
    ]


async def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ended = await hub_command(tmp_path, "up", "--port", str(port))

    assert ended.status == 1
    assert ended.err.strip().splitlines() == [
        f"hub: cannot listen on 127.0.0.1:{port}: address already in use;"
        " set HUB_PORT to another port"
    ]


async def test_an_unknown_setting_stops_the_start_and_is_named(tmp_path: Path) -> None:
    ended = await hub_command(tmp_path, "up", HUB_PROT="9000")

    assert ended.status == 1
    assert "unknown setting prot (HUB_PROT); did you mean port?" in ended.err
    assert ended.err.count("\n") == 1


async def test_simulators_do_not_listen_to_the_world_unless_told_to(tmp_path: Path) -> None:
    ended = await hub_command(tmp_path, "up", "--simulators", "--host", "0.0.0.0")  # noqa: S104 - refused

    assert ended.status == 1
    assert "--simulators-public" in ended.err


async def test_the_data_directory_is_its_owners_alone(tmp_path: Path) -> None:
    async with HubProcess(tmp_path) as hub:
        modes = {
            path.name: oct(path.stat().st_mode & 0o777)
            for path in (hub.data, hub.data / "secret.key", hub.data / "hub.json")
        }

    assert modes == {"data": "0o700", "secret.key": "0o600", "hub.json": "0o600"}


async def test_a_killed_hub_starts_again_at_once(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path)
    await hub.start()
    await hub.kill()

    async with asyncio.timeout(15):
        await hub.start()
    ready = await hub.call("GET", "/readyz")
    await hub.stop()

    assert ready["ok"] is True
