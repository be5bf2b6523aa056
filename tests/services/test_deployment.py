"""The compose file: it fits its specification, and its commands and environment start the hub."""

import asyncio
import json
import os
import shlex
import signal
import stat
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it brings no types
import pytest
from aiohttp import ClientSession, ClientTimeout
from ruamel.yaml import YAML

from hub.bootstrap.problem import Problem
from hub.bootstrap.secret_files import make_secrets, password_hash
from shared.settings import Settings
from tests.support.set_ups import own_database, own_vhost

ROOT = Path(__file__).parents[2]
_LOOK = ClientTimeout(total=2)


def compose() -> dict[str, Any]:
    """The compose file, anchors and merges resolved."""
    read: dict[str, Any] = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text())
    return read


_OURS = tuple(name for name in compose()["services"] if name not in {"rabbitmq", "mongo"})


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Secrets as ``make secrets`` makes them."""
    template = tmp_path / "config" / "rabbitmq" / "definitions.json"
    template.parent.mkdir(parents=True)
    template.write_bytes((ROOT / "config" / "rabbitmq" / "definitions.json").read_bytes())
    make_secrets(tmp_path)
    return tmp_path / "secrets"


def test_the_compose_file_fits_the_specification() -> None:
    named = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(named.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)

    assert [error.message for error in validator.iter_errors(compose())] == []


@pytest.mark.parametrize("name", _OURS)
def test_a_container_of_ours_cannot_change_itself_and_is_looked_after(name: str) -> None:
    service = compose()["services"][name]

    assert service["read_only"] is True
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][-1] == "shared.healthcheck"
    assert service["depends_on"]["mongo"]["condition"] == "service_healthy"


def test_every_image_from_elsewhere_is_pinned_to_a_release() -> None:
    images = [compose()["services"][name]["image"] for name in ("rabbitmq", "mongo")]
    built = [
        line.split()[1]
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("FROM ")
    ]

    assert [image for image in images if image.partition(":")[2].count(".") < 2] == []
    assert [image for image in built if ":" not in image or image.endswith(":latest")] == []


def test_no_secret_stands_in_the_compose_file_and_every_one_is_made(secrets: Path) -> None:
    document = compose()

    named = {Path(secret["file"]).name for secret in document["secrets"].values()}
    used = {name for service in document["services"].values() for name in service["secrets"]}

    assert named == {path.name for path in secrets.iterdir()}
    assert used == set(document["secrets"])
    assert "password" not in json.dumps(document["services"]["router"]["environment"]).lower()


def test_every_setting_of_the_containers_is_one() -> None:
    settings = {
        name.removesuffix("_FILE").removeprefix("HUB_").lower()
        for service in _OURS
        for name in compose()["services"][service]["environment"]
    }

    assert settings <= set(Settings.model_fields)


def test_secrets_are_made_once_and_only_whole(secrets: Path) -> None:
    before = {path: path.read_bytes() for path in secrets.iterdir()}

    again = make_secrets(secrets.parent)
    (secrets / "bus_url").unlink()

    assert again == []
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert len(set(before.values())) == len(before)
    with pytest.raises(Problem, match="bus_url"):
        make_secrets(secrets.parent)


def test_the_brokers_password_is_hashed_as_it_wants_it() -> None:
    assert password_hash("test12", bytes.fromhex("908dc60a")) == (
        "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
    )


class Containers:
    """The services of the compose file as processes, with hosts, ports and secret files swapped."""

    def __init__(self, folder: Path, secrets: Path, ports: Mapping[str, int]) -> None:
        self._folder = folder
        self._secrets = secrets
        self._ports = ports
        self._document = compose()
        self._processes: dict[str, asyncio.subprocess.Process] = {}

    def url(self, name: str) -> str:
        """Where a service listens."""
        return f"http://127.0.0.1:{self._ports[name]}"

    def environment(self, name: str) -> dict[str, str]:
        """What the image and the compose file give it."""
        given = dict(_image_environment())
        for key, value in self._document["services"][name]["environment"].items():
            if value is not None:
                given[key] = str(value).replace("/run/secrets/", f"{self._secrets}/")
        given["HUB_ADMIN_EMAIL"] = "admin@example.com"
        swapped = {
            "HUB_HOST": "127.0.0.1",
            "HUB_PORT": str(self._ports[name]),
            "HUB_DATA_DIR": str(self._folder / "data"),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
        }
        return given | swapped

    async def start(self, name: str) -> None:
        """Run its command."""
        command = self._document["services"][name]["command"]
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = await asyncio.create_subprocess_exec(
                sys.executable, *command[1:], cwd=self._folder,
                env=self.environment(name), stdout=log, stderr=log,
            )  # fmt: skip

    async def until_healthy(self, name: str) -> None:
        """Run its health check until that succeeds."""
        check = self._document["services"][name]["healthcheck"]["test"]
        assert check[:2] == ["CMD", "python"]
        async with asyncio.timeout(60):
            while True:
                asked = await asyncio.create_subprocess_exec(
                    sys.executable, *check[2:], env=self.environment(name),
                    stdout=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
                if await asked.wait() == 0:
                    return
                assert self._processes[name].returncode is None, self.log(name)
                await asyncio.sleep(0.2)

    def log(self, name: str) -> str:
        """What it has said."""
        return (self._folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    async def stop(self) -> dict[str, int]:
        """End all of them as the engine does; their statuses."""
        for process in self._processes.values():
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            return {name: await p.wait() for name, p in self._processes.items()}


def _image_environment() -> Mapping[str, str]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.startswith("ENV PATH=")]
    pairs = [pair.partition("=") for pair in shlex.split(lines[-1].removeprefix("ENV "))]
    return {name: value for name, _, value in pairs}


@asynccontextmanager
async def started(containers: Containers) -> AsyncIterator[None]:
    try:
        await asyncio.gather(*(containers.start(name) for name in _OURS))
        await asyncio.gather(*(containers.until_healthy(name) for name in _OURS))
        yield
    finally:
        statuses = await containers.stop()
    assert set(statuses.values()) == {0}, statuses


@pytest.mark.broker
@pytest.mark.xdist_group("broker")
@pytest.mark.timeout(150)
async def test_the_commands_and_environment_of_the_compose_file_make_a_hub(
    tmp_path: Path,
    secrets: Path,
    broker_url: str,
    mongo_url: str,
    unused_tcp_port_factory: Any,
) -> None:
    _swap(secrets / "bus_url", await asyncio.to_thread(own_vhost, broker_url, tmp_path))
    _swap(secrets / "store_url", own_database(mongo_url, tmp_path))
    ports = {name: unused_tcp_port_factory() for name in _OURS}
    containers = Containers(tmp_path, secrets, ports)
    async with started(containers), ClientSession(timeout=_LOOK) as http:
        password = (secrets / "admin_password").read_text(encoding="utf-8")
        credentials = {"email": "admin@example.com", "password": password}
        signed_in = f"{containers.url('inbox')}/api/v1/session"
        async with http.post(signed_in, json=credentials) as answer:
            assert answer.status == 201, containers.log("inbox")
        async with http.get(f"{containers.url('connectors-webchat')}/demo/site") as answer:
            assert answer.status == 200
        async with http.get(f"{containers.url('connectors-telegram')}/demo/site") as answer:
            assert answer.status == 404
        assert told_secrets(containers, secrets) == []


def told_secrets(containers: Containers, secrets: Path) -> list[str]:
    """The names of the secrets that stand in a log."""
    logs = "".join(containers.log(name) for name in _OURS)
    return [path.name for path in secrets.iterdir() if path.read_text().strip() in logs]


def _swap(path: Path, text: str) -> None:
    path.chmod(0o644)
    path.write_text(text + "\n", encoding="utf-8")
