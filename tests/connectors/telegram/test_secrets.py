"""The token never leaves the connector but in the address of a call."""

import logging
import traceback

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from connectors.base import Outgoing
from shared.errors import HubError
from shared.ids import ExternalId
from shared.model.content import Action, Attachment, AttachmentKind, Content
from tests.connectors.telegram.player import TOKEN, make_connector, make_part
from tests.connectors.telegram.scripted import MakeScripted

_SECRET = TOKEN.partition(":")[2]
_ANSWERS = [
    (400, f'{{"ok":false,"description":"Bad Request: /bot{TOKEN}/sendMessage"}}'),
    (401, f'{{"ok":false,"description":"{TOKEN}"}}'),
    (403, f'{{"ok":false,"description":"Forbidden: {TOKEN}"}}'),
    (404, f"<html>/bot{TOKEN}/sendMessage not found</html>"),
    (500, f'{{"ok":false,"description":"{TOKEN}"}}'),
    (502, f"<html>{TOKEN}</html>"),
    (200, f"{TOKEN}"),
    (200, f'{{"ok":false,"error_code":400,"description":"{TOKEN}"}}'),
]


def _told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error)


@pytest.mark.parametrize("status, body", _ANSWERS)
async def test_no_answer_brings_the_token_into_an_error_or_a_log(
    http: ClientSession,
    scripted: MakeScripted,
    caplog: pytest.LogCaptureFixture,
    status: int,
    body: str,
) -> None:
    server = await scripted(status, body)
    connector = make_connector(http, api_base=server.base)
    file = Attachment(id="1", kind=AttachmentKind.FILE, native={"file_id": "F"})

    async def fetch() -> None:
        async for _ in connector.fetch(file):
            pass

    told = ""
    with capture_logs() as logs, caplog.at_level(logging.DEBUG):
        for call in (
            lambda: connector.send(Outgoing(make_part("5", Content(text="hello")))),
            lambda: connector.pull(None),
            connector.subscribe,
            connector.check,
            fetch,
        ):
            try:
                told += repr(await call())
            except HubError as error:
                told += _told(error)
        await connector.answer_action(Action(external_id=ExternalId("1")))

    assert _SECRET not in told
    assert _SECRET not in repr(logs) + caplog.text


async def test_a_refused_connection_does_not_name_the_token(http: ClientSession) -> None:
    connector = make_connector(http)

    with pytest.raises(HubError) as caught:
        await connector.send(Outgoing(make_part("5", Content(text="hello"))))

    assert _SECRET not in _told(caught.value)
