"""A Bot API server of one's own may take another pace than Telegram's."""

import pytest
from aiohttp import ClientSession
from pydantic import ValidationError

from connectors.runner import capabilities_at
from connectors.telegram.manifest import MANIFEST, TelegramSettings
from tests.connectors.telegram.player import TOKEN, make_connector


async def test_telegrams_limits_hold_unless_told_otherwise(http: ClientSession) -> None:
    connector = make_connector(http)

    assert capabilities_at(connector, MANIFEST) == MANIFEST.capabilities


async def test_a_server_of_ones_own_is_sent_to_at_its_pace(http: ClientSession) -> None:
    connector = make_connector(http, calls_per_s=500)

    found = capabilities_at(connector, MANIFEST)

    assert found.rate_channel is not None
    assert found.rate_channel == found.rate_thread
    assert (found.rate_channel.count, found.rate_channel.per_s) == (500, 1)
    assert found.max_text == MANIFEST.capabilities.max_text


def test_telegrams_own_server_has_fixed_limits() -> None:
    with pytest.raises(ValidationError, match="fixed limits"):
        TelegramSettings.model_validate({"token": TOKEN, "calls_per_s": 500})
