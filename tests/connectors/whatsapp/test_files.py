"""Files: two hops in with an address that expires, uploaded before they are sent out."""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from aiohttp.typedefs import Handler

from connectors.base import Outgoing
from connectors.whatsapp.manifest import MANIFEST
from connectors.whatsapp.upload import Form, form_of, mime_of
from shared.clock import ManualClock
from shared.delivery.files import fit_file
from shared.delivery.plan import plan
from shared.errors import NotSent, Rejected, Unavailable
from shared.model.content import Attachment, AttachmentKind, Button, Content
from tests.connectors.whatsapp.player import (
    PHONE,
    TOKEN,
    Hub,
    make_connector,
    make_file,
    make_part,
)
from tests.connectors.whatsapp.scripted import MakeScripted

_DATA = b"OggS and more bytes of a voice note"


async def _received(hub: Hub, kind: str = "voice") -> Attachment:
    encoded = base64.b64encode(_DATA).decode()
    await hub.platform.act("Anna", {"type": kind, "data_base64": encoded})
    (item,) = await hub.take()
    return item.content.attachments[0]


async def _fetched(hub: Hub, attachment: Attachment) -> bytes:
    return b"".join([chunk async for chunk in hub.connector.fetch(attachment)])


async def test_a_voice_note_arrives_with_its_digest_and_its_bytes(hub: Hub) -> None:
    attachment = await _received(hub)

    assert attachment.kind is AttachmentKind.VOICE
    assert attachment.native["sha256"] == hashlib.sha256(_DATA).hexdigest()
    assert await _fetched(hub, attachment) == _DATA


async def test_no_address_of_the_platform_stands_in_an_attachment(hub: Hub) -> None:
    attachment = await _received(hub, "image")

    assert "http" not in attachment.model_dump_json()


async def test_an_address_that_has_expired_is_asked_for_anew(hub: Hub) -> None:
    attachment = await _received(hub)
    hub.platform.fault("media_404", 1)

    assert await _fetched(hub, attachment) == _DATA


async def test_an_address_that_stays_wrong_is_tried_again_later(hub: Hub) -> None:
    attachment = await _received(hub)
    hub.platform.fault("media_404", 2)

    with pytest.raises(Unavailable):
        await _fetched(hub, attachment)


async def test_a_file_that_the_platform_no_longer_has_is_gone(hub: Hub) -> None:
    attachment = await _received(hub)
    hub.platform.fault("media_gone", 1)

    with pytest.raises(Rejected, match="no longer"):
        await _fetched(hub, attachment)


async def test_other_bytes_than_announced_are_not_kept(hub: Hub) -> None:
    attachment = await _received(hub)
    hub.platform.fault("media_wrong", 1)

    with pytest.raises(Unavailable, match="announced"):
        await _fetched(hub, attachment)


async def test_a_download_says_who_asks(http: ClientSession) -> None:
    seen: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(dict(request.headers))
        url = str(request.url.with_path("/file"))
        return (
            web.Response(body=b"x") if request.path == "/file" else web.json_response({"url": url})
        )

    async with _serving(answer) as base:
        connector = make_connector(http, api_base=base)
        attachment = Attachment(id="0", kind=AttachmentKind.FILE, native={"media_id": "1"})
        found = [chunk async for chunk in connector.fetch(attachment)]

    assert found == [b"x"]
    assert {headers["Authorization"] for headers in seen} == {f"Bearer {TOKEN}"}
    assert "aiohttp" not in seen[1]["User-Agent"].lower()


async def test_an_attachment_without_an_id_is_gone(hub: Hub) -> None:
    with pytest.raises(Rejected):
        await _fetched(hub, Attachment(id="0", kind=AttachmentKind.FILE))


@pytest.mark.parametrize(
    "kind, mime, form",
    [
        (AttachmentKind.IMAGE, "image/jpeg", Form.IMAGE),
        (AttachmentKind.IMAGE, "image/webp", Form.DOCUMENT),
        (AttachmentKind.IMAGE, "image/gif", Form.DOCUMENT),
        (AttachmentKind.VIDEO, "video/mp4", Form.VIDEO),
        (AttachmentKind.VIDEO, "video/webm", Form.DOCUMENT),
        (AttachmentKind.AUDIO, "audio/mpeg", Form.AUDIO),
        (AttachmentKind.AUDIO, "audio/flac", Form.DOCUMENT),
        (AttachmentKind.VOICE, "audio/ogg", Form.VOICE),
        (AttachmentKind.VOICE, "audio/opus", Form.VOICE),
        (AttachmentKind.VOICE, "application/ogg", Form.VOICE),
        (AttachmentKind.VOICE, "audio/mp4", Form.AUDIO),
        (AttachmentKind.STICKER, "image/webp", Form.STICKER),
        (AttachmentKind.FILE, "application/pdf", Form.DOCUMENT),
    ],
)
def test_a_file_takes_the_form_that_meta_will_not_refuse_later(
    kind: AttachmentKind, mime: str, form: Form
) -> None:
    assert form_of(make_file(kind, mime=mime)) is form


