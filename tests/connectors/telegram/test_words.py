"""Messages that are nothing but words are read by a shorter way, which says the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.telegram.messages import _WORDS
from connectors.telegram.update import Account
from connectors.telegram.updates import parse_update
from shared.clock import ManualClock
from shared.ids import ChannelId, ChannelType
from shared.model.content import Content

_ACCOUNT = Account(ChannelId("c"), ChannelType("telegram"), 7001112223)
_UPDATES = [
    json.loads(path.read_text())["body"]
    for path in sorted((Path(__file__).parent / "inbound").glob("*.json"))
]
_OF_WORDS = [
    (name, update)
    for update in _UPDATES
    for name in ("message", "edited_message", "business_message", "channel_post")
    if name in update and update[name].keys() <= _WORDS
]


def _said(update: dict[str, Any]) -> Content:
    (event,) = parse_update(json.dumps(update).encode(), _ACCOUNT, ManualClock())
    return event.content


@pytest.mark.parametrize("name, update", _OF_WORDS)
def test_a_field_that_says_nothing_changes_nothing(name: str, update: dict[str, Any]) -> None:
    assert _said(update | {name: update[name] | {"sender_boost_count": 1}}) == _said(update)


def test_there_are_recorded_messages_of_words_alone() -> None:
    assert len(_OF_WORDS) > 1
