"""Every story runs on every set-up."""

from pathlib import Path

import pytest

from tests.support.set_ups import SET_UPS, StartHub, embedded, services


@pytest.fixture(scope="module", params=SET_UPS)
def start_hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> StartHub:
    """Starts a hub of the set-up, each in a folder of its own."""

    def folder() -> Path:
        return tmp_path_factory.mktemp("hub")

    if request.param == "embedded":
        return embedded(folder)
    broker = request.getfixturevalue("broker_url")
    if request.param == "services-sqlite":
        return services(folder, broker)
    return services(folder, broker, request.getfixturevalue("mongo_url"))
