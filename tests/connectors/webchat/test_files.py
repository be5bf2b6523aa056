"""Files of customers and agents."""

from typing import Any

import pytest
from aiohttp import FormData
from hypothesis import given
from hypothesis import strategies as st

from connectors.webchat.files import kind_of, sniff
from connectors.webchat.text import safe_name
from shared.ids import ExternalId
from shared.model.content import Attachment, AttachmentKind, Content, FetchState
from shared.model.message import Direction
from tests.connectors.webchat.mailbox import Hub, OpenHub, thread_of

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200)


async def upload(
    hub: Hub, headers: dict[str, str], data: bytes = PNG, name: str = "mug.png"
) -> Any:
    form = FormData()
    form.add_field("file", data, filename=name, content_type="image/png")
    return await hub.client.post(hub.url("/files"), data=form, headers=headers)


async def write_with_file(hub: Hub, headers: dict[str, str], token: str) -> Any:
    body = {"id": "client-0001", "attachments": [token]}
    return await hub.client.post(hub.url("/messages"), json=body, headers=headers)


def file_path(hub: Hub, headers: dict[str, str]) -> str:
    (message,) = hub.mailbox.stored[thread_of(headers)]
    return hub.url(f"/files/{message.id}/{message.content.attachments[0].id}")


async def test_a_file_travels_with_its_message(hub: Hub) -> None:
    visitor = await hub.visitor()

    uploaded = await (await upload(hub, visitor)).json()
    answer = await write_with_file(hub, visitor, uploaded["file"])

    (attachment,) = hub.mailbox.inbound[0].content.attachments
    assert answer.status == 200
    assert attachment.state is FetchState.STORED
    assert attachment.kind is AttachmentKind.IMAGE
    assert attachment.name == "mug.png"
    assert attachment.blob_id is not None
    assert await hub.blobs.size(attachment.blob_id) == len(PNG)


async def test_the_visitor_gets_the_file_back_as_a_download(hub: Hub) -> None:
    visitor = await hub.visitor()
    uploaded = await (await upload(hub, visitor)).json()
    await write_with_file(hub, visitor, uploaded["file"])

    answer = await hub.client.get(file_path(hub, visitor), headers=visitor)

    assert await answer.read() == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_another_visitors_file_is_404(hub: Hub) -> None:
    visitor = await hub.visitor()
    uploaded = await (await upload(hub, visitor)).json()
    await write_with_file(hub, visitor, uploaded["file"])

    answer = await hub.client.get(file_path(hub, visitor), headers=await hub.visitor())

    assert answer.status == 404


async def test_another_visitors_upload_cannot_be_sent(hub: Hub) -> None:
    uploaded = await (await upload(hub, await hub.visitor())).json()

    answer = await write_with_file(hub, await hub.visitor(), uploaded["file"])

    assert answer.status == 422
    assert hub.mailbox.inbound == []


async def test_the_file_of_a_note_is_404(hub: Hub) -> None:
    visitor = await hub.visitor()
    uploaded = await (await upload(hub, visitor)).json()
    await write_with_file(hub, visitor, uploaded["file"])
    (message,) = hub.mailbox.stored[thread_of(visitor)]
    note = message.model_copy(update={"direction": Direction.NOTE})
    await hub.mailbox.put(thread_of(visitor), note)

    answer = await hub.client.get(file_path(hub, visitor), headers=visitor)

    assert answer.status == 404


async def test_an_active_type_is_served_as_plain_bytes(hub: Hub) -> None:
    visitor = await hub.visitor()
    page = b"<html><script>alert(1)</script></html>"
    uploaded = await (await upload(hub, visitor, page, "mug.png")).json()
    await write_with_file(hub, visitor, uploaded["file"])

    answer = await hub.client.get(file_path(hub, visitor), headers=visitor)

    assert uploaded["kind"] == "file"
    assert answer.content_type == "application/octet-stream"


async def test_a_file_over_the_limit_is_413(open_chat: OpenHub) -> None:
    hub = await open_chat(max_file_bytes=2048)

    answer = await upload(hub, await hub.visitor(), PNG + bytes(100_000))

    assert answer.status == 413


@pytest.mark.parametrize("body", [b"", b"--x\r\n", b"nonsense"])
async def test_a_broken_multipart_body_is_refused(hub: Hub, body: bytes) -> None:
    headers = await hub.visitor() | {"Content-Type": "multipart/form-data; boundary=x"}

    answer = await hub.client.post(hub.url("/files"), data=body, headers=headers)

    assert answer.status == 422


async def test_an_empty_file_is_refused(hub: Hub) -> None:
    answer = await upload(hub, await hub.visitor(), b"")

    assert answer.status == 422


async def test_a_file_that_has_not_arrived_yet_is_404(hub: Hub) -> None:
    visitor = await hub.visitor()
    pending = Attachment(id="a0", kind=AttachmentKind.FILE)
    message = await hub.mailbox.say(
        ExternalId(thread_of(visitor)), content=Content(attachments=(pending,))
    )

    answer = await hub.client.get(hub.url(f"/files/{message.id}/a0"), headers=visitor)

    assert answer.status == 404


def test_a_vector_image_is_a_file() -> None:
    assert kind_of(sniff(b"<svg xmlns='http://www.w3.org/2000/svg'></svg>")) is AttachmentKind.FILE


@given(st.binary(max_size=200))
def test_any_bytes_have_a_type(data: bytes) -> None:
    assert "/" in sniff(data)


@given(st.text(max_size=300))
def test_any_name_becomes_a_safe_one(name: str) -> None:
    safe = safe_name(name)

    assert 0 < len(safe) <= 120
    assert not set(safe) & set('/\\\x00\n"<>')
    assert safe not in {".", ".."}
