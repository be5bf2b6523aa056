"""Each service as a process: its start, its end, and what it says when it cannot start."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aiohttp import ClientSession

from shared.errors import BadRequest
from shared.sealing import load_or_make_key
from shared.settings import load_settings
from tests.support.partitioned import hold_partitions
from tests.support.services_process import ServiceProcess, inherited
from tests.support.set_ups import own_vhost
from tests.support.stores import open_embedded

SERVICES = ("router", "inbox", "connectors")


async def ended(
    *arguments: str, environ: Mapping[str, str] | None = None
) -> tuple[int | None, str, str]:
    """Run a service to its end; status, output and errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments,
        env=inherited() | dict(environ or {}), stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    async with asyncio.timeout(25):
        output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_says_how_it_is_used(service: str) -> None:
    status, output, _ = await ended(service, "--help")

    assert status == 0
    assert f"python -m {service}" in output
    assert "HUB_PORT" in output


@pytest.mark.parametrize("service", SERVICES)
async def test_a_wrong_setting_is_one_line(service: str, tmp_path: Path) -> None:
    wrong = {"HUB_DATA_DIR": str(tmp_path), "HUB_BUS_URL": "carrier-pigeon:"}
    status, _, errors = await ended(service, environ=wrong)

    assert status == 1
    assert errors == f"{service}: HUB_BUS_URL: no driver for carrier-pigeon:\n"


@pytest.mark.parametrize("service", SERVICES)
async def test_data_with_more_partitions_is_refused_in_one_line(
    service: str, tmp_path: Path
) -> None:
    async with open_embedded(tmp_path) as embedded:
        await hold_partitions(embedded.store, 16)
    away = {"HUB_DATA_DIR": str(tmp_path), "HUB_BUS_URL": "amqp://127.0.0.1:1"}

    status, _, errors = await ended(service, environ=away)

    assert status == 1
    assert errors.startswith(f"{service}: the stored data has 16 partitions, this version of the")
    assert errors.count("\n") == 1


async def test_a_channel_type_that_is_not_there_is_named(tmp_path: Path) -> None:
    status, _, errors = await ended(
        "connectors", "telegraph", environ={"HUB_DATA_DIR": str(tmp_path)}
    )

    assert status == 1
    assert errors.startswith("connectors: there is no channel type telegraph; there are ")


async def test_simulators_need_a_word_more_beyond_this_machine(tmp_path: Path) -> None:
    public = {"HUB_HOST": "::", "HUB_SIMULATORS": "true", "HUB_DATA_DIR": str(tmp_path)}
    status, _, errors = await ended("connectors", environ=public)

    assert status == 1
    assert "HUB_SIMULATORS_PUBLIC" in errors


@pytest.mark.broker
@pytest.mark.xdist_group("broker")
@pytest.mark.timeout(90)
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_service_answers_and_ends_well_within_five_seconds(
    service: str, number: signal.Signals, tmp_path: Path, broker_url: str
) -> None:
    bus_url = await asyncio.to_thread(own_vhost, broker_url, tmp_path)
    environ = inherited() | {"HUB_BUS_URL": bus_url, "HUB_DATA_DIR": str(tmp_path / "data")}
    process = ServiceProcess(tmp_path, service, [service], environ)
    await process.start()
    await process.until_ready()
    async with ClientSession() as http, http.get(f"{process.url}/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True})
    async with ClientSession() as http, http.get(f"{process.url}/readyz") as answer:
        parts = {part["name"] for part in (await answer.json())["parts"]}

    status = await process.stop(number)

    assert {"bus", "store", "blobs", "process"} <= parts
    assert status == 0, process.tail()  # 1 where the time that it gives itself was not enough


def test_processes_that_start_together_make_one_key(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"

    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(load_or_make_key, [path] * 32))

    assert {key.get_secret_value() for key in keys} == {path.read_text(encoding="ascii").strip()}
    assert [found.name for found in tmp_path.iterdir()] == ["secret.key"]


def test_a_setting_is_read_from_the_file_that_its_variable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("a long secret\n", encoding="utf-8")
    monkeypatch.setenv("HUB_SECRET_KEY_FILE", str(tmp_path / "key"))

    key = load_settings().secret_key

    assert key is not None
    assert key.get_secret_value() == "a long secret"


def test_a_setting_in_two_places_or_in_no_file_is_said_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_BUS_URL_FILE", str(tmp_path / "none"))
    with pytest.raises(BadRequest, match=r"cannot read the file .* that HUB_BUS_URL_FILE names"):
        load_settings()

    monkeypatch.setenv("HUB_BUS_URL", "amqp://hub:hush@broker/hub")
    with pytest.raises(BadRequest, match="both HUB_BUS_URL and HUB_BUS_URL_FILE") as raised:
        load_settings()
    assert "hush" not in json.dumps(str(raised.value))
