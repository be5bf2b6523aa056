"""Fetching files."""

import base64
import json

import pytest
from aiohttp import ClientSession

from connectors.telegram.connector import TelegramConnector
from shared.errors import Rejected, Unavailable
from shared.model.content import Attachment, AttachmentKind
from tests.connectors.telegram.player import Hub, make_connector
from tests.connectors.telegram.scripted import MakeScripted

_FILE = Attachment(id="1", kind=AttachmentKind.FILE, native={"file_id": "F"})


async def _fetched(connector: TelegramConnector, attachment: Attachment) -> bytes:
    return b"".join([chunk async for chunk in connector.fetch(attachment)])


def _sent(data: bytes, mime: str = "application/pdf") -> list[dict[str, str]]:
    return [{"name": "a.pdf", "mime": mime, "data_base64": base64.b64encode(data).decode()}]


async def test_a_file_is_fetched_whole(hub: Hub) -> None:
    data = bytes(range(256)) * 2000
    await hub.platform.write("Ann", "", _sent(data))
    attachment = (await hub.take())[0].content.attachments[0]

    assert await _fetched(hub.connector, attachment) == data


async def test_a_file_beyond_twenty_megabytes_is_refused_with_words(hub: Hub) -> None:
    await hub.platform.write("Ann", "", _sent(b"x" * (20 * 1024 * 1024 + 1)))
    attachment = (await hub.take())[0].content.attachments[0]

    with pytest.raises(Rejected, match="20 MB"):
        await _fetched(hub.connector, attachment)


async def test_a_file_that_was_never_there_is_refused(http: ClientSession) -> None:
    nothing = Attachment(id="1", kind=AttachmentKind.FILE)

    with pytest.raises(Rejected):
        await _fetched(make_connector(http), nothing)


@pytest.mark.parametrize(
    "status, body, expected",
    [
        (400, {"ok": False, "description": "Bad Request: file is too big"}, Rejected),
        (400, {"ok": False, "description": "Bad Request: invalid file_id"}, Rejected),
        (
            400,
            {"ok": False, "description": "Bad Request: file is temporarily unavailable"},
            Unavailable,
        ),
        (429, {"ok": False, "parameters": {"retry_after": 3}}, Unavailable),
        (500, {"ok": False, "description": "Internal Server Error"}, Unavailable),
        (401, {"ok": False, "description": "Unauthorized"}, Unavailable),
        (200, {"ok": True, "result": {}}, Unavailable),
        (200, {"ok": True, "result": 5}, Unavailable),
    ],
)
async def test_an_answer_without_a_file_is_told(
    http: ClientSession,
    scripted: MakeScripted,
    status: int,
    body: dict[str, object],
    expected: type[Exception],
) -> None:
    server = await scripted(status, json.dumps(body))

    with pytest.raises(expected):
        await _fetched(make_connector(http, api_base=server.base), _FILE)


async def test_nobody_there_is_unavailable(http: ClientSession) -> None:
    with pytest.raises(Unavailable):
        await _fetched(make_connector(http), _FILE)
