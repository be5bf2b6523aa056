"""Files: on their way to VK, and fetched from it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.base import OpenFile
from shared.errors import NotSent, Rejected, Unavailable
from shared.model.content import Attachment, AttachmentKind, Content
from tests.connectors.vk.player import Hub, make_file

_KIND = AttachmentKind
_PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def _content(*files: OpenFile, text: str = "") -> Content:
    return Content(text=text, attachments=tuple(file.attachment for file in files))


async def _send(hub: Hub, *files: OpenFile, text: str = "", customer: str = "Ann") -> str:
    thread = await hub.meet(customer)
    sent = await hub.send(thread, content=_content(*files, text=text), files=files)
    return sent.external_ids[0]


@pytest.mark.parametrize(
    "kind, mime, name, shown",
    [
        (_KIND.IMAGE, "image/png", "a.png", "photo"),
        (_KIND.IMAGE, "image/gif", "a.gif", "doc"),
        (_KIND.VOICE, "audio/ogg", "v.ogg", "audio_message"),
        (_KIND.VOICE, "audio/mp4", "v.m4a", "doc"),
        (_KIND.FILE, "application/pdf", "Счёт.pdf", "doc"),
        (_KIND.VIDEO, "video/mp4", "v.mp4", "doc"),
    ],
)
async def test_a_file_is_shown_in_its_form(
    hub: Hub, kind: AttachmentKind, mime: str, name: str, shown: str
) -> None:
    await _send(hub, make_file(kind, _PNG, mime=mime, name=name), text="here")

    line = hub.phone("Ann")[0]
    item = line["attachments"][0]
    assert (item["kind"], item["name"], line["text"]) == (shown, name, "here")


async def test_an_album_of_ten_is_one_message(hub: Hub) -> None:
    files = [
        make_file(_KIND.IMAGE, _PNG, mime="image/png", name=f"{number}.png") for number in range(10)
    ]

    await _send(hub, *files, text="ten")

    lines = hub.phone("Ann")
    assert (len(lines), len(lines[0]["attachments"])) == (1, 10)


@pytest.mark.parametrize(
    "given, kind, mime, sent",
    [
        ("report", _KIND.FILE, "application/pdf", "report.pdf"),
        ("notes", _KIND.FILE, None, "notes.bin"),
        (None, _KIND.IMAGE, "image/jpeg", "photo.jpg"),
        (".png", _KIND.IMAGE, "image/png", "png.png"),
        ("../a\r\nb.png", _KIND.IMAGE, "image/png", "ab.png"),
    ],
)
async def test_a_name_without_an_ending_gets_one(
    hub: Hub, given: str | None, kind: AttachmentKind, mime: str | None, sent: str
) -> None:
    await _send(hub, make_file(kind, _PNG, mime=mime, name=given))

    assert hub.phone("Ann")[0]["attachments"][0]["name"] == sent


@pytest.mark.parametrize("width, height", [(14_000, 1), (9000, 9000), (2100, 100)])
async def test_a_picture_that_vk_would_refuse_goes_as_a_document(
    hub: Hub, width: int, height: int
) -> None:
    file = make_file(_KIND.IMAGE, _PNG, mime="image/png", name="a.png", width=width, height=height)

    await _send(hub, file)

    assert hub.phone("Ann")[0]["attachments"][0]["kind"] == "doc"


@pytest.mark.parametrize("name", ["setup.exe", "song.mp3"])
async def test_a_file_that_vk_does_not_take_is_refused_with_its_words(hub: Hub, name: str) -> None:
    with pytest.raises(Rejected, match="file type is not allowed"):
        await _send(hub, make_file(_KIND.FILE, name=name))

    assert hub.phone("Ann") == []


async def test_a_picture_that_the_server_does_not_keep_is_refused(hub: Hub) -> None:
    with pytest.raises(Rejected, match="picture"):
        await _send(hub, make_file(_KIND.IMAGE, b"", mime="image/png", name="a.png"))


async def test_in_a_chat_whose_people_never_wrote_files_are_sent_all_the_same(hub: Hub) -> None:
    file = make_file(_KIND.IMAGE, _PNG, mime="image/png", name="a.png")

    await _send(hub, file, customer="Team/Ann")

    assert hub.phone("Team/Ann")[0]["attachments"][0]["kind"] == "photo"


@pytest.mark.parametrize("fault", ["upload_html", "upload_cut"])
async def test_an_upload_that_broke_off_was_certainly_not_sent(hub: Hub, fault: str) -> None:
    hub.platform.fault(fault, 1)

    with pytest.raises(NotSent):
        await _send(hub, make_file(_KIND.FILE, name="a.txt"))

    assert hub.phone("Ann") == []


async def test_what_was_brought_once_is_not_brought_again_for_the_same_part(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    reads = []

    async def read() -> AsyncIterator[bytes]:
        reads.append(1)
        yield b"text"

    file = make_file(_KIND.FILE, name="a.txt", read=read)
    part = "p00" + "b" * 32 + "-000"
    given: dict[str, Any] = {"content": _content(file), "files": (file,), "id": part}
    hub.platform.fault("error_6", 1)
    with pytest.raises(Exception, match="wait"):
        await hub.send(thread, **given)

    await hub.send(thread, **given)

    assert len(reads) == 1
    assert len(hub.phone("Ann")) == 1


async def test_an_edit_keeps_the_files(hub: Hub) -> None:
    file = make_file(_KIND.IMAGE, _PNG, mime="image/png", name="a.png")
    sent = await _send(hub, file, text="befor")

    await hub.send(
        await hub.meet("Ann"),
        content=_content(file, text="before"),
        kind="edit",
        target_external_id=sent,
    )

    line = hub.phone("Ann")[0]
    assert (line["text"], line["attachments"][0]["name"]) == ("before", "a.png")


async def _fetched(hub: Hub, attachment: Attachment) -> bytes:
    return b"".join([chunk async for chunk in hub.connector.fetch(attachment)])


@pytest.mark.parametrize("act", ["photo", "document", "voice", "graffiti", "sticker"])
async def test_a_file_of_each_kind_is_fetched(hub: Hub, act: str) -> None:
    await hub.platform.act("Ann", {"type": act, "data_base64": "aGVsbG8="})
    attachment = (await hub.take())[0].content.attachments[0]

    assert await _fetched(hub, attachment) == b"hello"


async def test_a_photo_is_fetched_in_its_largest_size(hub: Hub) -> None:
    await hub.platform.act("Ann", {"type": "photo"})

    attachment = (await hub.take())[0].content.attachments[0]

    assert (attachment.width, attachment.height) == (1280, 960)


async def test_a_file_within_a_forward_is_fetched(hub: Hub) -> None:
    item = {"mime": "image/png", "name": "a.png", "data_base64": "aGVsbG8="}
    await hub.platform.act("Ann", {"type": "forward", "text": "see", "attachments": [item]})
    content = (await hub.take())[0].content

    assert await _fetched(hub, content.attachments[0]) == b"hello"
    assert content.forward is not None
    assert content.forward.nested[0].text == "see"


async def test_an_album_is_looked_up_once(hub: Hub) -> None:
    await hub.platform.act("Ann", {"type": "album", "count": 10})
    attachments = (await hub.take())[0].content.attachments

    for attachment in attachments:
        await _fetched(hub, attachment)

    assert hub.platform.calls("messages.getByConversationMessageId") == 1


async def test_no_address_of_vk_stands_in_an_attachment(hub: Hub) -> None:
    await hub.platform.act("Ann", {"type": "album", "count": 2})
    await hub.platform.act("Ann", {"type": "document"})

    files = [file for item in await hub.take() for file in item.content.attachments]

    assert len(files) == 3
    assert "http" not in repr(files)


async def test_a_file_whose_message_is_gone_is_gone(hub: Hub) -> None:
    await hub.platform.act("Ann", {"type": "photo"})
    attachment = (await hub.take())[0].content.attachments[0]
    lost = attachment.model_copy(update={"native": {**attachment.native, "cmid": "1"}})

    with pytest.raises(Rejected, match="no longer"):
        await _fetched(hub, lost)


@pytest.mark.parametrize("native", [{}, {"name": "photo1_2"}, {"name": "x", "peer_id": "5"}])
async def test_a_file_that_cannot_be_found_is_refused(hub: Hub, native: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        await _fetched(hub, Attachment(id="1", kind=_KIND.IMAGE, native=native))


async def test_a_look_up_that_fails_is_tried_again(hub: Hub) -> None:
    await hub.platform.act("Ann", {"type": "photo"})
    attachment = (await hub.take())[0].content.attachments[0]
    hub.platform.fault("read_500", 1)

    with pytest.raises(Unavailable):
        await _fetched(hub, attachment)

    assert await _fetched(hub, attachment)


async def test_a_cancelled_upload_ends_at_once(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    begun = asyncio.Event()

    async def read() -> AsyncIterator[bytes]:
        begun.set()
        await asyncio.Event().wait()
        yield b""

    file = make_file(_KIND.FILE, name="a.txt", read=read)
    sending = asyncio.create_task(hub.send(thread, content=_content(file), files=(file,)))
    await asyncio.wait_for(begun.wait(), 20)

    sending.cancel()

    await asyncio.wait([sending], timeout=2)
    assert sending.cancelled()
