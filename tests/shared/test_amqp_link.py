"""Connecting to a broker that is just going away."""

from typing import NoReturn

import aio_pika
import pytest

from shared.bus.amqp_link import Link
from shared.errors import Unavailable


async def ended_between_two_frames(*_: object, **__: object) -> NoReturn:
    """What aiormq makes of a connection whose end it sees before it waits for a frame."""
    raise StopAsyncIteration


async def test_a_connection_that_ends_between_two_frames_is_a_broker_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aio_pika, "connect", ended_between_two_frames)
    link = Link("test", "amqp://guest:guest@127.0.0.1:1/")

    with pytest.raises(Unavailable, match="cannot reach the broker"):
        await link.connection()