def test_opus_is_uploaded_under_the_name_that_meta_delivers() -> None:
    file = make_file(AttachmentKind.VOICE, mime="audio/opus")

    assert mime_of(file.attachment) == "audio/ogg"


@pytest.mark.parametrize(
    "kind, mime, shown",
    [
        (AttachmentKind.IMAGE, "image/png", "image"),
        (AttachmentKind.VIDEO, "video/mp4", "video"),
        (AttachmentKind.AUDIO, "audio/mpeg", "audio"),
        (AttachmentKind.VOICE, "audio/ogg", "voice"),
        (AttachmentKind.STICKER, "image/webp", "sticker"),
        (AttachmentKind.FILE, "application/pdf", "document"),
        (AttachmentKind.IMAGE, "image/webp", "document"),
    ],
)
async def test_files_reach_the_phone(hub: Hub, kind: AttachmentKind, mime: str, shown: str) -> None:
    anna = await hub.meet("Anna")

    await hub.send(anna, files=[make_file(kind, _DATA, mime=mime, name="a.bin")])

    (file,) = hub.phone("Anna")[0]["attachments"]
    assert file["kind"] == shown
    assert base64.b64decode(file["data_base64"]) == _DATA
    assert hub.asked["type"] == ("audio" if shown == "voice" else shown)


async def test_a_caption_goes_with_the_picture(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    files = [make_file(AttachmentKind.IMAGE, mime="image/jpeg")]

    await hub.send(anna, "our shop", files=files)

    assert hub.phone("Anna")[0]["text"] == "our shop"


def test_a_text_beside_a_voice_note_goes_by_itself() -> None:
    voice = Attachment(id="1", kind=AttachmentKind.VOICE, mime="audio/ogg")

    parts = plan(Content(text="listen", attachments=(voice,)), MANIFEST.capabilities)

    assert [part.text for part in parts] == ["", "listen"]


def test_a_file_that_is_too_big_for_its_kind_goes_as_a_document() -> None:
    image = Attachment(
        id="1", kind=AttachmentKind.IMAGE, mime="image/jpeg", size_bytes=6 * 1024 * 1024
    )

    assert fit_file(image, MANIFEST.capabilities).kind is AttachmentKind.FILE


async def test_a_picture_with_buttons_has_them_below_it(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    content = Content(text="this?", buttons=((Button(label="Yes", value="y"),),))

    await hub.send(
        anna, content=content, files=[make_file(AttachmentKind.IMAGE, mime="image/jpeg")]
    )

    line = hub.phone("Anna")[0]
    assert (line["text"], line["buttons"][0][0]["value"]) == ("this?", "y")
    assert line["attachments"]


async def test_the_same_file_is_uploaded_once(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    file = make_file(AttachmentKind.IMAGE, mime="image/jpeg")
    await hub.send(anna, files=[file])
    first = hub.asked["image"]["id"]

    await hub.send(anna, files=[file])

    assert hub.asked["image"]["id"] == first


async def test_a_file_whose_id_will_soon_be_forgotten_is_uploaded_anew(
    http: ClientSession, hub: Hub
) -> None:
    anna, clock = await hub.meet("Anna"), ManualClock()
    hub.connector = make_connector(http, clock=clock, **hub.platform.settings())
    file = make_file(AttachmentKind.IMAGE, mime="image/jpeg")
    await hub.send(anna, files=[file])
    first = hub.asked["image"]["id"]
    await clock.advance(26 * 86_400)

    await hub.send(anna, files=[file])

    assert hub.asked["image"]["id"] != first


async def test_an_upload_that_goes_wrong_sent_nothing(
    http: ClientSession, scripted: MakeScripted
) -> None:
    server = await scripted(500, "no")
    part = make_part(PHONE, Content())
    file = make_file(AttachmentKind.FILE)

    with pytest.raises(NotSent):
        await make_connector(http, api_base=server.base).send(Outgoing(part, (file,)))


async def test_an_upload_says_how_long_it_is(http: ClientSession) -> None:
    seen: list[tuple[int | None, bytes]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.content_length, await request.read()))
        return web.json_response({"id": "1", "messages": [{"id": "wamid.1"}]})

    async with _serving(answer) as base:
        file = make_file(AttachmentKind.VOICE, b"x" * 200_000, mime="audio/opus")
        await make_connector(http, api_base=base).send(
            Outgoing(make_part(PHONE, Content()), (file,))
        )

    length, body = seen[0]
    assert length == len(body) > 200_000
    assert b"Content-Type: audio/ogg; codecs=opus" in body


async def test_a_type_that_meta_does_not_take_is_refused_in_its_words(hub: Hub) -> None:
    anna = await hub.meet("Anna")

    with pytest.raises(Rejected, match="one of the following types"):
        await hub.send(
            anna, files=[make_file(AttachmentKind.FILE, mime="application/x-msdownload")]
        )


@asynccontextmanager
async def _serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
