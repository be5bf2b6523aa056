"""Recorded updates and what they say."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.base import RawEvent
from connectors.telegram.connector import TelegramConnector
from shared.clock import ManualClock
from tests.connectors.telegram.player import make_connector

_FOLDER = Path(__file__).parent / "inbound"
_RECORDED = {path.stem: json.loads(path.read_text()) for path in sorted(_FOLDER.glob("*.json"))}


@pytest.fixture
def connector(http: ClientSession) -> TelegramConnector:
    """A connector whose clock stands still."""
    return make_connector(http, clock=ManualClock())


def _parse(connector: TelegramConnector, body: Any) -> list[dict[str, Any]]:
    parsed = connector.parse(RawEvent(body=json.dumps(body).encode()))
    return [
        event.model_dump(mode="json", exclude_defaults=True, exclude={"received_at"})
        for event in parsed.inbound
    ]


def test_there_are_recordings_of_every_kind() -> None:
    assert len(_RECORDED) >= 40


@pytest.mark.parametrize("name", _RECORDED)
async def test_a_recorded_update_says_what_was_recorded(
    connector: TelegramConnector, name: str
) -> None:
    recorded = _RECORDED[name]

    said = _parse(connector, recorded["body"])

    assert said == recorded["expected"]["inbound"]


@pytest.mark.parametrize("name", _RECORDED)
async def test_an_update_that_comes_again_has_the_same_keys(
    connector: TelegramConnector, name: str
) -> None:
    body = _RECORDED[name]["body"]

    first, second = _parse(connector, body), _parse(connector, body)

    assert [item["event_key"] for item in first] == [item["event_key"] for item in second]


async def test_no_two_recordings_share_an_event_key(connector: TelegramConnector) -> None:
    bodies = [recorded["body"] for recorded in _RECORDED.values()]

    keys = [item["event_key"] for body in bodies for item in _parse(connector, body)]

    assert len(set(keys)) == len(keys)


async def test_an_update_id_that_began_anew_does_not_hide_a_new_message(
    connector: TelegramConnector,
) -> None:
    chat = {"id": 5, "type": "private"}
    old = {"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": chat, "text": "a"}}
    new = {"update_id": 7, "message": {"message_id": 2, "date": 1, "chat": chat, "text": "b"}}

    keys = {item["event_key"] for body in (old, new) for item in _parse(connector, body)}

    assert len(keys) == 2


async def test_messages_sort_by_their_place(connector: TelegramConnector) -> None:
    chat = {"id": 5, "type": "private"}
    bodies = [
        {"update_id": number, "message": {"message_id": number, "chat": chat, "text": "a"}}
        for number in (9, 10, 1_000_000_000)
    ]

    places = [item["place"] for body in bodies for item in _parse(connector, body)]

    assert places == sorted(places)
