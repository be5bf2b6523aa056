"""What the connector is able to do, as the runtime asks it."""

from aiohttp import ClientSession

from connectors.base import AnswersActions, Connector, FetchesMedia, Pulls, ShowsTyping, Subscribes
from connectors.simulator import Simulator
from tests.connectors.telegram.player import Hub, make_connector


async def test_the_connector_has_the_abilities_of_telegram(http: ClientSession) -> None:
    connector: Connector = make_connector(http)

    abilities = (Pulls, Subscribes, FetchesMedia, AnswersActions, ShowsTyping)
    assert all(isinstance(connector, ability) for ability in abilities)


async def test_it_pulls_only_when_it_is_set_to(http: ClientSession) -> None:
    modes = [make_connector(http, mode=mode).wants_pull() for mode in ("polling", "webhook")]

    assert modes == [True, False]


async def test_the_simulator_is_one(hub: Hub) -> None:
    simulator: Simulator = hub.platform

    assert {"token", "api_base"} <= set(simulator.settings())
