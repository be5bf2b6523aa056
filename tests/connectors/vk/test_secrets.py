"""The access key never leaves the connector but in the form of a call."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from connectors.base import Outgoing, RawEvent
from shared.errors import HubError
from shared.ids import ExternalId
from shared.model.content import Action, Attachment, AttachmentKind, Content
from tests.connectors.vk.player import TOKEN, make_connector, make_part
from tests.connectors.vk.scripted import MakeScripted

_ANSWERS = [
    (200, f'{{"error":{{"error_code":100,"error_msg":"bad {TOKEN}"}}}}'),
    (200, f'{{"error":{{"error_code":5,"error_msg":"{TOKEN}"}}}}'),
    (200, f'{{"error":{{"error_code":901,"error_msg":"{TOKEN}"}}}}'),
    (200, f'{{"error":{{"error_code":10,"error_msg":"{TOKEN}"}}}}'),
    (200, f'{{"error":{{"error_code":14,"error_msg":"{TOKEN}","captcha_sid":"1"}}}}'),
    (200, f'{{"error":"{TOKEN}"}}'),
    (200, f'{{"response":[{{"error":{{"code":100,"description":"{TOKEN}"}}}}]}}'),
    (200, TOKEN),
    (404, f"<html>{TOKEN}</html>"),
    (500, TOKEN),
]


def _shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.__context__)


@pytest.mark.parametrize("status, body", _ANSWERS)
async def test_no_answer_brings_the_key_into_an_error_or_a_log(
    http: ClientSession,
    scripted: MakeScripted,
    caplog: pytest.LogCaptureFixture,
    status: int,
    body: str,
) -> None:
    server = await scripted(status, body)
    connector = make_connector(http, api_base=server.base, public_url="https://hub.invalid")
    native = {"name": "photo1_2", "peer_id": "5", "cmid": "3"}
    file = Attachment(id="1", kind=AttachmentKind.FILE, native=native)
    cropped = b'{"object":{"message":{"is_cropped":true,"peer_id":5,"conversation_message_id":1}}}'

    async def fetch() -> None:
        async for _ in connector.fetch(file):
            pass

    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: connector.send(Outgoing(make_part("5", Content(text="hello")))),
        lambda: connector.pull("5@5"),
        lambda: connector.complete(RawEvent(cropped)),
        connector.subscribe,
        connector.check,
        fetch,
    ]
    told = ""
    with capture_logs() as logs, caplog.at_level(logging.DEBUG):
        for call in calls:
            try:
                told += repr(await call())
            except HubError as error:
                told += _shown(error)
        await connector.answer_action(Action(external_id=ExternalId("1:2:3")))
    await connector.close()

    assert TOKEN not in told
    assert TOKEN not in repr(logs) + caplog.text


async def test_a_refused_connection_does_not_name_the_key(http: ClientSession) -> None:
    connector = make_connector(http)

    with pytest.raises(HubError) as caught:
        await connector.send(Outgoing(make_part("5", Content(text="hello"))))

    assert TOKEN not in _shown(caught.value)
    await connector.close()
